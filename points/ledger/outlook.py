"""What lies ahead of a holder: lots that will lapse, each with what it came from, and points that still wait.

Reads only. Must never be read by a writer instead of its own claimed page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from kernel.db import Session
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger.model import Minor


@dataclass(frozen=True, slots=True)
class OpenLot:
    """What remains of one credit posting, and when it lapses; `extended` when it came back late and has grace."""

    point_kind: str
    seq: int
    transaction_id: UUID
    title: Mapping[str, str]
    granted: Minor
    remaining: Minor
    effective_at: datetime
    lapses_at: datetime
    extended: bool


@dataclass(frozen=True, slots=True)
class Expiring:
    """So much of one kind lapses at one instant, unless it is spent before; and the lots that it is the sum of."""

    point_kind: str
    lapses_at: datetime
    amount: Minor
    lots: tuple[OpenLot, ...]


@dataclass(frozen=True, slots=True)
class Awaited:
    """Points that an event granted and that count from `due_at` (`matures`), or lapse then unconfirmed (`lapses`)."""

    pending_id: UUID
    what: str
    due_at: datetime
    event_id: UUID
    recorded_at: datetime
    point_kind: str
    amount: Minor
    title: Mapping[str, str]


async def expiring(session: Session, *, holder_id: UUID, now: datetime, within: timedelta) -> list[Expiring]:
    """What lapses after `now` and no later than `within` from it, by kind and date, the next first."""
    bind = {"slice": slice_of(holder_id), "holder_id": holder_id, "now": now, "until": now + within}
    lots = [OpenLot(*row) for row in await session.execute(named(__file__, "expiring_lots"), bind)]
    return [
        Expiring(kind, lapses_at, sum(lot.remaining for lot in part), tuple(part))
        for (lapses_at, kind), group in groupby(lots, key=lambda lot: (lot.lapses_at, lot.point_kind))
        if (part := list(group))
    ]


async def awaited(session: Session, *, holder_id: UUID) -> list[Awaited]:
    """What waits for its day or for somebody's confirmation, the next due first."""
    rows = await session.execute(
        named(__file__, "open_pending"), {"slice": slice_of(holder_id), "holder_id": holder_id}
    )
    return [
        Awaited(
            row.pending_id,
            row.what,
            row.due_at,
            row.event_id,
            row.recorded_at,
            row.data["point_kind"],
            row.data["amount"],
            row.data["title"],
        )
        for row in rows
    ]
