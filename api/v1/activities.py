"""Activities for programs: list, create, open, call off; scan and confirm; devices, late scans, hours workbooks.

Must never decide anything: each route reads, calls one use case, shapes what comes back.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, Field

from access.authorize import NotFoundHere, Target
from api.v1 import hours_imports, late_scans
from api.web.door import Door, may, public
from api.web.once import KEYED, once
from api.web.problems import problems
from api.web.shapes import Shape, Words
from kernel.db import Scope, Session
from kernel.errors import DomainError
from kernel.request_keys import RequestKeyReused
from points.activity.answers import GateAnswer, NotRecorded
from points.activity.check_in import confirm, open_scan, open_typed
from points.activity.gate import (
    AlreadyIn,
    AlreadyOut,
    CodeExpired,
    NotInYet,
    Overlaps,
    TooEarly,
    TooLate,
    WrongCode,
)
from points.activity.model import (
    Activity,
    ActivityCalledOff,
    ActivityOver,
    ActivityTextMissing,
    ActivityTimesInvalid,
    CapacityInvalid,
    ScannedTooOften,
)
from points.activity.organise import call_off, create_activity, find_activity, open_activities, open_activity
from points.activity.tickets import TicketExpired, TicketUsed
from points.people.recording import RecordingDeclined

router = APIRouter(tags=["activities"])

GATE = (
    AlreadyIn,
    AlreadyOut,
    NotInYet,
    Overlaps,
    TooEarly,
    TooLate,
    ActivityCalledOff,
    ScannedTooOften,
    RecordingDeclined,
)
Names = dict[str, str]


class ShiftView(Shape):
    """A time in which people serve."""

    shift_id: UUID
    starts_at: datetime
    ends_at: datetime
    capacity: int


class ActivityView(Shape):
    """An activity as everybody may see it."""

    activity_id: UUID
    organisation_id: UUID
    title: Names
    place: Names
    state: str
    shifts: list[ShiftView]

    @classmethod
    def of(cls, activity: Activity) -> "ActivityView":
        return cls(
            activity_id=activity.activity_id,
            organisation_id=activity.organisation_id,
            title={"zh-Hans": activity.title["zh"], "en": activity.title["en"]},
            place={"zh-Hans": activity.place["zh"], "en": activity.place["en"]},
            state=activity.state,
            shifts=[
                ShiftView(shift_id=one.shift_id, starts_at=one.starts_at, ends_at=one.ends_at, capacity=one.capacity)
                for one in activity.shifts
            ],
        )


class ActivityList(Shape):
    """Open activities of the next 60 days, the soonest first."""

    items: list[ActivityView]


class ActivityRequest(Shape):
    """A new activity with its one shift; texts as {"zh-Hans": ..., "en": ...}, one language is enough."""

    organisation_id: UUID
    title: dict[str, Words]
    place: dict[str, Words]
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    capacity: int = Field(ge=1, le=100_000)


class ScanRequest(Shape):
    """A scanned code (`1.<activity>.<gate>.<step>.<mac>`, what follows /C/), or the six letters beneath it."""

    code: str = Field(max_length=80)


class TicketView(Shape):
    """A verified scan: confirm it with this ticket within a minute."""

    ticket: str
    activity_id: UUID
    gate: str


class ScanView(Shape):
    """What the gate said. `minutes` and `service_event_id` are there after a check-out that counted."""

    code: str
    message: str
    next_step: str
    shift_id: UUID
    minutes: int | None
    service_event_id: UUID | None


@router.get("/activities", operation_id="activities_list")
async def activities_list(door: Annotated[Door, public()]) -> ActivityList:
    """What one may come to."""
    async with door.transaction() as session:
        found = await open_activities(session, now=door.now)
    return ActivityList(items=[ActivityView.of(one) for one in found])


@router.get("/activities/{activity_id}", operation_id="activities_get", responses=problems(NotFoundHere))
async def activities_get(activity_id: UUID, door: Annotated[Door, public()]) -> ActivityView:
    """One activity. A draft is there for its organisers only."""
    async with door.transaction() as session:
        found = await find_activity(session, activity_id)
    if found.state == "draft" and found.organisation_id not in (door.actor.organisations() if door.actor else ()):
        raise NotFoundHere()
    return ActivityView.of(found)


@router.post(
    "/activities",
    operation_id="activities_create",
    status_code=201,
    response_model=ActivityView,
    responses=problems(ActivityTextMissing, ActivityTimesInvalid, CapacityInvalid, RequestKeyReused),
    openapi_extra=KEYED,
)
async def activities_create(body: ActivityRequest, door: Annotated[Door, may("manage_activity")]) -> Response:
    """Write an activity down as a draft; the same request key gives the same draft again."""
    door.check("manage_activity", Target(organisation_id=body.organisation_id))

    async def work(session: Session) -> ActivityView:
        made = await create_activity(
            session,
            organisation_id=body.organisation_id,
            title=_both(body.title),
            place=_both(body.place),
            starts_at=body.starts_at,
            ends_at=body.ends_at,
            capacity=body.capacity,
            created_by=door.actor_id,
            now=door.now,
        )
        return ActivityView.of(made)

    return await once(door, door.request_key(body), 201, work)


@router.post("/activities/{activity_id}/open", operation_id="activities_open", responses=problems(ActivityCalledOff))
async def activities_open(activity_id: UUID, door: Annotated[Door, may("manage_activity")]) -> ActivityView:
    """Show a draft to everybody; again changes nothing."""
    async with door.transaction() as session:
        await open_activity(session, activity=await _own(session, door, activity_id), now=door.now)
        return ActivityView.of(await find_activity(session, activity_id))


@router.post("/activities/{activity_id}/call-off", operation_id="activities_call_off", responses=problems(ActivityOver))
async def activities_call_off(activity_id: UUID, door: Annotated[Door, may("manage_activity")]) -> ActivityView:
    """Call an activity off before it begins; again changes nothing."""
    async with door.transaction() as session:
        await call_off(session, activity=await _own(session, door, activity_id), now=door.now)
        return ActivityView.of(await find_activity(session, activity_id))


@router.post("/scans", operation_id="scans_open", status_code=201, responses=problems(WrongCode, CodeExpired, *GATE))
async def scans_open(body: ScanRequest, door: Annotated[Door, may("scan")]) -> TicketView:
    """Verify a scanned or typed code; a good one gives a ticket, which records nothing yet."""
    how: dict[str, Any] = {"keys": door.runtime.keys, "holder_id": door.holder_id, "now": door.now}
    async with door.transaction() as session:
        if body.code.startswith("1."):
            opened = await open_scan(session, scanned=body.code, **how)
        else:
            opened = await open_typed(session, typed=body.code, **how)
    # Raised after the transaction, so that the refused scan is kept.
    if isinstance(opened, DomainError):
        raise opened
    return TicketView(ticket=opened.ticket, activity_id=opened.activity.activity_id, gate=opened.gate.value)


@router.post(
    "/scans/{ticket}/confirm",
    operation_id="scans_confirm",
    responses=problems(TicketExpired, TicketUsed, NotRecorded, *GATE),
)
async def scans_confirm(ticket: str, door: Annotated[Door, may("scan")]) -> ScanView:
    """Check in or out. The ticket is the key of this request: again gives the same answer and records nothing."""
    scope = Scope(door.actor_id, door.request_id)
    answer = await confirm(
        door.runtime.database, door.runtime.intake, ticket=ticket, holder_id=door.holder_id, scope=scope, now=door.now
    )
    if answer.refusal:
        raise answer.refusal
    return _view(door, answer)


router.include_router(late_scans.router)
router.include_router(hours_imports.router)


async def _own(session: Session, door: Door, activity_id: UUID) -> Activity:
    activity = await find_activity(session, activity_id)
    door.check("manage_activity", Target(organisation_id=activity.organisation_id))
    return activity


def _view(door: Door, answer: GateAnswer) -> ScanView:
    return ScanView(
        code=answer.code,
        message=door.say(answer.message_id, **answer.values),
        next_step=door.say(answer.next_step_id, **answer.values),
        shift_id=UUID(answer.values["shift_id"]),
        minutes=answer.values.get("minutes"),
        service_event_id=answer.service_event_id,
    )


def _both(texts: Names) -> Names:
    return {"zh": texts.get("zh-Hans", ""), "en": texts.get("en", "")}
