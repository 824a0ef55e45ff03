"""Quantities of past events worked out by the database, for many holders at once: the pair of the engine's pure reader.

Two statements a batch, whatever the pack: names, windows and conditions go in as values. The database selects, counts,
sums and joins; how long a stretch is, and how a streak runs, the engine says. Must answer exactly as
`rules.engine.quantities.of_history` does; what SQL cannot say is left to that reader, and `left_out` tells it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.calendar import start_of
from kernel.canonical import dumps
from kernel.db import Session
from kernel.ids import slice_of
from kernel.sql import named
from points.measured.conditions import predicate
from points.measured.events import read_events
from rules.engine.conditions import Measure
from rules.engine.model import EventView
from rules.engine.quantities import of_history
from rules.engine.reads import Past
from rules.engine.stretches import lasting, streak
from rules.engine.subject import Facts, Subject, fact_key
from rules.engine.tree import (
    Combined,
    Compare,
    Count,
    Extreme,
    Fact,
    Lasting,
    Number,
    Quantity,
    Selection,
    Streak,
    Sum,
    Values,
)
from rules.engine.walk import nodes
from rules.engine.windows import bounds

ONE_DAY = timedelta(days=1)
NOT_PROVEN = Fact("")


@dataclass(frozen=True, slots=True)
class _Ask:
    """For whom, and as of when; `facts` are what conditions on events ask of each holder, as JSON texts.

    `role`: the relative whose facts and events count as the holder's own.
    """

    holder_ids: Sequence[UUID]
    facts: Sequence[str]
    as_of: date
    known_at: datetime
    role: str

    @property
    def binds(self) -> dict[str, Any]:
        slices = [slice_of(holder_id) for holder_id in self.holder_ids]
        own = {"slices": slices, "holder_ids": list(self.holder_ids), "facts": list(self.facts)}
        return {**own, "known_at": self.known_at}


def left_out(selections: Iterable[Past]) -> list[Past]:
    """Those that SQL cannot say: a condition that measures something itself, or that grows too long."""
    return [one for one in selections if one.where is not None and predicate(one.where) is None]


async def read_quantities(
    session: Session,
    facts: Mapping[UUID, Facts],
    selections: Collection[Past],
    *,
    as_of: date,
    known_at: datetime,
    role: str = "",
) -> dict[UUID, dict[Past, Any]]:
    """What each selection of past events came to for each holder of `facts`, as `of_history` says it.

    `role`: the relative whose facts and events count as the holder's own.
    """
    found: dict[UUID, dict[Past, Any]] = {holder_id: {} for holder_id in facts}
    if not facts or not selections:
        return found
    pure = left_out(selections)
    said = [one for one in dict.fromkeys(selections) if one not in pure]
    holder_ids = sorted(facts, key=lambda holder_id: (slice_of(holder_id), holder_id))
    asked = _compared(said)
    told = [dumps(_facts_of(Subject(facts[holder_id], role=role), asked)) for holder_id in holder_ids]
    ask = _Ask(holder_ids, told, as_of, known_at, role)
    await _tally(session, ask, [one for one in said if not isinstance(one, Lasting)], found)
    await _measure(session, ask, [one for one in said if isinstance(one, Lasting)], found)
    if pure:
        kinds = {node.kind for node in nodes(tuple(pure)) if isinstance(node, Selection)}
        events = await read_events(session, holder_ids, kinds, as_of=as_of, known_at=known_at)
        for holder_id, own in facts.items():
            subject = Subject(own, events[holder_id], as_of, role=role)
            found[holder_id] |= {one: of_history(one, subject) for one in pure}
    return found


def measure_of(read: Mapping[str, Mapping[Past, Any]]) -> Measure:
    """How the rules measure a holder whose selections were read, by role; one that was not is read from its events."""

    def measure(quantity: Quantity, subject: Subject) -> Any:
        return value_of(quantity, subject, read.get(subject.role, {}))

    return measure


def value_of(quantity: Quantity, subject: Subject, read: Mapping[Past, Any]) -> Any:
    """A quantity of a holder: selections as they were read, everything else from what the subject knows."""
    match quantity:
        case Count() | Sum() | Extreme() | Values() | Lasting() | Streak() if quantity in read:
            return read[quantity]
        case Combined():
            parts = tuple(_known(part, subject, read) for part in quantity.parts)
            return of_history(replace(quantity, parts=parts), subject)
    return of_history(quantity, subject)


def _known(part: Quantity, subject: Subject, read: Mapping[Past, Any]) -> Quantity:
    """A part of a quantity as the number that it was found to be."""
    value = value_of(part, subject, read)
    return Number(value) if isinstance(value, int) and not isinstance(value, bool) else NOT_PROVEN


def _compared(selections: Iterable[Past]) -> set[tuple[str, str]]:
    """The facts that conditions on events ask, with whose they are."""
    found = nodes(tuple(one.where for one in selections))
    return {(node.name, node.whose) for node in found if isinstance(node, Compare) and node.source == "fact"}


def _facts_of(subject: Subject, asked: Iterable[tuple[str, str]]) -> dict[str, int | str]:
    known = {fact_key(name, whose): subject.fact(name, whose) for name, whose in asked}
    return {key: value for key, value in known.items() if isinstance(value, int | str)}


def _binds_of(selections: Sequence[Past], role: str) -> dict[str, Any]:
    """What both statements ask of events: kind, whose, condition, distinct; places are the numbers.

    Events of the relative whose facts count stand in for the holder's own.
    """
    said = [predicate(one.where) if one.where is not None else None for one in selections]
    return {
        "nos": list(range(len(selections))),
        "kinds": [one.kind for one in selections],
        "whoses": [one.whose or role for one in selections],
        "paths": [one.path if one else None for one in said],
        "variables": [one.variables if one else None for one in said],
        "distincts": [one.distinct for one in selections],
    }


async def _tally(
    session: Session, ask: _Ask, selections: Sequence[Past], found: Mapping[UUID, dict[Past, Any]]
) -> None:
    """Counts, sums, extremes, values and streaks."""
    if not selections:
        return
    spans = [bounds(one.within, ask.as_of) for one in selections]
    fades = [[{"months": one.months, "percent": one.percent} for one in getattr(s, "fades", ())] for s in selections]
    bind = {
        **ask.binds,
        **_binds_of(selections, ask.role),
        "sinces": [None if first == date.min else start_of(first) for first, _ in spans],
        "untils": [start_of(last + ONE_DAY) for _, last in spans],
        "hows": ["values" if isinstance(one, Values) else "sums" for one in selections],
        "fields": [getattr(one, "name", None) for one in selections],
        "periods": [getattr(one, "per", getattr(one, "period", None)) for one in selections],
        "mosts": [getattr(one, "each", None) for one in selections],
        "fades": [dumps(entries) for entries in fades],
        "as_of": ask.as_of,
    }
    rows: dict[tuple[UUID, int], list[Any]] = defaultdict(list)
    for row in await session.execute(named(__file__, "tallies"), bind):
        rows[row.holder_id, row.no].append(row)
    for holder_id in ask.holder_ids:
        for no, one in enumerate(selections):
            found[holder_id][one] = _tallied(one, rows.get((holder_id, no), []), ask.as_of)


def _tallied(selection: Past, rows: Sequence[Any], as_of: date) -> Any:
    """One selection's answer from its rows: one for each part, or one for the whole."""
    match selection:
        case Count(per=None):
            return sum(row.times for row in rows)
        case Sum(per=None):
            return sum(row.amount for row in rows)
        case Count():
            return {row.part: row.times for row in sorted(rows, key=lambda row: row.part)}
        case Sum():
            return {row.part: row.amount for row in sorted(rows, key=lambda row: row.part)}
        case Extreme():
            return next((row.greatest if selection.which == "greatest" else row.least for row in rows), None)
        case Values():
            return {row.part: row.times for row in rows}
        case Streak():
            last = bounds(selection.within, as_of)[1]
            return streak(selection.period, {date.fromisoformat(row.part) for row in rows}, last)
    raise TypeError(selection)


async def _measure(
    session: Session, ask: _Ask, selections: Sequence[Lasting], found: Mapping[UUID, dict[Past, Any]]
) -> None:
    """How long things lasted: the database joins stretches, the engine measures them."""
    if not selections:
        return
    spans = [bounds(one.within, ask.as_of) for one in selections]
    bind = {
        **ask.binds,
        **_binds_of(selections, ask.role),
        "firsts": [None if first == date.min else first for first, _ in spans],
        "lasts": [last for _, last in spans],
        "gaps": [one.gap if one.run != "total" else 0 for one in selections],
    }
    runs: dict[tuple[UUID, int], list[EventView]] = defaultdict(list)
    for row in await session.execute(named(__file__, "runs"), bind):
        view = EventView("run", start_of(row.begun), start_of(row.ended - ONE_DAY), "", {})
        runs[row.holder_id, row.no].append(view)
    for holder_id in ask.holder_ids:
        for no, one in enumerate(selections):
            found[holder_id][one] = lasting(one, runs.get((holder_id, no), ()), ask.as_of)
