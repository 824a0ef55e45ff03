"""Holds: points set aside on exact lots, and their three ends, each once: captured, released, expired.

A hold leaves what is posted alone and adds to what is held; capture posts it, the other ends give it
back to the very lots it came from, with their own dates. Each act claims its holder first, so two acts
on one holder never interleave.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import text

from kernel.db import Session, constraint_error
from kernel.ids import mint_beside, slice_of
from kernel.sql import named
from points.ledger.lots import move_lots, open_lots, post_due_expiries, take
from points.ledger.model import (
    Account,
    Hold,
    HoldEnded,
    HolderState,
    HolderSuspended,
    HoldUnknown,
    Lot,
    LotUse,
    Minor,
    PointsInsufficient,
    PostingDraft,
)
from points.ledger.posting import Accounts, claim_now, post, read_accounts

Ending = Literal["captured", "released", "expired"]

constraint_error("hold_ends_pkey", HoldEnded)

_INSERT = text("""
    insert into holds (slice, holder_id, hold_id, point_kind, amount, purpose, held_at, expires_at)
    values (:slice, :holder_id, :hold_id, :point_kind, :amount, :purpose, :held_at, :expires_at)
""")
_END = text("""
    insert into hold_ends (slice, holder_id, hold_id, ending, captured, ended_at, ended_by)
    values (:slice, :holder_id, :hold_id, :ending, :captured, :ended_at, :ended_by)
""")
_FIND = text("""
    select h.holder_id, h.hold_id, h.point_kind, h.amount, h.purpose, h.held_at, h.expires_at, e.ending, e.ended_at
    from holds h left join hold_ends e using (slice, holder_id, hold_id)
    where h.slice = :slice and h.holder_id = :holder_id and h.hold_id = :hold_id
""")


async def hold(
    session: Session,
    *,
    holder_id: UUID,
    point_kind: str,
    amount: Minor,
    purpose: str,
    expires_at: datetime,
    now: datetime,
) -> Hold:
    """Set points aside until they are captured, released, or `expires_at` passes.

    Takes lots oldest expiry first and remembers which, so that every way back is exact.
    Refuses with UnknownHolder, PointsInsufficient, HolderSuspended; nothing is written then.
    """
    if amount <= 0:
        raise ValueError("a hold is of one minor unit at least")
    holder = await claim_now(session, holder_id, now)
    accounts = await read_accounts(session, [holder_id])
    account = accounts.get((holder_id, point_kind), Account(holder_id, point_kind))
    if account.suspended_at is not None:
        raise HolderSuspended()
    lots = await open_lots(session, holder_id, point_kind)
    lots = await post_due_expiries(session, holder, point_kind, lots=lots, accounts=accounts, now=now)
    spendable = sum(lot.remaining for lot in lots) - account.floor
    if amount > spendable:
        raise PointsInsufficient(available=max(spendable, 0), needed=amount)
    new = Hold(holder_id, mint_beside(holder_id, now), point_kind, amount, purpose, now, expires_at)
    await session.execute(
        _INSERT,
        {
            "slice": slice_of(holder_id),
            "holder_id": holder_id,
            "hold_id": new.hold_id,
            "point_kind": point_kind,
            "amount": amount,
            "purpose": purpose,
            "held_at": now,
            "expires_at": expires_at,
        },
    )
    taken = take(lots, amount)
    await move_lots(
        session,
        holder_id,
        [Lot(lot.point_kind, lot.seq, lot.remaining - part, lot.expires_at) for lot, part in taken],
        [LotUse(point_kind, lot.seq, -part, hold_id=new.hold_id) for lot, part in taken],
    )
    await _move_held(session, holder, accounts, point_kind, amount)
    return new


async def capture(
    session: Session,
    *,
    holder_id: UUID,
    hold_id: UUID,
    contra: str,
    title: dict[str, str],
    now: datetime,
    by: UUID | None,
    amount: Minor | None = None,
) -> UUID:
    """Post what was held, in full or in part (the rest goes back to its lots); gives the transaction's id.

    `contra` is the other side, e.g. `redemption:rice-shop`. Refuses with HoldUnknown, HoldEnded.
    """
    holder, found = await _claim_open(session, holder_id, hold_id, now)
    captured = found.amount if amount is None else amount
    if not 0 < captured <= found.amount:
        raise ValueError(f"capture {captured} of {found.amount}")
    accounts = await read_accounts(session, [holder_id])
    transaction_id = mint_beside(holder_id, now)
    draft = PostingDraft(
        holder_id=holder_id,
        point_kind=found.point_kind,
        transaction_id=transaction_id,
        contra=contra,
        amount=-captured,
        effective_at=now,
        recorded_at=holder.last_recorded_at,
        reason=found.purpose,
        title=title,
        hold_id=hold_id,
        decided_by=by,
    )
    held = {(holder_id, found.point_kind): -found.amount}
    handles = {holder_id: holder.subject_handle}
    await post(session, [draft], accounts=accounts, handles=handles, held=held)
    await _give_back(session, found, found.amount - captured)
    await _end(session, found, "captured", captured, now, by)
    return transaction_id


async def release(session: Session, *, holder_id: UUID, hold_id: UUID, now: datetime, by: UUID | None) -> None:
    """Give all that was held back to its own lots and dates. Refuses with HoldUnknown, HoldEnded."""
    await _undo(session, holder_id, hold_id, "released", now, by)


async def expire(session: Session, *, holder_id: UUID, hold_id: UUID, now: datetime) -> None:
    """End one hold that is past its time; what was held is back on its own lots. Refuses with HoldEnded."""
    await _undo(session, holder_id, hold_id, "expired", now, None)


async def due_holds(session: Session, *, now: datetime, most: int = 500) -> list[tuple[UUID, UUID]]:
    """Open holds past their time, oldest first: (holder_id, hold_id) of each."""
    rows = await session.execute(named(__file__, "due_holds"), {"now": now, "most": most})
    return [(row.holder_id, row.hold_id) for row in rows]


async def _undo(
    session: Session, holder_id: UUID, hold_id: UUID, ending: Ending, now: datetime, by: UUID | None
) -> None:
    holder, found = await _claim_open(session, holder_id, hold_id, now)
    accounts = await read_accounts(session, [holder_id])
    await _move_held(session, holder, accounts, found.point_kind, -found.amount)
    await _give_back(session, found, found.amount)
    await _end(session, found, ending, 0, now, by)


async def _claim_open(session: Session, holder_id: UUID, hold_id: UUID, now: datetime) -> tuple[HolderState, Hold]:
    holder = await claim_now(session, holder_id, now)
    bind = {"slice": slice_of(holder_id), "holder_id": holder_id, "hold_id": hold_id}
    row = (await session.execute(_FIND, bind)).one_or_none()
    if row is None:
        raise HoldUnknown()
    if row.ending is not None:
        raise HoldEnded(ending=row.ending, ended_at=row.ended_at)
    return holder, Hold(*row[:7])


async def _move_held(session: Session, holder: HolderState, accounts: Accounts, point_kind: str, amount: Minor) -> None:
    await post(
        session,
        [],
        accounts=accounts,
        handles={holder.holder_id: holder.subject_handle},
        held={(holder.holder_id, point_kind): amount},
    )


async def _give_back(session: Session, found: Hold, amount: Minor) -> None:
    """Return so much to the lots the hold took from, last taken first: what is captured stays the oldest."""
    if amount == 0:
        return
    bind = {"slice": slice_of(found.holder_id), "holder_id": found.holder_id, "hold_id": found.hold_id}
    rows: Sequence[tuple[str, int, int, int]] = [
        (row.point_kind, row.lot_seq, row.amount, row.remaining)
        for row in await session.execute(named(__file__, "uses_of_hold"), bind)
    ]
    lots, uses = [], []
    for point_kind, lot_seq, taken, remaining in reversed(rows):
        part = min(-taken, amount)
        if part > 0:
            lots.append(Lot(point_kind, lot_seq, remaining + part, None))
            uses.append(LotUse(point_kind, lot_seq, part, hold_id=found.hold_id))
            amount -= part
    await move_lots(session, found.holder_id, lots, uses)


async def _end(session: Session, found: Hold, ending: Ending, captured: Minor, now: datetime, by: UUID | None) -> None:
    await session.execute(
        _END,
        {
            "slice": slice_of(found.holder_id),
            "holder_id": found.holder_id,
            "hold_id": found.hold_id,
            "ending": ending,
            "captured": captured,
            "ended_at": now,
            "ended_by": by,
        },
    )
