"""What a holder has and how it came about: balances, the statement, one transaction.

Reads only; lots past their date are subtracted, swept or not. Must never be read by a writer instead
of its own claimed accounts.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, text

from kernel.db import Session
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger.model import Minor


@dataclass(frozen=True, slots=True)
class Balance:
    """One point kind, in minor units: available = posted - held, without what is past its date."""

    point_kind: str
    posted: Minor
    held: Minor
    available: Minor
    expiring: Minor
    expiring_at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """One posting as its holder reads it."""

    point_kind: str
    seq: int
    transaction_id: UUID
    amount: Minor
    balance_after: Minor
    effective_at: datetime
    recorded_at: datetime
    title: dict[str, str]
    reason: str
    event_id: UUID | None
    hold_id: UUID | None
    contra: str
    lot_expires_at: datetime | None

    @property
    def position(self) -> "Position":
        """Where the next page starts."""
        return (self.recorded_at, self.point_kind, self.seq)


Position = tuple[datetime, str, int]

_TRANSACTION = text("""
    select point_kind, seq, transaction_id, amount, balance_after, effective_at, recorded_at, title,
        reason, event_id, hold_id, contra, lot_expires_at
    from postings where slice = :slice and holder_id = :holder_id and transaction_id = :transaction_id
    order by point_kind, seq
""")


async def balances(session: Session, *, holder_id: UUID, now: datetime) -> list[Balance]:
    """What the holder has of each point kind."""
    bind = {"slice": slice_of(holder_id), "holder_id": holder_id, "now": now}
    return [
        Balance(
            point_kind=row.point_kind,
            posted=row.posted - row.lapsed,
            held=row.held,
            available=row.posted - row.lapsed - row.held,
            expiring=row.expiring,
            expiring_at=row.expiring_at,
        )
        for row in await session.execute(named(__file__, "balances"), bind)
    ]


async def statement(session: Session, *, holder_id: UUID, before: Position | None = None, most: int = 50) -> list[Line]:
    """Postings newest first; `before` is the position of the last line already seen."""
    before_at, before_kind, before_seq = before or (None, None, None)
    bind = {
        "slice": slice_of(holder_id),
        "holder_id": holder_id,
        "before_at": before_at,
        "before_kind": before_kind,
        "before_seq": before_seq,
        "most": most,
    }
    return [_line(row) for row in await session.execute(named(__file__, "statement"), bind)]


async def transaction(session: Session, *, holder_id: UUID, transaction_id: UUID) -> list[Line]:
    """All postings of one item of this holder; empty where there is none."""
    bind = {"slice": slice_of(holder_id), "holder_id": holder_id, "transaction_id": transaction_id}
    return [_line(row) for row in await session.execute(_TRANSACTION, bind)]


def _line(row: Row[tuple[object, ...]]) -> Line:
    return Line(**row._mapping)
