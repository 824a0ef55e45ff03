"""Numbers, names and conditions as people say them, in Chinese and English.

Pure. Must never decide anything: it only says what was decided. Message ids are English; the Chinese is in the locale.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from kernel.locale import Language, translate
from rules.catalogue.register import Catalogue, Field
from rules.engine.model import Item, Per
from rules.engine.outcome import Title
from rules.engine.tree import (
    AllOf,
    Amount,
    AnyOf,
    Balance,
    Combined,
    Compare,
    Comparison,
    Condition,
    Count,
    Data,
    EvidenceIn,
    Extreme,
    Fact,
    IfThen,
    Lasting,
    Measured,
    Members,
    MinutesWithin,
    NoneOf,
    Number,
    OnDay,
    Quantity,
    Scored,
    Since,
    SomeOf,
    Streak,
    Sum,
    Values,
)

COMPARISONS = {
    Comparison.IS: "{name} is {value}",
    Comparison.IN: "{name} is one of: {value}",
    Comparison.AT_LEAST: "{name} is at least {value}",
    Comparison.AT_MOST: "{name} is at most {value}",
    Comparison.ABOVE: "{name} is more than {value}",
    Comparison.BELOW: "{name} is less than {value}",
}
DAYS_COMPARED = {
    Comparison.AT_LEAST: "{name} is {value} or later",
    Comparison.AT_MOST: "{name} is {value} or earlier",
    Comparison.ABOVE: "{name} is later than {value}",
    Comparison.BELOW: "{name} is earlier than {value}",
}
UNITS = {
    "year": "{number} years",
    "month": "{number} months",
    "day": "{number} days",
    "quarter": "{number} quarters",
    "hour": "{number} hours",
    "millilitre": "{number} ml",
    "person": "{number} people",
    "yuan": "{number} yuan",
    "time": "{number} times",
    "point": "{number} points",
    "age": "{number} years old",
}
ONE = {"year": "1 year", "month": "1 month", "day": "1 day", "yuan": "1 yuan", "time": "once", "point": "1 point"}
LIMITS = {
    Per.EVENT: "at most {limit} each time",
    Per.DAY: "at most {limit} that day, {used} used",
    Per.MONTH: "at most {limit} that month, {used} used",
    Per.YEAR: "at most {limit} that year, {used} used",
    Per.LIFETIME: "at most {limit} ever, {used} used",
}
TIMES = {
    Per.EVENT: "it counts {limit} × for each event",
    Per.DAY: "it counts at most {limit} × a day, and has counted {used} × that day",
    Per.MONTH: "it counts at most {limit} × a month, and has counted {used} × that month",
    Per.YEAR: "it counts at most {limit} × a year, and has counted {used} × that year",
    Per.LIFETIME: "it counts at most {limit} × in all, and has counted {used} × before",
}


def titled(title: Title, language: Language) -> str:
    """A title in a language; the other one where it is missing."""
    return title.get(language) or title.get("zh") or title.get("en") or ""


def number(value: Fraction | int, places: int = 2) -> str:
    """Digits with thousands; at most so many decimals, with ≈ in front when that is not all of it."""
    exact = Fraction(value)
    scaled, rest = divmod(abs(exact) * 10**places, 1)
    scaled += rest >= Fraction(1, 2)
    whole, decimals = divmod(int(scaled), 10**places)
    digits = f"{whole:,}" + (f".{decimals:0{places}d}".rstrip("0") if decimals else "")
    return ("≈ " if rest else "") + ("-" if exact < 0 else "") + digits


def measured(value: Any, unit: str, language: Language) -> str:
    """A quantity with its unit; minutes become hours and minutes."""
    if unit == "minute" and isinstance(value, int):
        hours, minutes = divmod(value, 60)
        if not minutes and hours:
            return translate(language, "{hours} h", hours=hours)
        if not hours:
            return translate(language, "{minutes} min", minutes=minutes)
        return translate(language, "{hours} h {minutes} min", hours=hours, minutes=minutes)
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        if value == 1 and unit in ONE:
            return translate(language, ONE[unit])
        return translate(language, UNITS.get(unit, "{number}"), number=number(value))
    return str(value)


def field_of(quantity: Quantity, item: Item, known: Catalogue) -> Field | None:
    """The catalogue's field that a quantity reads, when it reads one."""
    match quantity:
        case Data(name=name):
            return known.event_kinds[item.on].data.get(name) if item.on else None
        case MinutesWithin(of=name):
            return known.event_kinds[item.on].data.get(name) if item.on else None
        case Fact(name=name):
            return known.facts[name].value
        case Sum(name=name, kind=kind) | Extreme(name=name, kind=kind) | Values(name=name, kind=kind):
            return known.event_kinds[kind].data.get(name)
        case Combined(how="total" | "greatest" | "least" | "first" | "agreed" | "difference", parts=parts):
            return field_of(parts[0], item, known)
    return None


def unit_words(quantity: Quantity, item: Item, known: Catalogue) -> str:
    """The unit of a quantity: `time` where events are counted."""
    match quantity:
        case Lasting() | Since():
            return quantity.unit.removesuffix("s")
        case Streak():
            return quantity.period
        case Number():
            return ""
        case Balance() | Members():
            return "" if getattr(quantity, "how", "") == "share" else known.point_kinds[quantity.point_kind].unit
        case Combined(how="ratio" | "product"):
            return ""
        case Combined(parts=parts):
            return unit_words(parts[0], item, known)
    found = field_of(quantity, item, known)
    return found.unit if found else "time"


def noun_of(quantity: Quantity, known: Catalogue, language: Language) -> str:
    """What a quantity is called in a condition: the name of what it reads."""
    match quantity:
        case Fact(name=name, kind=kind, whose=whose):
            field = known.facts[name].value
            parts = [titled(field.title, language), labelled(field, kind, language) if kind else ""]
            return whose_words(" ".join(part for part in parts if part), whose, language)
        case Since(name=name, whose=whose):
            title = titled(known.facts[name].value.title, language)
            return whose_words(translate(language, "time since {title}", title=title), whose, language)
        case Balance(point_kind=kind) | Members(point_kind=kind):
            return titled(known.point_kinds[kind].title, language)
        case Sum(name=name, kind=kind) | Extreme(name=name, kind=kind) | Values(name=name, kind=kind):
            return titled(known.event_kinds[kind].data[name].title, language)
        case Lasting(kind=kind):
            return translate(language, "time of {title}", title=titled(known.event_kinds[kind].title, language))
        case Count(kind=kind) | Streak(kind=kind):
            return titled(known.event_kinds[kind].title, language)
        case Combined(parts=parts):
            return _listed([noun_of(part, known, language) for part in parts], language)
    return translate(language, "the quantity")


def facts_in(quantity: Quantity) -> Iterator[Fact | Since]:
    """Every fact that a quantity reads."""
    match quantity:
        case Fact() | Since():
            yield quantity
        case Combined():
            for part in quantity.parts:
                yield from facts_in(part)


DAYS = {
    "holiday": "a public holiday",
    "weekend": "a weekend",
    "working_day": "a working day",
    "monday": "a Monday",
    "tuesday": "a Tuesday",
    "wednesday": "a Wednesday",
    "thursday": "a Thursday",
    "friday": "a Friday",
    "saturday": "a Saturday",
    "sunday": "a Sunday",
}
ROLES = {
    "spouse": "{what} of the spouse",
    "child": "{what} of the child",
    "mother": "{what} of the mother",
    "father": "{what} of the father",
}


def whose_words(what: str, whose: str, language: Language) -> str:
    """`education of the spouse`; the thing alone where it is the applicant's own."""
    return translate(language, ROLES[whose], what=what) if whose in ROLES else what


def labelled(field: Field | None, value: Any, language: Language) -> str:
    """A value as people say it: by its label, where its field has one."""
    if isinstance(value, bool):
        return translate(language, "yes") if value else translate(language, "no")
    labels = field.labels if field else {}
    return titled(labels[value], language) if isinstance(value, str) and value in labels else str(value)


def spoken(condition: Condition, on: str | None, known: Catalogue, language: Language) -> str:
    """A condition as a phrase: 服务分钟数不少于 30 / minutes of service is at least 30."""
    match condition:
        case EvidenceIn():
            kinds = [titled(known.evidence_kinds[kind].title, language) for kind in condition.kinds]
            return translate(language, "the evidence is: {kinds}", kinds=_listed(kinds, language))
        case OnDay():
            days = [translate(language, DAYS[day]) for day in condition.days]
            return translate(language, "the day is: {days}", days=_listed(days, language))
        case Compare():
            return _comparison(condition, on, known, language)
        case Measured():
            name, value = noun_of(condition.quantity, known, language), number(condition.value.value)
            return translate(language, COMPARISONS[condition.test], name=name, value=value)
        case Scored():
            name = translate(language, "the points of {code}", code=condition.code)
            return translate(language, COMPARISONS[condition.test], name=name, value=number(condition.value.value))
        case IfThen():
            return _depends(condition, on, known, language)
        case AllOf():
            message = "all of: {parts}"
        case AnyOf():
            message = "any of: {parts}"
        case NoneOf():
            message = "none of: {parts}"
        case SomeOf():
            message = "at least {count} of: {parts}"
    parts = [spoken(part, on, known, language) for part in condition.conditions]
    if len(parts) == 1 and not isinstance(condition, NoneOf):
        return parts[0]
    return translate(language, message, parts=_listed(parts, language), count=getattr(condition, "count", 0))


def _depends(condition: IfThen, on: str | None, known: Catalogue, language: Language) -> str:
    when, then = (spoken(part, on, known, language) for part in (condition.when, condition.then))
    if condition.otherwise is None:
        return translate(language, "where {when}: {then}", when=when, then=then)
    otherwise = spoken(condition.otherwise, on, known, language)
    return translate(
        language, "where {when}: {then}; otherwise: {otherwise}", when=when, then=then, otherwise=otherwise
    )


def compared(condition: Condition, on: str | None, known: Catalogue) -> Field | None:
    """The catalogue's field that a comparison looks at."""
    match condition:
        case Compare(source="fact", name=name):
            return known.facts[name].value
        case Compare(name=name):
            return known.event_kinds[on].data.get(name) if on else None
    return None


def _comparison(condition: Compare, on: str | None, known: Catalogue, language: Language) -> str:
    field = compared(condition, on, known)
    value = condition.value
    if isinstance(value, Amount):
        words = number(value.value)
    elif isinstance(value, tuple):
        words = _listed([labelled(field, entry, language) for entry in value], language)
    else:
        words = labelled(field, value, language)
    name = whose_words(titled(field.title, language) if field else condition.name, condition.whose, language)
    if value is True and condition.test is Comparison.IS:
        return name
    message = DAYS_COMPARED.get(condition.test) if isinstance(value, str) else None
    return translate(language, message or COMPARISONS[condition.test], name=name, value=words)


def _listed(parts: list[str], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(parts)
