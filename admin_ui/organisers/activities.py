"""An organiser's activities: the list, a new one, one with its head count and its refused scans, open, call off.

A page reads, calls one use case and shapes the answer. Must never show a full name.
"""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse

from access.authorize import NotFoundHere, Target
from admin_ui.organisers.own import organisations, own_activity
from api.web.door import Door, may
from api.web.once import earlier, lead_to
from api.web.problems import STATUS
from api.web.shapes import Words
from api.web.templates import page
from kernel.calendar import SHANGHAI, day_of
from kernel.errors import DomainError
from points.activity.attendance import presence
from points.activity.model import ActivityTextMissing, ActivityTimesInvalid, CapacityInvalid
from points.activity.organise import activities_of, call_off, create_activity, open_activity
from points.activity.refusals import count_refusals
from points.people.recording import DECLINED

router = APIRouter()

Organiser = Annotated[Door, may("manage_activity")]
WORDS = 200

REASONS: dict[str, str] = {
    "NO_CODE": "Not a code of ours",
    "UNKNOWN_ACTIVITY": "A code of no known activity",
    "FORGED": "A forged or damaged code",
    "CODE_EXPIRED": "A code older than 20 seconds",
    "NOT_OPEN": "Not open yet",
    "NO_MATCH": "Six letters that fit nothing",
    "AMBIGUOUS": "Six letters that fit two activities",
    "ALREADY_IN": "Checked in already",
    "ALREADY_OUT": "Checked out already",
    "NOT_IN_YET": "Not checked in yet",
    "TOO_EARLY": "Too early",
    "TOO_LATE": "Too late",
    "CALLED_OFF": "Called off",
    "OVERLAPS": "At another activity at that time",
    DECLINED: "Chose not to be recorded",
    "NOT_RECORDED": "Could not be recorded",
}
"""Message ids for the reasons of refused scans."""


@router.get("/organiser/activities", response_class=HTMLResponse)
async def activities(door: Organiser) -> HTMLResponse:
    """All activities of my organisations, the latest first."""
    async with door.transaction() as session:
        found = await activities_of(session, organisation_ids=organisations(door), now=door.now)
    return page(door, "admin/organisers/activities.html", activities=found)


@router.get("/organiser/activities/new", response_class=HTMLResponse)
async def new(door: Organiser) -> HTMLResponse:
    """The form of a new activity."""
    return _form(door, {}, None)


@router.post("/organiser/activities", response_model=None)
async def create(
    door: Organiser,
    request_key: Annotated[str, Form(max_length=64)],
    title_zh: Annotated[Words, Form(max_length=WORDS)],
    place_zh: Annotated[Words, Form(max_length=WORDS)],
    day: Annotated[date, Form()],
    starts: Annotated[time, Form()],
    ends: Annotated[time, Form()],
    capacity: Annotated[int, Form()],
    title_en: Annotated[Words, Form(max_length=WORDS)] = "",
    place_en: Annotated[Words, Form(max_length=WORDS)] = "",
    organisation_id: Annotated[UUID | None, Form()] = None,
) -> HTMLResponse | RedirectResponse:
    """Write an activity down as a draft; a fault brings the form back with what was typed."""
    organisation = organisation_id or next(iter(organisations(door)), None)
    if organisation is None:
        raise NotFoundHere()
    door.check("manage_activity", Target(organisation_id=organisation))
    typed = {
        "title_zh": title_zh,
        "title_en": title_en,
        "place_zh": place_zh,
        "place_en": place_en,
        "day": day.isoformat(),
        "starts": starts.isoformat("minutes"),
        "ends": ends.isoformat("minutes"),
        "capacity": capacity,
    }
    key = door.request_key({"request_key": request_key, **typed, "organisation_id": str(organisation)})
    try:
        async with door.transaction() as session:
            if led := await earlier(session, key):
                return led
            made = await create_activity(
                session,
                organisation_id=organisation,
                title={"zh": title_zh, "en": title_en},
                place={"zh": place_zh, "en": place_en},
                starts_at=datetime.combine(day, starts, SHANGHAI),
                ends_at=datetime.combine(day, ends, SHANGHAI) + timedelta(days=1 if ends <= starts else 0),
                capacity=capacity,
                created_by=door.actor_id,
                now=door.now,
            )
            return await lead_to(session, door, key, f"/organiser/activities/{made.activity_id}")
    except (ActivityTextMissing, ActivityTimesInvalid, CapacityInvalid) as refusal:
        return _form(door, typed, refusal)


@router.get("/organiser/activities/{activity_id}", response_class=HTMLResponse)
async def activity(activity_id: UUID, door: Organiser) -> HTMLResponse:
    """One activity: who is here, what to do next, and which scans were refused."""
    async with door.transaction() as session:
        found = await own_activity(session, door, activity_id)
        shift = found.shift_at(door.now)
        here = await presence(session, shift_id=shift.shift_id, keys=door.runtime.keys)
        refusals = await count_refusals(session, activity_id=activity_id)
    return page(
        door,
        "admin/organisers/activity.html",
        activity=found,
        shift=shift,
        here_now=here,
        refusals=refusals,
        reasons=REASONS,
    )


@router.post("/organiser/activities/{activity_id}/open", response_model=None)
async def opened(
    activity_id: UUID, door: Organiser, request_key: Annotated[str, Form(max_length=64)]
) -> RedirectResponse:
    """Open it: everybody sees it from now on."""
    door.request_key({"request_key": request_key})
    async with door.transaction() as session:
        await open_activity(session, activity=await own_activity(session, door, activity_id), now=door.now)
    return RedirectResponse(f"/organiser/activities/{activity_id}", 303)


@router.post("/organiser/activities/{activity_id}/call-off", response_model=None)
async def called_off(
    activity_id: UUID, door: Organiser, request_key: Annotated[str, Form(max_length=64)]
) -> RedirectResponse:
    """Call it off before it begins."""
    door.request_key({"request_key": request_key})
    async with door.transaction() as session:
        await call_off(session, activity=await own_activity(session, door, activity_id), now=door.now)
    return RedirectResponse(f"/organiser/activities/{activity_id}", 303)


def _form(door: Door, typed: dict[str, Any], refusal: DomainError | None) -> HTMLResponse:
    said = [door.say(text) for text in (refusal.message_id(), refusal.next_step_id())] if refusal else ["", ""]
    return page(
        door,
        "admin/organisers/new.html",
        STATUS[refusal.kind] if refusal else 200,
        typed=typed,
        refusal=said[0],
        next_step=said[1],
        organisations=organisations(door),
        choices=[(str(one), str(one)) for one in organisations(door)],
        today=day_of(door.now).isoformat(),
    )
