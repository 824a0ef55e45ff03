"""The spans of the Shanghai calendar by which caps and limits count, as half-open instants. Pure."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

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
