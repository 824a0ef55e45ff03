"""How many events a second the whole server takes over HTTP, against its own /healthz, which asks no database.

The same client process, the same server processes, the same 64 connections kept alive; each post has a key of
its own, is awarded and durable before it is answered. Told beside: how many posts one commit carried.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text

from access.people_register import create_vendor
from access.tokens import issue
from api.bench.ground import Ground, analyse, ground, make_holders, publish_bench_pack, require_sound_ledger
from api.bench.line import Line, line
from kernel.clock import SystemClock
from kernel.db import Database, Scope
from kernel.ports import free_port

BARS = {"ratio": 0.5, "p99_ratio": 4.0}
CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Size:
    """How many holders, posts, and server processes."""

    holders: int
    requests: int
    workers: int


FULL = Size(holders=10_000, requests=40_000, workers=2)
TINY = Size(holders=100, requests=300, workers=1)


def run(size: Size, seed: int) -> Line:
    """The bench's one line; rates are requests a second, times milliseconds."""
    with ground() as found, TemporaryDirectory(prefix="tongcheng-bench-") as home:
        order = asyncio.run(_prepare(found, size, seed))
        with _server(found, Path(home), size.workers) as port:
            order = {**order, "host": "127.0.0.1", "port": port, "connections": CONNECTIONS}
            warm = size.requests // 10
            _client({**order, "requests": warm, "first": 0})
            before = asyncio.run(_commits(found))
            posted = _client({**order, "requests": size.requests, "first": warm})
            after = asyncio.run(_commits(found))
            plain = {**order, "path": "/healthz", "requests": size.requests}
            del plain["holders"]
            answered = [_client(plain) for _ in range(3)]
        asyncio.run(require_sound_ledger(found))
    if posted["statuses"] != {"201": size.requests}:
        raise AssertionError(f"not every post was recorded: {posted['statuses']}")
    rate = posted["requests"] / posted["seconds"]
    reference = statistics.median(one["requests"] / one["seconds"] for one in answered)
    slow = statistics.median(one["p99_ms"] for one in answered)
    return line(
        "http",
        rate / reference,
        p99_ratio=posted["p99_ms"] / slow,
        figures={
            "posts": rate,
            "p50_ms": posted["p50_ms"],
            "p99_ms": posted["p99_ms"],
            "batch": (after[1] - before[1]) / (after[0] - before[0]),
            "connections": posted["connections"],
        },
        reference={"healthz": round(reference), "p99_ms": round(slow, 2), "workers": size.workers},
        bars=BARS,
        rows=size.requests,
        seed=seed,
    )


async def _prepare(found: Ground, size: Size, seed: int) -> dict[str, Any]:
    """Holders, rules and a vendor's token: what the client needs to know."""
    holders = await make_holders(found, size.holders)
    now = SystemClock().now()
    database = Database(found.app_url, pool_size=1)
    try:
        await publish_bench_pack(database)
        async with database.transaction(Scope()) as session:
            actor_id = await create_vendor(session, label="bench", now=now)
            ttl = timedelta(days=1)
            token = await issue(
                session,
                actor_id=actor_id,
                kind="api",
                scopes=["record_events"],
                purpose="service-records",
                ttl=ttl,
                now=now,
            )
    finally:
        await database.close()
    await analyse(found)
    day = datetime.combine(now.date(), datetime.min.time(), UTC).isoformat()
    return {
        "path": "/api/v1/events",
        "token": token,
        "holders": [str(one) for one in holders],
        "day": day,
        "seed": seed,
    }


@contextmanager
def _server(found: Ground, home: Path, workers: int) -> Iterator[int]:
    """The real server in processes of its own, as `tongcheng up` starts it; gives its port."""
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": found.app_url,
        "TONGCHENG_DATA_DIR": str(home / "data"),
        "TONGCHENG_PORT": str(port),
    }
    command = [sys.executable, "-m", "uvicorn", "api.app:serve", "--factory", "--host", "127.0.0.1", "--port"]
    command += [str(port), "--workers", str(workers), "--no-access-log", "--log-level", "warning", "--no-server-header"]
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        _wait(process, port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("the server did not answer")


def _client(order: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "api.bench.client"], input=json.dumps(order), capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


async def _commits(found: Ground) -> tuple[int, int]:
    """How many transactions wrote events so far, and how many events."""
    database = Database(found.owner_url, pool_size=1)
    try:
        async with database.transaction(Scope()) as session:
            query = text("select count(distinct cast(xmin as text)), count(*) from events")
            row = (await session.execute(query)).one()
            return int(row[0]), int(row[1])
    finally:
        await database.close()
