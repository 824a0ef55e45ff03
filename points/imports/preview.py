"""A workbook in: read, checked, kept with its findings. Commits no hours."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from kernel.audit import audit
from kernel.db import Session
from kernel.files import read_sheet
from kernel.ids import mint
from kernel.sql import named
from points.imports.check import Known, Paid, check_rows
from points.imports.model import MOST_ROWS, ImportFile, ShiftTarget, Workbook
from points.imports.sheet import read_rows
from points.imports.store import insert_import
from points.ledger.model import Pairs
from points.people.around import read_around
from points.people.recording import declined_among
from points.people.register import find_by_number


async def read_workbook(data: bytes, filename: str) -> Workbook:
    """Read a file whole, in a process of its own; no connection waits meanwhile.

    Refuses a file that can't be read (FileUnreadable, FileTooLarge, FileTooManyRows, ColumnsMissing, SheetEmpty);
    a fault in a row is a finding.
    """
    sheet = await asyncio.to_thread(read_sheet, data, filename, max_rows=MOST_ROWS)
    return Workbook(filename[-120:], hashlib.sha256(data).digest(), tuple(read_rows(sheet)))


async def preview_hours(
    session: Session, *, target: ShiftTarget, workbook: Workbook, author_id: UUID, now: datetime
) -> ImportFile:
    """Say of each row of a workbook what importing it for this shift would do.

    The same file again is a new preview against what stands by then.
    """
    rows = workbook.rows
    holders = await find_by_number(session, sorted({row.number for row in rows if row.number}))
    known = await _known(session, target, list(holders.values()))
    file = ImportFile(
        import_id=mint(now),
        target=target,
        filename=workbook.filename,
        file_sha256=workbook.file_sha256,
        author_id=author_id,
        uploaded_at=now,
        state="previewed",
        approval_id=None,
        rows=tuple(check_rows(rows, target, holders, known, now)),
    )
    await insert_import(session, file)
    counts = {verdict: file.count(verdict) for verdict in ("new", "changed", "same", "error")}
    await audit(
        session,
        at=now,
        action="hours_previewed",
        object_kind="import",
        object_id=file.import_id,
        data={"file_sha256": file.file_sha256.hex(), **counts},
    )
    return file


async def _known(session: Session, target: ShiftTarget, holder_ids: Sequence[UUID]) -> dict[UUID, Known]:
    """What is recorded of these people a day around the shift."""
    pairs = Pairs.of(list(holder_ids))
    rows = await session.execute(
        named(__file__, "known_attendance"),
        {
            "slices": pairs.slices,
            "holder_ids": pairs.holder_ids,
            "since": target.starts_at - timedelta(days=1),
            "until": target.ends_at + timedelta(days=1),
        },
    )
    declined = await declined_among(session, await read_around(session, holder_ids), holder_ids)
    known = {holder_id: Known(declined=holder_id in declined) for holder_id in holder_ids}
    for row in rows:
        person, here = known[row.holder_id], row.shift_id == str(target.shift_id)
        if here:
            person.last_stretch = max(person.last_stretch, row.stretch)
        if row.kind == "service":
            shift_id = UUID(row.shift_id)
            person.paid.append(Paid(shift_id, row.stretch, row.occurred_at, row.ended_at, row.minutes, row.evidence))
        elif here:
            person.open_stretches.append(row.stretch)
    for person in known.values():
        paid = {one.stretch for one in person.paid if one.shift_id == target.shift_id}
        person.open_stretches = [no for no in person.open_stretches if no not in paid]
    return known
