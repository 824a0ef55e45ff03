"""Points from one holder to another, under an approval: one pair of postings, each lot with its own date."""

from typing import Final
from uuid import UUID

from kernel.db import Session
from points.changes.adjust import refuse_merged, take, transferable
from points.changes.model import Authority, Done
from points.changes.refusals import AmountInvalid, NotTransferable, TransferToItself
from points.changes.terms import Transfer
from points.ledger.book import Book
from points.ledger.refusals import HolderSuspended
from points.ledger.transfer import carry

MOST: Final = 1_000_000_000
TITLE = {"zh": "积分转移", "en": "Points transferred"}


async def concerns(_: Session, change: Transfer) -> set[UUID]:
    """Whose pages it needs."""
    return {change.holder_id, change.taker_id}


async def enact(session: Session, change: Transfer, book: Book, authority: Authority) -> Done:
    """Carry the points over, oldest expiry first; a debt of the taker is paid from them.

    Refuses with TransferToItself, AmountInvalid, PointKindUnknown, NotTransferable, RegisterMerged, HolderSuspended,
    TooFewPoints.
    """
    if change.holder_id == change.taker_id:
        raise TransferToItself()
    if not 0 < change.amount <= MOST:
        raise AmountInvalid(most=MOST)
    if not await transferable(session, change.point_kind):
        raise NotTransferable()
    await refuse_merged(session, [change.holder_id, change.taker_id])
    giver, taker = book[change.holder_id], book[change.taker_id]
    if giver.account(change.point_kind).suspended_at is not None:
        raise HolderSuspended()
    transaction_id = giver.mint()
    carry(
        giver,
        taker,
        take(giver, change.point_kind, change.amount),
        transaction_id=transaction_id,
        title=TITLE,
        reason="transfer",
        case_id=authority.approval_id,
        decided_by=authority.decided_by,
    )
    return Done(transaction_id=transaction_id)
