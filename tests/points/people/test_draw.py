"""Everybody gets a number of their own, also when the one that was drawn belongs to somebody already."""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat

import httpx2
import pytest
from sqlalchemy import text

from kernel.db import Database, Scope
from kernel.ids import seeded
from kernel.sealed import KeyFile
from points.people.draw import ROUNDS, NoNumberFound, draw_numbers
from points.people.households import create_household
from points.people.numbers import new_number
from points.people.register import NewResident, find_by_number, register_resident, register_residents
from tests.conftest import NOON
from tests.hall import Hall, hall, signed, site
from tests.points.people.test_households import counted

__all__ = ["hall", "site"]


def draws(numbers: Iterable[int]) -> Callable[[int], bytes]:
    """A source of random bytes whose draws for numbers are these; all others are drawn as ever."""
    coming: Iterator[int] = iter(numbers)
    return lambda count: next(coming).to_bytes(5) if count == 5 else secrets.token_bytes(count)


def number(value: int) -> str:
    return new_number("V", value.to_bytes(5))


async def test_whoever_drew_a_taken_number_draws_again_and_nobody_is_asked_for_singly(
    database: Database, keys: KeyFile
) -> None:
    people = [NewResident(f"测试{one}") for one in range(4)]
    async with database.transaction(Scope()) as session:
        with seeded(draws([1])):
            first = await register_resident(session, name="测试", identity_number=None, keys=keys, now=NOON)
        with seeded(draws([1, 2, 2, 3, 1, 4, 5])), counted(database) as sent:
            made = await register_residents(session, people, keys=keys, now=NOON)
    assert first.number == number(1)
    # One drew the number of somebody else, one that of a neighbour in the batch; the first of the two met it again.
    assert sum("resident_numbers" in statement for statement in sent) == 3
    assert sorted(one.number for one in made) == sorted(map(number, (2, 3, 4, 5)))
    assert made[3].number == number(3)
    async with database.transaction(Scope()) as session:
        held = {one.number: one.holder_id for one in [first, *made]}
        assert await find_by_number(session, list(held)) == held
        rows = await session.execute(text("select number, holder_id from residents"))
        assert {row.number: row.holder_id for row in rows} == held


async def test_a_source_that_repeats_itself_ends_in_a_refusal_and_records_nobody(
    database: Database, keys: KeyFile
) -> None:
    with pytest.raises(NoNumberFound), seeded(draws(repeat(7))):
        async with database.transaction(Scope()) as session:
            with counted(database) as sent:
                await register_residents(session, [NewResident("甲"), NewResident("乙")], keys=keys, now=NOON)
    assert len(sent) == ROUNDS
    async with database.transaction(Scope()) as session:
        assert await session.scalar(text("select count(*) from holders")) == 0
        assert await session.scalar(text("select count(*) from resident_numbers")) == 0
        assert await draw_numbers(session, "V", []) == {}


async def test_two_who_draw_one_number_at_the_same_time_both_get_in(database: Database, keys: KeyFile) -> None:
    async def newcomer(own: int) -> str:
        with seeded(draws(chain([9], repeat(own)))):
            async with database.transaction(Scope()) as session:
                made = await register_resident(session, name="测试", identity_number=None, keys=keys, now=NOON)
                await asyncio.sleep(0.05)
        return made.number

    found = await asyncio.gather(*(newcomer(own) for own in range(20, 25)))
    assert len(set(found)) == 5
    assert number(9) in found


async def test_a_household_is_registered_over_the_api_though_its_number_was_taken(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    _, official = await hall.staff("official", "家庭岗")
    async with hall.transaction() as session:
        with seeded(draws([30])):
            taken = await create_household(session, now=hall.now)
    with seeded(draws([30, 31])):
        answer = await site.post("/api/v1/households", headers=signed(official, "the-same-number-twice"))
    assert (answer.status_code, taken.number) == (201, new_number("H", (30).to_bytes(5)))
    assert answer.json()["number"] == new_number("H", (31).to_bytes(5))
    with seeded(draws(repeat(31))):
        refused = await site.post("/api/v1/households", headers=signed(official, "always-the-same-number"))
    assert (refused.status_code, refused.json()["code"]) == (503, "NO_NUMBER_FOUND")
