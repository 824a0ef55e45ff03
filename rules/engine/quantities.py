"""What happened, as whole numbers: the quantity half of an item.

`of_event` reads one event; `of_history` reads facts and past events as of a day. None means: not proven.
Pure; the day is Shanghai's. Stretches of time are `lasting`'s; here nothing is priced.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from kernel.calendar import day_of, local
from rules.engine.conditions import Judge
from rules.engine.model import EventView
from rules.engine.prices import half_up
from rules.engine.stretches import lasting, streak, whole_units
from rules.engine.subject import Subject, balance_key, members_key
from rules.engine.tree import (
    Balance,
    Combined,
    Count,
    Data,
    Each,
    Extreme,
    Fact,
    Lasting,
    Members,
    MinutesWithin,
    Number,
    Quantity,
    Selection,
    Since,
    Streak,
    Sum,
    Values,
)
from rules.engine.windows import bounds, first_of

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


def of_history(quantity: Quantity, subject: Subject) -> Any:
    """The quantity as of the end of a day, or None where it is not proven.

    A whole number; a value of a list; or, where parts are priced by themselves, a mapping: a number for each kind of a
    fact or each period of the calendar. Values are a mapping of each value to how often it stands there.
    """
    match quantity:
        case Number():
            return quantity.value
        case Fact() | Since() | Balance() | Members():
            return _known(quantity, subject)
        case Combined():
            return _combined(quantity, [of_history(part, subject) for part in quantity.parts])
        case Count() | Sum() | Extreme() | Values() | Lasting() | Streak():
            return _of_events(quantity, subject)
        case _:
            return None


JUDGE = Judge(of_history)
"""Conditions of assessments: they may measure."""


def _known(quantity: Fact | Since | Balance | Members, subject: Subject) -> Any:
    """What stands in the facts."""
    match quantity:
        case Balance():
            return _whole(subject.facts.get(balance_key(quantity.point_kind)))
        case Members():
            return _members(quantity, subject.facts.get(members_key(quantity.point_kind)))
        case Since():
            begun = subject.fact(quantity.name, quantity.whose)
            return whole_units(date.fromisoformat(begun), subject.as_of, quantity.unit) if begun else None
    value = subject.fact(quantity.name, quantity.whose)
    if quantity.kind is not None:
        return _whole(value.get(quantity.kind)) if isinstance(value, Mapping) else None
    if quantity.by is not None:
        return dict(value) if isinstance(value, Mapping) else None
    return value if isinstance(value, int | str) else None


def _members(quantity: Members, balances: Any) -> int | None:
    if not balances:
        return None
    match quantity.how:
        case "total":
            return int(sum(balances))
        case "average":
            return half_up(Fraction(sum(balances), len(balances)))
        case "share":
            reached = sum(1 for balance in balances if balance >= quantity.least)
            return half_up(Fraction(reached * 10_000, len(balances)))


def _combined(quantity: Combined, found: list[Any]) -> int | None:
    proven = [_whole(value) for value in found]
    known = [value for value in proven if value is not None]
    if quantity.how in ("total", "greatest", "first"):
        if not known:
            return None
        if quantity.how == "first":
            return known[0]
        return sum(known) if quantity.how == "total" else max(known)
    if quantity.how == "difference":
        return None if proven[0] is None else max(0, proven[0] - sum(value or 0 for value in proven[1:]))
    if len(known) < len(found):
        return None
    match quantity.how:
        case "least":
            return min(known)
        case "agreed":
            return known[0] if len(set(known)) == 1 else None
        case "product":
            result = 1
            for value in known:
                result *= value
            return result
        case _:
            return half_up(Fraction(known[0] * quantity.scale, known[1])) if known[1] > 0 else None


def selected(selection: Selection, subject: Subject) -> Iterator[EventView]:
    """The events that a quantity reads, in their order; of those of one `distinct` value the first.

    Where a relative's facts stand in for the holder's own, so do the relative's events.
    """
    first, last = bounds(selection.within, subject.as_of)
    whose = selection.whose or subject.role
    seen: set[Any] = set()
    for event in subject.events:
        if event.kind != selection.kind or event.whose != whose:
            continue
        day = day_of(event.occurred_at)
        inside = first <= day <= last or (isinstance(selection, Lasting) and day < first)
        if not inside or (selection.where is not None and not JUDGE.holds(selection.where, subject.about(event))):
            continue
        if selection.distinct is not None:
            value = event.data.get(selection.distinct)
            if value in seen:
                continue
            seen.add(value)
        yield event


def _of_events(quantity: Count | Sum | Extreme | Values | Lasting | Streak, subject: Subject) -> Any:
    events = selected(quantity, subject)
    match quantity:
        case Count():
            return _by_period(quantity.per, ((event, 1) for event in events))
        case Sum():
            return _by_period(quantity.per, ((event, _amount(quantity, event, subject.as_of)) for event in events))
        case Extreme():
            values = [found for event in events if (found := _whole(event.data.get(quantity.name))) is not None]
            choose = max if quantity.which == "greatest" else min
            return choose(values, default=None)
        case Values():
            return dict(Counter(event.data[quantity.name] for event in events if quantity.name in event.data))
        case Lasting():
            return lasting(quantity, events, subject.as_of)
        case Streak():
            last = bounds(quantity.within, subject.as_of)[1]
            return streak(quantity.period, {day_of(event.occurred_at) for event in events}, last)


def _amount(quantity: Sum, event: EventView, as_of: date) -> Fraction:
    """What one event adds: at most `each`, and the share that its age leaves."""
    value = _whole(event.data.get(quantity.name)) or 0
    value = value if quantity.each is None else min(value, quantity.each)
    months = whole_units(day_of(event.occurred_at), as_of, "months")
    percent = min((fade.percent for fade in quantity.fades if months >= fade.months), default=100)
    return Fraction(value * percent, 100)


def _by_period(per: str | None, amounts: Iterator[tuple[EventView, Any]]) -> int | dict[str, int]:
    """The sum, or one for each period; what fading leaves of the whole is rounded down, once."""
    if per is None:
        return int(sum(amount for _, amount in amounts))
    found: dict[str, Any] = {}
    for event, amount in amounts:
        key = first_of(per, day_of(event.occurred_at)).isoformat()
        found[key] = found.get(key, 0) + amount
    return {key: int(amount) for key, amount in sorted(found.items())}


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
