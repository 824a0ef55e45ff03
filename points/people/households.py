"""Households and who belongs to them, from which day to which: a member of one household on any day.

A membership is dated, so that an event finds the household of its own day, whenever it is recorded. Must
never hold why people live together, and never show a name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from kernel.calendar import day_of
from kernel.db import Session
from kernel.errors import DomainError, Kind
from kernel.ids import random_bytes, slice_of
from kernel.sql import named
from points.ledger.posting import claim_now
from points.people.numbers import new_number
from points.people.register import register_body

BACK_MOST = timedelta(days=60)
"""How far in the past a membership may begin or end: what is older was long counted."""


class HouseholdUnknown(DomainError):
    """No register knows this household. Nothing was recorded.

    Check the household number and try again.
    """

    kind, code = Kind.MISSING, "HOUSEHOLD_UNKNOWN"


class MembershipOverlaps(DomainError):
    """This person belongs to a household in that time already. Nothing was recorded.

    End that membership first, or choose a later day.
    """

    kind, code = Kind.CONFLICT, "MEMBERSHIP_OVERLAPS"


class MembershipTooFarBack(DomainError):
    """A membership can't begin or end before {earliest}. Nothing was recorded.

    Choose a day that is at most 60 days ago.
    """

    kind, code = Kind.INVALID, "MEMBERSHIP_TOO_FAR_BACK"


class MembershipNotOpen(DomainError):
    """This person has no membership here that could end on that day. Nothing was changed.

    Look at the list of members; a membership ends after the day on which it began.
    """

    kind, code = Kind.CONFLICT, "MEMBERSHIP_NOT_OPEN"


@dataclass(frozen=True, slots=True)
class Household:
    """A family as a holder of points, and the number to show."""

    holder_id: UUID
    number: str


@dataclass(frozen=True, slots=True)
class Membership:
    """One member's time in one household: from its first day until `to_on`, exclusive; none while it is open."""

    household_id: UUID
    member_id: UUID
    from_on: date
    to_on: date | None
    may_spend: bool


_HOUSEHOLD = text("""
    with number as (insert into household_numbers (number, holder_id) values (:number, :holder_id))
    insert into households (slice, holder_id, number, registered_at) values (:slice, :holder_id, :number, :now)
""")
_FIND = text("select holder_id, number from households where slice = :slice and holder_id = :holder_id")
_OVERLAPS = text("""
    select 1 from memberships
    where slice = :slice and member_id = :member_id and (to_on is null or to_on > :from_on) limit 1
""")
_JOIN = text("""
    insert into memberships (slice, member_id, from_on, household_id, may_spend)
    values (:slice, :member_id, :from_on, :household_id, :may_spend)
""")
_LEAVE = text("""
    update memberships set to_on = :to_on
    where slice = :slice and member_id = :member_id and household_id = :household_id
        and to_on is null and from_on < :to_on
    returning household_id, member_id, from_on, to_on, may_spend
""")
_MEMBERSHIPS = text("""
    select household_id, member_id, from_on, to_on, may_spend from memberships
    where household_id = :household_id order by from_on, member_id
""")


async def create_household(session: Session, *, now: datetime) -> Household:
    """Register a household without members."""
    household = Household(await register_body(session, kind="household", now=now), new_number("H", random_bytes(5)))
    await session.execute(
        _HOUSEHOLD,
        {
            "slice": slice_of(household.holder_id),
            "holder_id": household.holder_id,
            "number": household.number,
            "now": now,
        },
    )
    return household


async def find_household(session: Session, household_id: UUID) -> Household:
    """One household. Refuses with HouseholdUnknown."""
    row = (await session.execute(_FIND, {"slice": slice_of(household_id), "holder_id": household_id})).one_or_none()
    if row is None:
        raise HouseholdUnknown()
    return Household(*row)


async def join(
    session: Session, *, household_id: UUID, member_id: UUID, from_on: date, may_spend: bool, now: datetime
) -> Membership:
    """Begin a membership on a day; rivals over the same member wait.

    Refuses with HouseholdUnknown, UnknownHolder, MembershipTooFarBack, MembershipOverlaps.
    """
    _not_too_far_back(from_on, now)
    await find_household(session, household_id)
    await claim_now(session, member_id, now)
    bind = {"slice": slice_of(member_id), "member_id": member_id, "from_on": from_on}
    if await session.scalar(_OVERLAPS, bind):
        raise MembershipOverlaps()
    await session.execute(_JOIN, {**bind, "household_id": household_id, "may_spend": may_spend})
    return Membership(household_id, member_id, from_on, None, may_spend)


async def leave(session: Session, *, household_id: UUID, member_id: UUID, to_on: date, now: datetime) -> Membership:
    """End the open membership; `to_on` is the first day without it.

    Refuses with UnknownHolder, MembershipTooFarBack, MembershipNotOpen.
    """
    _not_too_far_back(to_on, now)
    await claim_now(session, member_id, now)
    bind = {"slice": slice_of(member_id), "member_id": member_id, "household_id": household_id, "to_on": to_on}
    row = (await session.execute(_LEAVE, bind)).one_or_none()
    if row is None:
        raise MembershipNotOpen()
    return Membership(*row)


def _not_too_far_back(day: date, now: datetime) -> None:
    earliest = day_of(now) - BACK_MOST
    if day < earliest:
        raise MembershipTooFarBack(earliest=earliest.isoformat())


async def memberships(session: Session, household_id: UUID) -> list[Membership]:
    """Every membership of a household, ended and coming ones too, the oldest first."""
    return [Membership(*row) for row in await session.execute(_MEMBERSHIPS, {"household_id": household_id})]


async def members_on(session: Session, household_id: UUID, day: date) -> list[Membership]:
    """Who belongs to a household on a day."""
    return [
        one
        for one in await memberships(session, household_id)
        if one.from_on <= day and (one.to_on is None or day < one.to_on)
    ]


async def households_of(session: Session, asked: Sequence[tuple[UUID, date]]) -> dict[tuple[UUID, date], UUID]:
    """Which household each member belonged to on a day, in one query; who belonged to none is missing."""
    wanted = sorted(set(asked), key=lambda one: (slice_of(one[0]), *one))
    if not wanted:
        return {}
    bind = {
        "slices": [slice_of(member_id) for member_id, _ in wanted],
        "member_ids": [member_id for member_id, _ in wanted],
        "days": [day for _, day in wanted],
    }
    rows = await session.execute(named(__file__, "households_of"), bind)
    return {(row.member_id, row.day): row.household_id for row in rows}


async def household_of(session: Session, member_id: UUID, day: date) -> UUID | None:
    """The household that a member belongs to on a day, or none."""
    return (await households_of(session, [(member_id, day)])).get((member_id, day))
