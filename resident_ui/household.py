"""A resident's household: who belongs to it, what it has together, and what came in last.

Reads only, and only for who belongs to it today. Must never show a member's full name, nor what one member
has alone.
"""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from access.authorize import NotFoundHere
from api.web.door import Door, may
from api.web.how import HOURS
from api.web.templates import page
from kernel.calendar import day_of
from points.ledger.statement import balances, statement
from points.people.households import find_household, household_of, members_on
from points.people.labels import labels_of

router = APIRouter()


@router.get("/household", response_class=HTMLResponse)
async def household(door: Annotated[Door, may("view_own")]) -> HTMLResponse:
    """My household today; who belongs to none finds nothing here."""
    today = day_of(door.now)
    async with door.transaction() as session:
        household_id = await household_of(session, door.holder_id, today)
        if household_id is None:
            raise NotFoundHere()
        found = await find_household(session, household_id)
        members = await members_on(session, household_id, today)
        labels = await labels_of(session, [one.member_id for one in members], door.runtime.keys)
        held = await balances(session, holder_id=household_id, now=door.now)
        lines = await statement(session, holder_id=household_id, most=20)
    return page(
        door,
        "resident/household.html",
        household=found,
        members=[(one, labels[one.member_id]) for one in members],
        balances=held,
        lines=lines,
        hours=HOURS,
    )
