"""Commits a previewed workbook: good rows by slices of 200, bad ones skipped; resumed after a crash.

Doing it again adds nothing: each row's event stands once by shift and stretch. Above 200 rows a second
person approves exactly what was previewed. Must never import a row that the preview called anything but new.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from access import approvals
from access.authorize import NotFoundHere
from kernel.audit import audit
from kernel.canonical import dumps, sha256
from kernel.db import Database, Scope, Session
from kernel.sql import named
from points.events.model import EventDraft, service_data
from points.imports.model import ALONE_ROWS, ImportFile, ImportNeedsApproval, ImportRow
from points.imports.store import find_import, finding_out, read_row, set_state
from points.intake import Intake
from points.submission import Outcome, Submission

SLICE_ROWS = 200
APPROVAL_KIND = "hours_import"


def content_of(file: ImportFile) -> dict[str, Any]:
    """What an approval of this import binds: the file, the shift, and every row that would count."""
    return {
        "import_id": str(file.import_id),
        "shift_id": str(file.target.shift_id),
        "file_sha256": file.file_sha256.hex(),
        "rows": [
            [row.row_no, str(row.holder_id), str(row.starts_at), str(row.ends_at), row.minutes, row.stretch]
            for row in file.rows
            if row.verdict == "new"
        ],
    }


async def ask_approval(session: Session, *, file: ImportFile, author_id: UUID, now: datetime) -> UUID:
    """Put a large import before a second person; gives the approval's id. Refuses one that was imported already."""
    if file.state == "imported":
        raise NotFoundHere()
    data = {
        "organisation_id": str(file.target.organisation_id),
        "rows": len(file.rows),
        "new": file.count("new"),
    }
    approval_id = await approvals.submit(
        session,
        kind=APPROVAL_KIND,
        object_id=file.import_id,
        content=content_of(file),
        author_id=author_id,
        now=now,
        data=data,
    )
    await set_state(session, import_id=file.import_id, state="waiting", approval_id=approval_id)
    return approval_id


async def decide_import(
    session: Session,
    *,
    file: ImportFile,
    decided_by: UUID,
    approve: bool,
    reason: str,
    seen_sha256: bytes,
    now: datetime,
) -> None:
    """A second person says yes or no; after a no the author may ask again. Refuses as `approvals.decide` does."""
    if file.approval_id is None:
        raise NotFoundHere()
    await approvals.decide(
        session,
        approval_id=file.approval_id,
        decided_by=decided_by,
        approve=approve,
        reason=reason,
        seen_sha256=seen_sha256,
        now=now,
    )
    if not approve:
        await set_state(session, import_id=file.import_id, state="previewed")


async def commit_hours(
    database: Database, intake: Intake, *, import_id: UUID, scope: Scope, now: datetime
) -> ImportFile:
    """Import every good row that has no outcome yet; gives the file with each row's outcome.

    Refuses with ImportNeedsApproval where a second person has not agreed to these very rows.
    """
    async with database.transaction(scope) as session:
        file = await find_import(session, import_id)
        await _require_approval(session, file)
    while True:
        async with database.transaction(scope) as session:
            found = await session.execute(named(__file__, "next_slice"), {"import_id": import_id, "most": SLICE_ROWS})
            rows = [read_row(row) for row in found]
        if not rows:
            break
        outcomes = await intake.submit_many([Submission((_event(file, row),)) for row in rows])
        async with database.transaction(scope) as session:
            await _keep(session, import_id, rows, outcomes)
        if error := next((one.error for one in outcomes if one.error), None):
            raise error  # rows without an outcome are taken up when the import is sent again
    async with database.transaction(scope) as session:
        await session.execute(named(__file__, "close_rows"), {"import_id": import_id})
        await set_state(session, import_id=import_id, state="imported", imported_at=now)
        done = await find_import(session, import_id)
        if file.state != "imported":
            await _audit(session, done, now)
    return done


async def _require_approval(session: Session, file: ImportFile) -> None:
    if file.state == "imported" or not file.needs_second_person:
        return
    approval = await approvals.get(session, file.approval_id) if file.approval_id else None
    if approval is None or not approval.approved or approval.sha256 != sha256(content_of(file)):
        raise ImportNeedsApproval(most=ALONE_ROWS)


def _event(file: ImportFile, row: ImportRow) -> EventDraft:
    """The service a row tells of, saying what a scan of the same attendance would say."""
    if row.holder_id is None or row.starts_at is None or row.ends_at is None:
        raise ValueError("a row without person or times is never new")
    target = file.target
    data = service_data(target.organisation_id, target.activity_id, target.shift_id, row.stretch, row.minutes)
    return EventDraft(
        holder_id=row.holder_id,
        kind="service",
        business_key=f"{file.target.shift_id}/{row.stretch}",
        occurred_at=row.starts_at,
        ended_at=row.ends_at,
        evidence="imported",
        source=f"import:{file.import_id}",
        data=data,
    )


async def _keep(session: Session, import_id: UUID, rows: Sequence[ImportRow], outcomes: Sequence[Outcome]) -> None:
    kept = [
        {
            "row_no": row.row_no,
            "outcome": outcome.status,
            "event_id": str(outcome.events[0].event_id) if outcome.events else None,
            "findings": [finding_out(finding) for finding in outcome.findings],
        }
        for row, outcome in zip(rows, outcomes, strict=True)
        if outcome.error is None
    ]
    await session.execute(named(__file__, "set_outcomes"), {"import_id": import_id, "rows": dumps(kept)})


async def _audit(session: Session, file: ImportFile, now: datetime) -> None:
    counts = {name: file.outcomes(name) for name in ("recorded", "repeat", "refused", "skipped")}
    await audit(
        session, at=now, action="hours_imported", object_kind="import", object_id=file.import_id, data={**counts}
    )
