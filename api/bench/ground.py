"""The ground a benchmark runs on: a durable Postgres of its own, the schema, holders, and pgbench beside it.

The reference is measured on the same server, after the bench, median of three. Must never run on a
database that anybody uses.
"""

import asyncio
import os
import re
import secrets
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
from sqlalchemy import text

from api.bench.pack import bench_pack
from kernel.db import Database, Scope
from kernel.ids import mint, slice_of
from kernel.postgres import APP_ROLE, OWNER_ROLE, Cluster, find_binaries, with_role
from kernel.roles import make_app_role, make_database
from migrations.migrate import migrate
from points.verify_city import verify_city
from rules.language.loader import pack_sha256

STARTED = datetime(2026, 11, 22, 6, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a benchmark runs."""

    app_url: str
    owner_url: str
    admin_url: str


@contextmanager
def ground() -> Iterator[Ground]:
    """A fresh server with fsync on, migrated; gone when the block ends."""
    home = Path(tempfile.mkdtemp(prefix="tongcheng-bench-"))
    cluster, password = Cluster(home), secrets.token_urlsafe(12)
    try:
        cluster.make(password)
        admin_url = f"postgresql://{OWNER_ROLE}:{password}@127.0.0.1:{cluster.start()}/postgres"
        owner_url = admin_url.rpartition("/")[0] + "/bench"
        asyncio.run(make_database(admin_url, "bench"))
        asyncio.run(make_app_role(owner_url, password))
        migrate(owner_url)
        yield Ground(with_role(owner_url, APP_ROLE, password), owner_url, admin_url)
    finally:
        if cluster.port():
            cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


async def make_holders(ground: Ground, count: int) -> list[UUID]:
    """So many residents, by COPY; they have no names, since no benchmark reads one."""
    ids = [mint(STARTED) for _ in range(count)]
    connection = await asyncpg.connect(ground.owner_url)
    try:
        rows = [(slice_of(one), one, "resident", secrets.token_bytes(32), STARTED.replace(year=2025)) for one in ids]
        columns = ["slice", "holder_id", "kind", "subject_handle", "last_recorded_at"]
        await connection.copy_records_to_table("holders", records=rows, columns=columns)
    finally:
        await connection.close()
    return ids


_POINT_KIND = text("""
    insert into point_kinds (code, family, title)
    values ('volunteer-points', 'spendable', '{}'), ('debt:volunteer-points', 'debt', '{}')
""")
_PUBLISH = text("""
    insert into rule_packs (pack_sha256, programme, version, status, text, effective_from, published_at)
    values (:sha256, 'bench', '1', 'live', :text, :day, :since)
""")


async def publish_bench_pack(database: Database, *, months: int | None = None) -> None:
    """The benchmark's rules, in force since before all it does; their points last so many months, or for ever."""
    source, since = bench_pack(months=months), STARTED.replace(year=2025, month=1, day=1)
    bind = {"sha256": pack_sha256(source), "text": source, "day": since.date(), "since": since}
    async with database.transaction(Scope()) as session:
        await session.execute(_POINT_KIND)
        await session.execute(_PUBLISH, bind)


async def require_sound_ledger(ground: Ground) -> int:
    """What was measured must be true: AssertionError where the ledger does not verify. Gives its count of postings."""
    verified = await verify_city(ground.app_url, workers=os.cpu_count() or 1)
    if verified.findings:
        raise AssertionError(f"the ledger does not verify: {verified.findings[0]}")
    return verified.postings_count


async def analyse(ground: Ground) -> None:
    """Tell the planner what is there now: on young tables it takes scans, and a batch falls to a third."""
    connection = await asyncpg.connect(ground.owner_url)
    try:
        await connection.execute("analyze")
    finally:
        await connection.close()


async def table_bytes(database: Database, tables: list[str]) -> int:
    """How many bytes these tables take on disk, indexes included."""
    query = text("""
        select sum(pg_total_relation_size(cast(name as regclass))) from unnest(cast(:tables as text[])) as t (name)
    """)
    async with database.transaction(Scope()) as session:
        return int(await session.scalar(query, {"tables": tables}) or 0)


def pgbench(ground: Ground, *, scale: int, seconds: int) -> float:
    """TPC-B transactions a second: 16 clients, 2 threads, prepared, the median of three runs."""
    asyncio.run(make_database(ground.admin_url, "reference"))
    address = ground.admin_url.rpartition("/")[0] + "/reference"
    program = str(find_binaries().folder / "pgbench")
    subprocess.run([program, "-i", "-q", "-s", str(scale), address], check=True, capture_output=True)
    runs = []
    for _ in range(3):
        command = [program, "-c", "16", "-j", "2", "-M", "prepared", "-n", "-T", str(seconds), address]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        found = re.search(r"tps = ([\d.]+)", told)
        assert found is not None, told
        runs.append(float(found[1]))
    return statistics.median(runs)
