"""What an official may set on accounts alone, with a reason: a suspension, its end, a floor. Written down each time.

Must never move a point that is not past its date.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kernel.audit import audit
from kernel.db import Session
from points.changes.adjust import transferable
from points.changes.carry import kinds_of
from points.changes.propose import LONGEST_REASON
from points.changes.refusals import AmountInvalid, ChangeReasonNeeded
from points.ledger.book import open_book
from points.ledger.model import Minor
from points.ledger.page import Page
from points.ledger.standing import lift, set_floor, suspend
from points.ledger.write import write

ALL: Final = "all"
"""In place of a point kind: every account that the holder has."""
MOST_FLOOR: Final[Minor] = 1_000_000_000


async def suspend_accounts(session: Session, *, holder_id: UUID, point_kind: str, reason: str, now: datetime) -> None:
    """Stop spending from one account or from all; again changes nothing.

    Earning, expiry and the ends of holds go on. Refuses with UnknownHolder, PointKindUnknown, ChangeReasonNeeded.
    """
    await _set(session, suspend, "account_suspended", holder_id, point_kind, reason, now)


async def lift_accounts(session: Session, *, holder_id: UUID, point_kind: str, reason: str, now: datetime) -> None:
    """Let the holder spend again; again changes nothing. Refuses with UnknownHolder, PointKindUnknown."""
    await _set(session, lift, "account_lifted", holder_id, point_kind, reason, now)


async def set_account_floor(
    session: Session, *, holder_id: UUID, point_kind: str, floor: Minor, reason: str, now: datetime
) -> None:
    """Say what spending must leave of one account. Refuses with FloorTooHigh, AmountInvalid, and as above."""
    await transferable(session, point_kind)
    if not 0 <= floor <= MOST_FLOOR:
        raise AmountInvalid(most=MOST_FLOOR)

    def act(page: Page, kind: str) -> None:
        set_floor(page, kind, floor)

    await _set(session, act, "floor_set", holder_id, point_kind, reason, now, floor=floor)


async def _set(
    session: Session,
    act: Callable[[Page, str], None],
    action: str,
    holder_id: UUID,
    point_kind: str,
    reason: str,
    now: datetime,
    **data: Any,
) -> None:
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise ChangeReasonNeeded()
    if point_kind != ALL:
        await transferable(session, point_kind)
    page = (await open_book(session, [holder_id], now=now))[holder_id]
    kinds = kinds_of(page) if point_kind == ALL else [point_kind]
    before = {kind: _standing(page, kind) for kind in kinds}
    for kind in kinds:
        act(page, kind)
    await write(session, [page])
    seen = {"point_kinds": kinds, "reason": reason.strip(), "old": before, **data}
    await audit(session, at=now, action=action, object_kind="holder", object_id=holder_id, data=seen)


def _standing(page: Page, kind: str) -> dict[str, str | None]:
    account = page.account(kind)
    since = account.suspended_at.isoformat() if account.suspended_at else None
    return {"floor": str(account.floor), "suspended_at": since}
