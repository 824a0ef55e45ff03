"""The way to one's own desk. Must never decide what a desk may do."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse

from access.actors import Role
from api.web.door import Door, may
from api.web.templates import page

router = APIRouter()

DESKS: dict[Role, str] = {
    "official": "/official",
    "organiser": "/organiser/activities",
    "merchant": "/merchant",
    "auditor": "/auditor",
}


@router.get("/desk", response_model=None)
async def desk(door: Annotated[Door, may("view_desk")]) -> HTMLResponse | RedirectResponse:
    """To the desk of the role; with several roles, or none that has a desk, the page says so."""
    roles = door.actor.roles if door.actor else frozenset()
    desks = [address for role, address in DESKS.items() if role in roles]
    if len(desks) == 1:
        return RedirectResponse(desks[0], 303)
    return page(door, "admin/desk.html")
