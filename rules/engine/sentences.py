"""Every quantity, window and condition of the tree as a phrase, in Chinese and English: what a pack counts, before
anything has happened. Prices are in `price_sentences`.

Pure. Must never leave a node unsaid: a test walks all classes of the tree.
"""

from collections.abc import Sequence
from typing import assert_never

from kernel.locale import Language, translate
from rules.catalogue.register import Catalogue
from rules.engine.tree import (
    AllOf,
    AnyOf,
    Balance,
    Combined,
    Compare,
    Condition,
    Count,
    Data,
    Each,
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
    Selection,
    Since,
    SomeOf,
    Streak,
    Sum,
    Values,
)
from rules.engine.windows import CalendarWindow, DatesWindow, LastWindow, Window
from rules.engine.words import COMPARISONS, number, spoken, titled, whose_words

EACH_PERIOD = {
    "day": "{name}, each day by itself",
    "month": "{name}, each month by itself",
    "quarter": "{name}, each quarter by itself",
    "year": "{name}, each year by itself",
}
SINCE = {
    "years": "whole years since {name}",
    "months": "whole months since {name}",
    "days": "days since {name}",
}
LASTED = {
    "years": "years of “{name}”",
    "months": "months of “{name}”",
    "days": "days of “{name}”",
}
RUNS = {
    "total": "all stretches together",
    "latest": "the stretch that still lasts",
    "longest": "the longest stretch",
}
STREAKS = {
    "day": "days in a row with “{name}”",
    "month": "months in a row with “{name}”",
    "quarter": "quarters in a row with “{name}”",
    "year": "years in a row with “{name}”",
}
LAST = {
    "years": "in the last {count} years",
    "months": "in the last {count} months",
    "days": "in the last {count} days",
}
CALENDAR = {
    "year": "in the {count} calendar years before",
    "quarter": "in the {count} quarters before",
    "month": "in the {count} calendar months before",
}
RUNNING = {"year": "in the running year", "quarter": "in the running quarter", "month": "in the running month"}
COMBINED = {
    "total": "the sum of {parts}",
    "greatest": "the greatest of {parts}",
    "least": "the least of {parts}",
    "first": "the first that is proven of {parts}",
    "agreed": "what {parts} agree on",
    "difference": "the first less the others of {parts}",
    "product": "the product of {parts}",
    "ratio": "the ratio of {parts}",
}


def quantity_words(quantity: Quantity, on: str | None, known: Catalogue, language: Language) -> str:
    """What is counted: 服务分钟数 / minutes of service."""
    match quantity:
        case Each():
            return translate(language, "each “{event}”", event=_event(on, known, language))
        case Data(name=name):
            return _data(on, name, known, language)
        case MinutesWithin(start=start, end=end):
            return translate(language, "minutes between {start} and {end}", start=_clock(start), end=_clock(end))
        case Number(value=value):
            return translate(language, "a base of {number} for everybody", number=number(value))
        case Fact() | Since():
            return _fact(quantity, known, language)
        case Balance(point_kind=code):
            return translate(language, "the {name} one has", name=_points(code, known, language))
        case Members():
            return _members(quantity, known, language)
        case Count() | Sum() | Extreme() | Values() | Lasting() | Streak():
            return _selected(quantity, known, language)
        case Combined(how=how, parts=parts):
            said = [quantity_words(part, on, known, language) for part in parts]
            return translate(language, COMBINED[how], parts=listed(said, language))
    assert_never(quantity)


def _fact(quantity: Fact | Since, known: Catalogue, language: Language) -> str:
    field = known.facts[quantity.name].value
    name = whose_words(titled(field.title, language), quantity.whose, language)
    if isinstance(quantity, Since):
        return translate(language, SINCE[quantity.unit], name=name)
    if quantity.kind is not None:
        kind = titled(field.labels[quantity.kind], language) if quantity.kind in field.labels else quantity.kind
        return translate(language, "{name} ({kind})", name=name, kind=kind)
    return translate(language, "{name}, each kind by itself", name=name) if quantity.by else name


def _members(quantity: Members, known: Catalogue, language: Language) -> str:
    name = _points(quantity.point_kind, known, language)
    match quantity.how:
        case "total":
            return translate(language, "the {name} of all members together", name=name)
        case "average":
            return translate(language, "the {name} of a member on average", name=name)
        case "share":
            least = number(quantity.least)
            return translate(language, "the share of members with at least {least} {name}", least=least, name=name)
    assert_never(quantity.how)


def _selected(quantity: Count | Sum | Extreme | Values | Lasting | Streak, known: Catalogue, language: Language) -> str:
    """What is read of past events, then which of them: within which time, where what holds, counted how often."""
    event = whose_words(_event(quantity.kind, known, language), quantity.whose, language)
    match quantity:
        case Count(per=per):
            said = translate(language, "the number of “{name}”", name=event)
            said = translate(language, EACH_PERIOD[per], name=said) if per else said
        case Sum(per=per):
            said = translate(
                language, "{field} of “{name}”", field=_data(quantity.kind, quantity.name, known, language), name=event
            )
            said = translate(language, EACH_PERIOD[per], name=said) if per else said
        case Extreme(which=which):
            field = _data(quantity.kind, quantity.name, known, language)
            message = "the greatest {field} of “{name}”" if which == "greatest" else "the least {field} of “{name}”"
            said = translate(language, message, field=field, name=event)
        case Values():
            field = _data(quantity.kind, quantity.name, known, language)
            said = translate(language, "each {field} of “{name}”", field=field, name=event)
        case Lasting(unit=unit):
            said = translate(language, LASTED[unit], name=event)
        case Streak(period=period):
            said = translate(language, STREAKS[period], name=event)
    return listed([said, *_which(quantity, known, language)], language, ",")


def _which(quantity: Selection, known: Catalogue, language: Language) -> list[str]:
    said = [window_words(quantity.within, language)] if quantity.within else []
    if quantity.where is not None:
        where = condition_words(quantity.where, quantity.kind, known, language)
        said.append(translate(language, "where {condition}", condition=where))
    if quantity.distinct:
        field = _data(quantity.kind, quantity.distinct, known, language)
        said.append(translate(language, "of one {field} only one counts", field=field))
    if isinstance(quantity, Sum):
        if quantity.each is not None:
            said.append(translate(language, "of each at most {number}", number=number(quantity.each)))
        for fade in quantity.fades:
            message = "what is older than {months} months counts {percent} %"
            said.append(translate(language, message, months=fade.months, percent=fade.percent))
    if isinstance(quantity, Lasting):
        said.append(translate(language, RUNS[quantity.run]))
        if quantity.gap:
            said.append(translate(language, "a gap of up to {months} months does not interrupt", months=quantity.gap))
    return said


def window_words(window: Window, language: Language) -> str:
    """Within which time: 近 5 年内 / in the last 5 years."""
    match window:
        case LastWindow(unit=unit, count=count, ending=ending):
            said = translate(language, LAST[unit], count=count)
            match ending:
                case None:
                    return said
                case "month":
                    return translate(language, "{words}, up to the end of the month before", words=said)
                case "year":
                    return translate(language, "{words}, up to the end of the year before", words=said)
            return translate(language, "{words}, up to the latest {day}", words=said, day=ending)
        case DatesWindow(first=first, last=last):
            return translate(language, "from {first} to {last}", first=first.isoformat(), last=last.isoformat())
        case CalendarWindow(unit=unit, count=count):
            return translate(language, CALENDAR[unit], count=count) if count else translate(language, RUNNING[unit])
    assert_never(window)


def condition_words(condition: Condition, on: str | None, known: Catalogue, language: Language) -> str:
    """A condition as a phrase, like `words.spoken`, but with all that a quantity in it reads: which events, when."""

    def each(parts: Sequence[Condition]) -> str:
        return listed([condition_words(part, on, known, language) for part in parts], language)

    match condition:
        case Compare() | EvidenceIn() | OnDay() | Scored():
            return spoken(condition, on, known, language)
        case Measured(quantity=quantity, test=test, value=value):
            name = quantity_words(quantity, on, known, language)
            return translate(language, COMPARISONS[test], name=name, value=number(value.value))
        case AllOf(conditions=(part,)) | AnyOf(conditions=(part,)) | SomeOf(conditions=(part,)):
            return condition_words(part, on, known, language)
        case AllOf(conditions=parts):
            return translate(language, "all of: {parts}", parts=each(parts))
        case AnyOf(conditions=parts):
            return translate(language, "any of: {parts}", parts=each(parts))
        case NoneOf(conditions=parts):
            return translate(language, "none of: {parts}", parts=each(parts))
        case SomeOf(count=count, conditions=parts):
            return translate(language, "at least {count} of: {parts}", count=count, parts=each(parts))
        case IfThen():
            return _if(condition, on, known, language)
    assert_never(condition)


def _if(condition: IfThen, on: str | None, known: Catalogue, language: Language) -> str:
    when, then = (condition_words(part, on, known, language) for part in (condition.when, condition.then))
    if condition.otherwise is None:
        return translate(language, "where {when}: {then}", when=when, then=then)
    otherwise = condition_words(condition.otherwise, on, known, language)
    message = "where {when}: {then}; otherwise: {otherwise}"
    return translate(language, message, when=when, then=then, otherwise=otherwise)


def listed(parts: Sequence[str], language: Language, mark: str = "、") -> str:
    """Phrases one after the other, with the language's own mark between them."""
    return mark.join(parts) if language == "zh" else {"、": ", ", ",": ", ", ";": "; "}[mark].join(parts)


def _event(kind: str | None, known: Catalogue, language: Language) -> str:
    return titled(known.event_kinds[kind].title, language) if kind else ""


def _data(kind: str | None, name: str, known: Catalogue, language: Language) -> str:
    field = known.event_kinds[kind].data.get(name) if kind else None
    return titled(field.title, language) if field else name


def _points(code: str, known: Catalogue, language: Language) -> str:
    return titled(known.point_kinds[code].title, language)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
