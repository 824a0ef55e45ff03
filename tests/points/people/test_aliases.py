"""Two registers of one person: which goes on, never in a chain, and undoable."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kernel.db import Database, Scope, Session
from kernel.sealed import KeyFile
from points.people.aliases import (
    AlreadyMerged,
    MergedIntoItself,
    NotMerged,
    NotTwoResidents,
    OthersMergedInto,
    add_alias,
    canonical,
    end_alias,
    merged_into,
)
from points.people.households import create_household
from points.people.register import NewResident, register_residents
from tests.conftest import NOON


async def register(session: Session, keys: KeyFile, count: int) -> list[UUID]:
    made = await register_residents(session, [NewResident(f"测试{n}") for n in range(count)], keys=keys, now=NOON)
    return [resident.holder_id for resident in made]


async def merge(session: Session, away: UUID, into: UUID, since: datetime = NOON) -> Any:
    return await add_alias(
        session, holder_id=away, alias_of=into, since=since, approval_id=uuid4(), transaction_id=uuid4()
    )


async def test_a_register_merged_away_is_read_as_the_one_that_goes_on(database: Database, keys: KeyFile) -> None:
    async with database.transaction(Scope()) as session:
        away, also, on, other = await register(session, keys, 4)
        first = await merge(session, away, on)
        second = await merge(session, also, on, NOON + timedelta(days=1))
        assert await canonical(session, [away, also, on, other]) == {away: on, also: on}
        assert await canonical(session, []) == {}
        assert await merged_into(session, [on, other, away]) == {on: [first, second]}


async def test_an_undone_merge_is_remembered_and_leads_nowhere(database: Database, keys: KeyFile) -> None:
    async with database.transaction(Scope()) as session:
        away, on = await register(session, keys, 2)
        made = await merge(session, away, on)
        ended = await end_alias(session, holder_id=away, ended_at=NOON + timedelta(days=2))
        assert (ended.transaction_id, ended.ended_at) == (made.transaction_id, NOON + timedelta(days=2))
        assert await canonical(session, [away]) == {}
        assert await merged_into(session, [on]) == {on: [ended]}
        with pytest.raises(NotMerged):
            await end_alias(session, holder_id=away, ended_at=NOON + timedelta(days=3))
        again = await merge(session, away, on, NOON + timedelta(days=4))
        assert await merged_into(session, [on]) == {on: [ended, again]}


async def test_chains_and_circles_are_refused_when_they_would_be_made(database: Database, keys: KeyFile) -> None:
    async with database.transaction(Scope()) as session:
        away, on, third = await register(session, keys, 3)
        await merge(session, away, on)
        with pytest.raises(MergedIntoItself):
            await merge(session, on, on)
        with pytest.raises(AlreadyMerged):
            await merge(session, away, third)
        with pytest.raises(AlreadyMerged):
            await merge(session, third, away)
        with pytest.raises(OthersMergedInto):
            await merge(session, on, third)
        await end_alias(session, holder_id=away, ended_at=NOON + timedelta(days=1))
        await merge(session, on, third, NOON + timedelta(days=2))


async def test_only_registers_of_people_are_merged(database: Database, keys: KeyFile) -> None:
    async with database.transaction(Scope()) as session:
        (resident_id,) = await register(session, keys, 1)
        household = await create_household(session, now=NOON)
        for other in (household.holder_id, uuid4()):
            with pytest.raises(NotTwoResidents):
                await merge(session, resident_id, other)
