"""A resident's points: what there is, what is owed, what lapses or waits, every entry, and how each was worked out.

Reads only. Must never show one resident another's entry: a foreign id reads like a missing one.
"""

from datetime import timedelta
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from api.web.cursors import read_cursor, write_cursor
from api.web.door import Door, may
from api.web.entries import amount, counted, entry, kind_title
from api.web.how import EVIDENCE, HOURS, how
from api.web.templates import page
from points.ledger.model import DEBT
from points.ledger.outlook import awaited, expiring
from points.ledger.statement import balances, statement
from points.people.recording import declined
from rules.governance.registry import load_registry

router = APIRouter()

PAGE = 30
SOON = timedelta(days=93)
"""How far ahead the page tells what lapses."""
Own = Annotated[Door, may("view_own")]


@router.get("/points", response_class=HTMLResponse)
async def points(
    door: Own,
    before: Annotated[str | None, Query(max_length=200)] = None,
    kind: Annotated[str, Query(max_length=64, pattern="^[a-z0-9:-]*$")] = "",
) -> HTMLResponse:
    """Every entry, newest first, each leading to its reason; of one kind when it is chosen."""
    holder_id = door.holder_id
    async with door.transaction() as session:
        found = await balances(session, holder_id=holder_id, now=door.now)
        soon = await expiring(session, holder_id=holder_id, now=door.now, within=SOON)
        waiting = await awaited(session, holder_id=holder_id)
        lines = await statement(
            session, holder_id=holder_id, before=read_cursor(before), most=PAGE + 1, point_kind=kind or None
        )
        registry = await load_registry(session)
        off = await declined(session, holder_id)
    held = sorted(found, key=lambda one: one.point_kind == HOURS)
    return page(
        door,
        "resident/points.html",
        balances=held,
        expiring=soon,
        waiting=waiting,
        entries=[entry(line, registry, door.language) for line in lines[:PAGE]],
        older=write_cursor(lines[PAGE - 1].position) if len(lines) > PAGE else "",
        kind=kind,
        declined=off,
        kinds=[one.point_kind for one in held if not one.point_kind.startswith(DEBT)],
        **_words(door),
    )


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
    return page(
        door,
        "resident/how.html",
        found=found,
        entries=[entry(line, registry, door.language) for line in found.lines],
        evidence=evidence,
        transaction_id=transaction_id,
        **_words(door),
    )


def _words(door: Door) -> dict[str, Any]:
    """What templates call to tell an amount and a kind in the caller's language."""
    language = door.language
    return {
        "told": partial(amount, language),
        "counted": partial(counted, language),
        "kind_title": partial(kind_title, language),
    }
