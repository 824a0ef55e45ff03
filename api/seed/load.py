"""The copied city into the database: ranges of slices, each lived in memory and written by COPY, in several processes.

As the application's role, which may insert: nothing here goes around a constraint. Must never run against a
database in which anybody lives.
"""

import asyncio
import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

import asyncpg
from sqlalchemy import text

from api.seed.copying import COLUMNS, Rows, residents_of, rows_of
from api.seed.generator import City
from api.seed.lived import Terms
from kernel.db import Database, Scope
from kernel.garbage import collect_rarely
from kernel.ids import SLICES
from kernel.sealed import KeyFile
from rules.governance.registry import load_registry

RESIDENTS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Share:
    """What one process loads, and for whom."""

    url: str
    city: City
    keys: KeyFile
    by: UUID
    pieces: tuple[range, ...]


async def load(url: str, city: City, *, keys: KeyFile, by: UUID, workers: int = 2) -> None:
    """Copy all residents of the city with their years in; `by` is the official who reverses."""
    pieces = _pieces(city)
    shares = [Share(url, city, keys, by, tuple(pieces[own::workers])) for own in range(workers) if pieces[own::workers]]
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        taken = await asyncio.gather(*(loop.run_in_executor(pool, _process, share) for share in shares))
    await _take_room(url, sum(taken, Counter()))


async def _take_room(url: str, taken: Counter[str]) -> None:
    """Write down what everybody together took of shared limits; the plan's budget is large enough for all."""
    registry = (await terms_of(url)).registry
    ceilings = {
        (programme, limit.code): limit.ceiling
        for programme in registry.programmes()
        for published in registry.versions(programme)
        for limit in published.pack.limits.values()
    }
    rows = [(limit_id, granted, ceilings[_named(limit_id)]) for limit_id, granted in sorted(taken.items())]
    if over := [limit_id for limit_id, granted, ceiling in rows if granted > ceiling]:
        raise AssertionError(f"the plan gives more than {over[0]} allows")
    connection = await asyncpg.connect(url)
    try:
        columns = ["limit_id", "granted", "ceiling"]
        await connection.copy_records_to_table("limits", records=rows, columns=columns)
    finally:
        await connection.close()


def _named(limit_id: str) -> tuple[str, str]:
    """The programme and code of a limit, from its id."""
    programme, code, *_ = limit_id.split("/")
    return programme, code


def _pieces(city: City) -> list[range]:
    """Ranges of slices with so many residents each, or a few more."""
    count = min(SLICES, city.residents // RESIDENTS_AT_ONCE + 1)
    edges = [SLICES * place // count for place in range(count + 1)]
    return [range(first, last) for first, last in pairwise(edges)]


def _process(share: Share) -> Counter[str]:
    collect_rarely()
    return asyncio.run(_load(share))


async def _load(share: Share) -> Counter[str]:
    taken: Counter[str] = Counter()
    terms = await terms_of(share.url)
    connection = await asyncpg.connect(share.url)
    try:
        for piece in share.pieces:
            residents = residents_of(share.city, piece)
            rows, room = rows_of(share.city, residents, terms=terms, keys=share.keys, by=share.by)
            taken.update(room)
            await copy_rows(connection, rows)
        return taken
    finally:
        await connection.close()


async def copy_rows(connection: asyncpg.Connection, rows: Rows) -> None:
    """Write these rows, all or none, in an order in which foreign keys are content."""
    async with connection.transaction():
        for table, columns in COLUMNS.items():
            if rows[table]:
                await connection.copy_records_to_table(table, records=rows[table], columns=columns)


async def terms_of(url: str) -> Terms:
    """The rules and the policies of point kinds, as they are published there."""
    database = Database(url, pool_size=1)
    try:
        async with database.transaction(Scope()) as session:
            kinds = await session.execute(text("select code, grace_days, debt_cap from point_kinds"))
            policies = {row.code: (row.grace_days, row.debt_cap) for row in kinds}
            return Terms(await load_registry(session), policies)
    finally:
        await database.close()
