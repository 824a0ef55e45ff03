"""Short phrases for what officials write most: what counts, which events, within what time.

`次数 blood_donation`, `数据 place = in_city`, `近5年`. Pure. Must never guess: what no phrase says exactly
is said in YAML.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from rules.language.sheet.cells import Cell, Unreadable, plainly, short
from rules.language.sheet.forms import CODE, NOT_SO, Form, amount_of, amount_text, read_day
from rules.language.text import plain

_SIGNS = {">=": "at_least", "<=": "at_most", ">": "above", "<": "below", "=": "is"}
_READS = {"数据": "data", "data": "data", "事实": "fact", "fact": "fact", "得分": "points", "points": "points"}
_WORDS = {"data": "数据", "fact": "事实", "points": "得分"}
_TEST = re.compile(rf"(\S+)\s+({CODE})\s*(>=|<=|=|>|<|属于\s|in\s)\s*(.+)")
_EVIDENCE = re.compile(r"(?:凭证|evidence)\s+(.+)")
CONDITION_EXAMPLE = "数据 minutes >= 240; 凭证 scanned_twice, scanned_once"


def _shown_value(value: Any) -> str | None:
    match value:
        case bool():
            return "是" if value else "否"
        case int() | Decimal() | {"parameter": str()}:
            return amount_text(value)
        case str():
            return value if re.fullmatch(CODE, value) and plain(value) is value else None
        case date():
            return value.isoformat()
    return None


def _shown_test(value: Any) -> str | None:
    """One comparison, or the kinds of evidence."""
    if not isinstance(value, dict):
        return None
    if list(value) == ["evidence"]:
        kinds = value["evidence"]
        return f"凭证 {', '.join(kinds)}" if _are_codes(kinds) else None
    reads = next((name for name in _WORDS if name in value), None)
    if reads is None or len(value) != 2 or not isinstance(value[reads], str):
        return None
    test, wanted = next(pair for pair in value.items() if pair[0] != reads)
    if test == "in":
        return f"{_WORDS[reads]} {value[reads]} 属于 {', '.join(wanted)}" if _are_codes(wanted) else None
    sign = next((sign for sign, name in _SIGNS.items() if name == test), None)
    shown = _shown_value(wanted)
    return None if sign is None or shown is None else f"{_WORDS[reads]} {value[reads]} {sign} {shown}"


def _are_codes(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and re.fullmatch(CODE, one) for one in value)


def _shown_condition(value: Any) -> Cell:
    for key, between in (("all", "; "), ("any", " 或 ")):
        if isinstance(value, dict) and list(value) == [key] and isinstance(value[key], list):
            parts = [_shown_test(part) for part in value[key]]
            return between.join(part or "" for part in parts) if len(parts) > 1 and all(parts) else None
    return _shown_test(value)


def _read_condition(cell: Cell) -> Any:
    text = plainly(cell)
    either = re.split(r"\s或\s|\sor\s", text)
    parts = [part.strip() for part in (either if len(either) > 1 else re.split(r"[;\n]", text)) if part.strip()]
    read = [_read_test(part) for part in parts]
    if len(read) == 1:
        return read[0]
    return {"any" if len(either) > 1 else "all": read}


def _read_test(part: str) -> dict[str, Any]:
    if found := _EVIDENCE.fullmatch(part):
        return {"evidence": _split(found[1])}
    found = _TEST.fullmatch(part)
    if not found or found[1] not in _READS:
        raise Unreadable(NOT_SO, text=short(part), example=CONDITION_EXAMPLE)
    reads, name, sign, value = found.groups()
    if sign in _SIGNS:
        return {_READS[reads]: name, _SIGNS[sign]: _value(value.strip(), _SIGNS[sign])}
    return {_READS[reads]: name, "in": _split(value)}


def _split(text: str) -> list[str]:
    return [part for part in re.split(r"[,、\s]+", text) if part]


def _value(text: str, test: str) -> Any:
    if test != "is":
        return plain(text) if isinstance(plain(text), date) else amount_of(text)
    if text in ("是", "否"):
        return text == "是"
    return plain(text)


CONDITION = Form(_shown_condition, _read_condition)

# What counts: which keys, the phrase, and how it is read. The first word may be Chinese or the node's own key.
_ROLES = {"spouse": "配偶的", "child": "子女的", "mother": "母亲的", "father": "父亲的"}
_ROLE_OF = {word: code for code, word in _ROLES.items()}
_FACT = rf"(?P<whose>{'|'.join(_ROLES.values())})?(?:事实|fact)\s+(?P<fact>{CODE})"
_COUNTS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("fact",), "{whose}事实 {fact}", _FACT),
    (("fact", "by"), "{whose}事实 {fact} 按 {by}", rf"{_FACT}\s+(?:按|by)\s+(?P<by>{CODE})"),
    (("fact", "kind"), "{whose}事实 {fact} 其中 {kind}", rf"{_FACT}\s+其中\s+(?P<kind>{CODE})"),
    (("count",), "次数 {count}", rf"(?:次数|count)\s+(?P<count>{CODE})"),
    (("sum", "of"), "合计 {of}.{sum}", rf"(?:合计|sum)\s+(?P<of>{CODE})\.(?P<sum>{CODE})"),
    (("greatest", "of"), "最大 {of}.{greatest}", rf"(?:最大|greatest)\s+(?P<of>{CODE})\.(?P<greatest>{CODE})"),
    (("least", "of"), "最小 {of}.{least}", rf"(?:最小|least)\s+(?P<of>{CODE})\.(?P<least>{CODE})"),
    (("values", "of"), "取值 {of}.{values}", rf"(?:取值|values)\s+(?P<of>{CODE})\.(?P<values>{CODE})"),
    (("each",), "每次 {each}", r"(?:每次|each)(?:\s+(?P<each>event))?"),
    (("data",), "数据 {data}", rf"(?:数据|data)\s+(?P<data>{CODE})"),
    (("balance",), "余额 {balance}", rf"(?:余额|balance)\s+(?P<balance>{CODE})"),
)
_SEVERAL = {"total_of": "相加", "greatest_of": "取大", "least_of": "取小", "first_of": "依次取"}
_ONE = re.compile(r"(?:定数|number)\s+([1-9][0-9]{0,11})")
QUANTITY_EXAMPLE = "事实 education · 次数 blood_donation · 合计 service.minutes · 数据 minutes · 取大: 事实 a | 事实 b"


def _shown_quantity(value: Any) -> Cell:
    match value:
        case {"number": int() as number} if len(value) == 1:
            return f"定数 {number}"
        case dict() if len(value) == 1 and (how := next(iter(value))) in _SEVERAL and isinstance(value[how], list):
            parts = [_shown_quantity(part) for part in value[how]]
            good = all(isinstance(part, str) and "|" not in part for part in parts)
            return f"{_SEVERAL[how]}: {' | '.join(map(str, parts))}" if good else None
        case dict() if all(isinstance(name, str) for name in value.values()):
            words = {**value, "whose": _ROLES.get(value["whose"]) if "whose" in value and "fact" in value else ""}
            keys = value.keys() - ({"whose"} if words["whose"] else set())
            return next((phrase.format(**words) for known, phrase, _ in _COUNTS if set(known) == keys), None)
    return None


def _read_quantity(cell: Cell) -> Any:
    text = plainly(cell)
    how, several, parts = text.partition(":")
    known = {word: key for key, shown in _SEVERAL.items() for word in (key, shown)}
    if several and how.strip() in known:
        return {known[how.strip()]: [_read_quantity(part) for part in parts.split("|")]}
    if found := _ONE.fullmatch(text):
        return {"number": int(found[1])}
    for keys, _, pattern in _COUNTS:
        if found := re.fullmatch(pattern, text):
            said = found.groupdict().get("whose")
            whose = {"whose": _ROLE_OF[said]} if said else {}
            return {name: found[name] or "event" for name in keys} | whose
    raise Unreadable(NOT_SO, text=short(text), example=QUANTITY_EXAMPLE)


QUANTITY = Form(_shown_quantity, _read_quantity)

_LAST = {"years": "近{}年", "months": "近{}个月", "days": "近{}天", "calendar_years": "前{}个自然年"}
_LAST |= {"calendar_months": "前{}个自然月"}
_THIS = {"year": "本年", "quarter": "本季度", "month": "本月"}
WINDOW_EXAMPLE = "近5年 · 近6个月 · 本年 · 2026-01-01至2026-12-31"


def _shown_window(value: Any) -> Cell:
    match value:
        case {"from": date() as first, "to": date() as last} if len(value) == 2:
            return f"{first.isoformat()}至{last.isoformat()}"
        case {"this": str() as period} if len(value) == 1:
            return _THIS.get(period)
        case dict() if len(value) == 1:
            unit, length = next(iter(value.items()))
            return _LAST[unit].format(length) if unit in _LAST and type(length) is int else None
    return None


def _read_window(cell: Cell) -> Any:
    text = re.sub(r"\s+", "", plainly(cell))
    for period, word in _THIS.items():
        if text in (word, f"this{period}"):
            return {"this": period}
    for unit, phrase in _LAST.items():
        if found := re.fullmatch(phrase.format("([0-9]{1,6})").replace("个", "个?"), text):
            return {unit: int(found[1])}
    if found := re.fullmatch(r"(?:last)?([0-9]{1,6})(years|months|days)", text):
        return {found[2]: int(found[1])}
    first, between, last = re.sub(r"到|~|\.\.", "至", text).partition("至")
    if between:
        return {"from": read_day(first), "to": read_day(last)}
    raise Unreadable(NOT_SO, text=short(text), example=WINDOW_EXAMPLE)


WINDOW = Form(_shown_window, _read_window)
