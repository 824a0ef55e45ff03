"""Confirm points that would lapse: somebody says in time that what earned them was in order, and they are posted.

Must never confirm what matures by itself, what has ended, or what came too late.
"""

from datetime import datetime
from uuid import UUID

from kernel.audit import audit
from kernel.db import Session
from kernel.errors import DomainError, Kind
from points.ledger.book import open_book
from points.ledger.pending import Waiting, mature, read_waiting
from points.ledger.refusals import PendingEnded
from points.ledger.write import write


class NothingToConfirm(DomainError):
    """These points count by themselves on their day; nobody needs to confirm them. Nothing was changed.

    Wait for that day.
    """

    kind, code = Kind.REFUSED, "NOTHING_TO_CONFIRM"


async def find_waiting(session: Session, *, holder_id: UUID, pending_id: UUID) -> Waiting:
    """One pending row of a holder, ended or not. Refuses with TransactionUnknown."""
    return (await read_waiting(session, [(holder_id, pending_id)]))[pending_id]


async def confirm(session: Session, *, holder_id: UUID, pending_id: UUID, now: datetime) -> UUID:
    """Post points that waited for a confirmation, now; gives the transaction's id.

    Refuses with TransactionUnknown, PendingEnded (also when its time is over), NothingToConfirm.
    """
    page = (await open_book(session, [holder_id], now=now))[holder_id]
    waiting = await find_waiting(session, holder_id=holder_id, pending_id=pending_id)
    if waiting.what == "matures":
        raise NothingToConfirm()
    if waiting.outcome is None and waiting.due_at <= now:
        raise PendingEnded(outcome="lapsed")
    transaction_id = mature(page, waiting, "confirmed")
    await write(session, [page])
    data = {"holder_id": str(holder_id), "event_id": str(waiting.event_id), "transaction_id": str(transaction_id)}
    await audit(session, at=now, action="points_confirmed", object_kind="pending", object_id=pending_id, data=data)
    return transaction_id
