"""The assessment of holders from what is recorded of them: of one, of many, or of everybody, a batch at a time.

The rules answer, purely; here only what the pack reads is gathered, in a few queries a batch. Nothing is stored. Must
never read of anybody what the pack does not ask.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from kernel.db import Session
from kernel.ids import SLICES
from kernel.sql import named
from points.measured.balances import read_balances, read_members_balances
from points.measured.events import read_events
from points.measured.facts import read_facts
from points.measured.quantities import measure_of, read_quantities
from rules.engine.assess import Score, assess
from rules.engine.conditions import Measure
from rules.engine.model import EventView, HolderKind, Pack
from rules.engine.quantities import of_history
from rules.engine.reads import Past, Reads, reads_of
from rules.engine.subject import balance_key, members_key

AT_ONCE: Final = 1_000
"""Holders of a batch: their rows fit in memory, and the next batch begins soon."""
_BEFORE_ALL: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Person:
    """One holder as the rules are to read them; `unit_id` is their home, where one is known.

    `measure` reads a quantity: from the events, or as the database has measured it. Then `events` are only those that
    the rules look at one by one.
    """

    holder_id: UUID
    unit_id: UUID | None
    facts: Mapping[str, Any]
    events: Sequence[EventView]
    measure: Measure = of_history


async def score_from_database(
    session: Session,
    pack: Pack,
    holder_id: UUID,
    *,
    as_of: date,
    known_at: datetime,
    use: str | None = None,
    decided: Mapping[str, Fraction] | None = None,
    declared: bool = False,
) -> Score:
    """One holder's score at the end of a day, by what was known at an instant; `use` and `decided` as in `assess`.

    `declared`: what nobody has verified counts as well, to show what it would give.
    """
    found = await score_many(
        session, pack, [holder_id], as_of=as_of, known_at=known_at, use=use, decided=decided, declared=declared
    )
    return found[holder_id]


async def score_many(
    session: Session,
    pack: Pack,
    holder_ids: Collection[UUID],
    *,
    as_of: date,
    known_at: datetime,
    use: str | None = None,
    decided: Mapping[str, Fraction] | None = None,
    declared: bool = False,
) -> dict[UUID, Score]:
    """The score of each of these holders; so many queries whatever their number."""
    reads = reads_of(pack)
    facts = await gather_facts(session, reads, holder_ids, as_of=as_of, known_at=known_at, declared=declared)
    events = await read_events(session, holder_ids, reads.kinds, as_of=as_of, known_at=known_at)
    return {own: assess(pack, facts[own], events[own], as_of, use=use, decided=decided) for own in facts}


async def gather_facts(
    session: Session,
    reads: Reads,
    holder_ids: Collection[UUID],
    *,
    as_of: date,
    known_at: datetime,
    declared: bool = False,
) -> dict[UUID, dict[str, Any]]:
    """Facts, balances and members' balances of each holder: all that a pack reads beside events."""
    found = await read_facts(session, holder_ids, as_of=as_of, known_at=known_at, declared=declared, keys=reads.facts)
    for holder_id, had in (
        await read_balances(session, holder_ids, reads.balances, as_of=as_of, known_at=known_at)
    ).items():
        found[holder_id] |= {balance_key(kind): amount for kind, amount in had.items()}
    for holder_id, each in (
        await read_members_balances(session, holder_ids, reads.members, as_of=as_of, known_at=known_at)
    ).items():
        found[holder_id] |= {members_key(kind): amounts for kind, amounts in each.items()}
    return found


async def population(
    session: Session,
    pack: Pack,
    *,
    as_of: date,
    known_at: datetime,
    declared: bool = False,
    measured: bool = False,
    slices: range = range(SLICES),
    at_once: int = AT_ONCE,
) -> AsyncIterator[list[Person]]:
    """Everybody whom a pack may score, in these slices, batch after batch: memory stays flat whatever the city.

    What is recorded meanwhile changes nothing, because everything is read as it was known at one instant. `measured`:
    the database measures what was selected of past events, instead of handing them out.
    """
    reads = reads_of(pack)
    roles = {"", *(pack.choosing.among if pack.choosing else ())}
    async for page in pages_of(session, pack.holder, known_at=known_at, slices=slices, at_once=at_once):
        facts = await gather_facts(session, reads, list(page), as_of=as_of, known_at=known_at, declared=declared)
        kinds = reads.singly if measured else reads.kinds
        events = await read_events(session, list(page), kinds, as_of=as_of, known_at=known_at)
        people = [Person(own, unit_id, facts[own], events[own]) for own, unit_id in page.items()]
        if measured:
            read = {
                role: await read_quantities(session, facts, reads.selections, as_of=as_of, known_at=known_at, role=role)
                for role in roles
            }
            people = [replace(one, measure=_measure_of(one.holder_id, read)) for one in people]
        yield people


def _measure_of(holder_id: UUID, read: Mapping[str, Mapping[UUID, Mapping[Past, Any]]]) -> Measure:
    return measure_of({role: found[holder_id] for role, found in read.items()})


async def pages_of(
    session: Session,
    kind: HolderKind,
    *,
    known_at: datetime,
    slices: range = range(SLICES),
    at_once: int = AT_ONCE,
) -> AsyncIterator[dict[UUID, UUID | None]]:
    """The holders of a kind with their homes, in pages, slice by slice; merged registers are those they went on as."""
    after_slice, after_id = slices.start, _BEFORE_ALL
    while True:
        bind = {
            "kind": kind,
            "first": slices.start,
            "last": slices.stop - 1,
            "after_slice": after_slice,
            "after_id": after_id,
            "known_at": known_at,
            "most": at_once,
        }
        rows = (await session.execute(named(__file__, "people"), bind)).all()
        if rows:
            yield {row.holder_id: row.unit_id for row in rows}
            after_slice, after_id = rows[-1].slice, rows[-1].holder_id
        if len(rows) < at_once:
            return
