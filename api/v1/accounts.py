"""What an official sets on accounts over the API: a suspension, its end, a floor; each with a reason, each once.

Must never move a point.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.web.door import Door, may
from api.web.once import KEYED, once
from api.web.problems import problems
from api.web.shapes import Shape, Words
from kernel.db import Session
from kernel.request_keys import RequestKeyReused
from points.changes.accounts import ALL, lift_accounts, set_account_floor, suspend_accounts
from points.changes.refusals import AmountInvalid, ChangeReasonNeeded, PointKindUnknown
from points.ledger.model import DEBT
from points.ledger.refusals import FloorTooHigh, UnknownHolder
from points.ledger.statement import Balance, balances

router = APIRouter(tags=["ledger"])

Official = Annotated[Door, may("manage_accounts")]
Kind = Annotated[str, Path(max_length=64, description=f"A point kind, or `{ALL}` for every account of the holder.")]
OneKind = Annotated[str, Path(max_length=64)]


class WhyRequest(Shape):
    """Why; without names."""

    reason: Annotated[Words, Field(min_length=1, max_length=500)]


class FloorRequest(WhyRequest):
    """What spending must leave, in minor units."""

    floor: str = Field(pattern=r"^[0-9]{1,10}$")


class AccountView(Shape):
    """One account as it stands: what spending must leave, and since when it is suspended."""

    point_kind: str
    available: str
    floor: str
    suspended_at: datetime | None

    @classmethod
    def of(cls, balance: Balance) -> "AccountView":
        return cls(
            point_kind=balance.point_kind,
            available=str(balance.available),
            floor=str(balance.floor or 0),
            suspended_at=balance.suspended_at,
        )


class AccountList(Shape):
    """The holder's accounts."""

    items: list[AccountView]


async def _accounts(session: Session, holder_id: UUID, now: datetime) -> AccountList:
    found = await balances(session, holder_id=holder_id, now=now)
    return AccountList(items=[AccountView.of(one) for one in found if not one.point_kind.startswith(DEBT)])


@router.post(
    "/holders/{holder_id}/accounts/{point_kind}/suspension",
    operation_id="accounts_suspend",
    response_model=AccountList,
    responses=problems(UnknownHolder, PointKindUnknown, ChangeReasonNeeded, RequestKeyReused),
    openapi_extra=KEYED,
)
async def accounts_suspend(holder_id: UUID, point_kind: Kind, body: WhyRequest, door: Official) -> Response:
    """Stop spending; earning, expiry and the ends of holds go on. Again changes nothing."""

    async def work(session: Session) -> AccountList:
        await suspend_accounts(session, holder_id=holder_id, point_kind=point_kind, reason=body.reason, now=door.now)
        return await _accounts(session, holder_id, door.now)

    return await once(door, door.request_key(body), 200, work)


@router.post(
    "/holders/{holder_id}/accounts/{point_kind}/suspension/lift",
    operation_id="accounts_lift",
    response_model=AccountList,
    responses=problems(UnknownHolder, PointKindUnknown, ChangeReasonNeeded, RequestKeyReused),
    openapi_extra=KEYED,
)
async def accounts_lift(holder_id: UUID, point_kind: Kind, body: WhyRequest, door: Official) -> Response:
    """Let the holder spend again. Again changes nothing."""

    async def work(session: Session) -> AccountList:
        await lift_accounts(session, holder_id=holder_id, point_kind=point_kind, reason=body.reason, now=door.now)
        return await _accounts(session, holder_id, door.now)

    return await once(door, door.request_key(body), 200, work)


@router.post(
    "/holders/{holder_id}/accounts/{point_kind}/floor",
    operation_id="accounts_floor",
    response_model=AccountList,
    responses=problems(
        UnknownHolder, PointKindUnknown, ChangeReasonNeeded, AmountInvalid, FloorTooHigh, RequestKeyReused
    ),
    openapi_extra=KEYED,
)
async def accounts_floor(holder_id: UUID, point_kind: OneKind, body: FloorRequest, door: Official) -> Response:
    """Say what spending must leave of one account."""

    async def work(session: Session) -> AccountList:
        await set_account_floor(
            session,
            holder_id=holder_id,
            point_kind=point_kind,
            floor=int(body.floor),
            reason=body.reason,
            now=door.now,
        )
        return await _accounts(session, holder_id, door.now)

    return await once(door, door.request_key(body), 200, work)
