"""Lots: points granted together keep their own date, and are spent oldest expiry first.

Every credit posting is a lot; a `lots` row says what remains once it was touched, `lot_uses` by what.
A lot past its date is never spendable, swept or not: whoever writes posts its expiry first.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kernel.db import Session
from kernel.ids import mint_beside, slice_of
from kernel.sql import named
from points.ledger.model import HolderState, Lot, LotUse, Minor, PostingDraft
from points.ledger.posting import Accounts, post

EXPIRED_TITLE = {"zh": "积分到期", "en": "Points expired"}


def take(lots: Sequence[Lot], amount: Minor) -> list[tuple[Lot, Minor]]:
    """Which lots give how much, in the order they are spent. The caller knows that they suffice. Pure."""
    taken: list[tuple[Lot, Minor]] = []
    for lot in lots:
        part = min(lot.remaining, amount)
        if part > 0:
            taken.append((lot, part))
            amount -= part
    if amount:
        raise ValueError(f"lots fall short of the balance by {amount}")
    return taken


async def open_lots(session: Session, holder_id: UUID, point_kind: str) -> list[Lot]:
    """Lots that still hold something, oldest expiry first, then oldest; those without a date last."""
    bind = {"slice": slice_of(holder_id), "holder_id": holder_id, "point_kind": point_kind}
    return [Lot(*row) for row in await session.execute(named(__file__, "open_lots"), bind)]


async def move_lots(session: Session, holder_id: UUID, lots: Sequence[Lot], uses: Sequence[LotUse]) -> None:
    """Write what remains of the lots (`remaining` as given) and what took from or returned to them."""
    if not uses:
        return
    count = len(lots)
    await session.execute(
        named(__file__, "move_lots"),
        {
            "slices": [slice_of(holder_id)] * count,
            "holder_ids": [holder_id] * count,
            "point_kinds": [lot.point_kind for lot in lots],
            "seqs": [lot.seq for lot in lots],
            "remainings": [lot.remaining for lot in lots],
        },
    )
    await session.execute(
        named(__file__, "insert_lot_uses"),
        {
            "slice": slice_of(holder_id),
            "holder_id": holder_id,
            "point_kinds": [use.point_kind for use in uses],
            "lot_seqs": [use.lot_seq for use in uses],
            "posting_seqs": [use.posting_seq for use in uses],
            "hold_ids": [use.hold_id for use in uses],
            "amounts": [use.amount for use in uses],
        },
    )


async def post_due_expiries(
    session: Session, holder: HolderState, point_kind: str, *, lots: Sequence[Lot], accounts: Accounts, now: datetime
) -> list[Lot]:
    """Post the expiry of what is left of each lot past its date; gives the lots that are still spendable.

    The holder is claimed. Only what is left expires: never a point that was spent or is held.
    """
    due = [lot for lot in lots if lot.expires_at is not None and lot.expires_at <= now]
    if not due:
        return list(lots)
    drafts = [_expiry(holder, lot, now) for lot in due]
    postings = await post(session, drafts, accounts=accounts, handles={holder.holder_id: holder.subject_handle})
    uses = [
        LotUse(point_kind, lot.seq, -lot.remaining, posting_seq=posting.seq)
        for lot, posting in zip(due, postings, strict=True)
    ]
    await move_lots(session, holder.holder_id, [Lot(lot.point_kind, lot.seq, 0, lot.expires_at) for lot in due], uses)
    return [lot for lot in lots if lot not in due]


def _expiry(holder: HolderState, lot: Lot, now: datetime) -> PostingDraft:
    return PostingDraft(
        holder_id=holder.holder_id,
        point_kind=lot.point_kind,
        transaction_id=mint_beside(holder.holder_id, now),
        contra="expiry",
        amount=-lot.remaining,
        effective_at=lot.expires_at or now,
        recorded_at=holder.last_recorded_at,
        reason=f"lot:{lot.seq}",
        title=EXPIRED_TITLE,
    )
