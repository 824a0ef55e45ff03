"""How much of its speed `award` keeps while a million lots lapse at one midnight.

The sweep is the worker's own job in a process of its own; two lanes award other holders meanwhile. The reference is
the same lanes with the same number of events once the sweep is over.
"""

import asyncio
import multiprocessing
import statistics
import time
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

import asyncpg

from api.bench.ground import STARTED, Ground, analyse, ground, make_holders, publish_bench_pack, require_sound_ledger
from api.bench.lanes import in_processes
from api.bench.line import Line, line
from api.bench.past import attendance, make_past
from kernel.calendar import add_months, day_of, start_of
from kernel.clock import FixedClock
from kernel.db import Database
from points.events.model import EventDraft
from points.jobs import expire_lots

BARS = {"ratio": 0.6}
MONTHS = 12
"""How long points last here: all of one day lapse at one midnight."""


@dataclass(frozen=True, slots=True)
class Size:
    """Holders whose lots lapse, lots of each, other holders, and events awarded meanwhile."""

    holders: int
    lots: int
    others: int
    events: int


FULL = Size(holders=100_000, lots=10, others=10_000, events=40_000)
TINY = Size(holders=100, lots=10, others=100, events=1_000)


def run(size: Size, seed: int) -> Line:
    """The bench's one line; rates are events, and lots, a second."""
    with ground() as found:
        other = asyncio.run(_prepare(found, size))
        chance, numbers = Random(seed), count()

        def events() -> list[EventDraft]:
            day = STARTED - timedelta(days=300)
            drawn = ((chance.choice(other), next(numbers)) for _ in range(size.events))
            return [attendance(holder, number, day + timedelta(minutes=number % 400_000)) for holder, number in drawn]

        context = multiprocessing.get_context("spawn")
        begun, told = context.Event(), context.SimpleQueue()
        sweep = context.Process(target=_sweep, args=(found.app_url, begun, told))
        sweep.start()
        begun.wait()
        meanwhile = in_processes(found.app_url, events(), 2)
        began, ended = told.get()
        sweep.join()
        lapsed = asyncio.run(_lapsed(found))
        alone = statistics.median(size.events / in_processes(found.app_url, events(), 2).seconds for _ in range(3))
        asyncio.run(require_sound_ledger(found))
    if lapsed != size.holders * size.lots:
        raise AssertionError(f"{lapsed} lots lapsed of {size.holders * size.lots}")
    return line(
        "expire",
        size.events / meanwhile.seconds / alone,
        figures={
            "awards": size.events / meanwhile.seconds,
            "lots": lapsed / (ended - began),
            "sweep_seconds": ended - began,
            "beside_share": max(0.0, min(ended, meanwhile.ended) - meanwhile.began) / meanwhile.seconds,
        },
        reference={"awards_alone": round(alone)},
        bars=BARS,
        rows=size.holders * size.lots,
        seed=seed,
    )


async def _prepare(found: Ground, size: Size) -> list[Any]:
    """Holders whose lots all lapse at the last midnight before the benchmark's day, and others who earn meanwhile."""
    database = Database(found.app_url, pool_size=1)
    await publish_bench_pack(database, months=MONTHS)
    await database.close()
    earned = start_of(add_months(day_of(STARTED) - timedelta(days=1), -MONTHS)) + timedelta(hours=9)
    await make_past(found, holders=size.holders, events=size.lots, apart=timedelta(minutes=1), began=earned)
    other = await make_holders(found, size.others)
    await analyse(found)
    return other


def _sweep(url: str, begun: Any, told: Any) -> None:
    told.put(asyncio.run(_work_off(url, begun)))


async def _work_off(url: str, begun: Any) -> tuple[float, float]:
    database = Database(url, pool_size=1)
    try:
        begun.set()
        began = time.perf_counter()
        await expire_lots(database, FixedClock(STARTED))
        return began, time.perf_counter()
    finally:
        await database.close()


async def _lapsed(found: Ground) -> int:
    connection = await asyncpg.connect(found.app_url)
    try:
        return int(await connection.fetchval("select count(*) from postings where contra = 'expiry'"))
    finally:
        await connection.close()
