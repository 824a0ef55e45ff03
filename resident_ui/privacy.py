"""Privacy and choices: what is recorded of me and the one switch that stops it, and who was told of me.

Must never cost a resident anything but what the page says beforehand.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse

from access.purposes import DATA, PURPOSES
from api.web.cursors import at_disclosure, disclosure_mark
from api.web.door import Door, may
from api.web.once import earlier, lead_to
from api.web.templates import page
from points.people.disclosures import disclosures_of
from points.people.recording import choose_recording, recording_choice

router = APIRouter()

HERE = "/privacy"
PAGE = 20


@router.get(HERE, response_class=HTMLResponse)
async def privacy(
    door: Annotated[Door, may("view_own")], before: Annotated[str | None, Query(max_length=200)] = None
) -> HTMLResponse:
    """Whether my good deeds are recorded, what it means to change that, and which programs were told of me."""
    async with door.transaction() as session:
        choice = await recording_choice(session, door.holder_id)
        told = await disclosures_of(session, holder_id=door.holder_id, before=at_disclosure(before), most=PAGE + 1)
    return page(
        door,
        "resident/privacy.html",
        choice=choice,
        told=told[:PAGE],
        earlier=disclosure_mark(told[PAGE - 1].position) if len(told) > PAGE else "",
        first=before is None,
        purposes=PURPOSES,
        data=DATA,
    )


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
