"""The page that logs who came and went while there is no network. The work is the island's; this only serves it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from admin_ui.organisers.own import own_activity
from api.web.door import Door, may
from api.web.templates import page

router = APIRouter()


@router.get("/organiser/activities/{activity_id}/offline", response_class=HTMLResponse)
async def offline(activity_id: UUID, door: Annotated[Door, may("upload_scans")]) -> HTMLResponse:
    """Opened once with network, it goes on without; what it logged is sent later, signed by this device."""
    async with door.transaction() as session:
        activity = await own_activity(session, door, activity_id, "upload_scans")
    return page(door, "admin/organisers/offline.html", activity=activity, shift=activity.shift_at(door.now))
