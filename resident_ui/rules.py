"""The rules as everybody may read them: each version in words, drafts that are open for comments, and what a draft
would give the resident who asks.

Anybody reads; only a signed-in resident comments, endorses or asks for themselves. Must never tell who said what.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.web.door import Door, may, public
from api.web.once import earlier, lead_to
from api.web.shapes import Words
from api.web.templates import page
from api.web.trying import beside
from kernel.calendar import day_of
from kernel.db import Session
from points.what_if.one import for_holder
from rules.catalogue.holiday_register import holidays
from rules.engine.clocks import timetable
from rules.governance.comments import COMMENT_MOST, COMMENTS_EACH, comment, endorse
from rules.governance.consultations import consultation, endorsed_by, open_consultations
from rules.governance.drafts import base_of
from rules.governance.gazette import Entry, gazette_entry, named_version, state_of
from rules.governance.registry import load_registry
from rules.language.edit import describe_changes
from rules.language.gazette import Paragraph, markdown, paragraphs
from rules.language.levels_in_words import due_words

router = APIRouter()

Anybody = Annotated[Door, public()]
Resident = Annotated[Door, may("comment_on_drafts")]
Key = Annotated[str, Form(max_length=64)]


@dataclass(slots=True)
class Section:
    """A part of a gazette on the page: its heading, its paragraphs, its points."""

    heading: str
    texts: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)


@router.get("/rules", response_class=HTMLResponse)
async def rules(door: Anybody) -> HTMLResponse:
    """Every programme with all its versions, and the drafts on which people may comment."""
    today = day_of(door.now)
    async with door.transaction() as session:
        registry = await load_registry(session)
        drafts = await open_consultations(session, now=door.now)
    programmes = [
        [(one, state_of(registry, one, today, door.now)) for one in registry.versions(programme)]
        for programme in registry.programmes()
    ]
    return page(door, "resident/rules/list.html", programmes=programmes, drafts=drafts)


@router.get("/rules/{programme}/{version}", response_class=HTMLResponse)
async def rules_version(programme: str, version: str, door: Anybody, begins_on: date | None = None) -> HTMLResponse:
    """One version in words, with who approved it, what people said, and until when each stage of its procedure may take
    if it begins on a day."""
    async with door.transaction() as session:
        entry = await _entry(session, door, programme, version)
    pack, begins = entry.published.pack, begins_on or day_of(door.now)
    return page(
        door,
        "resident/rules/version.html",
        entry=entry,
        begins=begins.isoformat(),
        stages=[due_words(pack, due, door.language) for due in timetable(pack.procedure, begins, holidays())],
        sections=_sections(entry.printed(door.language)),
        address=f"/rules/{quote(programme, safe='')}/{quote(version, safe='')}",
    )


@router.get("/rules/{programme}/{version}/gazette.md")
async def rules_markdown(programme: str, version: str, door: Anybody) -> Response:
    """The same as a file of text."""
    async with door.transaction() as session:
        entry = await _entry(session, door, programme, version)
    return _file(markdown(entry.printed(door.language)), f"{programme}-{version}.md", "text/markdown")


@router.get("/rules/{programme}/{version}/pack.yaml")
async def rules_text(programme: str, version: str, door: Anybody) -> Response:
    """The very text that was published, byte for byte."""
    async with door.transaction() as session:
        entry = await _entry(session, door, programme, version)
    return _file(entry.text, f"{programme}-{version}.yaml", "application/yaml")


@router.get("/consultations/{draft_id}", response_class=HTMLResponse)
async def draft(draft_id: UUID, door: Anybody) -> HTMLResponse:
    """A public draft: what would change, the rules in words, what people say and are answered."""
    resident = door.actor.holder_id if door.actor else None
    async with door.transaction() as session:
        shown = await consultation(session, draft_id)
        base = base_of(await load_registry(session), shown.draft)
        endorsed = resident is not None and await endorsed_by(session, draft_id=draft_id, holder_id=resident)
    pack = shown.draft.pack
    return page(
        door,
        "resident/rules/draft.html",
        shown=shown,
        pack=pack,
        base=base,
        changes=describe_changes(base.pack, pack, door.language) if base else [],
        sections=_sections(paragraphs(pack, door.language)),
        resident=resident is not None,
        endorsed=endorsed,
        comment_most=COMMENT_MOST,
        comments_each=COMMENTS_EACH,
    )


@router.get("/consultations/{draft_id}/for-me", response_class=HTMLResponse)
async def for_me(draft_id: UUID, door: Annotated[Door, may("view_own")]) -> HTMLResponse:
    """What would this give me? One's own past year under the rules in force and under the draft; nothing is kept."""
    async with door.transaction() as session:
        shown = await consultation(session, draft_id)
        base = base_of(await load_registry(session), shown.draft)
        found = await for_holder(
            session,
            holder_id=door.holder_id,
            base=base.pack if base else None,
            draft=shown.draft.pack,
            now=door.now,
        )
    return page(
        door,
        "resident/rules/for_me.html",
        shown=shown,
        pack=shown.draft.pack,
        base=base,
        **beside(door, found),
    )


@router.post("/consultations/{draft_id}/comments")
async def commented(
    draft_id: UUID,
    door: Resident,
    request_key: Key,
    words: Annotated[Words, Form(alias="comment", max_length=COMMENT_MOST)],
) -> RedirectResponse:
    """Say something about a public draft."""
    key = door.request_key({"request_key": request_key, "comment": words})
    async with door.transaction() as session:
        if led := await earlier(session, key):
            return led
        await comment(session, draft_id=draft_id, holder_id=door.holder_id, words=words, now=door.now)
        return await lead_to(session, door, key, f"/consultations/{draft_id}#said")


@router.post("/consultations/{draft_id}/endorsements")
async def endorsed(draft_id: UUID, door: Resident, request_key: Key) -> RedirectResponse:
    """Say yes to a public draft."""
    key = door.request_key({"request_key": request_key})
    async with door.transaction() as session:
        if led := await earlier(session, key):
            return led
        await endorse(session, draft_id=draft_id, holder_id=door.holder_id, now=door.now)
        return await lead_to(session, door, key, f"/consultations/{draft_id}#said")


async def _entry(session: Session, door: Door, programme: str, version: str) -> Entry:
    registry = await load_registry(session)
    sha256 = named_version(registry, programme, version).sha256
    return await gazette_entry(session, registry, sha256=sha256, now=door.now)


def _sections(told: list[Paragraph]) -> list[Section]:
    """Paragraphs by heading; what stands before the first heading has none. The title is the page's own."""
    found = [Section("")]
    for one in told:
        match one.kind:
            case "heading":
                found.append(Section(one.text))
            case "text":
                found[-1].texts.append(one.text)
            case "point":
                found[-1].points.append(one.text)
    return found


def _file(text: str, name: str, kind: str) -> Response:
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(text.encode(), media_type=f"{kind}; charset=utf-8", headers=headers)
