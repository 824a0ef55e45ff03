"""Until when points of an event last, and when they count: dates worked out from an item's terms.

Pure; days are Shanghai's. The day of earning is not counted, and a date is the end of its day (Civil Code, 201-202).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from kernel.calendar import add_months, day_of, start_of
from rules.engine.model import EventView
from rules.engine.terms import AfterDays, ByLevel, EndOf, Expiry, Inactive, Lasting, Maturing, OnDate, Rolling, Step
from rules.engine.windows import after, first_of

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Dates:
    """What a grant carries: at most one of the first two, and at most one of the last two."""

    expires_at: datetime | None = None
    inactive_on: date | None = None
    matures_at: datetime | None = None
    confirm_by: datetime | None = None


def step_of(by_level: ByLevel, value: int) -> Step | None:
    """The highest step that has been reached; None below the first."""
    return next((step for step in reversed(by_level.steps) if step.least <= max(value, 0)), None)


def lasting_for(expiry: Expiry, standing: Mapping[str, int]) -> Lasting:
    """How long points last for somebody of this standing."""
    by_level = expiry.by_level
    step = step_of(by_level, standing.get(by_level.of, 0)) if by_level else None
    return step.lasts if step else expiry.lasts


def dates_of(expiry: Expiry | None, matures: Maturing | None, event: EventView, standing: Mapping[str, int]) -> Dates:
    """The dates of what an event earns."""
    lasts = lasting_for(expiry, standing) if expiry else None
    day = day_of(event.occurred_at)
    return Dates(
        expires_at=end_of(lasts, day),
        inactive_on=add_months(day, lasts.months) + DAY if isinstance(lasts, Inactive) else None,
        matures_at=event.ended_at + DAY * matures.days if isinstance(matures, AfterDays) else None,
        confirm_by=None
        if matures is None or isinstance(matures, AfterDays)
        else start_of(day_of(event.ended_at) + DAY * (matures.within_days + 1)),
    )


@lru_cache(maxsize=8192)
def end_of(lasts: Lasting | None, day: date) -> datetime | None:
    """The instant at which points earned on a day are gone; None where they have no date of their own."""
    match lasts:
        case Rolling(months=months):
            return start_of(add_months(day, months) + DAY)
        case OnDate(last=last):
            return start_of(last + DAY)
        case EndOf(period=period, after=count):
            return start_of(after(period, first_of(period, day), count + 1))
    return None
