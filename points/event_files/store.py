"""Keeps which files came in and what became of their rows. Every table only grows; must never keep a name."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from access.authorize import NotFoundHere
from kernel.canonical import dumps
from kernel.db import Session, constraint_error
from kernel.errors import Finding
from kernel.sql import named
from points.event_files.refusals import BatchTaken
from points.event_files.rows import kept_cells

constraint_error("event_file_batches_pkey", BatchTaken)


@dataclass(frozen=True, slots=True)
class EventFile:
    """A file that came in, and how many of its rows became what so far."""

    file_id: UUID
    source: str
    filename: str
    file_sha256: bytes
    header: list[str]
    size_bytes: int
    rows_count: int
    buckets_count: int
    began_at: datetime
    ended_at: datetime | None = None
    recorded: int = 0
    repeats: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not recorded: as it came, identity numbers masked, and what is wrong with it."""

    row_no: int
    cells: list[str]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of the rows of one batch, by row number."""

    bucket: int
    first_place: int
    rows_count: int
    recorded: Sequence[int]
    repeats: Sequence[int]
    refused: Sequence[RefusedRow]


_INSERT = text("""
    insert into event_files (file_id, source, filename, file_sha256, header, size_bytes, rows_count, buckets_count,
                             began_at)
    values (:file_id, :source, :filename, :file_sha256, cast(:header as jsonb), :size_bytes, :rows_count,
            :buckets_count, :began_at)
""")
_KNOWN = text("select file_id from event_files where source = :source and file_sha256 = :file_sha256")
_END = text("insert into event_file_ends (file_id, ended_at) values (:file_id, :ended_at) on conflict do nothing")
_PLACE = text("""
    select coalesce(max(first_place + rows_count), 0) from event_file_batches
    where file_id = :file_id and bucket = :bucket
""")
_INSERT_BATCH = text("""
    insert into event_file_batches (file_id, bucket, first_place, rows_count, recorded_rows, repeat_rows, refused_count,
                                    recorded_at)
    values (:file_id, :bucket, :first_place, :rows_count, cast(:recorded as integer[]), cast(:repeats as integer[]),
            :refused_count, :recorded_at)
""")
_REFUSED = text("""
    select row_no, cells, findings from event_file_refusals where file_id = :file_id
    order by row_no limit cast(:most as bigint)
""")


async def insert_file(session: Session, file: EventFile) -> None:
    """Keep a file whose rows are about to be recorded."""
    await session.execute(
        _INSERT,
        {
            "file_id": file.file_id,
            "source": file.source,
            "filename": file.filename,
            "file_sha256": file.file_sha256,
            "header": dumps(file.header),
            "size_bytes": file.size_bytes,
            "rows_count": file.rows_count,
            "buckets_count": file.buckets_count,
            "began_at": file.began_at,
        },
    )


async def known_file(session: Session, *, source: str, file_sha256: bytes) -> EventFile | None:
    """The same bytes from the same source, as they came in before; none where they are new."""
    file_id = await session.scalar(_KNOWN, {"source": source, "file_sha256": file_sha256})
    return await find_file(session, file_id) if file_id else None


async def find_file(session: Session, file_id: UUID) -> EventFile:
    """One file with its counts. Refuses with NotFoundHere."""
    row = (await session.execute(named(__file__, "files"), {"file_id": file_id, "most": 1})).one_or_none()
    if row is None:
        raise NotFoundHere()
    return _file(row)


async def newest_files(session: Session, *, most: int = 50) -> list[EventFile]:
    """The files that came in last, newest first."""
    rows = await session.execute(named(__file__, "files"), {"file_id": None, "most": most})
    return [_file(row) for row in rows]


async def end_file(session: Session, *, file_id: UUID, now: datetime) -> None:
    """Every row of it has its outcome; said once."""
    await session.execute(_END, {"file_id": file_id, "ended_at": now})


async def place_of(session: Session, *, file_id: UUID, bucket: int) -> int:
    """How many rows of a bucket have their outcome: where the next batch begins."""
    return int(await session.scalar(_PLACE, {"file_id": file_id, "bucket": bucket}) or 0)


async def insert_batch(session: Session, *, file_id: UUID, batch: Batch, now: datetime) -> None:
    """Keep what became of a batch, in the transaction of its events. Refuses with BatchTaken."""
    await session.execute(
        _INSERT_BATCH,
        {
            "file_id": file_id,
            "bucket": batch.bucket,
            "first_place": batch.first_place,
            "rows_count": batch.rows_count,
            "recorded": list(batch.recorded),
            "repeats": list(batch.repeats),
            "refused_count": len(batch.refused),
            "recorded_at": now,
        },
    )
    if batch.refused:
        rows = [
            {"row_no": one.row_no, "cells": kept_cells(one.cells), "findings": [_out(it) for it in one.findings]}
            for one in batch.refused
        ]
        await session.execute(named(__file__, "insert_refusals"), {"file_id": file_id, "rows": dumps(rows)})


async def refused_rows(session: Session, *, file_id: UUID, most: int | None = None) -> AsyncIterator[RefusedRow]:
    """The rows that were not recorded, in the order of the file, as a stream."""
    async for row in await session.stream(_REFUSED, {"file_id": file_id, "most": most}):
        findings = tuple(Finding(one["code"], one["path"], one["message_id"], one["values"]) for one in row.findings)
        yield RefusedRow(row.row_no, row.cells, findings)


async def outcomes(session: Session, *, file_id: UUID) -> AsyncIterator[tuple[int, str]]:
    """Each row's number with what became of it, in the order of the file, as a stream."""
    async for row in await session.stream(named(__file__, "outcomes"), {"file_id": file_id}):
        yield row.row_no, row.outcome


def _out(finding: Finding) -> dict[str, Any]:
    return {"code": finding.code, "path": finding.path, "message_id": finding.message_id, "values": finding.values}


def _file(row: Any) -> EventFile:
    columns = dict(row._mapping)
    return EventFile(**{**columns, "file_sha256": bytes(row.file_sha256)})
