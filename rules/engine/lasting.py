"""Until when points of an event last, and when they count: dates worked out from an item's terms.

Pure; days are Shanghai's. The day of earning is not counted, and a date is the end of its day (Civil Code, 201-202).
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

from kernel.calendar import add_months, day_of, start_of
from rules.engine.terms import AfterDays, ByLevel, EndOf, Expiry, Inactive, Lasting, Maturing, OnDate, Rolling, Step
from rules.engine.windows import after, first_of

DAY = timedelta(days=1)
LAST = start_of(date(9000, 1, 1))
"""What has no end counts from here, so that no sum of days overflows."""

NO_DATES: tuple[None, None] = (None, None)


def step_of(by_level: ByLevel, value: int) -> Step | None:
    """The highest step that has been reached; None below the first."""
    return next((step for step in reversed(by_level.steps) if step.least <= max(value, 0)), None)


def lasting_for(expiry: Expiry, standing: Mapping[str, int]) -> Lasting:
    """How long points last for somebody of this standing."""
    by_level = expiry.by_level
    step = step_of(by_level, standing.get(by_level.of, 0)) if by_level else None
    return step.lasts if step else expiry.lasts


@lru_cache(maxsize=8192)
def lasts_until(lasts: Lasting, day: date) -> tuple[datetime | None, date | None]:
    """The instant at which points of a day are gone; or else the first day on which inactivity has ended them."""
    match lasts:
        case Rolling(months=months):
            return start_of(add_months(day, months) + DAY), None
        case OnDate(last=last):
            return start_of(last + DAY), None
        case EndOf(period=period, after=count):
            return start_of(after(period, first_of(period, day), count + 1)), None
        case Inactive(months=months):
            return None, add_months(day, months) + DAY
    return None, None


def counts_from(matures: Maturing, ended_at: datetime) -> tuple[datetime | None, datetime | None]:
    """The instant from which points count; or else the one before which somebody must confirm."""
    ended_at = min(ended_at, LAST)
    if isinstance(matures, AfterDays):
        return ended_at + DAY * matures.days, None
    return None, start_of(day_of(ended_at) + DAY * (matures.within_days + 1))
