"""How long points last, when they count and what others leave of a budget, as people say it.

Pure; must never decide anything. Message ids are English; the Chinese is in the locale.
"""

from collections.abc import Mapping
from typing import Any

from kernel.locale import Language, translate
from rules.catalogue.register import catalogue
from rules.engine.lasting import step_of
from rules.engine.model import Cap, Item, Multiply, Pack, Per
from rules.engine.terms import (
    AfterDays,
    ByLevel,
    EndOf,
    Expiry,
    Inactive,
    Lasting,
    Limit,
    Maturing,
    Never,
    OnDate,
    Rolling,
    Step,
)
from rules.engine.words import number, titled

CAPS = {
    Per.EVENT: "at most {most} each time",
    Per.DAY: "at most {most} a day",
    Per.MONTH: "at most {most} a month",
    Per.YEAR: "at most {most} a year",
    Per.LIFETIME: "at most {most} in a lifetime",
}
TIMES = {
    Per.EVENT: "{times} times an event",
    Per.DAY: "{times} times a day",
    Per.MONTH: "{times} times a month",
    Per.YEAR: "{times} times a year",
    Per.LIFETIME: "{times} times in a lifetime",
}
THIS = {
    "month": "valid until the end of that month",
    "quarter": "valid until the end of that quarter",
    "year": "valid until the end of that year",
}
NEXT = {
    "month": "valid until the end of the month after",
    "quarter": "valid until the end of the quarter after",
    "year": "valid until the end of the year after",
}
LATER = {
    "month": "valid until the end of the month {count} months later",
    "quarter": "valid until the end of the quarter {count} quarters later",
    "year": "valid until the end of the year {count} years later",
}
LIMITS = {
    "day": "at most {most} a day for all together",
    "month": "at most {most} a month for all together",
    "year": "at most {most} a year for all together",
    "total": "at most {most} in all for all together",
}
LIMITS_BY = {
    "day": "at most {most} a day for each {field}",
    "month": "at most {most} a month for each {field}",
    "year": "at most {most} a year for each {field}",
    "total": "at most {most} in all for each {field}",
}


def cap_words(cap: Cap, language: Language) -> str:
    """`at most 80 a day`, `1 times a year`."""
    if cap.most is None:
        return translate(language, TIMES[cap.per], times=cap.times)
    return translate(language, CAPS[cap.per], most=number(cap.most.value))


def extra_words(part: Multiply, language: Language) -> str:
    """`Night extra: 20 % more`."""
    title, percent = titled(part.title, language), number(part.percent.value)
    return translate(language, "{title}: {percent} % more", title=title, percent=percent)


def lasting_words(lasts: Lasting, language: Language) -> str:
    """`valid for 36 months`."""
    match lasts:
        case Rolling(months=months):
            return translate(language, "valid for {time}", time=_months(months, language))
        case OnDate(last=last):
            return translate(language, "valid until {day}", day=last.isoformat())
        case EndOf(period=period, after=count):
            message = THIS[period] if count == 0 else NEXT[period] if count == 1 else LATER[period]
            return translate(language, message, count=count)
        case Inactive(months=months):
            return translate(language, "they lapse when nothing is earned for {time}", time=_months(months, language))
        case Never():
            return translate(language, "valid for ever")


def expiry_words(pack: Pack, expiry: Expiry | None, language: Language) -> list[str]:
    """How long points last, then how long from each level on: `valid for 48 months from Three stars on`."""
    if expiry is None:
        return []
    said = [lasting_words(expiry.lasts, language)]
    if expiry.by_level is None:
        return said
    for step in expiry.by_level.steps:
        words, level = lasting_words(step.lasts, language), level_title(pack, expiry.by_level, step, language)
        said.append(translate(language, "{words} from {level} on", words=words, level=level))
    return said


def lasts_for(pack: Pack, expiry: Expiry, standing: Mapping[str, int], language: Language) -> str:
    """How long points last for one holder: `valid for 48 months, because of Three stars (otherwise 36 months ...)`."""
    usual, by_level = lasting_words(expiry.lasts, language), expiry.by_level
    step = step_of(by_level, standing.get(by_level.of, 0)) if by_level else None
    if by_level is None or step is None:
        return usual
    message = "{words}, because of {level} (otherwise: {usual})"
    level = level_title(pack, by_level, step, language)
    return translate(language, message, words=lasting_words(step.lasts, language), level=level, usual=usual)


def level_title(pack: Pack, by_level: ByLevel, step: Step, language: Language) -> str:
    """What a level is called."""
    levels = pack.scales[by_level.scale].levels
    return next(titled(level.title, language) for level in levels if level.code == step.level)


def maturing_words(matures: Maturing, language: Language) -> str:
    """When points count, or who must say so by when."""
    if isinstance(matures, AfterDays):
        return translate(language, "they count {time} later", time=_days(matures.days, language))
    message = "they count once the organiser confirms within {time}, and lapse otherwise"
    return translate(language, message, time=_days(matures.within_days, language))


def _months(count: int, language: Language) -> str:
    return translate(language, "1 month") if count == 1 else translate(language, "{months} months", months=count)


def _days(count: int, language: Language) -> str:
    return translate(language, "1 day") if count == 1 else translate(language, "{days} days", days=count)


def limit_words(pack: Pack, limit: Limit, item: Item, language: Language) -> str:
    """`Budget of the year: at most 2,000,000 a year for all together`."""
    most, title = number(limit.most.value), titled(limit.title, language)
    if limit.by is None or item.on is None:
        words = translate(language, LIMITS[limit.per], most=most)
    else:
        field = catalogue(pack.catalogue).event_kinds[item.on].data[limit.by]
        words = translate(language, LIMITS_BY[limit.per], most=most, field=titled(field.title, language))
    return translate(language, "{title}: {words}", title=title, words=words)


def left_words(pack: Pack, given: dict[str, Any], language: Language) -> str:
    """What a limit left of what was asked: `Budget of the year: 8 left of the 20 asked for`."""
    limit = pack.limits[given["id"].split("/")[1]]
    title = titled(limit.title, language)
    if not given["given"]:
        return translate(language, "{title}: it is used up", title=title)
    message = "{title}: of {asked}, only {given} were left"
    return translate(language, message, title=title, asked=number(given["asked"]), given=number(given["given"]))
