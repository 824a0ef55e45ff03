"""Keeps imports and gives them back. Must never keep a name or the free note of a sheet."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from access.authorize import NotFoundHere
from kernel.canonical import dumps
from kernel.db import Session
from kernel.errors import Finding
from kernel.sql import named
from points.imports.model import ImportFile, ImportRow, ShiftTarget

_INSERT_FILE = text("""
    insert into import_files (import_id, kind, shift_id, activity_id, organisation_id, shift_starts_at, shift_ends_at,
                              filename, file_sha256, author_id, uploaded_at)
    values (:import_id, 'hours', :shift_id, :activity_id, :organisation_id, :shift_starts_at, :shift_ends_at,
            :filename, :file_sha256, :author_id, :uploaded_at)
""")
_COLUMNS = """import_id, shift_id, activity_id, organisation_id, shift_starts_at, shift_ends_at, filename, file_sha256,
    author_id, uploaded_at, state, approval_id"""
_FILE = text(f"select {_COLUMNS} from import_files where import_id = :import_id")
_OF_SHIFT = text(f"""
    select {_COLUMNS} from import_files where shift_id = :shift_id order by uploaded_at desc, import_id limit 20
""")
_ROWS = text("""
    select row_no, cells, holder_id, starts_at, ends_at, minutes, stretch, verdict, findings, outcome, event_id
    from import_rows where import_id = :import_id order by row_no
""")
_ALONE_BEFORE = text("""
    select count(*) from import_files f join import_rows r using (import_id)
    where f.shift_id = :shift_id and f.import_id <> :import_id and f.approval_id is null and r.outcome = 'recorded'
""")
_SET_STATE = text("""
    update import_files set state = :state, approval_id = coalesce(:approval_id, approval_id),
        imported_at = coalesce(:imported_at, imported_at)
    where import_id = :import_id
""")


async def insert_import(session: Session, file: ImportFile) -> None:
    """Keep a previewed file with its rows."""
    await session.execute(
        _INSERT_FILE,
        {
            "import_id": file.import_id,
            "shift_id": file.target.shift_id,
            "activity_id": file.target.activity_id,
            "organisation_id": file.target.organisation_id,
            "shift_starts_at": file.target.starts_at,
            "shift_ends_at": file.target.ends_at,
            "filename": file.filename,
            "file_sha256": file.file_sha256,
            "author_id": file.author_id,
            "uploaded_at": file.uploaded_at,
        },
    )
    rows = dumps([_written(row) for row in file.rows])
    await session.execute(named(__file__, "insert_rows"), {"import_id": file.import_id, "rows": rows})


async def find_import(session: Session, import_id: UUID) -> ImportFile:
    """One import with all its rows. Refuses with NotFoundHere."""
    row = (await session.execute(_FILE, {"import_id": import_id})).one_or_none()
    if row is None:
        raise NotFoundHere()
    rows = (await session.execute(_ROWS, {"import_id": import_id})).all()
    alone = await session.scalar(_ALONE_BEFORE, {"import_id": import_id, "shift_id": row.shift_id})
    return replace(_file(row, tuple(read_row(one) for one in rows)), alone_before=alone or 0)


async def imports_of_shift(session: Session, *, shift_id: UUID) -> list[ImportFile]:
    """The last imports of a shift without their rows, newest first."""
    return [_file(row, ()) for row in await session.execute(_OF_SHIFT, {"shift_id": shift_id})]


async def set_state(
    session: Session,
    *,
    import_id: UUID,
    state: str,
    approval_id: UUID | None = None,
    imported_at: datetime | None = None,
) -> None:
    """Move an import on; an approval or a date once set stays."""
    values = {"import_id": import_id, "state": state, "approval_id": approval_id, "imported_at": imported_at}
    await session.execute(_SET_STATE, values)


def finding_out(finding: Finding) -> dict[str, Any]:
    """A finding as it is stored."""
    return {"code": finding.code, "path": finding.path, "message_id": finding.message_id, "values": finding.values}


def read_row(row: Any) -> ImportRow:
    """A stored row."""
    findings = tuple(Finding(one["code"], one["path"], one["message_id"], one["values"]) for one in row.findings)
    return ImportRow(
        row_no=row.row_no,
        cells=row.cells,
        verdict=row.verdict,
        findings=findings,
        holder_id=row.holder_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        minutes=row.minutes,
        stretch=row.stretch,
        outcome=row.outcome,
        event_id=row.event_id,
    )


def _written(row: ImportRow) -> dict[str, Any]:
    return {
        "row_no": row.row_no,
        "cells": row.cells,
        "holder_id": str(row.holder_id) if row.holder_id else None,
        "starts_at": row.starts_at.isoformat() if row.starts_at else None,
        "ends_at": row.ends_at.isoformat() if row.ends_at else None,
        "minutes": row.minutes,
        "stretch": row.stretch,
        "verdict": row.verdict,
        "findings": [finding_out(finding) for finding in row.findings],
    }


def _file(row: Any, rows: tuple[ImportRow, ...]) -> ImportFile:
    target = ShiftTarget(row.shift_id, row.activity_id, row.organisation_id, row.shift_starts_at, row.shift_ends_at)
    return ImportFile(
        import_id=row.import_id,
        target=target,
        filename=row.filename,
        file_sha256=bytes(row.file_sha256),
        author_id=row.author_id,
        uploaded_at=row.uploaded_at,
        state=row.state,
        approval_id=row.approval_id,
        rows=rows,
    )
