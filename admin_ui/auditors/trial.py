"""The trial balance for reading: both sides of each point kind, and whether they are exact opposites. Reads only."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from admin_ui.auditors.asked import read_asked, typed
from admin_ui.auditors.words import contra_title
from api.web.door import Door, may
from api.web.entries import amount, kind_title
from api.web.templates import page
from points.ledger.trial import trial
from rules.governance.registry import load_registry

router = APIRouter()


@router.get("/auditor/trial", response_class=HTMLResponse)
async def trial_page(
    door: Annotated[Door, may("verify_ledger")], until: Annotated[str, Query(max_length=40)] = ""
) -> HTMLResponse:
    """What each contra stands at against what all holders have, today or by what was recorded up to an instant."""
    asked = read_asked("", until, door.now)
    async with door.transaction() as session:
        found = await trial(session, asked.known_at)
        registry = await load_registry(session)
    language = door.language
    return page(
        door,
        "admin/auditors/trial.html",
        422 if asked.errors else 200,
        trial=found,
        until=until if asked.errors else typed(asked.known_at),
        error=door.say(asked.errors["known_at"]) if asked.errors else "",
        told=partial(amount, language),
        kind_title=partial(kind_title, language),
        contra_title=partial(contra_title, registry, language),
    )
