"""What happened, as whole numbers: the quantity half of an item.

`of_event` reads one event; `of_history` reads facts and past events as of a date. None means: not proven.
Pure; the day is Shanghai's, windows are half-open.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from kernel.calendar import add_months, day_of, local
from rules.engine.conditions import Subject, holds
from rules.engine.model import EventView
from rules.engine.tree import Count, Data, DatesWindow, Each, Fact, LastWindow, MinutesWithin, Quantity, Sum, Window

DAY = 24 * 60
MICROSECONDS = 60_000_000  # in a minute


def of_event(quantity: Quantity, event: EventView) -> int | None:
    """The quantity of one event; None when the event does not carry it."""
    match quantity:
        case Data():
            return _whole(event.data.get(quantity.name))
        case Each():
            return 1
        case MinutesWithin():
            most = _whole(event.data.get(quantity.of))
            within = minutes_within(event.occurred_at, event.ended_at, quantity.start, quantity.end)
            return None if most is None else min(within, most)
        case _:
            return None


def minutes_within(start: datetime, end: datetime, first: int, last: int) -> int:
    """Whole minutes of [start, end) between two times of the Shanghai day, across midnight when last < first."""
    if last < first:
        total = (end - start) // timedelta(microseconds=1)
        return (total - _between(start, end, last, first)) // MICROSECONDS
    return _between(start, end, first, last) // MICROSECONDS


def _between(start: datetime, end: datetime, first: int, last: int) -> int:
    return _since_ever(end, first, last) - _since_ever(start, first, last)


def _since_ever(at: datetime, first: int, last: int) -> int:
    """Microseconds between two times of the day on every day up to an instant, so that no day is looped over."""
    here = local(at)
    of_day = ((here.hour * 60 + here.minute) * 60 + here.second) * 1_000_000 + here.microsecond
    length = (last - first) * MICROSECONDS
    return here.toordinal() * length + min(max(of_day - first * MICROSECONDS, 0), length)


def of_history(
    quantity: Quantity, facts: Mapping[str, Any], events: Sequence[EventView], as_of: date
) -> int | str | Mapping[str, int] | None:
    """The quantity as of the end of a day: a number, an enumerated value, or a number for each kind of `by`."""
    match quantity:
        case Fact(name=name, by=None):
            value = facts.get(name)
            return value if isinstance(value, int | str) else None
        case Fact(name=name):
            values = facts.get(name)
            return dict(values) if isinstance(values, Mapping) else None
        case Count():
            return sum(1 for _ in _matching(quantity, facts, events, as_of))
        case Sum():
            return sum(
                _whole(event.data.get(quantity.name)) or 0 for event in _matching(quantity, facts, events, as_of)
            )
        case _:
            return None


def _matching(
    quantity: Count | Sum, facts: Mapping[str, Any], events: Sequence[EventView], as_of: date
) -> Iterable[EventView]:
    for event in events:
        inside = event.kind == quantity.kind and _inside(quantity.within, day_of(event.occurred_at), as_of)
        subject = Subject(event.evidence, event.data, facts)
        if inside and (quantity.where is None or holds(quantity.where, subject)):
            yield event


def _inside(window: Window | None, day: date, as_of: date) -> bool:
    """Nothing after `as_of` counts, whatever the window."""
    if day > as_of:
        return False
    match window:
        case None:
            return True
        case DatesWindow():
            return window.first <= day <= window.last
        case LastWindow(unit="days"):
            return day > as_of - timedelta(days=window.count)
        case LastWindow():
            months = window.count * (12 if window.unit == "years" else 1)
            return day > add_months(as_of, -months)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
