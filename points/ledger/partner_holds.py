"""Points that another body's program sets aside, takes or lets go: each hold is its own, and only it ends it.

A hold is remembered under the principal's own number for it (`ref`), so that the same order never holds twice.
Must never end a voucher's hold, nor one past its time: that one is over, whether it was swept or not.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from kernel.canonical import canonical_json, dumps
from kernel.db import Session
from kernel.errors import DomainError, Kind
from kernel.ids import slice_of
from points.ledger import holds
from points.ledger.book import open_book
from points.ledger.model import Minor
from points.ledger.refusals import HoldEnded, HoldUnknown
from points.ledger.write import write

LONGEST = timedelta(days=366)
TAKEN = {"zh": "在合作机构使用积分", "en": "Points used with a partner"}


class KindNotSpendable(DomainError):
    """Points of this kind can't be spent, so they can't be held. Nothing was held.

    Name a point kind that is spendable.
    """

    kind, code = Kind.INVALID, "POINT_KIND_NOT_SPENDABLE"


class HoldTimeOutOfRange(DomainError):
    """A hold ends after now and within a year. Nothing was held.

    Choose a time in between.
    """

    kind, code = Kind.INVALID, "HOLD_TIME_OUT_OF_RANGE"


class HoldDiffers(DomainError):
    """This number of yours already stands for another hold of this holder. Nothing was held.

    Use a new number for a new hold.
    """

    kind, code = Kind.CONFLICT, "HOLD_DIFFERS"


class CaptureTooLarge(DomainError):
    """Only {held} points are held here. Nothing was taken.

    Take as much or less, or hold more first.
    """

    kind, code = Kind.REFUSED, "CAPTURE_TOO_LARGE"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a program wants set aside, in minor units, until when, and its own number for it."""

    point_kind: str
    amount: Minor
    purpose: str
    expires_at: datetime
    ref: str | None = None

    def fingerprint(self) -> bytes:
        """SHA-256 of what is wanted: the same number may not stand for anything else."""
        content = [self.point_kind, str(self.amount), self.purpose, self.expires_at.isoformat()]
        return hashlib.sha256(canonical_json(content)).digest()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a hold ended: what was taken, what went back, and the transaction that took it."""

    captured: Minor
    released: Minor
    transaction_id: UUID | None = None


_FAMILY = text("select family from point_kinds where code = :code")
_KNOWN = text("""
    select fingerprint, outcome from item_keys
    where slice = :slice and holder_id = :holder_id and principal_id = :principal_id and key = :key
""")
_KEEP = text("""
    insert into item_keys (slice, holder_id, principal_id, key, fingerprint, outcome)
    values (:slice, :holder_id, :principal_id, :key, :fingerprint, cast(:outcome as jsonb))
""")
_OWN = text("""
    select h.amount, h.expires_at, e.hold_id is not null as ended
    from item_keys k
    join holds h
        on (h.slice, h.holder_id, h.hold_id) = (k.slice, k.holder_id, cast(k.outcome ->> 'hold_id' as uuid))
    left join hold_ends e on (e.slice, e.holder_id, e.hold_id) = (h.slice, h.holder_id, h.hold_id)
    where k.slice = :slice and k.holder_id = :holder_id and k.principal_id = :principal_id and h.hold_id = :hold_id
""")


async def hold_for(session: Session, *, principal_id: UUID, holder_id: UUID, wanted: Wanted, now: datetime) -> UUID:
    """Set points aside for a principal; the same `ref` with the same wish is the same hold. Gives the hold's id.

    Refuses with KindNotSpendable, HoldTimeOutOfRange, HoldDiffers, UnknownHolder, PointsInsufficient, HolderSuspended.
    """
    if not now < wanted.expires_at <= now + LONGEST:
        raise HoldTimeOutOfRange()
    if await session.scalar(_FAMILY, {"code": wanted.point_kind}) != "spendable":
        raise KindNotSpendable()
    page = (await open_book(session, [holder_id], now=now, kinds=[wanted.point_kind]))[holder_id]
    owner = {"slice": slice_of(holder_id), "holder_id": holder_id, "principal_id": principal_id}
    if wanted.ref:  # the holder is claimed: a rival with the same number has written it, or waits
        known = (await session.execute(_KNOWN, {**owner, "key": wanted.ref})).one_or_none()
        if known is not None and bytes(known.fingerprint) != wanted.fingerprint():
            raise HoldDiffers()
        if known is not None:
            return UUID(known.outcome["hold_id"])
    new = holds.set_aside(page, wanted.point_kind, wanted.amount, purpose=wanted.purpose, expires_at=wanted.expires_at)
    await write(session, [page])
    outcome = dumps({"hold_id": str(new.hold_id)})
    key = {"key": wanted.ref or str(new.hold_id), "fingerprint": wanted.fingerprint(), "outcome": outcome}
    await session.execute(_KEEP, {**owner, **key})
    return new.hold_id


async def capture_for(
    session: Session, *, principal_id: UUID, holder_id: UUID, hold_id: UUID, amount: Minor | None, now: datetime
) -> Ended:
    """Take what the principal holds, all or in part; the rest goes back to its lots.

    Posted against `redemption:<principal>`. Refuses with HoldUnknown, HoldEnded, CaptureTooLarge.
    """
    held = await _own(session, principal_id, holder_id, hold_id, now)
    captured = held if amount is None else amount
    if captured > held:
        raise CaptureTooLarge(held=held)
    transaction_id = await holds.capture(
        session,
        holder_id=holder_id,
        hold_id=hold_id,
        contra=f"redemption:{principal_id}",
        title=TAKEN,
        now=now,
        by=principal_id,
        amount=captured,
    )
    return Ended(captured, held - captured, transaction_id)


async def release_for(session: Session, *, principal_id: UUID, holder_id: UUID, hold_id: UUID, now: datetime) -> Ended:
    """Give back what the principal holds. Refuses with HoldUnknown, HoldEnded."""
    held = await _own(session, principal_id, holder_id, hold_id, now)
    await holds.release(session, holder_id=holder_id, hold_id=hold_id, now=now, by=principal_id)
    return Ended(0, held)


async def _own(session: Session, principal_id: UUID, holder_id: UUID, hold_id: UUID, now: datetime) -> Minor:
    """How much this principal's hold is of; one past its time is over. Who holds, and until when, never changes."""
    bind = {"slice": slice_of(holder_id), "holder_id": holder_id, "principal_id": principal_id, "hold_id": hold_id}
    row = (await session.execute(_OWN, bind)).one_or_none()
    if row is None:
        raise HoldUnknown()
    if not row.ended and row.expires_at <= now:
        raise HoldEnded(ending="expired", ended_at=row.expires_at)
    return int(row.amount)
