"""Ways back before use: a resident gives a voucher back, or its time runs out.

Either way the points return to the very lots they came from, with their own dates, and the stock gets
its piece back, once. Locks as everywhere: holder, account, hold, stock last.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import text

from kernel.db import Session
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger.holds import expire as expire_hold
from points.ledger.holds import release as release_hold
from points.ledger.posting import claim_now
from redemption.rewards.codes import read_code
from redemption.rewards.outgoing import tell
from redemption.rewards.redemptions import Redemption, State, find_by_code
from redemption.rewards.refusals import VoucherUnknown
from redemption.rewards.vouchers import refuse_unless_open

_INSERT_END = text("""
    insert into redemption_ends (slice, holder_id, redemption_id, ending, ended_at, ended_by)
    values (:slice, :holder_id, :redemption_id, :ending, :now, :by)
""")
_RETURN_STOCK = text("update stocks set remaining = remaining + :quantity where offer_id = :offer_id")


async def find_own(session: Session, *, code: str, holder_id: UUID) -> Redemption:
    """A holder's own redemption by its voucher code. Anybody else's is VoucherUnknown, like one that is not there."""
    read = read_code(code)
    found = await find_by_code(session, read) if read else None
    if found is None or found.holder_id != holder_id:
        raise VoucherUnknown()
    return found


async def release(session: Session, *, code: str, holder_id: UUID, now: datetime) -> None:
    """Give a voucher back before use; giving it back twice changes nothing.

    Refuses with VoucherUnknown (also for somebody else's), VoucherUsed, VoucherExpired.
    """
    await claim_now(session, holder_id, now)
    found = await find_own(session, code=code, holder_id=holder_id)
    if found.state_at(now) is State.RELEASED:
        return
    refuse_unless_open(found, now)
    await release_hold(session, holder_id=holder_id, hold_id=found.hold_id, now=now, by=holder_id)
    await _end(session, found, ending="released", now=now, by=holder_id)


async def due_codes(session: Session, *, now: datetime, most: int = 500, but: Collection[str] = ()) -> list[str]:
    """Codes of vouchers past their date that have no end yet, oldest first; without those in `but`."""
    rows = await session.execute(named(__file__, "due_vouchers"), {"now": now, "most": most, "but": list(but)})
    return [row.code for row in rows]


async def expire(session: Session, *, code: str, now: datetime) -> bool:
    """End one voucher past its date; False when it had ended already or is not due: then nothing changes."""
    found = await find_by_code(session, code)
    if found is None:
        return False
    claimed = await claim_now(session, found.holder_id, now)
    found = await find_by_code(session, code)
    if found is None or found.end or now < found.expires_at:
        return False
    await expire_hold(session, holder_id=found.holder_id, hold_id=found.hold_id, now=now)
    await _end(session, found, ending="expired", now=now, by=None)
    await tell(session, found, "expired", version=claimed.version)
    return True


async def _end(
    session: Session, found: Redemption, *, ending: Literal["released", "expired"], now: datetime, by: UUID | None
) -> None:
    bind = {"slice": slice_of(found.holder_id), "holder_id": found.holder_id, "redemption_id": found.redemption_id}
    await session.execute(_INSERT_END, {**bind, "ending": ending, "now": now, "by": by})
    await session.execute(_RETURN_STOCK, {"quantity": found.quantity, "offer_id": found.offer_id})
