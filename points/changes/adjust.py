"""Raise or lower one balance by hand, under an approval. Must never take below the floor."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kernel.calendar import day_of, start_of
from kernel.db import Session
from points.changes.model import Authority, Done
from points.changes.refusals import (
    AdjustmentReasonUnknown,
    AmountInvalid,
    LastDayInvalid,
    PointKindUnknown,
    RegisterMerged,
    TooFewPoints,
)
from points.changes.terms import MOST_ADJUSTED, REASONS, Adjustment
from points.ledger.book import Book
from points.ledger.model import Lot, Minor
from points.ledger.page import Page, spend
from points.people.aliases import canonical

LONGEST = timedelta(days=3653)
_TRANSFERABLE = text("select transferable from point_kinds where code = :code and family <> 'debt'")


async def transferable(session: Session, point_kind: str) -> bool:
    """Whether points of a kind may go to another holder. Refuses with PointKindUnknown."""
    found: bool | None = await session.scalar(_TRANSFERABLE, {"code": point_kind})
    if found is None:
        raise PointKindUnknown()
    return found


async def refuse_merged(session: Session, holder_ids: list[UUID]) -> None:
    """Refuse with RegisterMerged where one of these registers was merged away."""
    if await canonical(session, holder_ids):
        raise RegisterMerged()


def take(page: Page, point_kind: str, amount: Minor) -> list[tuple[Lot, Minor]]:
    """The lots that give so much. Refuses with TooFewPoints below the floor."""
    account = page.account(point_kind)
    free = max(0, account.available - account.floor)
    if amount > free:
        raise TooFewPoints(available=free, needed=amount)
    return spend(page, point_kind, amount)


async def concerns(_: Session, change: Adjustment) -> set[UUID]:
    """Whose page it needs."""
    return {change.holder_id}


async def enact(session: Session, change: Adjustment, book: Book, authority: Authority) -> Done:
    """Post the difference on the holder's page.

    Refuses with AmountInvalid, AdjustmentReasonUnknown, LastDayInvalid, PointKindUnknown, RegisterMerged, TooFewPoints.
    """
    if not 0 < abs(change.amount) <= MOST_ADJUSTED:
        raise AmountInvalid(most=MOST_ADJUSTED)
    if change.because not in REASONS:
        raise AdjustmentReasonUnknown(codes=", ".join(REASONS))
    await transferable(session, change.point_kind)
    await refuse_merged(session, [change.holder_id])
    page, why = book[change.holder_id], REASONS[change.because]
    about: dict[str, Any] = {
        "transaction_id": page.mint(),
        "contra": "adjustment",
        "title": {"zh": f"人工调整:{why['zh']}", "en": f"Adjusted by hand: {why['en']}"},
        "reason": f"adjustment:{change.because}",
        "case_id": authority.approval_id,
        "decided_by": authority.decided_by,
    }
    lapses_at = _lapses_at(change.amount, change.last_on, authority.now)
    if change.amount > 0:
        page.credit(change.point_kind, change.amount, lot_expires_at=lapses_at, **about)
    else:
        page.debit(take(page, change.point_kind, -change.amount), **about)
    return Done(transaction_id=about["transaction_id"])


def _lapses_at(amount: Minor, last_on: date | None, now: datetime) -> datetime | None:
    if last_on is None:
        return None
    if amount < 0 or not day_of(now) <= last_on <= day_of(now) + LONGEST:
        raise LastDayInvalid()
    return start_of(last_on + timedelta(days=1))
