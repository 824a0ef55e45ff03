"""Rewards on the phone: what my points can buy, how many are missing, the voucher I show, and giving it back.

A page reads, calls one use case and shapes the answer. Must never show a price other than the one charged:
the form carries the version whose price it shows.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Path
from starlette.responses import HTMLResponse, RedirectResponse

from api.web.door import Door, may
from api.web.qr import svg
from api.web.templates import page
from kernel.db import Session
from kernel.errors import DomainError
from points.ledger.statement import balances
from redemption.rewards.codes import grouped
from redemption.rewards.give_back import find_own, release
from redemption.rewards.offers import find_offer, offers
from redemption.rewards.redeem import redeem
from redemption.rewards.redemptions import State, redemptions_of
from redemption.rewards.refusals import LimitReached, OfferChanged, OfferClosed, PointsMissing, StockEmpty

router = APIRouter()

Code = Annotated[str, Path(max_length=64)]
SHOWN = 10
"""How many past vouchers the list shows."""


@router.get("/rewards", response_class=HTMLResponse)
async def rewards(door: Annotated[Door, may("view_own")]) -> HTMLResponse:
    """What can be had, with what is missing for it, and my vouchers."""
    async with door.transaction() as session:
        available = await _available(session, door)
        found = await offers(session, now=door.now)
        mine = await redemptions_of(session, holder_id=door.holder_id, most=SHOWN)
    return page(
        door,
        "resident/rewards/list.html",
        offers=[(offer, available.get(offer.terms.point_kind, 0)) for offer in found],
        points_now=sum(available.get(kind, 0) for kind in {offer.terms.point_kind for offer in found}),
        open_vouchers=[one for one in mine if one.state_at(door.now) is State.OPEN],
        past_vouchers=[(one, one.state_at(door.now).value) for one in mine if one.state_at(door.now) is not State.OPEN],
    )


@router.get("/rewards/{offer_id}", response_class=HTMLResponse)
async def reward(offer_id: UUID, door: Annotated[Door, may("view_own")]) -> HTMLResponse:
    """One offer: its price, what I have, what would be left, where and until when to fetch it."""
    return await _offer_page(door, offer_id, None)


@router.post("/rewards/{offer_id}", response_model=None)
async def reward_redeem(
    offer_id: UUID,
    door: Annotated[Door, may("redeem")],
    request_key: Annotated[str, Form(max_length=64)],
    version: Annotated[int, Form(ge=1, le=2**31 - 1)],
) -> RedirectResponse | HTMLResponse:
    """Redeem at the price that was shown, and go to the voucher; a form sent twice leads to the same voucher."""
    key = door.request_key({"request_key": request_key, "version": version})
    try:
        async with door.transaction() as session:
            made = await redeem(
                session, holder_id=door.holder_id, offer_id=offer_id, now=door.now, key=key.key, version=version
            )
    except (PointsMissing, StockEmpty, OfferClosed, OfferChanged, LimitReached) as refusal:
        return await _offer_page(door, offer_id, refusal)
    return RedirectResponse(f"/vouchers/{made.code}", 303)


@router.get("/vouchers/{code}", response_class=HTMLResponse)
async def voucher(code: Code, door: Annotated[Door, may("view_own")]) -> HTMLResponse:
    """My voucher, large enough for the merchant to scan; or what became of it."""
    async with door.transaction() as session:
        found = await find_own(session, code=code, holder_id=door.holder_id)
    return page(
        door,
        "resident/rewards/voucher.html",
        voucher=found,
        state=found.state_at(door.now).value,
        ended_at=found.end.ended_at if found.end else found.expires_at,
        image=svg(f"{door.runtime.settings.base_url}/V/{found.code}"),
        code_text=grouped(found.code),
    )


@router.post("/vouchers/{code}/release", response_model=None)
async def voucher_release(
    code: Code, door: Annotated[Door, may("redeem")], request_key: Annotated[str, Form(max_length=64)]
) -> RedirectResponse:
    """Give a voucher back before use: its points return to their own dates."""
    door.request_key({"request_key": request_key})
    async with door.transaction() as session:
        await release(session, code=code, holder_id=door.holder_id, now=door.now)
    return RedirectResponse(f"/vouchers/{code}", 303)


async def _offer_page(door: Door, offer_id: UUID, refusal: DomainError | None) -> HTMLResponse:
    async with door.transaction() as session:
        offer = await find_offer(session, offer_id=offer_id, now=door.now)
        available = (await _available(session, door)).get(offer.terms.point_kind, 0)
    return page(
        door,
        "resident/rewards/offer.html",
        409 if refusal else 200,
        offer=offer,
        open_now=offer.open_at(door.now),
        available=available,
        missing=max(offer.terms.price - available, 0),
        refusal=door.say(refusal.message_id(), **refusal.values) if refusal else "",
        next_step=door.say(refusal.next_step_id(), **refusal.values) if refusal else "",
    )


async def _available(session: Session, door: Door) -> dict[str, int]:
    """What this resident can spend of each point kind, in minor units."""
    found = await balances(session, holder_id=door.holder_id, now=door.now)
    return {balance.point_kind: balance.available for balance in found}
