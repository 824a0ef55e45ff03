"""Due times fire once, and a job exists exactly when its effect does."""

import asyncio
import multiprocessing
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from kernel.clock import Clock, FixedClock
from kernel.db import Database, Scope
from kernel.firings import Schedule, Ticker, fire, newest_due
from kernel.postgres import Server
from kernel.queue import enqueue, run

DUE = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


async def count(database: Database, table: str) -> int:
    async with database.transaction(Scope()) as session:
        return int(await session.scalar(text(f"select count(*) from {table}")) or 0)


def fire_many(url: str, won: "multiprocessing.Queue[int]") -> None:
    """What one process does: it tries the same fifty due times as its rival."""

    async def go() -> int:
        database = Database(url)
        tries = [fire(database, "sweep", DUE - timedelta(minutes=n), DUE) for n in range(50)]
        fired = sum(await asyncio.gather(*tries))
        await database.close()
        return fired

    won.put(asyncio.run(go()))


async def test_two_processes_fire_each_due_time_once(fresh: Server, database: Database) -> None:
    context = multiprocessing.get_context("spawn")
    won: Any = context.Queue()
    rivals = [context.Process(target=fire_many, args=(fresh.app_url, won)) for _ in range(2)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        await asyncio.to_thread(rival.join, 60)
    assert won.get() + won.get() == 50
    assert await count(database, "firings") == 50
    assert await count(database, "pgqueuer") == 50
    won.close()
    won.join_thread()


async def test_a_rolled_back_transaction_leaves_no_job(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction(Scope()) as session:
            await enqueue(session, "sweep", {})
            raise RuntimeError
    assert await count(database, "pgqueuer") == 0


async def test_a_job_runs_with_its_data_and_the_clocks_time(
    fresh: Server, database: Database, clock: FixedClock
) -> None:
    seen: list[object] = []

    async def sweep(_: Database, at: Clock, data: dict[str, Any]) -> None:
        seen.append((at.now(), data))

    async with database.transaction(Scope()) as session:
        await enqueue(session, "sweep", {"file_id": "f1"})
    await run(fresh.app_url, database, clock, {"sweep": sweep}, stop=asyncio.Event(), drain=True)
    assert seen == [(clock.now(), {"file_id": "f1"})]
    assert await count(database, "pgqueuer") == 0


async def test_one_job_of_a_name_runs_at_a_time_over_all_workers(
    fresh: Server, database: Database, clock: FixedClock
) -> None:
    running, most = 0, 0

    async def sweep(_: Database, _at: Clock, _data: dict[str, Any]) -> None:
        nonlocal running, most
        running, most = running + 1, max(most, running + 1)
        await asyncio.sleep(0.05)
        running -= 1

    async with database.transaction(Scope()) as session:
        for _ in range(6):
            await enqueue(session, "sweep", {})
    workers = [run(fresh.app_url, database, clock, {"sweep": sweep}, stop=asyncio.Event(), drain=True) for _ in "ab"]
    await asyncio.gather(*workers)
    assert (running, most) == (0, 1)
    assert await count(database, "pgqueuer_log where status = 'successful'") == 6


async def test_a_job_that_fails_is_tried_again_and_its_tracebacks_stay(
    fresh: Server, database: Database, clock: FixedClock
) -> None:
    tried: list[int] = []

    async def sweep(_: Database, _at: Clock, _data: dict[str, Any]) -> None:
        tried.append(len(tried))
        if len(tried) < 3:
            raise ValueError("two rows contradict each other")

    async with database.transaction(Scope()) as session:
        await enqueue(session, "sweep", {})
    await run(fresh.app_url, database, clock, {"sweep": sweep}, stop=asyncio.Event(), drain=True)
    assert tried == [0, 1, 2]
    assert await count(database, "pgqueuer_log where traceback is not null") == 2
    assert await count(database, "pgqueuer") == 0


async def test_after_a_standstill_only_the_newest_due_time_fires(database: Database, clock: FixedClock) -> None:
    ticker = Ticker(database, clock, [Schedule("sweep", every=timedelta(minutes=1))])
    await ticker.look()
    await ticker.look()
    clock.advance(timedelta(days=30))
    await ticker.look()
    assert await count(database, "firings") == 2


async def test_a_clock_set_back_fires_nothing_that_has_come_again_and_stalls_nothing(
    database: Database, clock: FixedClock
) -> None:
    schedules = [Schedule("sweep", every=timedelta(minutes=1)), Schedule("night", daily_at=time(2, 30))]
    rivals = [Ticker(database, clock, schedules) for _ in range(2)]

    async def jobs_after(**passed: float) -> int:
        """How many jobs there are when so much time has passed, or was taken back, and both have looked."""
        clock.advance(timedelta(**passed))
        for rival in rivals:
            await rival.look()
        return await count(database, "pgqueuer")

    assert await jobs_after(seconds=20) == 2
    assert await jobs_after(seconds=-10) == 2, "both due times have come, and stand"
    assert await jobs_after(hours=1) == 3
    assert await jobs_after(hours=-2) == 4, "this minute was never fired before"
    for minute in range(1, 61):
        assert await jobs_after(minutes=1) == 4 + minute, "each fires again: those ahead were fired by a wrong clock"
    assert await jobs_after(days=1) == 66
    assert await jobs_after(days=-1) == 66, "that minute has come"
    assert await jobs_after(hours=23, minutes=59) == 68, "the night fires in its own time too"


def test_due_times_are_whole_multiples_or_shanghai_times_of_day() -> None:
    now = datetime(2026, 11, 22, 18, 30, 31, tzinfo=UTC)
    assert newest_due(Schedule("a", every=timedelta(minutes=1)), now) == datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
    nightly = Schedule("b", daily_at=time(3, 0))  # 03:00 in Shanghai is 19:00 UTC of the day before
    assert newest_due(nightly, now) == datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
    assert newest_due(nightly, now + timedelta(hours=1)) == datetime(2026, 11, 22, 19, 0, tzinfo=UTC)


def test_a_schedule_without_a_due_time_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="either"):
        Schedule("nothing")
