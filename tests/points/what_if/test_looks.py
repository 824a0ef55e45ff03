"""Looks that take longer than people wait: told how far they are, taken once for all who ask, never lost in silence."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from points.what_if.looks import GoesOn, LookGoesOn, Looks, Step

AT_ONCE = 0.01


@pytest.fixture
async def looks() -> AsyncIterator[Looks]:
    found = Looks()
    yield found
    await found.close()


def until(gate: asyncio.Event, taken: list[str], name: str) -> Callable[[Step], Awaitable[str]]:
    """A look that is half done until the gate opens."""

    async def look(step: Step) -> str:
        taken.append(name)
        step(50)
        await gate.wait()
        return name

    return look


async def test_whoever_asks_meanwhile_waits_for_the_same_look(looks: Looks) -> None:
    gate, taken = asyncio.Event(), list[str]()
    for _ in range(3):
        assert await looks.ask("year", until(gate, taken, "year"), AT_ONCE) == GoesOn(50)
    assert looks.going_on("year") == GoesOn(50)
    gate.set()
    assert await looks.ask("year", until(gate, taken, "year")) == "year"
    assert taken == ["year"]
    assert looks.going_on("year") is None


async def test_one_look_is_taken_at_a_time(looks: Looks) -> None:
    gate, taken = asyncio.Event(), list[str]()
    assert await looks.ask("first", until(gate, taken, "first"), AT_ONCE) == GoesOn(50)
    assert await looks.ask("second", until(gate, taken, "second"), AT_ONCE) == GoesOn(0)
    assert taken == ["first"]
    gate.set()
    assert await looks.ask("second", until(gate, taken, "second")) == "second"


async def test_a_look_that_broke_off_is_told_and_the_next_one_begins_anew(looks: Looks) -> None:
    async def broken(step: Step) -> str:
        raise LookGoesOn(percent=1)

    with pytest.raises(LookGoesOn):
        await looks.ask("year", broken)
    gate, taken = asyncio.Event(), list[str]()
    gate.set()
    assert await looks.ask("year", until(gate, taken, "year")) == "year"


async def test_an_end_of_the_process_ends_its_looks(looks: Looks) -> None:
    gate, taken = asyncio.Event(), list[str]()
    await looks.ask("year", until(gate, taken, "year"), AT_ONCE)
    await looks.close()
    assert looks.going_on("year") is None


async def test_what_a_look_found_long_ago_is_nobodys_answer(looks: Looks) -> None:
    gate, taken = asyncio.Event(), list[str]()
    assert await looks.ask("year", until(gate, taken, "year"), AT_ONCE, lasts=0) == GoesOn(50)
    gate.set()
    await asyncio.sleep(AT_ONCE)
    assert await looks.ask("year", until(gate, taken, "year")) == "year"
    assert taken == ["year", "year"]


async def test_why_a_look_broke_off_is_told_once_to_whoever_asks_soon(looks: Looks) -> None:
    gate, taken = asyncio.Event(), list[str]()

    async def broken(step: Step) -> str:
        await gate.wait()
        raise LookGoesOn(percent=1)

    assert await looks.ask("year", broken, AT_ONCE) == GoesOn(0)
    gate.set()
    await asyncio.sleep(AT_ONCE)
    with pytest.raises(LookGoesOn):
        await looks.ask("year", broken)
    assert await looks.ask("year", until(gate, taken, "year")) == "year"
