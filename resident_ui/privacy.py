"""Privacy and choices: what is recorded of me, and the one switch that stops it.

Must never cost a resident anything but what the page says beforehand.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse

from api.web.door import Door, may
from api.web.once import earlier, lead_to
from api.web.templates import page
from points.people.recording import choose_recording, recording_choice

router = APIRouter()

HERE = "/privacy"


@router.get(HERE, response_class=HTMLResponse)
async def privacy(door: Annotated[Door, may("view_own")]) -> HTMLResponse:
    """Whether my good deeds are recorded, and what it means to change that."""
    async with door.transaction() as session:
        choice = await recording_choice(session, door.holder_id)
    return page(door, "resident/privacy.html", choice=choice)


@router.post("/privacy/recording", response_model=None)
async def choose(
    door: Annotated[Door, may("choose_recording")],
    request_key: Annotated[str, Form(max_length=64)],
    good_deeds: Annotated[Literal["record", "decline"], Form()],
) -> RedirectResponse:
    """Record my good deeds no more from now on, or record them again."""
    key = door.request_key({"request_key": request_key, "good_deeds": good_deeds})
    async with door.transaction() as session:
        if found := await earlier(session, key):
            return found
        declined = good_deeds == "decline"
        await choose_recording(session, holder_id=door.holder_id, declined=declined, now=door.now)
        return await lead_to(session, door, key, HERE)
