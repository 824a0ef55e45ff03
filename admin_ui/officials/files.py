"""Departments' files of events, as an official sees them: which came in, what became of their rows, the bad rows.

Read only: a file comes in by the command line. Must never show a row on a page: rows leave as a download, and
the download is written into the audit log.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from api.web.door import Door, may
from api.web.templates import page
from kernel.audit import audit
from points.event_files.bad_rows import bad_rows
from points.event_files.store import find_file, newest_files

router = APIRouter()

Reader = Annotated[Door, may("read_event_files")]
MOST_ROWS = 20_000
"""More bad rows than that come from the command line, which writes all of them beside the file."""


@router.get("/official/files", response_class=HTMLResponse)
async def files(door: Reader) -> HTMLResponse:
    """The files that came in last, each with its four numbers."""
    async with door.transaction() as session:
        found = await newest_files(session)
    return page(door, "admin/officials/files.html", files=found, most_rows=MOST_ROWS)


@router.get("/official/files/{file_id}/bad-rows.csv")
async def download_bad_rows(file_id: UUID, door: Reader) -> Response:
    """The rows that were not recorded, each with what is wrong in two languages."""
    async with door.transaction() as session:
        file = await find_file(session, file_id)
        data = b"".join([piece async for piece in bad_rows(session, file=file, most=MOST_ROWS)])
        rows = {"rows": min(file.refused, MOST_ROWS)}
        await audit(
            session, at=door.now, action="bad_rows_read", object_kind="event_file", object_id=file_id, data=rows
        )
    headers = {"content-disposition": 'attachment; filename="bad-rows.csv"'}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)
