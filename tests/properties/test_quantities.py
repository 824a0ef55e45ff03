"""The database's quantities are the engine's: random quantities over random pasts, exactly the same answers.

Each example is a few holders and quantities, written, asked and rolled back in one transaction.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.calendar import day_of
from kernel.db import Database, Scope
from kernel.postgres import Server
from points.measured.events import read_events
from points.measured.quantities import left_out, read_quantities
from rules.engine.quantities import of_history
from rules.engine.subject import Subject
from tests.properties.past import BEGAN, DAYS, holder, quantity, store

ASKED = (200, 400, 700, 1_000, DAYS, DAYS + 1, DAYS + 60, 3_000)
"""How many days after the beginning a day is looked at, or known at."""
KINDS = {"service", "blood_donation"}
seen: Counter[str] = Counter()


@contextmanager
def rolled_back(server: Server) -> Iterator[Any]:
    """Run something in a transaction of its own that is never committed."""
    with asyncio.Runner() as runner:
        database = Database(server.app_url, pool_size=1)

        def run(ask: Any) -> Any:
            async def inside() -> Any:
                async with database.transaction(Scope()) as session:
                    answer = await ask(session)
                    await session.rollback()
                    return answer

            return runner.run(inside())

        yield run
        runner.run(database.close())


@pytest.fixture(scope="module")
def run(server: Server) -> Iterator[Any]:
    """One connection to the template, for all examples: nothing is ever left in it."""
    with rolled_back(server) as runs:
        yield runs


@given(st.integers(0, 10**9))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_the_database_and_the_engine_measure_the_same(run: Any, seed: int) -> None:
    chance = Random(seed)
    people = [holder(chance) for _ in range(8)]
    wanted = [quantity(chance) for _ in range(12)]
    role = chance.choice(["", "", "spouse"])
    at, known_at = (BEGAN + timedelta(days=chance.choice(ASKED), hours=chance.randint(0, 23)) for _ in range(2))
    as_of = day_of(at)

    async def ask(session: Any) -> Any:
        await store(session, people)
        facts = {one.holder_id: one.facts for one in people}
        found = await read_quantities(session, facts, wanted, as_of=as_of, known_at=known_at, role=role)
        return found, await read_events(session, list(facts), KINDS, as_of=as_of, known_at=known_at)

    found, events = run(ask)
    for one in people:
        own = one.events(known_at)
        assert events[one.holder_id] == [event for event in own if day_of(event.occurred_at) <= as_of]
        subject = Subject(one.facts, own, as_of, role=role)
        for one_of in wanted:
            expected = of_history(one_of, subject)
            assert found[one.holder_id][one_of] == expected, one_of
            if isinstance(expected, dict):
                assert list(found[one.holder_id][one_of]) == list(expected)
            seen[type(one_of).__name__] += bool(expected)
    seen["left out"] += len(left_out(wanted))


@pytest.mark.db  # the examples before need it
def test_the_examples_before_reached_every_kind_of_quantity() -> None:
    assert {*seen} == {"Count", "Sum", "Extreme", "Values", "Lasting", "Streak", "left out"}
    assert all(seen.values())
