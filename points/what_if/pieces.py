"""Everybody's past, a piece at a time: whole holders with what rules read of them, as it was known at an instant.

    accrual      their events, one query streamed; registers that count as one come together, last
    assessment   what is recorded of them as of a day, a page of holders in a few queries

Reads only what one of the packs asks. Memory stays flat whatever the city. Must never read a name.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from kernel.calendar import day_of
from kernel.db import Session
from kernel.ids import SLICES, slice_of
from kernel.sql import named
from points.measured.events import read_events
from points.measured.score import gather_facts, pages_of
from points.what_if.worth_columns import Read
from rules.engine.model import EventView, Pack
from rules.engine.reads import Reads, reads_of

ROWS_AT_ONCE: Final = 50_000
_IN_CHUNKS: Final = {"yield_per": ROWS_AT_ONCE}
NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some holders, their homes where one is known, and what rules read of each: three columns of one length."""

    holder_ids: Sequence[UUID]
    homes: Sequence[UUID | None]
    people: Sequence[Read]

    @property
    def percent(self) -> int:
        """How much of everybody has come with this piece: they come slice by slice."""
        return 100 * max(map(slice_of, self.holder_ids), default=0) // SLICES


async def pieces(
    session: Session, packs: Sequence[Pack], *, until: datetime, known_at: datetime
) -> AsyncIterator[Piece]:
    """All whom these packs pay or assess; they are of one mode and kind of holder. `until` is exclusive."""
    if packs[0].mode == "assessment":
        async for piece in _assessed(session, packs, until, known_at):
            yield piece
        return
    binds = {
        "kinds": sorted({kind for pack in packs for kind in pack.by_kind}),
        "holder_kind": packs[0].holder,
        "known_at": known_at,
        "until": until,
    }
    holders = Holders()
    found = await session.stream(named(__file__, "past_events"), binds, execution_options=_IN_CHUNKS)
    async for rows in found.partitions():
        yield await asyncio.to_thread(holders.add, rows)
    yield await asyncio.to_thread(holders.end)


def both(packs: Sequence[Pack]) -> Reads:
    """All that any of the packs reads of a holder."""
    each = [reads_of(pack) for pack in packs]
    return Reads(
        kinds=frozenset().union(*(one.kinds for one in each)),
        facts=frozenset().union(*(one.facts for one in each)),
        balances=frozenset().union(*(one.balances for one in each)),
        members=frozenset().union(*(one.members for one in each)),
        selections=tuple(dict.fromkeys(selection for one in each for selection in one.selections)),
    )


async def _assessed(
    session: Session, packs: Sequence[Pack], until: datetime, known_at: datetime
) -> AsyncIterator[Piece]:
    reads, as_of = both(packs), day_of(until)
    async for page in pages_of(session, packs[0].holder, known_at=known_at):
        facts = await gather_facts(session, reads, list(page), as_of=as_of, known_at=known_at)
        events = await read_events(session, list(page), reads.kinds, as_of=as_of, known_at=known_at)
        yield Piece(list(page), list(page.values()), [Read(facts[own], events[own]) for own in page])


class Holders:
    """Rows of events as they come, one holder after the other: whole holders at once, what was merged at the end."""

    def __init__(self) -> None:
        self._carried: list[Any] = []
        self._together: dict[UUID, list[Any]] = defaultdict(list)

    def add(self, rows: Sequence[Any]) -> Piece:
        """The holders whose rows are complete; the last one may go on in the next rows."""
        self._carried.extend(rows)
        last = self._carried[-1].holder_id
        whole = [row for row in self._carried if row.holder_id != last]
        self._carried = [row for row in self._carried if row.holder_id == last]
        return self._piece(whole)

    def end(self) -> Piece:
        """The last holder, and those who have a past under several registers."""
        piece = self._piece(self._carried)
        merged = self._together.items()
        found = [(goes_on, sorted(rows, key=lambda row: (row.recorded_at, row.event_id))) for goes_on, rows in merged]
        return Piece(
            [*piece.holder_ids, *(holder_id for holder_id, _ in found)],
            [*piece.homes, *(_home(holder_id, rows) for holder_id, rows in found)],
            [*piece.people, *(_read(rows) for _, rows in found)],
        )

    def _piece(self, rows: Sequence[Any]) -> Piece:
        own: list[tuple[UUID, list[Any]]] = []
        for holder_id, theirs in groupby(rows, key=lambda row: row.holder_id):
            events = list(theirs)
            if events[0].together is not None:
                self._together[events[0].together] += events
            else:
                own.append((holder_id, events))
        return Piece(
            [holder_id for holder_id, _ in own],
            [events[0].unit_id for _, events in own],
            [_read(events) for _, events in own],
        )


def _home(holder_id: UUID, rows: Sequence[Any]) -> UUID | None:
    """The home of the register that goes on, where it has events of its own."""
    return next((row.unit_id for row in rows if row.holder_id == holder_id), None)


def _read(rows: Sequence[Any]) -> Read:
    return Read(NOTHING, [EventView(row.kind, row.occurred_at, row.ended_at, row.evidence, row.data) for row in rows])
