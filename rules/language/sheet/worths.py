"""Short phrases for what something is worth and how long it lasts: `1-4: 4; 5-: 6`, `每日 80 分`, `36个月`.

Pure. Must never guess: what no phrase says exactly is said in YAML.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from rules.language.sheet.cells import Cell, Unreadable, plainly, short
from rules.language.sheet.forms import (
    CODE,
    NOT_SO,
    Form,
    amount_of,
    amount_text,
    read_day,
    read_worth,
    shown_amount,
    worth_text,
)

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_BAND = re.compile(rf"(>?)\s*({_NUMBER})?\s*(?:-|~|至|到)\s*(<?)\s*({_NUMBER})?\s*[:=]\s*(\S.*)")
_ONE = re.compile(rf"({_NUMBER})\s*[:=]\s*(\S.*)")
POINTS_EXAMPLE = "10 · 扣 3 · 1-4: 4; 5-: 6 · bachelor=80; junior_college=60"


def _shown_points(value: Any) -> Cell:
    """A price without its unit and bounds: what is given or taken, bands, or a choice."""
    match value:
        case {"take": int() | Decimal() as take} if len(value) == 1 and take > 0:
            return shown_amount(-take)
        case {"give": give} if len(value) == 1:
            return shown_amount(give)
        case {"bands": list() as bands} if len(value) == 1 and bands:
            shown = [_shown_band(band) for band in bands]
            return "; ".join(one or "" for one in shown) if all(shown) else None
        case {"choice": dict() as options} if len(value) == 1:
            return worth_text(options)
        case dict() if len(value) == 1:
            return _shown_given(value)
    return None


def _shown_given(value: dict[str, Any]) -> str | None:
    """What is given, as a number or a parameter; what is taken, after the word for taking."""
    text = amount_text(next(iter(value.values())))
    if text is None or not value.keys() <= {"give", "take"}:
        return None
    return text if "give" in value else f"扣 {text}"


def _shown_band(band: Any) -> str | None:
    if not isinstance(band, dict) or {"from", "above"} <= band.keys() or {"to", "below"} <= band.keys():
        return None
    given = {key: value for key, value in band.items() if key in ("give", "take")}
    worth = _shown_given(given) if len(given) == 1 else None
    ends = {key: amount_text(value) for key, value in band.items() if key not in given}
    if worth is None or any(text is None or re.fullmatch(CODE, text) for text in ends.values()):
        return None
    first = ends.get("from") or (f">{ends['above']}" if "above" in ends else "")
    last = ends.get("to") or (f"<{ends['below']}" if "below" in ends else "")
    return f"{first}-{last}: {worth}" if ends.keys() <= {"from", "above", "to", "below"} else None


def _read_points(cell: Cell) -> Any:
    if isinstance(cell, int | Decimal):
        return {"give": cell} if cell >= 0 else {"take": -cell}
    text = plainly(cell)
    if ":" in text or _BAND.match(text) or _ONE.match(text):
        return {"bands": [_read_band(part.strip()) for part in re.split(r"[;\n]", text) if part.strip()]}
    if "=" in text:
        return {"choice": read_worth(text)}
    return _read_given(text)


def _read_given(text: str) -> dict[str, Any]:
    taken = re.fullmatch(r"(?:扣|take)\s*(\S+?)\s*分?", text)
    value = amount_of(taken[1] if taken else re.sub(r"(?<=[0-9])\s*分$", "", text))
    if isinstance(value, int | Decimal) and value < 0 and not taken:
        return {"take": -value}
    return {"take" if taken else "give": value}


def _read_band(part: str) -> dict[str, Any]:
    if found := _ONE.fullmatch(part):
        return {"from": amount_of(found[1]), "to": amount_of(found[1]), **_read_given(found[2])}
    found = _BAND.fullmatch(part)
    if not found:
        raise Unreadable(NOT_SO, text=short(part), example=POINTS_EXAMPLE)
    above, first, below, last, worth = found.groups()
    band: dict[str, Any] = {}
    if first:
        band["above" if above else "from"] = amount_of(first)
    if last:
        band["below" if below else "to"] = amount_of(last)
    return {**band, **_read_given(worth)}


POINTS = Form(_shown_points, _read_points)

_PER = {"event": "每次", "day": "每日", "month": "每月", "year": "每年", "lifetime": "终身"}
_CAP = re.compile(rf"({'|'.join([*_PER, *_PER.values(), '每天'])})\s*({_NUMBER}|{CODE})\s*(分|次|points|times)")
CAPS_EXAMPLE = "每日 80 分; 终身 1 次"


def _shown_caps(value: Any) -> Cell:
    if not isinstance(value, list) or not value:
        return None
    shown: list[str] = []
    for cap in value:
        most = "most" if isinstance(cap, dict) and "most" in cap else "times"
        if not isinstance(cap, dict) or cap.keys() != {"per", most} or not isinstance(cap["per"], str):
            return None
        word, text = _PER.get(cap["per"]), amount_text(cap[most])
        if word is None or text is None:
            return None
        shown.append(f"{word} {text} {'分' if most == 'most' else '次'}")
    return "; ".join(shown)


def _read_caps(cell: Cell) -> Any:
    caps: list[dict[str, Any]] = []
    by_word = {"每天": "day"} | {name: code for code, word in _PER.items() for name in (code, word)}
    for part in filter(None, (part.strip() for part in re.split(r"[;\n]", plainly(cell)))):
        found = _CAP.fullmatch(part)
        if not found:
            raise Unreadable(NOT_SO, text=short(part), example=CAPS_EXAMPLE)
        caps.append(
            {"per": by_word[found[1]], "most" if found[3] in ("分", "points") else "times": amount_of(found[2])}
        )
    return caps


CAPS = Form(_shown_caps, _read_caps)


def _lengths(example: str, *phrases: tuple[dict[str, Any], str]) -> Form:
    """A length of time: each phrase says a mapping, `#` being its number and `@` a day."""

    def show(value: Any) -> Cell:
        for shape, phrase in phrases:
            if isinstance(value, dict) and value.keys() == shape.keys():
                varying = next((key for key, mark in shape.items() if mark in ("#", "@")), None)
                if all(value[key] == mark for key, mark in shape.items() if key != varying):
                    if varying is None:
                        return phrase
                    told, mark = value[varying], str(shape[varying])
                    good = type(told) is int if mark == "#" else isinstance(told, date)
                    return phrase.replace(mark, str(told)) if good else None
        return None

    def read(cell: Cell) -> Any:
        text = re.sub(r"\s+", "", plainly(cell))
        for shape, phrase in phrases:
            pattern = re.escape(phrase).replace(r"\#", "([0-9]{1,6})").replace("@", "(.+)").replace("个", "个?")
            if found := re.fullmatch(pattern, text):
                return {key: _varying(mark, found) for key, mark in shape.items()}
        raise Unreadable(NOT_SO, text=short(text), example=example)

    return Form(show, read)


def _varying(mark: object, found: re.Match[str]) -> object:
    return int(found[1]) if mark == "#" else read_day(found[1]) if mark == "@" else mark


COOLDOWN = _lengths(
    "30分钟 · 8小时 · 2天", ({"minutes": "#"}, "#分钟"), ({"hours": "#"}, "#小时"), ({"days": "#"}, "#天")
)
EXPIRES = _lengths(
    "36个月 · 永久 · 至2027-12-31 · 6个月未获积分",
    ({"months": "#"}, "#个月"),
    ({"never": True}, "永久"),
    ({"on": "@"}, "至@"),
    ({"inactive_months": "#"}, "#个月未获积分"),
    ({"end_of": "year", "after": "#"}, "#年后年底"),
    ({"end_of": "year"}, "当年年底"),
)
MATURES = _lengths(
    "14天后 · 7天内确认", ({"days": "#"}, "#天后"), ({"on": "confirmation", "within_days": "#"}, "#天内确认")
)

_BY = {"total": "总分", "points": "得分", "quantity": "数量", "fact": "事实"}
_ORDER = {"desc": "降序", "asc": "升序"}
ORDER_EXAMPLE = "总分 降序; 事实 insured_months 降序"


def _shown_order(value: Any) -> Cell:
    if not isinstance(value, list) or not value:
        return None
    shown: list[str] = []
    for one in value:
        if not isinstance(one, dict) or not all(isinstance(part, str) for part in one.values()):
            return None
        if not one.keys() <= {"by", "of", "order"} or one.get("by") not in _BY:
            return None
        if one.get("order", "asc") not in _ORDER:
            return None
        words = [_BY[one["by"]], one.get("of", ""), _ORDER[one["order"]] if "order" in one else ""]
        shown.append(" ".join(word for word in words if word))
    return "; ".join(shown)


def _read_order(cell: Cell) -> Any:
    by = {name: code for code, word in _BY.items() for name in (code, word)}
    ways = {name: code for code, word in _ORDER.items() for name in (code, word)}
    order: list[dict[str, str]] = []
    for part in filter(None, (part.strip() for part in re.split(r"[;\n]", plainly(cell)))):
        first, *words = part.split()
        way = ways.get(words[-1]) if words else None
        of = words[:-1] if way else words
        if first not in by or len(of) > 1:
            raise Unreadable(NOT_SO, text=short(part), example=ORDER_EXAMPLE)
        order.append({"by": by[first]} | ({"of": of[0]} if of else {}) | ({"order": way} if way else {}))
    return order


ORDER = Form(_shown_order, _read_order)
