"""Holds for programs: set a resident's points aside, then take them, in full or in part, or let them go.

Points travel as decimal strings. A hold belongs to the program that took it; to others it is not there.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from api.v1.events import Key, Word
from api.web.door import Door, may
from api.web.once import KEYED, once
from api.web.problems import problems
from api.web.shapes import Instant, Shape
from kernel.db import Session
from kernel.request_keys import RequestInFlight, RequestKeyReused
from points.ledger.partner_holds import (
    CaptureTooLarge,
    Ended,
    HoldDiffers,
    HoldTimeOutOfRange,
    KindNotSpendable,
    Wanted,
    capture_for,
    hold_for,
    release_for,
)
from points.ledger.refusals import HoldEnded, HolderSuspended, HoldUnknown, PointsInsufficient, UnknownHolder

router = APIRouter(tags=["holds"])

Vendor = Annotated[Door, may("hold_points")]
Amount = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,14}$")]
"""Whole minor units, one at least."""


def _not_a_vouchers(purpose: str) -> str:
    if purpose == "redemption":
        raise PydanticCustomError("purpose_taken", "This purpose is that of our own vouchers.")
    return purpose


class HoldRequest(Shape):
    """What to set aside and until when. `ref` is the program's own number: the same one is the same hold."""

    point_kind: str = Field(max_length=64)
    amount: Amount
    purpose: Annotated[Word, AfterValidator(_not_a_vouchers)]
    expires_at: Instant
    ref: Key | None = None


class HoldView(Shape):
    """Points that are set aside until `expires_at`; they go back by themselves then."""

    hold_id: UUID
    point_kind: str
    amount: str
    purpose: str
    expires_at: Instant


class CaptureRequest(Shape):
    """How much to take; all of it when left out."""

    amount: Amount | None = None


class EndView(Shape):
    """How the hold ended: what was taken by which transaction, and what went back."""

    hold_id: UUID
    captured: str
    released: str
    transaction_id: UUID | None

    @classmethod
    def of(cls, hold_id: UUID, ended: Ended) -> "EndView":
        return cls(
            hold_id=hold_id,
            captured=str(ended.captured),
            released=str(ended.released),
            transaction_id=ended.transaction_id,
        )


@router.post(
    "/holders/{holder_id}/holds",
    operation_id="holds_create",
    status_code=201,
    response_model=HoldView,
    responses=problems(
        UnknownHolder,
        PointsInsufficient,
        HolderSuspended,
        HoldDiffers,
        KindNotSpendable,
        HoldTimeOutOfRange,
        RequestKeyReused,
        RequestInFlight,
    ),
    openapi_extra=KEYED,
)
async def holds_create(holder_id: UUID, body: HoldRequest, door: Vendor) -> Response:
    """Set points aside until they are captured, released, or their time is over."""
    wanted = Wanted(body.point_kind, int(body.amount), body.purpose, body.expires_at, body.ref)

    async def work(session: Session) -> HoldView:
        hold_id = await hold_for(session, principal_id=door.actor_id, holder_id=holder_id, wanted=wanted, now=door.now)
        return HoldView(hold_id=hold_id, **body.model_dump(exclude={"ref"}))

    return await once(door, door.request_key(body), 201, work, [holder_id])


@router.post(
    "/holders/{holder_id}/holds/{hold_id}/captures",
    operation_id="hold_captures_create",
    status_code=201,
    response_model=EndView,
    responses=problems(HoldUnknown, HoldEnded, CaptureTooLarge, RequestKeyReused, RequestInFlight),
    openapi_extra=KEYED,
)
async def hold_captures_create(holder_id: UUID, hold_id: UUID, body: CaptureRequest, door: Vendor) -> Response:
    """Take what is held, once; what is not taken goes back with its dates."""
    amount = int(body.amount) if body.amount else None

    async def work(session: Session) -> EndView:
        ended = await capture_for(
            session, principal_id=door.actor_id, holder_id=holder_id, hold_id=hold_id, amount=amount, now=door.now
        )
        return EndView.of(hold_id, ended)

    return await once(door, door.request_key(body), 201, work, [holder_id])


@router.post(
    "/holders/{holder_id}/holds/{hold_id}/releases",
    operation_id="hold_releases_create",
    status_code=201,
    response_model=EndView,
    responses=problems(HoldUnknown, HoldEnded, RequestKeyReused, RequestInFlight),
    openapi_extra=KEYED,
)
async def hold_releases_create(holder_id: UUID, hold_id: UUID, door: Vendor) -> Response:
    """Let all of it go, once; it goes back with its dates."""

    async def work(session: Session) -> EndView:
        ended = await release_for(
            session, principal_id=door.actor_id, holder_id=holder_id, hold_id=hold_id, now=door.now
        )
        return EndView.of(hold_id, ended)

    return await once(door, door.request_key({}), 201, work, [holder_id])
