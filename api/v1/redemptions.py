"""Offers, redemptions and vouchers for programs: what may be had, take it, look a voucher up, capture it.

Points travel as decimal strings. A merchant's answers name no resident. Must never decide anything: each
route reads, calls one use case, shapes what comes back.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import Field

from access.actors import Actor
from access.authorize import NotSignedIn, Target
from api.web.door import Door, may, public
from api.web.once import KEYED, once
from api.web.problems import problems
from api.web.shapes import Shape
from kernel.db import Session
from kernel.request_keys import RequestInFlight, RequestKeyReused
from redemption.merchants import MerchantUnknown, Title, till_of
from redemption.rewards.offers import Offer, offers
from redemption.rewards.redeem import redeem
from redemption.rewards.redemptions import Redemption, redemptions_of
from redemption.rewards.refusals import (
    LimitReached,
    OfferChanged,
    OfferClosed,
    OfferUnknown,
    PointsMissing,
    StockEmpty,
    VoucherElsewhere,
    VoucherExpired,
    VoucherReleased,
    VoucherUnknown,
    VoucherUsed,
)
from redemption.rewards.vouchers import Captured, Seen, Verdict, capture, look_up

router = APIRouter(tags=["redemption"])

Code = Annotated[str, Path(max_length=64, examples=["7Q2K-9XAB-3CDE-4FGH-5"])]
Names = dict[str, str]


class OfferView(Shape):
    """An offer as it stands now. `price` is what one piece costs, and what is charged."""

    offer_id: UUID
    version: int
    title: Names
    point_kind: str
    price: str
    remaining: int
    limit_per_holder: int | None
    keep_minutes: int
    merchant: Names
    place: Names
    closes_at: datetime | None

    @classmethod
    def of(cls, offer: Offer) -> "OfferView":
        return cls(
            offer_id=offer.offer_id,
            version=offer.version,
            title=_names(offer.terms.title),
            point_kind=offer.terms.point_kind,
            price=str(offer.terms.price),
            remaining=offer.remaining,
            limit_per_holder=offer.terms.limit_per_holder,
            keep_minutes=offer.terms.keep_minutes,
            merchant=_names(offer.merchant.title),
            place=_names(offer.merchant.place),
            closes_at=offer.terms.closes_at,
        )


class OfferList(Shape):
    """All offers open now, cheapest first."""

    items: list[OfferView]


class RedemptionRequest(Shape):
    """Which offer, how many, and the version whose price was shown."""

    offer_id: UUID
    version: int | None = Field(None, ge=1)
    quantity: int = Field(1, ge=1, le=20)


class RedemptionView(Shape):
    """A holder's own redemption with its voucher's code."""

    redemption_id: UUID
    offer_id: UUID
    offer_version: int
    title: Names
    quantity: int
    point_kind: str
    price: str
    code: str
    state: str
    merchant: Names
    place: Names
    redeemed_at: datetime
    expires_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, made: Redemption, now: datetime) -> "RedemptionView":
        return cls(
            redemption_id=made.redemption_id,
            offer_id=made.offer_id,
            offer_version=made.offer_version,
            title=_names(made.title),
            quantity=made.quantity,
            point_kind=made.point_kind,
            price=str(made.price),
            code=made.code,
            state=made.state_at(now).value,
            merchant=_names(made.merchant.title),
            place=_names(made.merchant.place),
            redeemed_at=made.redeemed_at,
            expires_at=made.expires_at,
            ended_at=made.end.ended_at if made.end else None,
        )


class RedemptionList(Shape):
    """A holder's newest redemptions."""

    items: list[RedemptionView]


class VoucherView(Shape):
    """What a merchant may know of a voucher of their own: no person stands in it."""

    code: str
    verdict: Verdict
    title: Names
    quantity: int
    expires_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, seen: Seen) -> "VoucherView":
        """Refuses with VoucherUnknown and VoucherElsewhere, of which nothing may be shown."""
        if seen.verdict is Verdict.ELSEWHERE:
            raise VoucherElsewhere()
        if seen.code is None or seen.title is None or seen.expires_at is None:
            raise VoucherUnknown()
        title = _names(seen.title)
        return cls(
            code=seen.code,
            verdict=seen.verdict,
            title=title,
            quantity=seen.quantity,
            expires_at=seen.expires_at,
            ended_at=seen.ended_at,
        )


class CaptureRequest(Shape):
    """At which of the actor's tills; their only one when left out."""

    merchant_id: UUID | None = None


class CaptureView(Shape):
    """A voucher that was captured just now: hand this over."""

    code: str
    title: Names
    quantity: int
    captured_at: datetime

    @classmethod
    def of(cls, done: Captured) -> "CaptureView":
        return cls(code=done.code, title=_names(done.title), quantity=done.quantity, captured_at=done.captured_at)


@router.get("/offers", operation_id="offers_list")
async def offers_list(door: Annotated[Door, public()]) -> OfferList:
    """What may be had for points now, cheapest first."""
    async with door.transaction() as session:
        return OfferList(items=[OfferView.of(offer) for offer in await offers(session, now=door.now)])


@router.get("/holders/{holder_id}/redemptions", operation_id="redemptions_list")
async def redemptions_list(holder_id: UUID, door: Annotated[Door, may("view_own")]) -> RedemptionList:
    """A holder's redemptions, newest first."""
    door.check("view_own", Target(holder_id=holder_id))
    async with door.transaction() as session:
        found = await redemptions_of(session, holder_id=holder_id)
    return RedemptionList(items=[RedemptionView.of(one, door.now) for one in found])


@router.post(
    "/holders/{holder_id}/redemptions",
    operation_id="redemptions_create",
    status_code=201,
    response_model=RedemptionView,
    responses=problems(
        PointsMissing,
        StockEmpty,
        LimitReached,
        OfferClosed,
        OfferChanged,
        OfferUnknown,
        RequestKeyReused,
        RequestInFlight,
    ),
    openapi_extra=KEYED,
)
async def redemptions_create(
    body: RedemptionRequest, holder_id: UUID, door: Annotated[Door, may("redeem")]
) -> Response:
    """Redeem an offer: its points are held and a voucher is issued."""
    door.check("redeem", Target(holder_id=holder_id))
    key = door.request_key(body)

    async def work(session: Session) -> RedemptionView:
        made = await redeem(
            session,
            holder_id=holder_id,
            offer_id=body.offer_id,
            now=door.now,
            key=key.key,
            version=body.version,
            quantity=body.quantity,
        )
        return RedemptionView.of(made, made.redeemed_at)

    return await once(door, key, 201, work)


@router.get("/vouchers/{code}", operation_id="vouchers_look_up", responses=problems(VoucherUnknown, VoucherElsewhere))
async def vouchers_look_up(
    code: Code, door: Annotated[Door, may("verify_voucher")], merchant_id: UUID | None = None
) -> VoucherView:
    """Whether a voucher is valid at this till; changes nothing."""
    till = till_of(_actor(door), merchant_id)
    async with door.transaction() as session:
        return VoucherView.of(await look_up(session, code=code, merchant_id=till, now=door.now))


@router.post(
    "/vouchers/{code}/capture",
    operation_id="vouchers_capture",
    response_model=CaptureView,
    responses=problems(
        VoucherUnknown,
        MerchantUnknown,
        VoucherElsewhere,
        VoucherUsed,
        VoucherExpired,
        VoucherReleased,
        RequestKeyReused,
    ),
    openapi_extra=KEYED,
)
async def vouchers_capture(code: Code, body: CaptureRequest, door: Annotated[Door, may("capture_voucher")]) -> Response:
    """Take a voucher, once: its points are posted against the merchant."""
    till = till_of(_actor(door), body.merchant_id)
    key = door.request_key(body)

    async def work(session: Session) -> CaptureView:
        return CaptureView.of(
            await capture(session, code=code, merchant_id=till, now=door.now, by=door.actor_id, key=key.key)
        )

    return await once(door, key, 200, work)


def _actor(door: Door) -> Actor:
    if door.actor is None:
        raise NotSignedIn()
    return door.actor


def _names(title: Title) -> Names:
    return {"zh-Hans": title["zh"], "en": title["en"]}
