"""Bring a department's file in: from a path to what became of each of its rows, however often it is cut off.

The same bytes from the same source are one file: a run that was interrupted goes on where it stood, a
finished file is told and left alone. Rows that came in another file before are repeats by their own keys.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from kernel.audit import audit
from kernel.clock import Clock
from kernel.db import Database, Scope
from kernel.ids import mint
from points.event_files.lanes import take, take_in_processes
from points.event_files.refusals import EventFileBusy, EventFileSource
from points.event_files.spool import Scanned, Spool, scan, spooled, spread
from points.event_files.store import EventFile, end_file, find_file, insert_file, known_file

_SOURCE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LOCK = text("select pg_try_advisory_lock(hashtextextended(:name, 0))")


async def bring_in(
    database: Database, url: str, *, path: Path, source: str, spool_home: Path, clock: Clock, workers: int = 1
) -> EventFile:
    """Record every row of a CSV of events; gives the file with its counts.

    `url` is where `workers` processes connect when there are more than one; `spool_home` takes as many bytes
    as the file for the time of the run. Refuses with EventFileSource, EventFileMissing, EventFileColumns,
    EventFileEmpty, EventFileBroken, EventFileBusy, FileUnreadable; nothing is recorded then.
    """
    if not _SOURCE.fullmatch(source):
        raise EventFileSource()
    scanned = await asyncio.to_thread(scan, path)
    async with _alone(database, f"{source}/{scanned.sha256.hex()}"):
        async with database.transaction(Scope()) as session:
            known = await known_file(session, source=source, file_sha256=scanned.sha256)
        if known and known.ended_at:
            return known
        prefix = f"{source}-{scanned.sha256.hex()[:16]}"
        with spooled(spool_home, prefix) as folder:
            buckets = known.buckets_count if known else scanned.buckets
            spool = await asyncio.to_thread(spread, scanned, folder, buckets=buckets)
            file = known or await _begin(database, scanned, spool, source, clock)
            if workers == 1:
                await take(database, clock, file, spool, range(file.buckets_count))
            else:
                await take_in_processes(url, clock, file, spool, workers=workers)
        return await _end(database, file.file_id, clock)


@asynccontextmanager
async def _alone(database: Database, name: str) -> AsyncIterator[None]:
    """Nobody else imports this very file meanwhile; the lock goes with the connection. Refuses with EventFileBusy."""
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        if not await connection.scalar(_LOCK, {"name": f"event-file:{name}"}):
            raise EventFileBusy()
        try:
            yield
        finally:
            # The lock lives as long as the connection: it must not go back to the pool with it.
            await connection.invalidate()


async def _begin(database: Database, scanned: Scanned, spool: Spool, source: str, clock: Clock) -> EventFile:
    now = clock.now()
    file = EventFile(
        file_id=mint(now),
        source=source,
        filename=scanned.path.name[:200],
        file_sha256=scanned.sha256,
        header=list(spool.header.titles),
        size_bytes=scanned.size_bytes,
        rows_count=spool.rows_count,
        buckets_count=scanned.buckets,
        began_at=now,
    )
    async with database.transaction(Scope()) as session:
        await insert_file(session, file)
        data = {"source": source, "rows": file.rows_count, "sha256": file.file_sha256.hex()}
        await audit(
            session, at=now, action="event_file_begun", object_kind="event_file", object_id=file.file_id, data=data
        )
    return file


async def _end(database: Database, file_id: UUID, clock: Clock) -> EventFile:
    now = clock.now()
    async with database.transaction(Scope()) as session:
        await end_file(session, file_id=file_id, now=now)
        file = await find_file(session, file_id)
        counts = {"recorded": file.recorded, "repeats": file.repeats, "refused": file.refused}
        await audit(
            session, at=now, action="event_file_recorded", object_kind="event_file", object_id=file_id, data=counts
        )
    return file
