"""What changes with time alone: how a level changes hands, and until when a bar holds. Pure."""

from dataclasses import dataclass
from datetime import date

from kernel.calendar import add_months, day_of
from rules.engine.model import Level, Moves, Scale
from rules.engine.outcome import Bar
from rules.engine.quantities import selected
from rules.engine.subject import Subject
from rules.engine.tree import Count


@dataclass(frozen=True, slots=True)
class Held:
    """The level that somebody has, since when, and the last day on which something spoke against it."""

    level: str
    since: date
    last_bad_on: date | None = None


def barred_until(bar: Bar, subject: Subject) -> date | None:
    """The first day on which a bar no longer holds; None when it does not hold on the day. For ever is `date.max`."""
    days = [day_of(event.occurred_at) for event in selected(Count(kind=bar.kind, where=bar.where), subject)]
    if not days:
        return None
    until = date.max if bar.months is None else add_months(max(days), bar.months)
    return until if subject.as_of < until else None


def move(scale: Scale, held: Held, reached: Level, day: date, *, mended: bool = True) -> Held:
    """The level on a day, from the one that is held and the one that is reached by what is measured now.

    Downwards at once, at most `falls_by` steps. Upwards only once what was wrong is `mended`, so many clean months
    have passed since the last bad day, and the level was held long enough. A level that ran out is measured anew.
    """
    moves = scale.moves or Moves()
    order = [level.code for level in scale.levels]
    now, then = order.index(reached.code), order.index(held.level)
    ran_out = moves.valid_months is not None and day >= add_months(held.since, moves.valid_months)
    if now < then:
        lowest = now if moves.falls_by is None or ran_out else max(now, then - moves.falls_by)
        return Held(order[lowest], day, held.last_bad_on)
    if ran_out:
        return Held(order[now], day, held.last_bad_on)
    clean = held.last_bad_on is None or day >= add_months(held.last_bad_on, moves.clean_months)
    waited = day >= add_months(held.since, moves.rise_after_months)
    return Held(order[now], day, held.last_bad_on) if now > then and mended and clean and waited else held
