"""How fast events become durable postings, against pgbench's TPC-B on the same server.

Batches of 500 from two lanes, each a process, then both in one process; then batches of one from 16 workers. A
hundredth of the holders have 2,000 events of a past within the year of the caps, copied in. What is timed is the
whole road: read, evaluate, claim, write.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, zip_longest
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from api.bench.ground import (
    STARTED,
    Ground,
    analyse,
    ground,
    make_holders,
    pgbench,
    publish_bench_pack,
    require_sound_ledger,
    table_bytes,
)
from api.bench.lanes import commit_all, full_batches, in_processes, own_events
from api.bench.line import Line, line
from api.bench.past import attendance, make_past
from kernel.clock import FixedClock
from kernel.db import Database, Scope
from points.award import award
from points.events.model import EventDraft
from points.submission import Submission
from rules.governance.registry import load_registry

BARS = {"ratio": 4.0, "ratio_batch_1": 0.35, "ratio_statement": 0.5, "bytes_an_award": 1_200}
WRITES = ("update holders", "insert into", "update accounts")


@dataclass(frozen=True, slots=True)
class Size:
    """How much to do: `past` earlier events for one holder in a hundred."""

    holders: int
    past: int
    events: int
    singles: int
    scale: int
    seconds: int


FULL = Size(holders=10_000, past=2_000, events=30_000, singles=3_000, scale=50, seconds=8)
TINY = Size(holders=200, past=20, events=2_000, singles=200, scale=1, seconds=1)


def run(size: Size, seed: int) -> Line:
    """The bench's one line; rates are events a second."""
    with ground() as found:
        figures = asyncio.run(_measure(found, size, seed))
        reference = pgbench(found, scale=size.scale, seconds=size.seconds)
    return line(
        "award",
        figures["batch_500"] / reference,
        ratio_batch_1=figures["batch_1"] / reference,
        ratio_statement=figures["batch_500_one_process"] / figures["bare_statements"],
        figures=figures,
        reference={"pgbench_tps": round(reference), "scale": size.scale, "clients": 16},
        bars=BARS,
        rows=size.events + size.singles,
        seed=seed,
    )


async def _measure(found: Ground, size: Size, seed: int) -> dict[str, float]:
    chance = Random(seed)
    database = Database(found.app_url, pool_size=20)
    clock = FixedClock(STARTED)
    await publish_bench_pack(database)
    old = await make_past(found, holders=size.holders // 100, events=size.past, apart=timedelta(minutes=200))
    holders = [*old, *await make_holders(found, size.holders - len(old))]
    await analyse(found)
    before = await table_bytes(database, ["events", "postings", "accounts"])
    numbers = count()

    def some(number: int) -> list[EventDraft]:
        return [_event(chance.choice(holders), next(numbers)) for _ in range(number)]

    batch_500 = size.events / in_processes(found.app_url, some(size.events), 2).seconds
    after = await table_bytes(database, ["events", "postings", "accounts"])
    one_process = size.events // 2 / await _lanes(database, clock, some(size.events // 2), 2)
    bare = some(size.events // 4)
    bare_statements = len(bare) / await _bare_lanes(database, clock, bare, 2)
    singles = some(size.singles)
    batch_1 = size.singles / await _workers(database, clock, singles, 16)
    await database.close()
    await require_sound_ledger(found)
    return {
        "batch_500": batch_500,
        "batch_500_one_process": one_process,
        "batch_1": batch_1,
        "bare_statements": bare_statements,
        "bytes_an_award": (after - before) / size.events,
    }


async def _lanes(database: Database, clock: FixedClock, events: Sequence[EventDraft], lanes: int) -> float:
    """Seconds to award all events in full batches in this one process, a lane to each part of the holders."""
    began = time.perf_counter()
    batches = [full_batches(own_events(events, own, lanes)) for own in range(lanes)]
    await asyncio.gather(*(commit_all(database, clock, one) for one in batches))
    return time.perf_counter() - began


async def _workers(database: Database, clock: FixedClock, events: Sequence[EventDraft], workers: int) -> float:
    """Seconds to award all events one a transaction."""
    began = time.perf_counter()
    singles = [[Submission((event,))] for event in events]
    await asyncio.gather(*(commit_all(database, clock, singles[worker::workers]) for worker in range(workers)))
    return time.perf_counter() - began


async def _bare_lanes(database: Database, clock: FixedClock, events: Sequence[EventDraft], lanes: int) -> float:
    """Seconds to write just the rows that `award` writes, by its own statements with nothing read or decided.

    Each batch is awarded once and rolled back, which gives its statements; only their second run is timed.
    """
    spent = 0.0
    batches = [full_batches(own_events(events, own, lanes)) for own in range(lanes)]
    for together in zip_longest(*batches):
        recorded = [await _recorded(database, clock, batch) for batch in together if batch]
        began = time.perf_counter()
        await asyncio.gather(*(_replay(database, statements) for statements in recorded))
        spent += time.perf_counter() - began
    return spent


async def _recorded(database: Database, clock: FixedClock, batch: list[Submission]) -> list[tuple[Any, Any]]:
    """The writing statements of one batch, with what they bind; nothing stays."""
    seen: list[tuple[Any, Any]] = []

    def keep(connection: Any, clause: Any, multiparams: Any, params: Any, options: Any) -> None:
        if any(word in str(clause) for word in WRITES):
            seen.append((clause, params))

    async with database.engine.connect() as connection:
        event.listen(connection.sync_connection, "before_execute", keep)
        async with AsyncSession(connection, info={"scope": Scope()}) as session:
            await award(session, submissions=batch, now=clock.now(), registry=await load_registry(session))
            await session.rollback()
    return seen


async def _replay(database: Database, statements: list[tuple[Any, Any]]) -> None:
    async with database.transaction(Scope()) as session:
        for clause, params in statements:
            await session.execute(clause, params)


def _event(holder_id: UUID, number: int) -> EventDraft:
    """One attendance; no two of a holder share time, so that none is refused."""
    return attendance(
        holder_id, number, datetime(2026, 1, 1, tzinfo=STARTED.tzinfo) + timedelta(minutes=number % 460_000)
    )
