"""Workbooks of hours for programs: preview, look at, import.

Must never import at the preview.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, UploadFile

from access.authorize import NotFoundHere, Target
from api.web.door import Door, may
from api.web.problems import problems
from api.web.shapes import Shape
from kernel.db import Scope, Session
from kernel.files import FileTooLarge, FileTooManyRows, FileUnreadable, FileUnsafe
from points.activity.organise import find_by_shift
from points.imports.commit import commit_hours
from points.imports.model import ColumnsMissing, ImportFile, ImportNeedsApproval, SheetEmpty, ShiftTarget
from points.imports.preview import preview_hours, read_workbook
from points.imports.store import find_import

router = APIRouter(tags=["hours imports"])

Importer = Annotated[Door, may("import_hours")]


class CellFinding(Shape):
    """A fault in one cell: its column, a code, and the sentence in the caller's language."""

    column: str
    code: str
    detail: str


class RowView(Shape):
    """A row of the sheet. `verdict`: new, changed, same or error; `outcome` once it was imported."""

    row_no: int
    verdict: str
    outcome: str | None
    event_id: UUID | None
    findings: list[CellFinding]


class ImportView(Shape):
    """A workbook with its four numbers and every row."""

    import_id: UUID
    state: str
    new: int
    changed: int
    same: int
    errors: int
    rows: list[RowView]

    @classmethod
    def of(cls, file: ImportFile, door: Door) -> "ImportView":
        rows = [
            RowView(
                row_no=row.row_no,
                verdict=row.verdict,
                outcome=row.outcome,
                event_id=row.event_id,
                findings=[
                    CellFinding(column=one.path, code=one.code, detail=door.say(one.message_id, **one.values))
                    for one in row.findings
                ],
            )
            for row in file.rows
        ]
        return cls(
            import_id=file.import_id,
            state=file.state,
            new=file.count("new"),
            changed=file.count("changed"),
            same=file.count("same"),
            errors=file.count("error"),
            rows=rows,
        )


@router.post(
    "/hours-imports",
    operation_id="hours_imports_preview",
    status_code=201,
    responses=problems(FileTooLarge, FileUnreadable, FileUnsafe, FileTooManyRows, ColumnsMissing, SheetEmpty),
)
async def hours_imports_preview(shift_id: Annotated[UUID, Form()], file: UploadFile, door: Importer) -> ImportView:
    """Read a workbook for a shift and say of each row what importing it would do."""
    async with door.transaction() as session:
        activity = await find_by_shift(session, shift_id)
    door.check("import_hours", Target(organisation_id=activity.organisation_id))
    workbook = await read_workbook(await file.read(), file.filename or "hours")
    shift = next(shift for shift in activity.shifts if shift.shift_id == shift_id)
    target = ShiftTarget(shift_id, activity.activity_id, activity.organisation_id, shift.starts_at, shift.ends_at)
    async with door.transaction() as session:
        made = await preview_hours(session, target=target, workbook=workbook, author_id=door.actor_id, now=door.now)
    return ImportView.of(made, door)


@router.get("/hours-imports/{import_id}", operation_id="hours_imports_get", responses=problems(NotFoundHere))
async def hours_imports_get(import_id: UUID, door: Importer) -> ImportView:
    """A workbook as it stands."""
    async with door.transaction() as session:
        return ImportView.of(await _own(session, door, import_id), door)


@router.post(
    "/hours-imports/{import_id}/commit",
    operation_id="hours_imports_commit",
    responses=problems(NotFoundHere, ImportNeedsApproval),
)
async def hours_imports_commit(import_id: UUID, door: Importer) -> ImportView:
    """Import the good rows, skip the others. Again adds nothing."""
    async with door.transaction() as session:
        await _own(session, door, import_id)
    done = await commit_hours(
        door.runtime.database,
        door.runtime.intake,
        import_id=import_id,
        scope=Scope(door.actor_id, door.request_id),
        now=door.now,
    )
    return ImportView.of(done, door)


async def _own(session: Session, door: Door, import_id: UUID) -> ImportFile:
    file = await find_import(session, import_id)
    door.check("import_hours", Target(organisation_id=file.target.organisation_id))
    return file
