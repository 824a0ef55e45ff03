"""Days without a worker, one killed half-way, two at once, a clock set back, a lost database: each thing ends once."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from kernel.clock import TrialClock
from kernel.db import Database, Scope
from kernel.postgres import Server, running
from kernel.queue import enqueue
from kernel.sealed import KeyFile
from kernel.settings import Settings
from tests.town import ALL_DUE, GRACE, Town, a_town
from tests.trial import environment, tongcheng

PEOPLE = 1_500
"""Several batches of each sort of matter."""


@contextmanager
def workers(data_dir: Path, count: int, **more: str) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """So many workers as `tongcheng up` starts them, ended in order when the block ends, unless they were killed."""
    command, settings = [sys.executable, "-m", "api.worker"], environment(data_dir, **more)
    started = [subprocess.Popen(command, env=settings) for _ in range(count)]
    try:
        yield started
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(60)


async def until(met: Callable[[], Awaitable[bool]], what: str) -> None:
    give_up = time.monotonic() + 120
    while not await met():
        assert time.monotonic() < give_up, what
        await asyncio.sleep(0.05)


async def count(database: Database, what: str) -> int:
    async with database.transaction(Scope()) as session:
        return int(await session.scalar(text(f"select count(*) from {what}")) or 0)


@pytest.mark.db  # starts processes
@pytest.mark.feature("O10")
async def test_a_month_without_a_worker_a_kill_half_way_and_a_clock_set_back_double_nothing_and_lose_nothing(
    tmp_path: Path,
) -> None:
    data_dir = tmp_path / "local"
    settings = Settings(data_dir=data_dir)
    with running(settings) as server:
        command(data_dir, "db", "migrate")
        database = Database(server.app_url)
        keys, clock = KeyFile.open(settings.key_path), TrialClock(settings.clock_path)
        try:
            town = await a_town(database, clock, keys, PEOPLE)
            await live_on(town, data_dir)
        finally:
            await database.close()
        command(data_dir, "ledger", "verify")


async def live_on(town: Town, data_dir: Path) -> None:
    """Nobody works for a month; then one worker alone, killed half-way; then two, under a clock that is moved."""
    command(data_dir, "clock", "set", f"+{ALL_DUE.days}d")
    with workers(data_dir, 1) as [alone]:

        async def begun() -> bool:
            return (await town.ended())["expiries"] > 0

        await until(begun, "the worker alone ended nothing")
        alone.kill()
        alone.wait(30)
    half_way = await town.ended()
    assert 0 < half_way["expiries"] < PEOPLE
    assert half_way["expired"] == 6 * half_way["expiries"]
    with workers(data_dir, 2):

        async def stands(expected: dict[str, int]) -> None:
            async def met() -> bool:
                return await town.ended() == expected

            await until(met, f"expected {expected}, found {await town.ended()}")

        await stands(town.when_all_is_due())
        for step in ("-2d", "+1h"):
            worked = await count(town.database, "pgqueuer_log where status = 'successful'")
            command(data_dir, "clock", "set", "--", step)

            async def worked_again(before: int = worked) -> bool:
                return await count(town.database, "pgqueuer_log where status = 'successful'") > before + 3

            await until(worked_again, "the moved clock stalled the workers")
            assert await town.ended() == town.when_all_is_due()
        command(data_dir, "clock", "set", f"+{GRACE.days + 2}d")
        await stands(town.after_the_grace())
    assert await count(town.database, "pgqueuer_log where status in ('exception', 'failed')") == 0
    assert await count(town.database, "reconciliations where findings_count > 0") == 0


def command(data_dir: Path, *words: str) -> None:
    """A command of the trial, which must succeed."""
    done = tongcheng(*words, data_dir=data_dir)
    assert done.returncode == 0, done.stdout + done.stderr


async def test_a_worker_that_loses_the_database_goes_on_when_it_is_back(
    fresh: Server, database: Database, owner_database: Database, tmp_path: Path
) -> None:
    with workers(tmp_path, 1, DATABASE_URL=fresh.app_url, TONGCHENG_MAY_FORGET="1") as [worker]:
        for _ in range(2):
            async with database.transaction(Scope()) as session:
                done = await session.scalar(text("select count(*) from pgqueuer_log where status = 'successful'")) or 0
                await enqueue(session, "kernel.tidy", {})

            async def tidied(before: int = done) -> bool:
                return await count(database, "pgqueuer_log where status = 'successful'") > before

            await until(tidied, "the worker does nothing")
            async with owner_database.transaction(Scope()) as session:
                await session.execute(
                    text("""
                        select pg_terminate_backend(pid) from pg_stat_activity
                        where datname = current_database() and usename = 'tongcheng_app'
                    """)
                )
            await database.engine.dispose()
        assert worker.poll() is None
