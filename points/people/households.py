"""Households and who belongs to them, from which day to which: a member of one household on any day.

A membership is dated, so that an event finds the household of its own day, whenever it is recorded. Must
never hold why people live together, and never show a name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from access.authorize import NotFoundHere
from kernel.audit import audit
from kernel.calendar import day_of
from kernel.db import Session
from kernel.errors import DomainError, Kind
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger.posting import claim_now
from points.people.draw import draw_numbers
from points.people.register import register_body

BACK_MOST, AHEAD_MOST = timedelta(days=60), timedelta(days=366)
"""How far from today a membership may begin or end: what is older was long counted, what is further is a slip."""


class MembershipOverlaps(DomainError):
    """This person belongs to a household in that time already. Nothing was recorded.

    End that membership first, or choose a later day.
    """

    kind, code = Kind.CONFLICT, "MEMBERSHIP_OVERLAPS"


class MembershipDayTooFar(DomainError):
    """A membership begins and ends between {earliest} and {latest}. Nothing was recorded.

    Choose a day that is at most 60 days ago, and at most a year ahead.
    """

    kind, code = Kind.INVALID, "MEMBERSHIP_DAY_TOO_FAR"


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

    @property
    def last_on(self) -> date | None:
        """Its last day, for reading; none while it is open."""
        return self.to_on - timedelta(days=1) if self.to_on else None

    def open_on(self, day: date) -> bool:
        """Whether it counts on a day, or will from a later one."""
        return self.to_on is None or day < self.to_on

    def counts_on(self, day: date) -> bool:
        """Whether the member belongs to the household on a day."""
        return self.from_on <= day and self.open_on(day)


_HOUSEHOLD = text("""
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
_MEMBERSHIPS_OF = text("""
    select household_id, member_id, from_on, to_on, may_spend from memberships
    where slice = :slice and member_id = :member_id order by from_on
""")


async def create_household(session: Session, *, now: datetime) -> Household:
    """Register a household without members. Refuses with NoNumberFound."""
    holder_id = await register_body(session, kind="household", now=now)
    number = (await draw_numbers(session, "H", [holder_id]))[holder_id]
    bind = {"slice": slice_of(holder_id), "holder_id": holder_id, "number": number, "now": now}
    await session.execute(_HOUSEHOLD, bind)
    await _write_down(session, "household_created", holder_id, now, number=number)
    return Household(holder_id, number)


async def find_household(session: Session, household_id: UUID) -> Household:
    """One household. Refuses with NotFoundHere."""
    row = (await session.execute(_FIND, {"slice": slice_of(household_id), "holder_id": household_id})).one_or_none()
    if row is None:
        raise NotFoundHere()
    return Household(*row)


async def join(
    session: Session, *, household_id: UUID, member_id: UUID, from_on: date, may_spend: bool, now: datetime
) -> Membership:
    """Begin a membership on a day; rivals over the same member wait.

    Refuses with NotFoundHere, UnknownHolder, MembershipDayTooFar, MembershipOverlaps.
    """
    _near(from_on, now)
    await find_household(session, household_id)
    await claim_now(session, member_id, now)
    bind = {"slice": slice_of(member_id), "member_id": member_id, "from_on": from_on}
    if await session.scalar(_OVERLAPS, bind):
        raise MembershipOverlaps()
    await session.execute(_JOIN, {**bind, "household_id": household_id, "may_spend": may_spend})
    seen = {"member": str(member_id), "from_on": from_on.isoformat(), "may_spend": may_spend}
    await _write_down(session, "household_joined", household_id, now, **seen)
    return Membership(household_id, member_id, from_on, None, may_spend)


async def leave(session: Session, *, household_id: UUID, member_id: UUID, to_on: date, now: datetime) -> Membership:
    """End the open membership; `to_on` is the first day without it.

    Refuses with UnknownHolder, MembershipDayTooFar, MembershipNotOpen.
    """
    _near(to_on, now)
    await claim_now(session, member_id, now)
    bind = {"slice": slice_of(member_id), "member_id": member_id, "household_id": household_id, "to_on": to_on}
    row = (await session.execute(_LEAVE, bind)).one_or_none()
    if row is None:
        raise MembershipNotOpen()
    await _write_down(session, "household_left", household_id, now, member=str(member_id), to_on=to_on.isoformat())
    return Membership(*row)


def _near(day: date, now: datetime) -> None:
    earliest, latest = day_of(now) - BACK_MOST, day_of(now) + AHEAD_MOST
    if not earliest <= day <= latest:
        raise MembershipDayTooFar(earliest=earliest.isoformat(), latest=latest.isoformat())


async def _write_down(session: Session, act: str, household_id: UUID, now: datetime, **data: object) -> None:
    await audit(session, at=now, action=act, object_kind="household", object_id=household_id, data=data)


async def memberships(session: Session, household_id: UUID) -> list[Membership]:
    """Every membership of a household, ended and coming ones too, the oldest first."""
    return [Membership(*row) for row in await session.execute(_MEMBERSHIPS, {"household_id": household_id})]


async def memberships_of(session: Session, member_id: UUID) -> list[Membership]:
    """Every membership of one person, ended and coming ones too, the oldest first."""
    bind = {"slice": slice_of(member_id), "member_id": member_id}
    return [Membership(*row) for row in await session.execute(_MEMBERSHIPS_OF, bind)]


async def members_on(session: Session, household_id: UUID, day: date) -> list[Membership]:
    """Who belongs to a household on a day."""
    return [one for one in await memberships(session, household_id) if one.counts_on(day)]


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
