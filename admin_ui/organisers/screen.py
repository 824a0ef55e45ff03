"""The rotating code on the organiser's screen: the page, the next signed steps, and who is here.

The page shows the current code without any script, and reloads itself; with the island it holds the steps
of the coming hour and goes on without network. Must never send the activity's key.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, JSONResponse

from admin_ui.organisers.own import own_activity
from api.web.door import Door, may
from api.web.qr import svg
from api.web.qr_modules import modules
from api.web.templates import page
from kernel.db import Session
from points.activity.attendance import Presence, presence
from points.activity.model import Activity, ActivityCalledOff
from points.activity.screen import last_step, signed_steps
from points.activity.tokens import STEP_SECONDS, Gate, SignedStep, starts_at, step_of

router = APIRouter()

Organiser = Annotated[Door, may("manage_activity")]


@router.get("/organiser/activities/{activity_id}/code", response_class=HTMLResponse)
async def code(activity_id: UUID, door: Organiser, gate: Gate = Gate.IN) -> HTMLResponse:
    """The code, as large as the screen allows."""
    async with door.transaction() as session:
        activity = await own_activity(session, door, activity_id)
        here = await _here(session, door, activity)
    if activity.state == "called_off":
        raise ActivityCalledOff()
    shown = next(iter(_steps(door, activity, gate, step_of(door.now), 1)), None)
    return page(
        door,
        "admin/organisers/code.html",
        activity=activity,
        gate=gate.value,
        shown=shown,
        image=svg(shown.text) if shown else "",
        here_now=here,
        until=starts_at(last_step(activity, door.now)),
    )


@router.get("/organiser/activities/{activity_id}/code/steps")
async def steps(
    activity_id: UUID,
    door: Organiser,
    first: Annotated[int, Query(ge=0, le=10**12)] = 0,
    count: Annotated[int, Query(ge=1, le=60)] = 30,
) -> JSONResponse:
    """The next signed steps of both gates, as rows of bits; the server's time with them, in milliseconds."""
    async with door.transaction() as session:
        activity = await own_activity(session, door, activity_id)
    gates = {gate.value: [_drawn(step) for step in _steps(door, activity, gate, first, count)] for gate in Gate}
    body = {
        "server_ms": int(door.now.timestamp() * 1000),
        "step_seconds": STEP_SECONDS,
        "last_step": last_step(activity, door.now),
        "gates": gates,
    }
    return JSONResponse(body)


@router.get("/organiser/activities/{activity_id}/code/presence", response_class=HTMLResponse)
async def present(activity_id: UUID, door: Organiser) -> HTMLResponse:
    """The head count and the last three masked names, as a piece of the page."""
    async with door.transaction() as session:
        activity = await own_activity(session, door, activity_id)
        here = await _here(session, door, activity)
    return page(door, "admin/organisers/_presence.html", here_now=here)


async def _here(session: Session, door: Door, activity: Activity) -> Presence:
    shift = activity.shift_at(door.now)
    return await presence(session, shift_id=shift.shift_id, keys=door.runtime.keys)


def _steps(door: Door, activity: Activity, gate: Gate, first: int, count: int) -> list[SignedStep]:
    base_url = door.runtime.settings.base_url
    if activity.state != "open":
        return []
    return signed_steps(
        activity, door.runtime.keys, base_url=base_url, gate=gate, first=first, count=count, now=door.now
    )


def _drawn(step: SignedStep) -> dict[str, Any]:
    return {"step": step.step, "short": step.short, "rows": modules(step.text)}
