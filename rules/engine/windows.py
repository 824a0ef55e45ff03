"""Windows of the Shanghai calendar: those of a quantity, as days, and those of caps and limits, as half-open instants.

Pure. Every window of a quantity ends at `as_of` at the latest.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from kernel.calendar import add_months, start_of

EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def first_of(period: str, day: date) -> date:
    """The first day of the day, month, quarter or year that a day lies in."""
    if period == "day":
        return day
    first = day.replace(day=1)
    return first if period == "month" else add_months(first, -((day.month - 1) % MONTHS[period]))


def after(period: str, first: date, count: int = 1) -> date:
    """The first day of the period that comes so many periods after the one that begins on a day."""
    return first + timedelta(days=count) if period == "day" else add_months(first, MONTHS[period] * count)


@lru_cache(maxsize=8192)
def window(per: str, day: date) -> tuple[datetime, datetime]:
    """The day, month or year around a day; anything else is all of time."""
    if per not in ("day", "month", "year"):
        return EVER
    first = first_of(per, day)
    return start_of(first), start_of(after(per, first))


@dataclass(frozen=True, slots=True)
class LastWindow:
    """The last years, months or days before its end; half-open, the day of its end belongs to it.

    `ending` moves the end back from `as_of`: to the last day of the month or year before, or to the latest such day
    of a year ("05-31").
    """

    unit: Literal["years", "months", "days"]
    count: int
    ending: str | None = None


@dataclass(frozen=True, slots=True)
class DatesWindow:
    """Fixed dates: from the first day to the last, both counted."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class CalendarWindow:
    """So many whole calendar periods before the one of `as_of`; 0 is that one itself, up to `as_of`."""

    unit: Literal["year", "quarter", "month"]
    count: int


Window = LastWindow | DatesWindow | CalendarWindow
Period = Literal["day", "month", "quarter", "year"]


def bounds(window: Window | None, as_of: date) -> tuple[date, date]:
    """The first day of a window and its last, both counted; nothing after `as_of` belongs to any."""
    match window:
        case None:
            return date.min, as_of
        case DatesWindow():
            return window.first, min(window.last, as_of)
        case CalendarWindow():
            first = first_of(window.unit, as_of)
            if not window.count:
                return first, as_of
            return after(window.unit, first, -window.count), first - timedelta(days=1)
    last = _end(window.ending, as_of)
    if window.unit == "days":
        return last - timedelta(days=window.count - 1), last
    months = window.count * (12 if window.unit == "years" else 1)
    following = last + timedelta(days=1)
    if window.ending is not None and following.day == 1:  # whole months: up to 28 February they are not from 29 January
        return add_months(following, -months), last
    return add_months(last, -months) + timedelta(days=1), last


def _end(ending: str | None, as_of: date) -> date:
    """The last day of the month or year before, or the latest day of that name that is not after `as_of`."""
    if ending is None:
        return as_of
    if ending in ("month", "year"):
        return first_of(ending, as_of) - timedelta(days=1)
    named = date(as_of.year, int(ending[:2]), int(ending[3:]))
    return named if named <= as_of else add_months(named, -12)
