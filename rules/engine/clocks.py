"""Until when something must be done: working days, calendar days and months, and the stages of a procedure.

The day on which something happens is not counted; the first day of a period is the next one (Civil Code, article 201).
A period in calendar days or months that would end on a day off ends on the next working day (article 203).
Pure; must never ask the time, and must never hide that a year's holidays are not published yet: such a date is
reckoned with Saturdays and Sundays alone, and says that it is provisional.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kernel.calendar import add_months
from rules.catalogue.holiday_register import Holidays

_SATURDAY = 5
_DAY = timedelta(days=1)


class Unit(StrEnum):
    """What a period is counted in."""

    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"


class Silence(StrEnum):
    """What it means when a period ends and nobody has answered."""

    NOTHING = "nothing"  # the stage is late, and stays open
    AGREES = "agrees"  # taken as a yes: a public notice without objections
    WAIVES = "waives"  # taken as given up: a card that nobody used
    ESCALATES = "escalates"  # goes to whoever stands above


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a procedure. `after` names the stage whose end begins it; None: it begins with the procedure.

    `extends` lets a period of days or months that ends on a day off run on to the next working day; a validity
    printed on a card does not.
    """

    code: str
    count: int
    unit: Unit
    after: str | None = None
    silence: Silence = Silence.NOTHING
    extends: bool = True


@dataclass(frozen=True, slots=True)
class Due:
    """When a stage begins and the last day it may take; `provisional` where a year's holidays are not known yet."""

    code: str
    begins_on: date
    due_on: date
    silence: Silence
    provisional: bool


def is_working_day(day: date, holidays: Holidays) -> bool:
    """Monday to Friday but for holidays, and the Saturdays and Sundays that are worked instead."""
    return day not in holidays.off and (day.weekday() < _SATURDAY or day in holidays.worked)


def add_working_days(day: date, count: int, holidays: Holidays) -> date:
    """The working day that stands `count` after a day, or before it when negative; the day itself at 0."""
    step = _DAY if count > 0 else -_DAY
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day, holidays):
            day += step
    return day


def working_days_between(start: date, end: date, holidays: Holidays) -> int:
    """How many working days lie after `start`, up to and including `end`; negative when `end` is earlier."""
    if end < start:
        return -working_days_between(end, start, holidays)
    return sum(is_working_day(start + _DAY * n, holidays) for n in range(1, (end - start).days + 1))


def due_on(begins_on: date, stage: Stage, holidays: Holidays) -> date:
    """The last day of a stage that begins on a day; a stage of 0 ends on the day it begins."""
    match stage.unit:
        case Unit.WORKING_DAYS:
            return add_working_days(begins_on, stage.count, holidays)
        case Unit.DAYS:
            last = begins_on + _DAY * stage.count
        case Unit.MONTHS:
            last = add_months(begins_on, stage.count)
    if not stage.count or not stage.extends or is_working_day(last, holidays):
        return last
    return add_working_days(last, 1, holidays)


def timetable(
    stages: Sequence[Stage], begun_on: date, holidays: Holidays, finished: Mapping[str, date] | None = None
) -> list[Due]:
    """Every stage with its last day, each beginning when the stage before it is due, or on the day it was finished.

    A last day later than any calendar is the last that there is.

    ValueError for a stage that stands before the one it follows, for two of one name, and for a negative count.
    """
    ends: dict[str, date] = {}
    provisional: set[str] = set()
    dues = []
    for stage in stages:
        if stage.code in ends or stage.count < 0 or (stage.after is not None and stage.after not in ends):
            raise ValueError(f"stage {stage.code} follows nothing before it, stands twice, or counts backwards")
        begins_on = begun_on if stage.after is None else ends[stage.after]
        try:
            last = due_on(begins_on, stage, holidays)
        except (OverflowError, ValueError):  # later than any calendar
            last = date.max
        if stage.after in provisional or not holidays.years.issuperset(range(begins_on.year, last.year + 1)):
            provisional.add(stage.code)
        dues.append(Due(stage.code, begins_on, last, stage.silence, stage.code in provisional))
        ends[stage.code] = (finished or {}).get(stage.code, last)
        if finished and stage.code in finished:
            provisional.discard(stage.code)
    return dues


def silent(dues: Sequence[Due], finished: Mapping[str, date], today: date) -> list[Due]:
    """The stages whose last day is over without an answer; the `silence` of each says what that means."""
    return [due for due in dues if due.code not in finished and due.due_on < today]
