"""How fast a department's file of events becomes balances, against COPY of the same rows into one bare table.

The import runs as the operator runs it, `tongcheng events import` in processes of its own; what they all hold in
memory together is watched while they run. The reference knows no holder, no rule, no key: it only stores.
"""

import asyncio
import csv
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import asyncpg

from api.bench.ground import STARTED, Ground, analyse, ground, make_holders, publish_bench_pack, require_sound_ledger
from api.bench.line import Line, line
from kernel.db import Database
from kernel.ids import slice_of
from points.people.numbers import new_number

BARS = {"ratio": 0.02, "rss_mb": 400}
TITLES = (
    *("number", "kind", "business_key", "occurred_at", "ended_at", "ref"),
    *("data.activity_id", "data.shift_id", "data.stretch"),
)
_BARE = """
    create table bare (number text, kind text, business_key text, occurred_at timestamptz, ended_at timestamptz,
                       ref text, activity_id uuid, shift_id uuid, stretch integer)
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How many residents, rows, and importing processes."""

    residents: int
    rows: int
    workers: int


FULL = Size(residents=100_000, rows=1_000_000, workers=2)
TINY = Size(residents=50, rows=1_000, workers=2)


def run(size: Size, seed: int) -> Line:
    """The bench's one line; rates are rows a second."""
    with ground() as found, TemporaryDirectory(prefix="tongcheng-bench-") as home:
        path = Path(home) / "events.csv"
        numbers = asyncio.run(_prepare(found, size, seed))
        _write(path, numbers, size.rows, seed)
        seconds, rss_mb = _import(found, Path(home), path, size)
        reference = statistics.median(asyncio.run(_copy(found, path)) for _ in range(3))
        asyncio.run(require_sound_ledger(found))
    return line(
        "import",
        reference / seconds,
        rss_mb=rss_mb,
        figures={"rows_a_second": size.rows / seconds, "seconds": seconds, "workers": size.workers},
        reference={"copy_rows_a_second": round(size.rows / reference), "seconds": round(reference, 2)},
        bars=BARS,
        rows=size.rows,
        seed=seed,
    )


async def _prepare(found: Ground, size: Size, seed: int) -> list[str]:
    """Residents with volunteer numbers, and the rules; gives the numbers."""
    holders = await make_holders(found, size.residents)
    chance = Random(seed)
    numbers: dict[str, None] = {}
    while len(numbers) < size.residents:
        numbers.setdefault(new_number("V", chance.randbytes(5)))
    since = STARTED.replace(year=2025)
    connection = await asyncpg.connect(found.owner_url)
    try:
        pairs = list(zip(numbers, holders, strict=True))
        await connection.copy_records_to_table("resident_numbers", records=pairs, columns=["number", "holder_id"])
        await connection.copy_records_to_table(
            "residents",
            records=[(slice_of(holder), holder, number, b"", since) for number, holder in pairs],
            columns=["slice", "holder_id", "number", "name_sealed", "registered_at"],
        )
    finally:
        await connection.close()
    database = Database(found.app_url, pool_size=1)
    await publish_bench_pack(database)
    await database.close()
    await analyse(found)
    return list(numbers)


def _write(path: Path, numbers: list[str], rows: int, seed: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(TITLES)
        writer.writerows(_rows(numbers, rows, seed))


def _rows(numbers: list[str], rows: int, seed: int) -> Iterator[tuple[object, ...]]:
    """Attendances in the order of time, each of somebody drawn at random, as a department's system exports them."""
    chance = Random(seed)
    began = datetime(2025, 12, 1, tzinfo=STARTED.tzinfo)
    for number in range(rows):
        at = (began + timedelta(seconds=number * 20 % 20_000_000)).isoformat()
        shift = f"{number:08x}-0000-7000-8000-000000000000"
        yield chance.choice(numbers), "checked_in", f"{shift}/1", at, at, f"r{number}", shift, shift, 1


def _import(found: Ground, home: Path, path: Path, size: Size) -> tuple[float, float]:
    """Seconds of the whole command, and the most that all its processes held together, in megabytes."""
    environment = {**os.environ, "DATABASE_URL": found.app_url, "TONGCHENG_DATA_DIR": str(home / "data")}
    command = [sys.executable, "-m", "api.cli.main", "events", "import", str(path), "--source", "bench"]
    command += ["--workers", str(size.workers), "--json"]
    most = 0.0
    began = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            most = max(most, sum(map(_resident_mb, _family(process.pid))))
            time.sleep(0.1)
        seconds = time.perf_counter() - began
        told = json.loads(process.stdout.read() if process.stdout else "{}")
    if told.get("recorded") != size.rows:
        raise AssertionError(f"not every row was recorded: {told}")
    return seconds, most


def _family(pid: int) -> list[int]:
    """A process and all that it started, as the system lists them."""
    found = [pid]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, children.read_text().split())
            except OSError:
                continue  # it has ended meanwhile
    return found


def _resident_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


async def _copy(found: Ground, path: Path) -> float:
    """Seconds to COPY the same file into one bare table, durable like the ledger."""
    connection = await asyncpg.connect(found.owner_url)
    try:
        await connection.execute(_BARE)
        began = time.perf_counter()
        await connection.copy_to_table("bare", source=str(path), format="csv", header=True)
        seconds = time.perf_counter() - began
        await connection.execute("drop table bare")
        return seconds
    finally:
        await connection.close()
