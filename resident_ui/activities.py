"""What a resident may come to: the list, and one activity with its place and time. Reads only."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from access.authorize import NotFoundHere
from api.web.door import Door, may
from api.web.templates import page
from points.activity.organise import find_activity, open_activities

router = APIRouter()


@router.get("/activities", response_class=HTMLResponse)
async def activities(door: Annotated[Door, may("view_own")]) -> HTMLResponse:
    """Open activities of the next 60 days, the soonest first."""
    async with door.transaction() as session:
        found = await open_activities(session, now=door.now)
    return page(door, "resident/activities/list.html", activities=found)


@router.get("/activities/{activity_id}", response_class=HTMLResponse)
async def activity(activity_id: UUID, door: Annotated[Door, may("view_own")]) -> HTMLResponse:
    """One activity. A draft reads like a missing one."""
    async with door.transaction() as session:
        found = await find_activity(session, activity_id)
    if found.state == "draft":
        raise NotFoundHere()
    return page(door, "resident/activities/one.html", activity=found)
