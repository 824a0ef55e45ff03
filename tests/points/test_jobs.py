"""What is due ends once, whoever comes, in whatever order; one that can not end stops no other."""

import asyncio
import logging
import multiprocessing
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kernel.clock import FixedClock
from kernel.db import Database, Scope, Session
from kernel.postgres import Server
from kernel.sealed import KeyFile
from points import jobs, overdue
from points.ledger import sweep
from points.overdue import StillDue, Sweep, work_off
from points.reconciliation import newest
from tests.town import ALL_DUE, GRACE, a_town

JOBS = (jobs.expire_lots, jobs.expire_holds, jobs.settle_pending)


async def run_all(database: Database, clock: FixedClock) -> None:
    for job in JOBS:
        await job(database, clock)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
async def test_in_any_order_and_again_everything_due_ends_once(
    database: Database, clock: FixedClock, keys: KeyFile, order: tuple[int, ...]
) -> None:
    town = await a_town(database, clock, keys, 3)
    before = await town.ended()
    await run_all(database, clock)
    assert await town.ended() == before, "nothing is due yet"
    clock.advance(ALL_DUE)
    for _ in range(2):
        for number in order:
            await JOBS[number](database, clock)
    assert await town.ended() == town.when_all_is_due()
    clock.advance(GRACE)
    await run_all(database, clock)
    assert await town.ended() == town.after_the_grace()
    await town.require_green()


def run_in_a_process(url: str, at: datetime) -> None:
    """One worker's jobs, in a process of its own."""

    async def go() -> None:
        database = Database(url)
        await run_all(database, FixedClock(at))
        await database.close()

    asyncio.run(go())


async def test_two_processes_at_once_end_everything_once(
    fresh: Server, database: Database, clock: FixedClock, keys: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = await a_town(database, clock, keys, 200)
    clock.advance(ALL_DUE)
    context = multiprocessing.get_context("spawn")
    rivals = [context.Process(target=run_in_a_process, args=(fresh.app_url, clock.now())) for _ in range(2)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        await asyncio.to_thread(rival.join, 60)
        assert rival.exitcode == 0
    assert await town.ended() == town.when_all_is_due()
    await town.require_green()


async def test_a_clock_set_back_between_finding_and_ending_ends_nothing_early(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    town = await a_town(database, clock, keys, 2)
    before = await town.ended()
    late = clock.now() + ALL_DUE
    async with database.transaction(Scope()) as session:
        await sweep.expire_lots(session, await sweep.due_holders(session, now=late), now=clock.now())
        await sweep.expire_holds(session, await sweep.due_holds(session, now=late), now=clock.now())
        await sweep.settle_pending(session, await sweep.due_pending(session, now=late), now=clock.now())
    assert await town.ended() == before
    clock.advance(ALL_DUE)
    await run_all(database, clock)
    clock.advance(-ALL_DUE)
    await run_all(database, clock)
    assert await town.ended() == town.when_all_is_due()
    clock.advance(ALL_DUE)
    await run_all(database, clock)
    assert await town.ended() == town.when_all_is_due()
    await town.require_green()


async def test_one_that_can_not_end_is_logged_and_raised_and_holds_up_no_other(
    database: Database,
    clock: FixedClock,
    keys: KeyFile,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(overdue, "READ_AT_ONCE", 4)
    town = await a_town(database, clock, keys, 9)
    bad = town.holder_ids[4]
    async with database.transaction(Scope()) as session:  # damage: the account no longer knows what is held of it
        await session.execute(text("update accounts set held = 0 where holder_id = :bad"), {"bad": bad})
    clock.advance(ALL_DUE)
    with caplog.at_level(logging.ERROR, "tongcheng.overdue"), pytest.raises(ExceptionGroup) as raised:
        await jobs.expire_holds(database, clock)
    assert [type(error) for error in raised.value.exceptions] == [IntegrityError]
    [told] = [record.getMessage() for record in caplog.records]
    assert told.startswith("not_ended points.expire_holds ")
    assert str(bad) in told
    ended = await town.ended()
    assert ended["holds"] == 8


async def test_what_is_found_due_again_after_it_ended_is_an_error_and_no_endless_loop(
    database: Database, clock: FixedClock
) -> None:
    tried: list[int] = []

    async def find(_: Session, *, now: datetime, most: int, but: Collection[int]) -> list[int]:
        return [number for number in (1, 2, 3) if number not in but and (number == 2 or number not in tried)]

    async def end(_: Session, due: Sequence[int], /, *, now: datetime) -> None:
        tried.extend(due)

    with pytest.raises(ExceptionGroup) as raised:
        await work_off(database, clock, Sweep("test", find, end))
    assert [type(error) for error in raised.value.exceptions] == [StillDue]
    assert tried == [1, 2, 3]


async def test_when_everything_fails_a_sweep_ends_soon(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overdue, "MOST_FAILED", 5)
    tried = 0

    async def find(_: Session, *, now: datetime, most: int, but: Collection[int]) -> list[int]:
        return [number for number in range(1_000) if number not in but]

    async def end(_: Session, due: Sequence[int], /, *, now: datetime) -> None:
        nonlocal tried
        tried += 1
        raise ValueError

    with pytest.raises(ExceptionGroup):
        await work_off(database, clock, Sweep("test", find, end, batch=4))
    assert tried < 20


async def test_a_lost_database_ends_a_sweep_at_once(database: Database, clock: FixedClock) -> None:
    async def find(_: Session, *, now: datetime, most: int, but: Collection[int]) -> list[int]:
        return [1, 2, 3]

    async def end(_: Session, due: Sequence[int], /, *, now: datetime) -> None:
        raise ConnectionRefusedError

    with pytest.raises(ConnectionRefusedError):
        await work_off(database, clock, Sweep("test", find, end))


async def test_each_batch_is_recorded_at_its_own_time_however_long_the_sweep_takes(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    town = await a_town(database, clock, keys, 2)
    clock.advance(ALL_DUE)

    async def slowly(session: Session, due: Sequence[UUID], /, *, now: datetime) -> None:
        await sweep.expire_lots(session, due, now=now)
        clock.advance(timedelta(minutes=5))

    await work_off(database, clock, Sweep("test", sweep.due_holders, slowly, batch=1))
    async with database.transaction(Scope()) as session:
        rows = await session.execute(text("select recorded_at from postings where contra = 'expiry' order by 1"))
        first, second = rows.scalars()
    assert second - first == timedelta(minutes=5)
    assert (await town.ended())["expiries"] == 2


async def test_days_are_summed_and_the_ledger_is_proved_by_their_jobs(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await a_town(database, clock, keys, 2)
    clock.advance(timedelta(days=3))
    for _ in range(2):
        await jobs.roll_up(database, clock)
        await jobs.reconcile(database, clock)
        await jobs.forget_tickets(database, clock)
    async with database.transaction(Scope()) as session:
        summed = await session.execute(text("select day, amount from contra_days join contra_days_summed using (day)"))
        assert sum(row.amount for row in summed) == 2 * 30
        assert [one.findings_count for one in await newest(session)] == [0, 0]
