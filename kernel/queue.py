"""Durable jobs on the same Postgres (PgQueuer): enqueued with the effect that asks for them, or not at all.

A job is a name and a little JSON of ids; its function runs at least once, so it must be safe to repeat.
Must never carry a name, an identity number or anything else that belongs sealed in its row.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.domain.models import Job
from pgqueuer.domain.types import QueueExecutionMode
from sqlalchemy import text

from kernel.canonical import dumps
from kernel.clock import Clock
from kernel.db import Database, Session

JobFunction = Callable[[Database, Clock, dict[str, Any]], Awaitable[None]]
"""A job: the database, the clock (one that works long asks it anew), and the data it was enqueued with."""
_OPEN = text("select 1")


async def enqueue(session: Session, job: str, data: Mapping[str, Any]) -> None:
    """Ask for a job inside the caller's transaction: rolled back with it, visible with its commit."""
    # SQLAlchemy opens the transaction with its first statement; what goes to the driver alone would commit by itself.
    await session.execute(_OPEN)
    connection = await (await session.connection()).get_raw_connection()
    driver = connection.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    await Queries(AsyncpgDriver(driver)).enqueue(job, dumps(dict(data)).encode())


async def run(
    url: str,
    database: Database,
    clock: Clock,
    functions: Mapping[str, JobFunction],
    *,
    stop: asyncio.Event,
    drain: bool = False,
) -> None:
    """Work through the queue until `stop` is set, or with `drain` until it is empty.

    One job of a name runs at a time, over all workers; one whose worker died is taken over when its heartbeat is
    half a minute old. A job that fails, however, is tried again five times, after 1, 2, 4, 8 and 16 seconds; each
    failure leaves its traceback in pgqueuer_log, and the last one an ERROR in the log.
    """
    connection = await asyncpg.connect(url)
    queuer = PgQueuer.from_asyncpg_connection(connection)

    def bind(function: JobFunction) -> Callable[[Job], Awaitable[None]]:
        async def work(job: Job) -> None:
            await function(database, clock, json.loads(job.payload or b"{}"))

        return work

    for name, function in functions.items():
        retried = DatabaseRetryEntrypointExecutor
        queuer.entrypoint(name, concurrency_limit=1, executor_factory=retried)(bind(function))
    watcher = asyncio.create_task(_relay(stop, queuer.shutdown))
    try:
        mode = QueueExecutionMode.drain if drain else QueueExecutionMode.continuous
        await queuer.run(dequeue_timeout=timedelta(seconds=1), mode=mode)
    finally:
        watcher.cancel()
        await connection.close()


async def _relay(stop: asyncio.Event, shutdown: asyncio.Event) -> None:
    await stop.wait()
    shutdown.set()
