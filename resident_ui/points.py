"""A resident's statement, and how each entry was worked out.

Reads only. Must never show one resident another's entry: a foreign id reads like a missing one.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from api.web.cursors import read_cursor, write_cursor
from api.web.door import Door, may
from api.web.how import EVIDENCE, how
from api.web.templates import page
from points.ledger.statement import balances, statement
from rules.governance.registry import load_registry

router = APIRouter()

PAGE = 30
Own = Annotated[Door, may("view_own")]


@router.get("/points", response_class=HTMLResponse)
async def points(door: Own, before: Annotated[str | None, Query(max_length=200)] = None) -> HTMLResponse:
    """Every entry, newest first, each leading to its reason."""
    async with door.transaction() as session:
        held = await balances(session, holder_id=door.holder_id, now=door.now)
        position = read_cursor(before)
        lines = await statement(session, holder_id=door.holder_id, before=position, most=PAGE + 1)
    older = write_cursor(lines[PAGE - 1].position) if len(lines) > PAGE else ""
    return page(door, "resident/points.html", balances=held, lines=lines[:PAGE], older=older)


@router.get("/points/{transaction_id}/how", response_class=HTMLResponse)
async def how_page(transaction_id: UUID, door: Own) -> HTMLResponse:
    """How was this worked out?"""
    async with door.transaction() as session:
        registry = await load_registry(session)
        found = await how(
            session,
            registry=registry,
            holder_id=door.holder_id,
            transaction_id=transaction_id,
            language=door.language,
        )
    evidence = door.say(EVIDENCE[found.event.evidence]) if found.event and found.event.evidence in EVIDENCE else ""
    return page(door, "resident/how.html", found=found, evidence=evidence, transaction_id=transaction_id)
