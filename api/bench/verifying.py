"""How long it takes to prove the whole ledger, against the running-balance window query alone.

`ratio`: every invariant over all postings of a made-up city: sums, chains, lots, holds, reversals, leaves.
`ratio_decided`: the same and each decision evaluated again, which only Python can do. The reference adds up the same
postings in one window, and proves nothing else.
"""

import asyncio
import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

from api.bench.ground import STARTED, Ground, ground
from api.bench.line import Line, line
from api.bench.statement import grow_copied
from api.seed.generator import City
from kernel.calendar import day_of
from points.verify import Verified
from points.verify_city import verify_city

BARS = {"ratio": 6.0}
"""At most: so many times the window query."""
_WINDOW = """
    select count(*) from (
        select balance_after, sum(amount) over (partition by slice, holder_id, point_kind order by seq) as running
        from postings
    ) chain where balance_after <> running
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How many residents, with about ten postings each."""

    residents: int


FULL = Size(residents=100_000)
TINY = Size(residents=100)


def run(size: Size, seed: int) -> Line:
    """The bench's one line; times are seconds."""
    with ground() as found, TemporaryDirectory(prefix="tongcheng-bench-") as home:
        asyncio.run(grow_copied(found, City(seed, size.residents, day_of(STARTED)), Path(home)))
        seconds, sums = _timed(found, decisions=False)
        decided, whole = _timed(found, decisions=True)
        reference = statistics.median(asyncio.run(_window(found)) for _ in range(3))
    return line(
        "verify",
        seconds / reference,
        figures={
            "seconds": seconds,
            "postings_a_second": sums.postings_count / seconds,
            "decided_seconds": decided,
            "decided_events_a_second": whole.events_count / decided,
        },
        reference={"window_seconds": round(reference, 3)},
        bars=BARS,
        rows=sums.postings_count,
        seed=seed,
        ratio_decided=decided / reference,
    )


def _timed(found: Ground, *, decisions: bool) -> tuple[float, Verified]:
    """The seconds of one proof, by as many workers as there are cores; AssertionError where it finds anything."""
    began = time.perf_counter()
    verified = asyncio.run(verify_city(found.app_url, workers=os.cpu_count() or 1, decisions=decisions))
    if verified.findings:
        raise AssertionError(f"the ledger does not verify: {verified.findings[0]}")
    return time.perf_counter() - began, verified


async def _window(found: Ground) -> float:
    connection = await asyncpg.connect(found.app_url)
    try:
        began = time.perf_counter()
        if await connection.fetchval(_WINDOW):
            raise AssertionError("the running balance is broken")
        return time.perf_counter() - began
    finally:
        await connection.close()
