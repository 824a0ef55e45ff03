"""A person belongs to one household on any day, and an event finds the household of its own day."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from access.authorize import NotFoundHere
from kernel.calendar import day_of
from kernel.clock import FixedClock
from kernel.db import Database, Scope, Session
from kernel.sealed import KeyFile
from points.ledger.posting import claim_now
from points.people.households import (
    Household,
    MembershipDayTooFar,
    MembershipNotOpen,
    MembershipOverlaps,
    create_household,
    household_of,
    households_of,
    join,
    leave,
    members_on,
    memberships,
)
from points.people.register import NewResident, register_residents
from tests.conftest import NOON

TODAY = day_of(NOON)


def days(count: int) -> timedelta:
    return timedelta(days=count)


async def register(database: Database, keys: KeyFile, count: int = 1) -> list[UUID]:
    async with database.transaction(Scope()) as session:
        made = await register_residents(session, [NewResident(f"测试{n}") for n in range(count)], keys=keys, now=NOON)
    return [resident.holder_id for resident in made]


async def family(session: Session, *member_ids: UUID, since: date = TODAY) -> Household:
    household = await create_household(session, now=NOON)
    for member_id in member_ids:
        await join(
            session, household_id=household.holder_id, member_id=member_id, from_on=since, may_spend=False, now=NOON
        )
    return household


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Every statement sent inside the block."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def test_a_membership_counts_from_its_first_day_until_the_day_it_ends(database: Database, keys: KeyFile) -> None:
    (member_id,) = await register(database, keys)
    async with database.transaction(Scope()) as session:
        home = (await family(session, member_id, since=TODAY - days(20))).holder_id
        await leave(session, household_id=home, member_id=member_id, to_on=TODAY - days(5), now=NOON)
        assert await household_of(session, member_id, TODAY - days(21)) is None
        assert await household_of(session, member_id, TODAY - days(20)) == home
        assert await household_of(session, member_id, TODAY - days(6)) == home
        assert await household_of(session, member_id, TODAY - days(5)) is None
        assert [one.member_id for one in await members_on(session, home, TODAY - days(6))] == [member_id]
        assert await members_on(session, home, TODAY - days(5)) == []
        assert await members_on(session, home, TODAY - days(21)) == []


async def test_a_whole_batch_is_looked_up_in_one_statement(database: Database, keys: KeyFile) -> None:
    first, second, single = await register(database, keys, 3)
    async with database.transaction(Scope()) as session:
        one = (await family(session, first)).holder_id
        other = (await family(session, second, since=TODAY - days(30))).holder_id
        asked = [(who, TODAY - days(back)) for who in (first, second, single) for back in (0, 1, 31)]
        with counted(database) as sent:
            found = await households_of(session, [*asked, *asked])
        assert len(sent) == 1
        assert found == {(first, TODAY): one, (second, TODAY): other, (second, TODAY - days(1)): other}
        with counted(database) as sent:
            assert await households_of(session, []) == {}
        assert sent == []


async def test_who_belongs_to_a_household_joins_no_other_before_it_ends(database: Database, keys: KeyFile) -> None:
    (member_id,) = await register(database, keys)
    async with database.transaction(Scope()) as session:
        old = (await family(session, member_id, since=TODAY)).holder_id
        new = (await create_household(session, now=NOON)).holder_id
        ask: dict[str, Any] = {"household_id": new, "member_id": member_id, "may_spend": True, "now": NOON}
        for from_on in (TODAY - days(10), TODAY, TODAY + days(10)):
            with pytest.raises(MembershipOverlaps):
                await join(session, **ask, from_on=from_on)
        await leave(session, household_id=old, member_id=member_id, to_on=TODAY + days(3), now=NOON)
        with pytest.raises(MembershipOverlaps):
            await join(session, **ask, from_on=TODAY + days(2))
        joined = await join(session, **ask, from_on=TODAY + days(3))
        assert await memberships(session, new) == [joined]
        assert await household_of(session, member_id, TODAY + days(2)) == old
        assert await household_of(session, member_id, TODAY + days(3)) == new


async def test_a_membership_begins_and_ends_near_today(database: Database, keys: KeyFile) -> None:
    early, late = await register(database, keys, 2)
    async with database.transaction(Scope()) as session:
        home = (await family(session, early, since=TODAY - days(60))).holder_id
        for off in (TODAY - days(61), TODAY + days(367)):
            with pytest.raises(MembershipDayTooFar) as refused:
                await join(session, household_id=home, member_id=late, from_on=off, may_spend=False, now=NOON)
            assert refused.value.values == {"earliest": "2026-09-23", "latest": "2027-11-23"}
            with pytest.raises(MembershipDayTooFar):
                await leave(session, household_id=home, member_id=early, to_on=off, now=NOON)


async def test_only_an_open_membership_of_this_household_ends_and_after_its_first_day(
    database: Database, keys: KeyFile
) -> None:
    (member_id,) = await register(database, keys)
    async with database.transaction(Scope()) as session:
        home = (await family(session, member_id)).holder_id
        other = (await create_household(session, now=NOON)).holder_id
        tomorrow = TODAY + days(1)
        for household_id, to_on in ((home, TODAY), (other, tomorrow)):
            with pytest.raises(MembershipNotOpen):
                await leave(session, household_id=household_id, member_id=member_id, to_on=to_on, now=NOON)
        ended = await leave(session, household_id=home, member_id=member_id, to_on=tomorrow, now=NOON)
        assert await memberships(session, home) == [ended]
        with pytest.raises(MembershipNotOpen):
            await leave(session, household_id=home, member_id=member_id, to_on=tomorrow + days(1), now=NOON)


async def test_a_household_that_no_register_knows_has_no_members(database: Database, keys: KeyFile) -> None:
    (member_id,) = await register(database, keys)
    async with database.transaction(Scope()) as session:
        for household_id in (uuid4(), member_id):
            with pytest.raises(NotFoundHere):
                await join(
                    session, household_id=household_id, member_id=member_id, from_on=TODAY, may_spend=False, now=NOON
                )


async def test_of_two_rivals_one_waits_and_is_refused(database: Database, keys: KeyFile, clock: FixedClock) -> None:
    (member_id,) = await register(database, keys)
    async with database.transaction(Scope()) as session:
        homes = [(await create_household(session, now=NOON)).holder_id for _ in range(2)]

    async def settle(household_id: UUID, from_on: date) -> None:
        async with database.transaction(Scope()) as session:
            await join(
                session, household_id=household_id, member_id=member_id, from_on=from_on, may_spend=False, now=NOON
            )

    async with database.transaction(Scope()) as session:
        await claim_now(session, member_id, clock.now())
        rivals = [asyncio.create_task(settle(home, TODAY + days(n))) for n, home in enumerate(homes)]
        done, _ = await asyncio.wait(rivals, timeout=0.3)
        assert not done
    answers = await asyncio.gather(*rivals, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["MembershipOverlaps", "NoneType"]
