"""A voucher at the merchant's: look it up, capture it once. The merchant learns what to hand over, never to whom.

A capture posts the held points against `redemption:<merchant code>`. Must never capture by a look-up:
the merchant confirms with a second step.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text

from kernel.audit import audit
from kernel.calendar import local
from kernel.db import Session
from kernel.ids import slice_of
from points.ledger.holds import capture as capture_hold
from points.ledger.posting import claim_now
from redemption.merchants import Title
from redemption.rewards.codes import read_code
from redemption.rewards.outgoing import tell
from redemption.rewards.redemptions import End, Redemption, State, find_by_code
from redemption.rewards.refusals import (
    VoucherElsewhere,
    VoucherExpired,
    VoucherReleased,
    VoucherUnknown,
    VoucherUsed,
)


class Verdict(StrEnum):
    """What a merchant is told of a code."""

    VALID = "valid"
    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """A code as one merchant may see it. Of another shop's voucher, and of an unknown code, nothing but that.

    `ended_at` is when it was captured, given back or expired; `captured_under` the request key of its capture.
    """

    verdict: Verdict
    code: str | None = None
    title: Title | None = None
    quantity: int = 0
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    captured_under: str | None = None


@dataclass(frozen=True, slots=True)
class Captured:
    """A capture: what to hand over, and when it was confirmed."""

    code: str
    title: Title
    quantity: int
    captured_at: datetime
    price: int


_INSERT_END = text("""
    insert into redemption_ends (slice, holder_id, redemption_id, ending, ended_at, ended_by, merchant_id,
        transaction_id, key)
    values (:slice, :holder_id, :redemption_id, 'captured', :now, :by, :merchant_id, :transaction_id, :key)
""")


async def look_up(session: Session, *, code: str, merchant_id: UUID, now: datetime) -> Seen:
    """What this merchant is told of a code as typed, pasted or scanned. Changes nothing."""
    found = await _find(session, code)
    if found is None:
        return Seen(Verdict.UNKNOWN)
    if found.merchant.merchant_id != merchant_id:
        return Seen(Verdict.ELSEWHERE)
    state = found.state_at(now)
    ended_at = found.end.ended_at if found.end else found.expires_at
    return Seen(
        verdict=Verdict.VALID if state is State.OPEN else Verdict(state.value),
        code=found.code,
        title=found.title,
        quantity=found.quantity,
        expires_at=found.expires_at,
        ended_at=None if state is State.OPEN else ended_at,
        captured_under=found.end.key if found.end and state is State.CAPTURED else None,
    )


async def capture(
    session: Session, *, code: str, merchant_id: UUID, now: datetime, by: UUID, key: str | None = None
) -> Captured:
    """Take a voucher: the held points are posted against the merchant, once and for good.

    The same `key` by the same actor gives the same capture again. Refuses with VoucherUnknown,
    VoucherElsewhere, VoucherUsed, VoucherExpired, VoucherReleased; nothing is recorded then.
    """
    found = await _find(session, code)
    if found is None:
        raise VoucherUnknown()
    if found.merchant.merchant_id != merchant_id:
        raise VoucherElsewhere()
    # Rivals wait here; the voucher is read again under the lock, so the second one sees what the first did.
    claimed = await claim_now(session, found.holder_id, now)
    found = await _find(session, code)
    assert found is not None
    if found.end and key and (found.end.state, found.end.ended_by, found.end.key) == (State.CAPTURED, by, key):
        return _captured(found, found.end.ended_at)
    refuse_unless_open(found, now)
    transaction_id = await capture_hold(
        session,
        holder_id=found.holder_id,
        hold_id=found.hold_id,
        contra=found.merchant.contra,
        title=found.title,
        now=now,
        by=by,
    )
    bind = {"slice": slice_of(found.holder_id), "holder_id": found.holder_id, "redemption_id": found.redemption_id}
    end = {"now": now, "by": by, "merchant_id": merchant_id, "transaction_id": transaction_id, "key": key}
    await session.execute(_INSERT_END, bind | end)
    await tell(session, found, "captured", version=claimed.version)
    await audit(
        session,
        at=now,
        action="voucher_captured",
        object_kind="redemption",
        object_id=found.redemption_id,
        data={"merchant_id": str(merchant_id), "quantity": found.quantity, "price": found.price},
    )
    return _captured(found, now)


def refuse_unless_open(found: Redemption, now: datetime) -> None:
    """Pass an open voucher. Refuses with VoucherUsed, VoucherReleased, VoucherExpired, saying when. Pure."""
    match found.state_at(now):
        case State.CAPTURED:
            raise VoucherUsed(captured_at=_wall(found.end, found.expires_at))
        case State.RELEASED:
            raise VoucherReleased(released_at=_wall(found.end, found.expires_at))
        case State.EXPIRED:
            raise VoucherExpired(expires_at=_wall(None, found.expires_at))
        case State.OPEN:
            return


async def _find(session: Session, typed: str) -> Redemption | None:
    code = read_code(typed)
    return await find_by_code(session, code) if code else None


def _captured(found: Redemption, at: datetime) -> Captured:
    return Captured(found.code, found.title, found.quantity, at, found.price)


def _wall(end: End | None, otherwise: datetime) -> str:
    """Date and time on the wall, the same figures in both languages."""
    return local(end.ended_at if end else otherwise).strftime("%Y-%m-%d %H:%M")
