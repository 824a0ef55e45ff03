"""Housekeeping takes what is past its time and nothing else."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.firings import fire
from kernel.jobs import tidy

STORE = text("insert into request_keys values (:who, 'a-key-of-16-letters', 'fingerprint', 201, '{}', :at)")


async def test_a_stored_answer_lives_seven_days_and_a_firing_thirty(database: Database, clock: FixedClock) -> None:
    async with database.transaction(Scope()) as session:
        await session.execute(STORE, {"who": UUID(int=7), "at": clock.now()})
    await fire(database, "sweep", clock.now(), clock.now())

    async def left(table: str) -> int:
        await tidy(database, clock, {})
        async with database.transaction(Scope()) as session:
            return int(await session.scalar(text(f"select count(*) from {table}")) or 0)

    clock.advance(timedelta(days=7))
    assert await left("request_keys") == 1
    clock.advance(timedelta(seconds=1))
    assert await left("request_keys") == 0
    assert await left("firings") == 1
    clock.advance(timedelta(days=23))
    assert await left("firings") == 0
