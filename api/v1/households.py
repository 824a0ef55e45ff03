"""Households for programs: register one, add a member from a day, end a membership, see who belongs to one.

Members are told by their volunteer numbers. Must never give a name; a foreign household reads like a missing one.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from access.authorize import NotFoundHere, Target
from api.web.door import Door, may
from api.web.once import KEYED, once
from api.web.problems import problems
from api.web.shapes import Shape
from kernel.calendar import day_of
from kernel.db import Session
from kernel.request_keys import RequestKeyReused
from points.ledger.refusals import UnknownHolder
from points.people.households import (
    Membership,
    MembershipDayTooFar,
    MembershipNotOpen,
    MembershipOverlaps,
    create_household,
    find_household,
    join,
    leave,
    memberships,
)
from points.people.labels import find_resident
from points.people.register import numbers_of

router = APIRouter(tags=["households"])

Official = Annotated[Door, may("manage_households")]


class MemberRequest(Shape):
    """Who joins, by volunteer number, from which day, and whether this member may spend the household's points."""

    number: str = Field(max_length=32)
    from_on: date
    may_spend: bool = False


class EndRequest(Shape):
    """The first day without the membership."""

    to_on: date


class MemberView(Shape):
    """One membership: from its first day until `to_on`, exclusive; null while it is open."""

    member_id: UUID
    number: str
    from_on: date
    to_on: date | None
    may_spend: bool


class HouseholdView(Shape):
    """A household with its memberships of today and of days to come."""

    household_id: UUID
    number: str
    members: list[MemberView]


@router.post(
    "/households",
    operation_id="households_create",
    status_code=201,
    response_model=HouseholdView,
    responses=problems(RequestKeyReused),
    openapi_extra=KEYED,
)
async def households_create(door: Official) -> Response:
    """Register a household without members; the same request key gives the same household again."""

    async def work(session: Session) -> HouseholdView:
        made = await create_household(session, now=door.now)
        return HouseholdView(household_id=made.holder_id, number=made.number, members=[])

    return await once(door, door.request_key({}), 201, work)


@router.get("/households/{household_id}", operation_id="households_get", responses=problems(NotFoundHere))
async def households_get(household_id: UUID, door: Annotated[Door, may("view_household")]) -> HouseholdView:
    """One household, for officials and for whoever belongs to it today."""
    today = day_of(door.now)
    async with door.transaction() as session:
        found = await find_household(session, household_id)
        known = [one for one in await memberships(session, household_id) if one.open_on(today)]
        door.check(
            "view_household", Target(member_ids=frozenset(one.member_id for one in known if one.counts_on(today)))
        )
        return HouseholdView(household_id=household_id, number=found.number, members=await _views(session, known))


@router.post(
    "/households/{household_id}/members",
    operation_id="households_join",
    status_code=201,
    response_model=MemberView,
    responses=problems(NotFoundHere, UnknownHolder, MembershipDayTooFar, MembershipOverlaps, RequestKeyReused),
    openapi_extra=KEYED,
)
async def households_join(household_id: UUID, body: MemberRequest, door: Official) -> Response:
    """Begin a membership; a person belongs to one household on any day."""

    async def work(session: Session) -> MemberView:
        made = await join(
            session,
            household_id=household_id,
            member_id=await find_resident(session, body.number),
            from_on=body.from_on,
            may_spend=body.may_spend,
            now=door.now,
        )
        return (await _views(session, [made]))[0]

    return await once(door, door.request_key(body), 201, work)


@router.post(
    "/households/{household_id}/members/{member_id}/end",
    operation_id="households_leave",
    response_model=MemberView,
    responses=problems(UnknownHolder, MembershipDayTooFar, MembershipNotOpen, RequestKeyReused),
    openapi_extra=KEYED,
)
async def households_leave(household_id: UUID, member_id: UUID, body: EndRequest, door: Official) -> Response:
    """End an open membership."""

    async def work(session: Session) -> MemberView:
        ended = await leave(session, household_id=household_id, member_id=member_id, to_on=body.to_on, now=door.now)
        return (await _views(session, [ended]))[0]

    return await once(door, door.request_key(body), 200, work)


async def _views(session: Session, found: list[Membership]) -> list[MemberView]:
    numbers = await numbers_of(session, [one.member_id for one in found])
    return [
        MemberView(
            member_id=one.member_id,
            number=numbers[one.member_id],
            from_on=one.from_on,
            to_on=one.to_on,
            may_spend=one.may_spend,
        )
        for one in found
    ]
