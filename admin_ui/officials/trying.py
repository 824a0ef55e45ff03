"""A draft tried by its author: on somebody made up, or on one resident's own past, beside the rules in force.

Nothing is kept of what was tried; looking at a resident's record is itself an act, and is written down. Must never show
a name in clear.
"""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from api.web.door import Door, may
from api.web.shapes import Words
from api.web.templates import page
from api.web.trying import answers_of, beside, try_on
from kernel.audit import audit
from kernel.db import Session
from points.people.labels import Label, find_holder
from points.what_if.one import Comparison, for_holder
from rules.engine.model import Pack
from rules.governance.drafts import Draft, base_of, find_draft
from rules.governance.registry import load_registry

router = APIRouter()

Editor = Annotated[Door, may("edit_rules")]


@router.get("/official/drafts/{draft_id}/try", response_class=HTMLResponse)
async def draft_try(draft_id: UUID, door: Editor, number: Annotated[Words, Query(max_length=64)] = "") -> HTMLResponse:
    """The form of a draft; with a resident's number, that resident under both versions."""
    async with door.transaction() as session:
        draft, packs = await _packs(session, draft_id)
        label = await find_holder(session, number, door.runtime.keys) if number.strip() else None
        if label is not None and label.kind != packs[-1].holder:
            label = None  # whom these rules do not pay, they say nothing of
        found = await _compared(session, door, label, packs, draft_id) if label else None
    told = {"label": label, **beside(door, found)} if found else {"label": None}
    status = 404 if number.strip() and not found else 200
    return page(door, "admin/officials/try.html", status, **await _shown(door, draft, packs, {}, number), **told)


@router.post("/official/drafts/{draft_id}/try", response_class=HTMLResponse)
async def draft_tried(draft_id: UUID, door: Editor, request: Request) -> HTMLResponse:
    """What the rules in force and the draft give for what was filled in."""
    answers = await answers_of(request)
    async with door.transaction() as session:
        draft, packs = await _packs(session, draft_id)
    shown = await _shown(door, draft, packs, answers, "")
    return page(door, "admin/officials/try.html", 422 if shown["trial"].errors else 200, **shown, label=None)


async def _packs(session: Session, draft_id: UUID) -> tuple[Draft, list[Pack]]:
    """The draft, and after what is in force, if anything, its pack. Refuses with DraftHasFindings."""
    draft = await find_draft(session, draft_id)
    base = base_of(await load_registry(session), draft)
    return draft, [*([base.pack] if base else []), draft.pack]


async def _compared(session: Session, door: Door, label: Label, packs: list[Pack], draft_id: UUID) -> Comparison:
    """One holder under both; that the record was looked at is written down."""
    await audit(
        session,
        at=door.now,
        action="read_record",
        object_kind="holder",
        object_id=label.holder_id,
        data={"what": f"draft {draft_id}"},
    )
    base = packs[0] if len(packs) == 2 else None
    return await for_holder(session, holder_id=label.holder_id, base=base, draft=packs[-1], now=door.now)


async def _shown(door: Door, draft: Draft, packs: list[Pack], answers: dict[str, str], number: str) -> dict[str, Any]:
    return {
        "draft": draft,
        "pack": packs[-1],
        "number": number,
        "trial": await asyncio.to_thread(try_on, door, packs, answers),
    }
