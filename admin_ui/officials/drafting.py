"""A whole pack on the official's desk: pasted, written or handed in as a file, with every finding beside the text.

Looking saves nothing; saving keeps the text with whatever findings it has, but never half of a workbook.
"""

import hashlib
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, UploadFile
from starlette.responses import HTMLResponse, Response

from admin_ui.officials.findings_told import findings_told
from admin_ui.officials.handed_in import HandedIn, as_workbook, handed_in
from api.web.comparing import compare
from api.web.door import Door, may
from api.web.once import earlier, lead_to
from api.web.shapes import Words
from api.web.templates import page
from kernel.db import Session
from rules.governance.drafts import find_draft, save_draft
from rules.governance.proposals import Proposal, newest, propose_text
from rules.governance.publish import earliest_effect
from rules.governance.registry import load_registry, text_of
from rules.language.edit import describe_changes, with_reach
from rules.language.text import MOST_BYTES

router = APIRouter()

Editor = Annotated[Door, may("edit_rules")]
WORDS_MOST = 500


@router.get("/official/drafting", response_class=HTMLResponse)
async def begin(door: Editor, programme: str = "", draft: UUID | None = None) -> HTMLResponse:
    """A text to go on with: that of a programme's newest version, of an earlier draft, or an empty page."""
    async with door.transaction() as session:
        text, reason, basis = "", "", ""
        if draft is not None:
            found = await find_draft(session, draft)
            text, reason, basis, programme = found.text, found.reason, found.basis, found.programme
        elif programme:
            text = await text_of(session, newest(await load_registry(session), programme, door.now).sha256)
            text = with_reach(text, None)
        proposal = await _proposal(session, door, text, programme) if draft is not None else None
    return _shown(door, HandedIn(text), proposal, reason, basis, programme, draft, 200)


@router.post("/official/drafting", response_model=None)
async def drafted(
    door: Editor,
    request_key: Annotated[str, Form(max_length=64)],
    text: Annotated[Words, Form(max_length=MOST_BYTES + 20_000)] = "",
    file: UploadFile | None = None,
    reason: Annotated[Words, Form(max_length=WORDS_MOST)] = "",
    basis: Annotated[Words, Form(max_length=WORDS_MOST)] = "",
    programme: Annotated[Words, Form(max_length=64)] = "",
    draft: Annotated[UUID | None, Form()] = None,
    act: Annotated[Literal["look", "workbook", "save"], Form()] = "save",
) -> Response:
    """Look at a pack with its findings, take it as a workbook, or keep it as a draft; a file takes the text's place."""
    given = await handed_in(file, text)
    digest = hashlib.sha256(given.text.encode()).hexdigest()
    typed = {"text": digest, "reason": reason, "basis": basis, "draft": str(draft)}
    key, led = door.request_key({"request_key": request_key, **typed}), None
    async with door.transaction() as session:
        if act == "save" and (led := await earlier(session, key)):
            return led
        proposal = await _proposal(session, door, given.text, programme)
        if act == "save" and not given.unread and reason.strip() and basis.strip():
            saved = await save_draft(
                session,
                proposal=proposal,
                reason=reason,
                basis=basis,
                author_id=door.actor_id,
                now=door.now,
                supersedes_draft_id=draft,
            )
            led = await lead_to(session, door, key, f"/official/drafts/{saved.draft_id}")
    if led is not None:
        if not proposal.blocked:
            await compare(door, saved.draft_id)
        return led
    if act == "workbook":
        return await as_workbook(given, proposal.findings, "pack")
    return _shown(door, given, proposal, reason, basis, programme, draft, 422 if act == "save" else 200)


async def _proposal(session: Session, door: Door, text: str, programme: str) -> Proposal:
    return propose_text(text, registry=await load_registry(session), now=door.now, begun_on=programme)


def _shown(
    door: Door,
    given: HandedIn,
    proposal: Proposal | None,
    reason: str,
    basis: str,
    programme: str,
    draft: UUID | None,
    status: int,
) -> HTMLResponse:
    pack = proposal.pack if proposal else None
    base = proposal.base if proposal else None
    return page(
        door,
        "admin/officials/drafting.html",
        status,
        text=given.text,
        looked=proposal is not None,
        pack=pack,
        base=base,
        findings=findings_told(door, given.text, given.told(proposal.findings)) if proposal else [],
        blocked=proposal is not None and (proposal.blocked or bool(given.unread)),
        unread=bool(given.unread),
        changes=describe_changes(base.pack, pack, door.language) if base and pack else [],
        incomplete=status == 422 and not (reason.strip() and basis.strip()),
        reason=reason,
        basis=basis,
        programme=programme,
        draft=draft,
        earliest=earliest_effect(door.now),
    )
