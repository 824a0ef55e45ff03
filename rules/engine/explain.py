"""How a decision was worked out, as sentences: made when read, from the pack and the compact trace.

`explain` gives one line an item and a last one that names the rules; `one_line` says it in a breath. Pure; must never
work anything out again that the trace already says, and never name a person.
"""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from kernel.calendar import local
from kernel.locale import Language, translate
from rules.catalogue.register import Catalogue, catalogue
from rules.engine.conditions import parts_of
from rules.engine.explain_score import bound_words, group_sentences, left_out_words, total_sentences
from rules.engine.model import Item, Multiply, Pack, Per, Trace
from rules.engine.points_in_words import capped_words, signed, sum_words, within_bounds
from rules.engine.pricing import Flat
from rules.engine.terms_in_words import lasts_for, left_words, maturing_words
from rules.engine.tree import Condition, Each, EvidenceIn, NoneOf, Number, Values
from rules.engine.words import (
    LIMITS,
    TIMES,
    compared,
    facts_in,
    field_of,
    labelled,
    measured,
    number,
    spoken,
    titled,
    unit_words,
)

HOURS = "hours"  # the family of point kinds that keep true time


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence: whose it is (an item's code, or `rules`), and the points it ends in, if any."""

    code: str
    text: str
    points: int | None


def explain(pack: Pack, trace: Trace, language: Language) -> list[Line]:
    """The decision as a person would work it out: each item in the pack's order, then the rules that were in force."""
    known = catalogue(pack.catalogue)
    lines = _lines(pack, trace)
    told = [Line(item.code, _sentence(pack, item, line, known, language), line["points"]) for item, line in lines]
    told += _terms(pack, trace, known, language)
    if "total" in trace:
        told += [Line(code, words, points) for code, words, points in group_sentences(pack, trace, language)]
        told += [Line("total", words, None) for words in total_sentences(pack, trace, language)]
    if not told:
        told.append(Line("none", translate(language, "These rules pay nothing for this."), 0))
    rules = translate(
        language,
        "By the rules “{title}”, version {version}, in force from {day}.",
        title=titled(pack.title, language),
        version=pack.version,
        day=pack.effective_from.isoformat(),
    )
    return [*told, Line("rules", rules, None)]


def one_line(pack: Pack, trace: Trace, language: Language) -> str:
    """`+20, because of Volunteer service (2 h)`; or why there are no points."""
    known = catalogue(pack.catalogue)
    lines = [(item, line) for item, line in _lines(pack, trace) if not _keeps_time(item, known)]
    scored = [(item, line) for item, line in lines if line["points"]]
    if scored:
        reasons = [
            translate(
                language,
                "{title} ({quantity})",
                title=titled(item.title, language),
                quantity=_quantity(item, line["quantity"], known, language),
            )
            for item, line in scored
        ]
        total = sum(line["points"] for _, line in scored)
        separator = "、" if language == "zh" else ", "
        return translate(
            language, "+{points}, because of {reasons}", points=number(total), reasons=separator.join(reasons)
        )
    refused = [_why_not(pack, item, line, known, language) for item, line in lines]
    if not refused:
        return translate(language, "These rules pay nothing for this.")
    return translate(language, "No points: {reason}.", reason=refused[0])


def _lines(pack: Pack, trace: Trace) -> list[tuple[Item, dict[str, Any]]]:
    """The trace's lines with their items, in the order in which the pack shows them."""
    by_code = {line["code"]: line for line in trace.get("items", ())}
    return [(pack.item(code), by_code[code]) for code in pack.shown if code in by_code]


def _terms(pack: Pack, trace: Trace, known: Catalogue, language: Language) -> list[Line]:
    """Until when the points last, and from when they count: once for each point kind, as one event's points agree."""
    paid = {item.into: item for item, line in _lines(pack, trace) if line["points"] and not _keeps_time(item, known)}
    told: list[Line] = []
    for into, item in paid.items():
        words = [] if item.matures is None else [maturing_words(item.matures, language)]
        words += [] if item.expires is None else [lasts_for(pack, item.expires, trace.get("standing", {}), language)]
        if into is not None and words:
            title = titled(known.point_kinds[into].title, language)
            said = (";" if language == "zh" else "; ").join(words)
            told.append(Line("terms", translate(language, "{title}: {words}.", title=title, words=said), None))
    return told


def _keeps_time(item: Item, known: Catalogue) -> bool:
    return item.into is not None and known.point_kinds[item.into].family == HOURS


def _sentence(pack: Pack, item: Item, line: dict[str, Any], known: Catalogue, language: Language) -> str:
    """`Volunteer service: 3 h 30 min × 10 points an hour = 35 · at most 80 that day, 0 used → +35`."""
    title = titled(item.title, language)
    if "quantity" not in line:
        why = [_why_not(pack, item, line, known, language), *left_out_words(line, language)]
        return translate(language, "{title}: {words}", title=title, words=" · ".join(why))
    if line["quantity"] and not next(iter(line["quantity"].values())) and line.get("why_not") == "zero":
        none = [translate(language, "nothing of it is recorded"), *left_out_words(line, language)]
        return translate(language, "{title}: {words} → {points}", title=title, words=" · ".join(none), points="0")
    quantity = _quantity(item, line["quantity"], known, language)
    if _keeps_time(item, known):
        words = translate(language, "{quantity} counted as it was", quantity=quantity)
        return translate(language, "{title}: {words}", title=title, words=words)
    parts = [_sum(item, line, quantity, known, language)]
    parts += [_extra(item, extra, known, language) for extra in line.get("multiplied", ())]
    if line.get("why_not"):
        parts.append(_why_not(pack, item, line, known, language))
    elif "limit" in line.get("cap", {}):
        parts.append(_limit(line["cap"], language))
    parts += bound_words(item, line, pack, language)
    if line["points"]:
        parts += _short(pack, line, language)
    return translate(
        language,
        "{title}: {words} → {points}",
        title=title,
        words=" · ".join(parts),
        points=signed(line["points"], pack.decimals),
    )


def _quantity(item: Item, stored: dict[str, Any], known: Catalogue, language: Language) -> str:
    """The stored quantity in words; a fact that is kept by kind is told kind by kind."""
    value, field = next(iter(stored.values())), field_of(item.quantity, item, known)
    unit = unit_words(item.quantity, item, known)
    if isinstance(item.quantity, Values):
        parts = [f"{labelled(field, one, language)} × {count}" for one, count in value.items()]
        return ("、" if language == "zh" else ", ").join(parts)
    if isinstance(value, dict) and (per := getattr(item.quantity, "per", None)):
        parts = [f"{_period(per, day)} {measured(n, unit, language)}" for day, n in value.items()]
        return ("、" if language == "zh" else ", ").join(parts)
    if isinstance(value, dict):
        parts = [f"{labelled(field, kind, language)} {measured(n, unit, language)}" for kind, n in value.items()]
        return ("、" if language == "zh" else ", ").join(parts)
    return measured(value, unit, language) if isinstance(value, int) else labelled(field, value, language)


def _period(per: str, day: str) -> str:
    """A period by its first day: the year, the month, or the day itself."""
    return day[:4] if per == "year" else day[:7] if per in ("month", "quarter") else day


def _sum(item: Item, line: dict[str, Any], quantity: str, known: Catalogue, language: Language) -> str:
    """Quantity × rate = exact → rounded; with a bound of the price's own, what it would have been without."""
    price = within_bounds(item.price)
    if isinstance(price, Flat) and isinstance(item.quantity, Number):
        if item.when is not None:
            return f"{spoken(item.when, item.on, known, language)} = {number(price.give.value)}"
        return translate(language, "everybody begins with {points} points", points=number(price.give.value))
    if isinstance(price, Flat) and isinstance(item.quantity, Each):
        return translate(language, "{points} points each time", points=number(price.give.value))
    words = sum_words(item, line, quantity, known, language)
    if bounded := capped_words(item, line, language):
        return f"{words} = {bounded[0]} · {bounded[1]}"
    if "exact" in line:
        unit = 10 ** line.get("decimals", 0)
        rounded = translate(language, "rounded to {points}", points=number(Fraction(line["raw"], unit)))
        exact = number(Fraction(line["exact"]) / unit)
        return f"{words} {exact if exact.startswith('≈') else '= ' + exact} → {rounded}"
    return f"{words} = {number(Fraction(line['raw'], 10 ** line.get('decimals', 0)))}"


def _extra(item: Item, extra: dict[str, Any], known: Catalogue, language: Language) -> str:
    """`Night extra (2 h × 20 %) +4`."""
    part = next(one for one in item.multiply if one.code == extra["code"])
    return translate(
        language,
        "{title} ({share}) {points}",
        title=titled(part.title, language),
        share=_share(part, item, extra, known, language),
        points=signed(extra["points"]),
    )


def _share(part: Multiply, item: Item, extra: dict[str, Any], known: Catalogue, language: Language) -> str:
    percent = f"{number(part.percent.value)}%"
    if part.quantity is None:
        return percent
    value = next(iter(extra["quantity"].values()))
    return f"{measured(value, unit_words(part.quantity, item, known), language)} × {percent}"


def _limit(cap: dict[str, Any], language: Language) -> str:
    return translate(language, LIMITS[Per(cap["window"])], limit=number(cap["limit"]), used=number(cap["used"]))


def _short(pack: Pack, line: dict[str, Any], language: Language) -> list[str]:
    """The shared limits that had the least left, where that was less than was asked."""
    limits = line.get("limits", ())
    least = min((limit["given"] for limit in limits), default=0)
    return [left_words(pack, one, language) for one in limits if one["given"] == least < one["asked"]]


def _why_not(pack: Pack, item: Item, line: dict[str, Any], known: Catalogue, language: Language) -> str:
    """Why an item gave nothing: the failing condition by name."""
    match line.get("why_not"):
        case "condition":
            return _failed(item.when, item.on, line["failed"], known, language)
        case "cap":
            return translate(language, "{limit}, so nothing is left", limit=_limit(line["cap"], language))
        case "budget":
            return " · ".join(_short(pack, line, language))
        case "times":
            cap = line["cap"]
            return translate(language, TIMES[Per(cap["window"])], limit=cap["times"], used=cap["used"])
        case "cooldown":
            apart = measured(item.cooldown_minutes, "minute", language)
            last = local(datetime.fromisoformat(line["last"])).strftime("%Y-%m-%d %H:%M")
            return translate(language, "less than {apart} from the one of {last}", apart=apart, last=last)
        case "missing":
            return _unproven(item, known, language)
    return translate(language, "this comes to 0 points")


def _unproven(item: Item, known: Catalogue, language: Language) -> str:
    """Which record is missing, and whose it would be."""
    name = next((part.name for part in facts_in(item.quantity)), None)
    if name is None:
        return translate(language, "not proven: there is no record of it")
    fact = known.facts[name]
    office = fact.department.split(" · ")[0 if language == "zh" else -1]
    message = "not proven: there is no record of “{name}” (kept by {office})"
    return translate(language, message, name=titled(fact.value.title, language), office=office)


def _failed(
    condition: Condition | None, on: str | None, failed: dict[str, Any], known: Catalogue, language: Language
) -> str:
    """The part that failed, and what was there instead; a part of `none` fails by holding."""
    refused = False
    for branch in failed.get("path", ()):
        refused = isinstance(condition, NoneOf)
        condition = parts_of(condition)[branch] if condition else None
    if condition is None:
        return translate(language, "a condition is not met")
    words, seen = spoken(condition, on, known, language), failed.get("seen")
    if parts_of(condition):
        message = "not allowed: {condition}" if refused else "needed: {condition}"
        return translate(language, message, condition=words)
    if seen is None:
        message = "it must be known, and is not: {condition}" if refused else "needed, and not proven: {condition}"
        return translate(language, message, condition=words)
    if refused:
        return translate(language, "not allowed: {condition}", condition=words)
    field = None if isinstance(condition, EvidenceIn) else compared(condition, on, known)
    evidence = known.evidence_kinds.get(seen) if isinstance(condition, EvidenceIn) else None
    shown = titled(evidence.title, language) if evidence else labelled(field, seen, language)
    return translate(language, "needed: {condition}; it was {seen}", condition=words, seen=shown)
