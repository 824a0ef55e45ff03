"""The official's households: find or register one, add a member from a day, end a membership.

Who lives together is told by volunteer number and masked name. Must never show a name in clear, and never
delete: a membership ends on a day and stays in the list.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse

from api.web.door import Door, may
from api.web.once import earlier, lead_to
from api.web.problems import STATUS
from api.web.shapes import Words
from api.web.templates import page
from kernel.calendar import day_of
from kernel.errors import DomainError
from points.ledger.refusals import UnknownHolder
from points.people.households import (
    MembershipDayTooFar,
    MembershipNotOpen,
    MembershipOverlaps,
    create_household,
    find_household,
    household_of,
    join,
    leave,
    memberships,
)
from points.people.labels import find_holder, find_resident, labels_of

router = APIRouter()

Official = Annotated[Door, may("manage_households")]
Key = Annotated[str, Form(max_length=64)]
NEVER = date(2200, 1, 1)
REFUSALS = (UnknownHolder, MembershipOverlaps, MembershipDayTooFar, MembershipNotOpen)
"""What an official may put right on the same page."""


@router.get("/official/households", response_model=None)
async def find(door: Official, number: Annotated[Words, Query(max_length=32)] = "") -> HTMLResponse | RedirectResponse:
    """Find a household by its own number, or by that of somebody who belongs to it today; or register one."""
    household_id: UUID | None = None
    if number.strip():
        async with door.transaction() as session:
            found = await find_holder(session, number, door.runtime.keys)
            if found and found.kind == "household":
                household_id = found.holder_id
            elif found:
                household_id = await household_of(session, found.holder_id, day_of(door.now))
    if household_id:
        return RedirectResponse(f"/official/households/{household_id}", 303)
    return page(door, "admin/officials/households.html", 404 if number.strip() else 200, number=number)


@router.post("/official/households")
async def create(door: Official, request_key: Key) -> RedirectResponse:
    """Register a household; its members are added next."""
    key = door.request_key({"request_key": request_key})
    async with door.transaction() as session:
        if led := await earlier(session, key):
            return led
        made = await create_household(session, now=door.now)
        return await lead_to(session, door, key, f"/official/households/{made.holder_id}")


@router.get("/official/households/{household_id}", response_class=HTMLResponse)
async def household(household_id: UUID, door: Official) -> HTMLResponse:
    """One household with every membership, ended ones too."""
    return await _shown(door, household_id)


@router.post("/official/households/{household_id}/members", response_model=None)
async def add(
    household_id: UUID,
    door: Official,
    request_key: Key,
    number: Annotated[Words, Form(max_length=32)],
    from_on: Annotated[date, Form()],
    may_spend: Annotated[bool, Form()] = False,
) -> HTMLResponse | RedirectResponse:
    """Begin a membership; a refusal brings the form back with what was typed."""
    typed: dict[str, str | bool] = {"number": number, "from_on": from_on.isoformat(), "may_spend": may_spend}
    key = door.request_key({"request_key": request_key, **typed})
    try:
        async with door.transaction() as session:
            if led := await earlier(session, key):
                return led
            member_id = await find_resident(session, number)
            await join(
                session,
                household_id=household_id,
                member_id=member_id,
                from_on=from_on,
                may_spend=may_spend,
                now=door.now,
            )
            return await lead_to(session, door, key, f"/official/households/{household_id}")
    except REFUSALS as refusal:
        return await _shown(door, household_id, refusal, typed)


@router.post("/official/households/{household_id}/end", response_model=None)
async def end(
    household_id: UUID,
    door: Official,
    request_key: Key,
    member_id: Annotated[UUID, Form()],
    last_on: Annotated[date, Form(lt=NEVER)],
) -> HTMLResponse | RedirectResponse:
    """End a membership after its last day."""
    typed = {"member_id": str(member_id), "last_on": last_on.isoformat()}
    key = door.request_key({"request_key": request_key, **typed})
    try:
        async with door.transaction() as session:
            if led := await earlier(session, key):
                return led
            to_on = last_on + timedelta(days=1)
            await leave(session, household_id=household_id, member_id=member_id, to_on=to_on, now=door.now)
            return await lead_to(session, door, key, f"/official/households/{household_id}")
    except REFUSALS as refusal:
        return await _shown(door, household_id, refusal, typed)


async def _shown(
    door: Door,
    household_id: UUID,
    refusal: DomainError | None = None,
    typed: Mapping[str, str | bool] | None = None,
) -> HTMLResponse:
    async with door.transaction() as session:
        found = await find_household(session, household_id)
        members = await memberships(session, household_id)
        labels = await labels_of(session, [one.member_id for one in members], door.runtime.keys)
    said = (refusal.message_id(), refusal.next_step_id()) if refusal else ()
    return page(
        door,
        "admin/officials/household.html",
        STATUS[refusal.kind] if refusal else 200,
        household=found,
        members=[(one, labels[one.member_id]) for one in members],
        today=day_of(door.now),
        typed=typed or {},
        refusal=[door.say(text, **refusal.values) for text in said] if refusal else [],
    )
