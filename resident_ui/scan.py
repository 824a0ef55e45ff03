"""Scanning on the phone: the scanned address, the six letters typed instead, one tap, and the gate's answer.

A good code becomes a ticket in a cookie of this browser, so that the scan survives a sign-in and nobody can
forward it. Must never record anything without the tap.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Path
from starlette.responses import HTMLResponse, RedirectResponse

from access.authorize import NotFoundHere
from api.web.door import Door, may, public
from api.web.problems import STATUS
from api.web.templates import page
from kernel.db import Scope
from kernel.errors import DomainError
from points.activity.answers import GateAnswer, refused, stored_answer
from points.activity.check_in import Opened, confirm, keep_scan, open_scan, open_typed
from points.activity.earned import Earned, earned
from points.activity.organise import find_activity
from points.activity.tickets import TTL_OVER_SIGN_IN, find_answered
from rules.governance.registry import load_registry

router = APIRouter()

POINTS = "volunteer-points"
Scanner = Annotated[Door, may("scan")]


@router.get("/C/{code}", response_model=None)
async def scanned(
    code: Annotated[str, Path(max_length=80)], door: Annotated[Door, public()]
) -> HTMLResponse | RedirectResponse:
    """Where the QR on the screen leads: on to the tap, by way of the sign-in where nobody is signed in."""
    holder_id = door.actor.holder_id if door.actor else None
    async with door.transaction() as session:
        opened = await open_scan(session, scanned=code, keys=door.runtime.keys, holder_id=holder_id, now=door.now)
    return _on_to_the_tap(door, opened)


@router.get("/scan", response_class=HTMLResponse)
async def typing(door: Scanner) -> HTMLResponse:
    """The form for the six letters beneath the code."""
    return page(door, "resident/scan/type.html", refusal="", next_step="")


@router.post("/scan", response_model=None)
async def typed(
    door: Scanner, request_key: Annotated[str, Form(max_length=64)], code: Annotated[str, Form(max_length=40)]
) -> HTMLResponse | RedirectResponse:
    """Six typed letters, worth a scan."""
    door.request_key({"request_key": request_key, "code": code})
    async with door.transaction() as session:
        opened = await open_typed(session, typed=code, keys=door.runtime.keys, holder_id=door.holder_id, now=door.now)
    if isinstance(opened, DomainError) and opened.code == "WRONG_CODE":
        refusal, step = (door.say(text, **opened.values) for text in (opened.message_id(), opened.next_step_id()))
        return page(door, "resident/scan/type.html", STATUS[opened.kind], refusal=refusal, next_step=step)
    return _on_to_the_tap(door, opened)


@router.get("/scan/kept", response_model=None)
async def kept(door: Scanner) -> HTMLResponse | RedirectResponse:
    """The tap: what this scan would do, and the one button."""
    ticket = door.request.cookies.get(_cookie(door))
    if not ticket:
        return RedirectResponse("/scan", 303)
    async with door.transaction() as session:
        opened = await keep_scan(session, ticket=ticket, holder_id=door.holder_id, now=door.now)
    if isinstance(opened, DomainError):
        return _shown(door, refused(opened))
    return page(door, "resident/scan/confirm.html", opened=opened)


@router.post("/scan/confirm", response_model=None)
async def confirmed(
    door: Scanner, request_key: Annotated[str, Form(max_length=64)], ticket: Annotated[str, Form(max_length=64)]
) -> HTMLResponse | RedirectResponse:
    """In or out, recorded; then the answer at an address that may be reloaded."""
    door.request_key({"request_key": request_key, "ticket": ticket})
    scope = Scope(door.actor_id, door.request_id)
    answer = await confirm(
        door.runtime.database, door.runtime.intake, ticket=ticket, holder_id=door.holder_id, scope=scope, now=door.now
    )
    if answer.ticket_id is None:
        return _shown(door, answer)
    response = RedirectResponse(f"/scan/results/{answer.ticket_id}", 303)
    response.delete_cookie(_cookie(door), path="/", secure=door.runtime.secure, httponly=True, samesite="lax")
    return response


@router.get("/scan/results/{ticket_id}", response_class=HTMLResponse)
async def result(ticket_id: UUID, door: Scanner) -> HTMLResponse:
    """What the gate said, full-screen, with what it earned."""
    async with door.transaction() as session:
        ticket = await find_answered(session, ticket_id=ticket_id, holder_id=door.holder_id)
        if ticket is None or ticket.answer is None:
            raise NotFoundHere()
        answer = stored_answer(ticket.ticket_id, ticket.answer)
        activity = await find_activity(session, ticket.activity_id)
        got: Earned | None = None
        if answer.service_event_id:
            got = await earned(
                session,
                registry=await load_registry(session),
                holder_id=door.holder_id,
                event_id=answer.service_event_id,
                language=door.language,
            )
    return _shown(door, answer, activity=activity, got=got, status=200)


def _on_to_the_tap(door: Door, opened: Opened | DomainError) -> HTMLResponse | RedirectResponse:
    if isinstance(opened, DomainError):
        return _shown(door, refused(opened))
    response = RedirectResponse("/scan/kept", 303)
    response.set_cookie(
        _cookie(door),
        opened.ticket,
        max_age=int(TTL_OVER_SIGN_IN.total_seconds()),
        path="/",
        secure=door.runtime.secure,
        httponly=True,
        samesite="lax",
    )
    return response


def _shown(door: Door, answer: GateAnswer, status: int | None = None, **context: Any) -> HTMLResponse:
    """The gate's answer as a full screen, in the caller's language."""
    got = context.get("got")
    line = next((one for one in got.lines if one.point_kind == POINTS), None) if got else None
    if status is None:
        status = STATUS[answer.refusal.kind] if answer.refusal else 200
    return page(
        door,
        "resident/scan/result.html",
        status,
        answer=answer,
        message=door.say(answer.message_id, **answer.values),
        next_step=door.say(answer.next_step_id, **answer.values),
        activity=context.get("activity"),
        got=got,
        points_line=line,
    )


def _cookie(door: Door) -> str:
    return "__Host-scan" if door.runtime.secure else "scan"
