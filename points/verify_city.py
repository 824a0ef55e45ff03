"""Prove the whole ledger with several workers that read one and the same instant.

One transaction holds the snapshot; every worker reads under it, on a connection of its own, one share at a time. Sums
are the database's work: their workers are connections. Decisions are ours: their workers are processes. Reads only,
and says so to the database.
"""

import asyncio
import gc
import multiprocessing
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import text

from kernel.db import Database, Scope, Session
from kernel.errors import Finding
from kernel.ids import SLICES
from points.ledger.reconcile import CHECKS, EVERYONE, Span, count_postings, reconcile_days, reconcile_one
from points.second_look import look, parts
from points.verify import Verified, limits
from rules.governance.registry import load_registry

FEW: Final = 20_000
"""A ledger of fewer postings is proved on one connection: starting processes would take longer."""
CUT: Final = ("chain", "leaves")
"""Checks that are cut into pieces."""
PIECES: Final = 3
"""So many pieces of those for a worker, so that none waits long for the last."""
_READ_ONLY = text("set transaction isolation level repeatable read, read only")
_MEMORY = text("set local work_mem = '64MB'")
_EXPORT = text("select pg_export_snapshot()")
_SNAPSHOT = re.compile(r"[0-9A-Fa-f-]+")


@dataclass(frozen=True, slots=True)
class Share:
    """One piece of the work: one of CHECKS, `days` or `decisions`, over a span of holders."""

    check: str
    span: Span = EVERYONE


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one share. `granted`: what its decisions took of shared limits."""

    share: Share
    findings: list[Finding]
    events_count: int = 0
    granted: Counter[str] = field(default_factory=Counter)
    milliseconds: int = 0


async def verify_city(url: str, *, workers: int, few: int = FEW, decisions: bool = True) -> Verified:
    """Check everyone with so many workers; a ledger of fewer than `few` postings on one connection.

    Without `decisions` only what the database proves by itself: sums, chains, lots, reversals, leaves.
    """
    database = Database(url, pool_size=workers + 1)
    try:
        async with _reading(database) as session:
            postings_count = await count_postings(session)
            again = await parts(session, EVERYONE) if decisions else []
            if workers > 1 and postings_count >= few:
                snapshot = str(await session.scalar(_EXPORT))
                found = await _over_connections(database, snapshot, _sums(workers * PIECES), workers)
                found += await _over_processes(url, snapshot, [Share("decisions", span) for span in again], workers)
            else:
                shares = [*_sums(1), *(Share("decisions", span) for span in again)]
                found = [await _take(session, share) for share in shares]
            granted: Counter[str] = Counter()
            checked: Counter[str] = Counter()
            for one in found:
                granted.update(one.granted)
                checked[one.share.check] += one.milliseconds
            findings = [finding for one in found for finding in one.findings]
            findings += await limits(session, granted) if decisions else []
    finally:
        await database.close()
    return Verified(postings_count, sum(one.events_count for one in found), findings, dict(checked))


@asynccontextmanager
async def _reading(database: Database, snapshot: str | None = None) -> AsyncIterator[Session]:
    """A transaction that reads one instant: its own, or that of a snapshot."""
    async with database.transaction(Scope()) as session:
        await session.execute(_READ_ONLY)
        if snapshot is not None:
            if not _SNAPSHOT.fullmatch(snapshot):
                raise ValueError("this is no name of a snapshot")
            await session.execute(text(f"set transaction snapshot '{snapshot}'"))
        await session.execute(_MEMORY)
        yield session


def _sums(pieces: int) -> list[Share]:
    """All that the database proves by itself; what is much work for each posting comes last, in so many pieces.

    The rest is scans: a piece of one reads the whole table as well.
    """
    step = -(-SLICES // pieces)
    spans = [Span(first, min(first + step, SLICES) - 1) for first in range(0, SLICES, step)]
    whole = [Share(check) for check in CHECKS if check not in CUT]
    return [Share("days"), *whole, *(Share(check, span) for check in CUT for span in spans)]


async def _over_connections(database: Database, snapshot: str, shares: Sequence[Share], workers: int) -> list[Found]:
    left, found = iter(shares), list[Found]()

    async def work() -> None:
        async with _reading(database, snapshot) as session:
            for share in left:
                found.append(await _take(session, share))

    await asyncio.gather(*(work() for _ in range(workers)))
    return found


async def _over_processes(url: str, snapshot: str, shares: Sequence[Share], workers: int) -> list[Found]:
    """Take these shares in so many processes; the snapshot's transaction stays open meanwhile."""
    if not shares:
        return []
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(await asyncio.gather(*(loop.run_in_executor(pool, _process, url, snapshot, one) for one in shares)))


def _process(url: str, snapshot: str, share: Share) -> Found:
    gc.disable()  # What is read here holds no cycles, and looking for some takes a third of the time.
    found = asyncio.run(_open_and_take(url, snapshot, share))
    gc.collect()
    return found


async def _open_and_take(url: str, snapshot: str, share: Share) -> Found:
    database = Database(url, pool_size=1)
    try:
        async with _reading(database, snapshot) as session:
            return await _take(session, share)
    finally:
        await database.close()


async def _take(session: Session, share: Share) -> Found:
    began = time.perf_counter_ns()
    found = await _look(session, share)
    return replace(found, milliseconds=(time.perf_counter_ns() - began) // 1_000_000)


async def _look(session: Session, share: Share) -> Found:
    if share.check == "decisions":
        looked = await look(session, share.span, await load_registry(session))
        return Found(share, looked.findings, looked.events_count, looked.granted)
    if share.check == "days":
        return Found(share, await reconcile_days(session))
    return Found(share, await reconcile_one(session, share.check, share.span))
