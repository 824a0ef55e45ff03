"""The nightly looks at the whole ledger, and what the newest one found. Reads only; officials may read it too."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from api.web.door import Door, may
from api.web.templates import page
from points.reconciliation import newest

router = APIRouter()
ROWS_SHOWN = 200
"""More rows than that are read from `tongcheng ledger verify --json`."""


@router.get("/auditor/reconciliations", response_class=HTMLResponse)
async def reconciliations(door: Annotated[Door, may("read_reconciliations")]) -> HTMLResponse:
    """The rows that did not fit last night, and how the nights before it went."""
    async with door.transaction() as session:
        nights = await newest(session)
    return page(door, "admin/auditors/reconciliations.html", nights=nights, rows_shown=ROWS_SHOWN)
