"""A workbook of hours: template, upload, preview with every fault in its cell, import, and the second person.

A page reads, calls one use case and shapes the answer. Must never import anything at the preview.
"""

import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from access.approvals import get as find_approval
from access.authorize import Target
from admin_ui.organisers.own import own_activity, own_shift
from api.web.door import Door, may
from api.web.once import earlier, lead_to
from api.web.problems import STATUS
from api.web.shapes import DecisionForm
from api.web.templates import page
from kernel.canonical import sha256
from kernel.db import Scope, Session
from kernel.errors import DomainError, Kind
from points.activity.model import Activity
from points.imports.commit import ask_approval, commit_hours, content_of, decide_import
from points.imports.model import ALONE_ROWS, ImportFile, ShiftTarget, Verdict
from points.imports.preview import preview_hours, read_workbook
from points.imports.store import find_import, imports_of_shift
from points.imports.workbook import rows_with_errors, template

router = APIRouter()

Importer = Annotated[Door, may("import_hours")]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_ROWS = 200
SHOWN_SHIFTS = 12


@router.get("/organiser/activities/{activity_id}/hours", response_class=HTMLResponse)
async def hours(activity_id: UUID, door: Importer, shift_id: UUID | None = None) -> HTMLResponse:
    """Where a workbook for a shift is handed in, with the earlier ones; by default for the last one that began."""
    return await _hours_page(door, activity_id, shift_id, None)


@router.get("/organiser/shifts/{shift_id}/template.xlsx")
async def download_template(shift_id: UUID, door: Importer) -> Response:
    """The empty workbook for a shift."""
    async with door.transaction() as session:
        activity = await own_shift(session, door, shift_id, "import_hours")
    return _download(template(_target(activity, shift_id), door.language), "hours.xlsx")


@router.post("/organiser/shifts/{shift_id}/hours", response_model=None)
async def upload(
    shift_id: UUID, door: Importer, request_key: Annotated[str, Form(max_length=64)], file: UploadFile
) -> HTMLResponse | RedirectResponse:
    """Read a workbook and go to its preview; a file that can't be read brings the form back with the reason."""
    data = await file.read()
    name = (file.filename or "hours").replace("/", "_").replace("\\", "_")
    key = door.request_key({"request_key": request_key, "file": hashlib.sha256(data).hexdigest()})
    async with door.transaction() as session:
        activity = await own_shift(session, door, shift_id, "import_hours")
    try:
        workbook = await read_workbook(data, name)
        async with door.transaction() as session:
            if led := await earlier(session, key):
                return led
            target = _target(activity, shift_id)
            made = await preview_hours(session, target=target, workbook=workbook, author_id=door.actor_id, now=door.now)
            return await lead_to(session, door, key, f"/organiser/imports/{made.import_id}")
    except DomainError as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        return await _hours_page(door, activity.activity_id, shift_id, refusal)


@router.get("/organiser/imports/{import_id}", response_class=HTMLResponse)
async def preview(
    import_id: UUID, door: Importer, show: Verdict | None = None, skip: Annotated[int, Query(ge=0, le=5000)] = 0
) -> HTMLResponse:
    """Four numbers that filter the table below, faults in their cells, and a button that says what it will do."""
    async with door.transaction() as session:
        file, activity = await _own_import(session, door, import_id)
        approval = await find_approval(session, file.approval_id) if file.approval_id else None
    rows = [row for row in file.rows if show in (None, row.verdict)]
    return page(
        door,
        "admin/organisers/import.html",
        file=file,
        activity=activity,
        show=show or "",
        rows=rows[skip : skip + SHOWN_ROWS],
        total=len(rows),
        following=skip + SHOWN_ROWS if skip + SHOWN_ROWS < len(rows) else 0,
        approval=approval,
        approval_state=approval.state(door.now) if approval else "",
        own=file.author_id == door.actor_id,
        digest=sha256(content_of(file)).hex(),
        alone_rows=ALONE_ROWS,
    )


@router.get("/organiser/imports/{import_id}/errors.xlsx")
async def errors(import_id: UUID, door: Importer) -> Response:
    """Only the rows with errors, each with what is wrong."""
    async with door.transaction() as session:
        file, _ = await _own_import(session, door, import_id)
    return _download(rows_with_errors(file, door.language), "rows-with-errors.xlsx")


@router.post("/organiser/imports/{import_id}/commit", response_model=None)
async def commit(import_id: UUID, door: Importer, request_key: Annotated[str, Form(max_length=64)]) -> RedirectResponse:
    """Import the good rows, skip the others; pressed again it adds nothing."""
    door.request_key({"request_key": request_key})
    async with door.transaction() as session:
        await _own_import(session, door, import_id)
    scope = Scope(door.actor_id, door.request_id)
    await commit_hours(door.runtime.database, door.runtime.intake, import_id=import_id, scope=scope, now=door.now)
    return RedirectResponse(f"/organiser/imports/{import_id}", 303)


@router.post("/organiser/imports/{import_id}/approval", response_model=None)
async def ask(import_id: UUID, door: Importer, request_key: Annotated[str, Form(max_length=64)]) -> RedirectResponse:
    """Put more than 200 rows before a second person."""
    key = door.request_key({"request_key": request_key})
    async with door.transaction() as session:
        if led := await earlier(session, key):
            return led
        file, _ = await _own_import(session, door, import_id)
        await ask_approval(session, file=file, author_id=door.actor_id, now=door.now)
        return await lead_to(session, door, key, f"/organiser/imports/{import_id}")


@router.post("/organiser/imports/{import_id}/decision", response_model=None)
async def decide(
    import_id: UUID,
    door: Annotated[Door, may("approve_import")],
    sent: Annotated[DecisionForm, Form()],
) -> RedirectResponse:
    """The second person's yes or no to exactly what was seen."""
    key = door.request_key(sent)
    async with door.transaction() as session:
        if led := await earlier(session, key):
            return led
        file, activity = await _own_import(session, door, import_id)
        door.check("approve_import", Target(organisation_id=activity.organisation_id, author_id=file.author_id))
        await decide_import(
            session,
            file=file,
            decided_by=door.actor_id,
            now=door.now,
            **sent.decision,
        )
        return await lead_to(session, door, key, f"/organiser/imports/{import_id}")


async def _own_import(session: Session, door: Door, import_id: UUID) -> tuple[ImportFile, Activity]:
    file = await find_import(session, import_id)
    return file, await own_activity(session, door, file.target.activity_id, "import_hours")


async def _hours_page(
    door: Door, activity_id: UUID, shift_id: UUID | None, refusal: DomainError | None
) -> HTMLResponse:
    async with door.transaction() as session:
        activity = await own_activity(session, door, activity_id, "import_hours")
        begun = [one for one in activity.shifts if one.starts_at <= door.now][-SHOWN_SHIFTS:]
        latest = begun[-1] if begun else activity.shifts[0]
        shift = activity.shift_of(shift_id, latest.starts_at)
        earlier_ones = await imports_of_shift(session, shift_id=shift.shift_id)
    texts = (refusal.message_id(), refusal.next_step_id()) if refusal else ()
    return page(
        door,
        "admin/organisers/hours.html",
        STATUS[refusal.kind] if refusal else 200,
        activity=activity,
        shift=shift,
        shifts=list(reversed(begun)),
        imports=earlier_ones,
        said=[door.say(text, **(refusal.values if refusal else {})) for text in texts],
    )


def _target(activity: Activity, shift_id: UUID) -> ShiftTarget:
    shift = next(shift for shift in activity.shifts if shift.shift_id == shift_id)
    return ShiftTarget(shift_id, activity.activity_id, activity.organisation_id, shift.starts_at, shift.ends_at)


def _download(data: bytes, filename: str) -> Response:
    return Response(data, media_type=XLSX, headers={"content-disposition": f'attachment; filename="{filename}"'})
