"""Prove the whole ledger with several processes that read one and the same instant.

One transaction holds the snapshot; each process reads under it, on a connection of its own, one share at a time.
Reads only, and says so to the database.
"""

import asyncio
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
"""A ledger of fewer postings is proved in this very process: starting others would take longer."""
SHARES: Final = 4
"""So many shares of each check a worker takes, so that none waits long for the last."""
_READ_ONLY = text("set transaction isolation level repeatable read, read only")
_EXPORT = text("select pg_export_snapshot()")
_SNAPSHOT = re.compile(r"[0-9A-Fa-f-]+")


@dataclass(frozen=True, slots=True)
class Share:
    """One piece of the work: one of CHECKS, `decisions` or `days`, over a span of holders."""

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


async def verify_city(url: str, *, workers: int, few: int = FEW) -> Verified:
    """Check everyone with so many processes; a ledger of fewer than `few` postings in this one."""
    database = Database(url, pool_size=1)
    try:
        async with _reading(database) as session:
            postings_count = await count_postings(session)
            if workers > 1 and postings_count >= few:
                snapshot = str(await session.scalar(_EXPORT))
                found = await _spread(url, snapshot, await _shares(session, workers), workers)
            else:
                found = [await _take(session, share) for share in await _shares(session, 0)]
            granted: Counter[str] = Counter()
            checked: Counter[str] = Counter()
            for one in found:
                granted.update(one.granted)
                checked[one.share.check] += one.milliseconds
            findings = [finding for one in found for finding in one.findings] + await limits(session, granted)
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
        yield session


async def _shares(session: Session, workers: int) -> list[Share]:
    """All that must be looked at, the longest first; whole where there is one worker."""
    if not workers:
        return [*(Share(check) for check in CHECKS), Share("decisions"), Share("days")]
    step = max(1, SLICES // (workers * SHARES))
    spans = [Span.slices(first, min(first + step, SLICES) - 1) for first in range(0, SLICES, step)]
    decisions = [Share("decisions", part) for part in await parts(session, EVERYONE)]
    return [*decisions, Share("days"), *(Share(check, span) for check in CHECKS for span in spans)]


async def _spread(url: str, snapshot: str, shares: Sequence[Share], workers: int) -> list[Found]:
    """Take all shares in so many processes; the snapshot's transaction stays open meanwhile."""
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        taken = [loop.run_in_executor(pool, _process, url, snapshot, share) for share in shares]
        return list(await asyncio.gather(*taken))


def _process(url: str, snapshot: str, share: Share) -> Found:
    return asyncio.run(_open_and_take(url, snapshot, share))


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
