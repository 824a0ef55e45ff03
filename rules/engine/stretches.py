"""How long something lasted: stretches of days joined across gaps, whole units of them, and periods in a row.

Pure. A stretch is from the day an event began to the day it ended, the last day counted; what has not ended by the
day that is asked about lasts up to it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from kernel.calendar import add_months, day_of
from rules.engine.model import EventView
from rules.engine.tree import Lasting
from rules.engine.windows import after, bounds, first_of

Stretch = tuple[date, date]
"""From the first day to the day after the last."""

ONE_DAY = timedelta(days=1)
DAYS_A_MONTH = 30  # what is left over of several stretches adds up to months of so many days


def lasting(quantity: Lasting, events: Iterable[EventView], as_of: date) -> int:
    """Whole units of the stretches that a quantity asks for; 0 where there is none."""
    first, last = bounds(quantity.within, as_of)
    found = [
        (max(day_of(event.occurred_at), first), min(day_of(event.ended_at), last) + ONE_DAY)
        for event in events
        if first <= last and day_of(event.ended_at) >= first
    ]
    runs = joined(found, quantity.gap if quantity.run != "total" else 0)
    match quantity.run:
        case "total":
            return units_of(runs, quantity.unit)
        case "longest":
            return max((units_of([run], quantity.unit) for run in runs), default=0)
    lasts = [run for run in runs if add_months(run[1] - ONE_DAY, quantity.gap) >= last]
    return units_of(lasts[-1:], quantity.unit)


def joined(stretches: Iterable[Stretch], gap: int) -> list[Stretch]:
    """Stretches in order, none touching another: what overlaps, or lies at most so many months apart, is one."""
    runs: list[Stretch] = []
    for begun, ended in sorted(stretches):
        if runs and begun <= add_months(runs[-1][1], gap):
            runs[-1] = (runs[-1][0], max(runs[-1][1], ended))
        else:
            runs.append((begun, ended))
    return runs


def units_of(stretches: Sequence[Stretch], unit: str) -> int:
    """Whole days, months or years of stretches taken together."""
    if unit == "days":
        return sum((ended - begun).days for begun, ended in stretches)
    months = over = 0
    for begun, ended in stretches:
        whole = _months_between(begun, ended)
        months += whole
        over += (ended - add_months(begun, whole)).days
    if len(stretches) > 1:  # of one stretch the calendar alone decides: a day short of a year is no year
        months += over // DAYS_A_MONTH
    return months if unit == "months" else months // 12


def whole_units(begun: date, day: date, unit: str) -> int:
    """Whole years, months or days from one day to another; 0 when that lies before it."""
    if day < begun:
        return 0
    if unit == "days":
        return (day - begun).days
    months = _months_between(begun, day)
    return months if unit == "months" else months // 12


def _months_between(begun: date, ended: date) -> int:
    months = (ended.year - begun.year) * 12 + ended.month - begun.month
    return months if add_months(begun, months) <= ended else months - 1


def streak(period: str, days: set[date], last: date) -> int:
    """How many periods in a row have one of the days, back from the one of `last`; that one need not have any yet."""
    periods = {first_of(period, day) for day in days}
    at = first_of(period, last)
    if at not in periods:
        at = after(period, at, -1)
    count = 0
    while at in periods:
        count, at = count + 1, after(period, at, -1)
    return count
