"""The merchant's till: one field, one answer, one confirmation; and what was taken here today.

Typing, a USB scanner and a scanned address all end in the same field. Must never show who a voucher
belongs to, and never capture by looking.
"""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query
from starlette.responses import HTMLResponse, RedirectResponse

from access.actors import Actor
from access.authorize import NotFoundHere, NotSignedIn
from api.web.door import Door, may, public
from api.web.templates import page
from redemption.merchants import find_merchant, till_of
from redemption.rewards.codes import grouped, read_code
from redemption.rewards.day import today
from redemption.rewards.refusals import (
    VoucherElsewhere,
    VoucherExpired,
    VoucherReleased,
    VoucherUnknown,
    VoucherUsed,
)
from redemption.rewards.vouchers import capture, look_up

router = APIRouter()

TYPED = 300
"""The longest text a scanner may put into the field, in characters."""


@router.get("/merchant", response_class=HTMLResponse)
async def till(
    door: Annotated[Door, may("verify_voucher")],
    code: Annotated[str, Query(max_length=TYPED)] = "",
    done: Annotated[str, Query(max_length=64)] = "",
) -> HTMLResponse:
    """The field; with `code`, whether it is valid here; after a confirmation, what to hand over.

    `done` is the key of that very confirmation: without it a used voucher is red, whatever address a customer shows.
    """
    merchant_id = till_of(_actor(door))
    async with door.transaction() as session:
        merchant = await find_merchant(session, merchant_id)
        seen = await look_up(session, code=code, merchant_id=merchant_id, now=door.now) if code.strip() else None
        day = await today(session, merchant_id=merchant_id, now=door.now)
    return page(
        door,
        "admin/merchants/till.html",
        merchant=merchant,
        seen=seen,
        code_text=grouped(seen.code) if seen and seen.code else "",
        just_done=bool(done) and seen is not None and seen.captured_under == done,
        day=day,
    )


@router.post("/merchant/capture", response_model=None)
async def till_capture(
    door: Annotated[Door, may("capture_voucher")],
    request_key: Annotated[str, Form(max_length=64)],
    code: Annotated[str, Form(max_length=TYPED)],
) -> RedirectResponse:
    """Capture a voucher; a refusal leads to its red answer, a form sent twice to the same green one."""
    key = door.request_key({"request_key": request_key, "code": code})
    merchant_id = till_of(_actor(door))
    try:
        async with door.transaction() as session:
            done = await capture(
                session, code=code, merchant_id=merchant_id, now=door.now, by=door.actor_id, key=key.key
            )
    except (VoucherUnknown, VoucherElsewhere, VoucherUsed, VoucherExpired, VoucherReleased):
        return RedirectResponse(f"/merchant?code={quote(code, safe='')}", 303)
    return RedirectResponse(f"/merchant?code={done.code}&done={key.key}", 303)


@router.get("/V/{code}", response_model=None)
async def scanned(code: Annotated[str, Path(max_length=64)], door: Annotated[Door, public()]) -> RedirectResponse:
    """Where a voucher's QR leads: the till for its merchant, the voucher for its resident, else to sign-in."""
    actor = _actor(door)
    read = read_code(code)
    if read and actor.merchants():
        return RedirectResponse(f"/merchant?code={read}", 303)
    if read and actor.holder_id:
        return RedirectResponse(f"/vouchers/{read}", 303)
    raise NotFoundHere()


def _actor(door: Door) -> Actor:
    if door.actor is None:
        raise NotSignedIn()
    return door.actor
