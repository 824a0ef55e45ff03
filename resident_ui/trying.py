"""Try the rules before applying: anybody fills in a form, and the engine that scores everybody says what it gives.

Nothing is kept and nobody's record is read, so nobody has to sign in. Must never ask for more than the rules read.
"""

import asyncio
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from api.web.door import Door, public
from api.web.templates import page
from api.web.trying import answers_of, try_on
from rules.engine.model import Pack
from rules.governance.consultations import consultation
from rules.governance.drafts import base_of
from rules.governance.gazette import named_version
from rules.governance.registry import load_registry

router = APIRouter()

Anybody = Annotated[Door, public()]


@router.get("/rules/{programme}/{version}/try", response_class=HTMLResponse)
async def version_form(programme: str, version: str, door: Anybody) -> HTMLResponse:
    """The form of a published version."""
    return await _page(door, [await _version(door, programme, version)], {}, f"/rules/{programme}/{version}")


@router.post("/rules/{programme}/{version}/try", response_class=HTMLResponse)
async def version_tried(programme: str, version: str, door: Anybody, request: Request) -> HTMLResponse:
    """What a published version gives for what was filled in."""
    pack = await _version(door, programme, version)
    return await _page(door, [pack], await answers_of(request), f"/rules/{programme}/{version}")


@router.get("/consultations/{draft_id}/try", response_class=HTMLResponse)
async def draft_form(draft_id: UUID, door: Anybody) -> HTMLResponse:
    """The form of a public draft."""
    return await _page(door, await _draft(door, draft_id), {}, f"/consultations/{draft_id}")


@router.post("/consultations/{draft_id}/try", response_class=HTMLResponse)
async def draft_tried(draft_id: UUID, door: Anybody, request: Request) -> HTMLResponse:
    """What the rules in force and a public draft give for what was filled in."""
    return await _page(door, await _draft(door, draft_id), await answers_of(request), f"/consultations/{draft_id}")


async def _version(door: Door, programme: str, version: str) -> Pack:
    async with door.transaction() as session:
        return named_version(await load_registry(session), programme, version).pack


async def _draft(door: Door, draft_id: UUID) -> list[Pack]:
    """What is in force, if anything, and the draft."""
    async with door.transaction() as session:
        draft = (await consultation(session, draft_id)).draft
        base = base_of(await load_registry(session), draft)
    return [*([base.pack] if base else []), draft.pack]


async def _page(door: Door, packs: Sequence[Pack], answers: dict[str, str], about: str) -> HTMLResponse:
    trial = await asyncio.to_thread(try_on, door, packs, answers)
    return page(door, "resident/rules/try.html", 422 if trial.errors else 200, trial=trial, pack=packs[-1], about=about)
