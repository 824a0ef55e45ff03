"""How long a resident waits for a page of the statement and the balances, in a small ledger and in a large one.

Two made-up cities, copied in; residents drawn at random from the whole of each, every read in a transaction of its
own as a page does it. The reference is the small one: the time must hardly grow with the ledger.
"""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import UUID

from api.bench.ground import STARTED, Ground, ground, require_sound_ledger
from api.bench.line import Line, line, p99
from api.seed.copying import holder_of
from api.seed.generator import City
from api.seed.grow import grow
from kernel.calendar import day_of
from kernel.db import Database, Scope
from kernel.postgres import Server
from kernel.sealed import KeyFile
from points.ledger.statement import balances, statement

BARS = {"ratio": 1.5}
"""At most: the growth of p99."""


@dataclass(frozen=True, slots=True)
class Size:
    """Residents of the small and of the large city (about ten postings each), reads of each."""

    small: int
    large: int
    reads: int


FULL = Size(small=1_000, large=1_000_000, reads=4_000)
TINY = Size(small=20, large=200, reads=100)


@dataclass(frozen=True, slots=True)
class Read:
    """What one city took: postings in it, and milliseconds a read."""

    postings: int
    p50_ms: float
    p99_ms: float


def run(size: Size, seed: int) -> Line:
    """The bench's one line; times are milliseconds of one page and one balance together."""
    small, large = (_city(City(seed, residents, day_of(STARTED)), size.reads) for residents in (size.small, size.large))
    return line(
        "statement",
        large.p99_ms / small.p99_ms,
        figures={"p50_ms": large.p50_ms, "p99_ms": large.p99_ms, "postings": large.postings},
        reference={"p50_ms": round(small.p50_ms, 2), "p99_ms": round(small.p99_ms, 2), "postings": small.postings},
        bars=BARS,
        rows=large.postings,
        seed=seed,
    )


def _city(city: City, reads: int) -> Read:
    with ground() as found, TemporaryDirectory(prefix="tongcheng-bench-") as home:
        asyncio.run(grow_copied(found, city, Path(home)))
        postings = asyncio.run(require_sound_ledger(found))
        times = asyncio.run(_read(found, city, reads))
    return Read(postings, sorted(times)[len(times) // 2] * 1000, p99(times) * 1000)


async def grow_copied(found: Ground, city: City, home: Path) -> None:
    """A city for a benchmark: all of it by COPY."""
    database = Database(found.app_url)
    try:
        server = Server(found.owner_url, found.app_url, started_here=False)
        keys = KeyFile.open(home / "master.key")
        await grow(database, server, keys, city=city, now=STARTED, copied=True)
    finally:
        await database.close()


async def _read(found: Ground, city: City, reads: int) -> list[float]:
    """Seconds of each read, one after the other; the first tenth only warms."""
    chance = Random(city.seed)
    database = Database(found.app_url, pool_size=1)
    try:
        people = [holder_of(city, chance.randrange(city.residents)) for _ in range(reads + reads // 10)]
        times = [await _one(database, holder_id) for holder_id in people]
    finally:
        await database.close()
    return times[reads // 10 :]


async def _one(database: Database, holder_id: UUID) -> float:
    began = time.perf_counter()
    async with database.transaction(Scope()) as session:
        await balances(session, holder_id=holder_id, now=STARTED)
        await statement(session, holder_id=holder_id)
    return time.perf_counter() - began
