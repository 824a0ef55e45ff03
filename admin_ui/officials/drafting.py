"""A whole pack on the official's desk: pasted, written or handed in as a file, with every finding beside the text.

Looking saves nothing; saving keeps the text with whatever findings it has. Must never mend a text by itself.
"""

import hashlib
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse

from admin_ui.officials.findings_told import findings_told
from api.web.door import Door, may
from api.web.once import earlier, lead_to
from api.web.shapes import Words
from api.web.templates import page
from kernel.db import Session
from kernel.errors import DomainError, Kind
from points.what_if.population import run_what_if
from rules.governance.drafts import find_draft, save_draft
from rules.governance.proposals import Proposal, newest, propose_text
from rules.governance.publish import earliest_effect
from rules.governance.registry import load_registry, text_of
from rules.language.edit import describe_changes
from rules.language.text import MOST_BYTES

router = APIRouter()

Editor = Annotated[Door, may("edit_rules")]
WORDS_MOST = 500


class FileNotText(DomainError):
    """This file is not a pack: it is no UTF-8 text, or longer than {most} letters. Nothing was saved.

    Hand in the pack as a text file (.yaml).
    """

    kind, code = Kind.INVALID, "FILE_NOT_TEXT"


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
        proposal = await _proposal(session, door, text, programme) if draft is not None else None
    return _shown(door, text, proposal, reason, basis, programme, draft, 200)


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
    act: Annotated[Literal["look", "save"], Form()] = "save",
) -> HTMLResponse | RedirectResponse:
    """Look at a text with its findings, or keep it as a draft; a file takes the place of what was typed."""
    text = await _handed_in(file, text)
    typed = {"text": hashlib.sha256(text.encode()).hexdigest(), "reason": reason, "basis": basis, "draft": str(draft)}
    key = door.request_key({"request_key": request_key, **typed})
    async with door.transaction() as session:
        if act == "save" and (led := await earlier(session, key)):
            return led
        proposal = await _proposal(session, door, text, programme)
        if act == "save" and reason.strip() and basis.strip():
            saved = await save_draft(
                session,
                proposal=proposal,
                reason=reason,
                basis=basis,
                author_id=door.actor_id,
                now=door.now,
                supersedes_draft_id=draft,
            )
            if not proposal.blocked:
                await run_what_if(session, draft_id=saved.draft_id, now=door.now)
            return await lead_to(session, door, key, f"/official/drafts/{saved.draft_id}")
    return _shown(door, text, proposal, reason, basis, programme, draft, 422 if act == "save" else 200)


async def _proposal(session: Session, door: Door, text: str, programme: str) -> Proposal:
    return propose_text(text, registry=await load_registry(session), now=door.now, begun_on=programme)


async def _handed_in(file: UploadFile | None, typed: str) -> str:
    """The text of the file, or what was typed, with the line ends of a text file: browsers send others."""
    if file is None or not file.filename:
        return "\n".join(typed.splitlines()) + "\n" if typed.strip() else ""
    data = await file.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise FileNotText(most=MOST_BYTES) from broken
    if len(text) > MOST_BYTES or "\x00" in text:
        raise FileNotText(most=MOST_BYTES)
    return text


def _shown(
    door: Door,
    text: str,
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
        text=text,
        looked=proposal is not None,
        pack=pack,
        base=base,
        findings=findings_told(door, text, proposal.findings) if proposal else [],
        blocked=proposal is not None and proposal.blocked,
        changes=describe_changes(base.pack, pack, door.language) if base and pack else [],
        incomplete=status == 422,
        reason=reason,
        basis=basis,
        programme=programme,
        draft=draft,
        earliest=earliest_effect(door.now),
    )
