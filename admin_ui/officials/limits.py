"""The official's budgets: what each shared limit may give, has given, and has left. Read only."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from api.web.door import Door, may
from api.web.templates import page
from points.limits import shared_limits
from points.people.labels import labels_of
from rules.governance.registry import load_registry

router = APIRouter()

A_PAGE = 100
WINDOWS = {"day": "the day", "month": "the month", "year": "the year", "total": "without end"}


@router.get("/official/limits", response_class=HTMLResponse)
async def limits(
    door: Annotated[Door, may("view_limits")],
    after: Annotated[str, Query(max_length=300, pattern=r"^[^\x00]*$")] = "",
) -> HTMLResponse:
    """Budgets and organisers' shares by programme, each with a bar of what is used."""
    async with door.transaction() as session:
        registry = await load_registry(session)
        found = await shared_limits(session, registry=registry, after=after, most=A_PAGE + 1)
        holders = {one.holder_id for one in found if one.holder_id}
        labels = await labels_of(session, holders, door.runtime.keys)
    shown, more = found[:A_PAGE], found[A_PAGE - 1].limit_id if len(found) > A_PAGE else None
    titles = {code: registry.versions(code)[0].pack.title for code in registry.programmes()}
    return page(
        door,
        "admin/officials/limits.html",
        limits=[(one, labels[one.holder_id].title if one.holder_id in labels else None) for one in shown],
        titles=titles,
        windows={per: door.say(words) for per, words in WINDOWS.items()},
        more=more,
    )
