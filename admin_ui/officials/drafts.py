"""One draft on the official's desk: what it changes, who gains and loses, its way to the public and to a colleague.

Each page asks use cases and shapes their answers. Must never hold a rule: what a draft may do is refused where it is
kept, in rules.governance.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from admin_ui.officials.findings_told import findings_told
from admin_ui.officials.handed_in import HandedIn, as_workbook
from admin_ui.officials.shape import holders_in, kinds_of, levels_of, reach_of
from admin_ui.officials.whatif_shape import groups_of
from api.web.comparing import compare, declare, look_at, reach_at
from api.web.door import Door, may
from api.web.once import earlier, lead_to
from api.web.shapes import Words
from api.web.templates import page
from kernel.calendar import add_months, day_of
from kernel.errors import DomainError, Finding
from points.people.register import masked_names
from points.what_if.looks import GoesOn
from rules.governance.approvals import FlagReasonMissing, counts_from, submit_draft, waiting_of
from rules.governance.comments import ANSWER_MOST, answer
from rules.governance.consultations import LONGEST, SHORTEST, Consultation, make_public, said_of
from rules.governance.drafts import DraftHasFindings, base_of, find_draft
from rules.governance.figures import latest_figures
from rules.governance.reach import reach_told
from rules.governance.registry import load_registry
from rules.governance.withdraw import withdraw_draft
from rules.language.edit import describe_changes
from rules.language.milder import LONGEST_MONTHS

router = APIRouter()

Editor = Annotated[Door, may("edit_rules")]
Key = Annotated[str, Form(max_length=64)]
USUAL = timedelta(days=30)
"""How long people may comment when the author does not say otherwise."""


@router.get("/official/drafts/{draft_id}", response_class=HTMLResponse)
async def draft(draft_id: UUID, door: Editor, since: date | None = None, reason: str = "") -> HTMLResponse:
    """A draft: its findings, the change in words, who gains and who loses, what people say, the way to a colleague.

    `since` and `reason`: what was typed for it to reach back, while everybody's past is still being read.
    """
    return await _shown(door, draft_id, since, reason)


def _days(said: Sequence[Consultation], now: datetime) -> dict[str, date | None]:
    """Until when people may be asked, at least, usually and at most; and until when they are being asked now."""
    today = day_of(now)
    still = max((one.comments_until for one in said if one.open(now)), default=None)
    return {"first": today + SHORTEST, "usual": today + USUAL, "last": today + LONGEST, "open": still}


async def _shown(
    door: Door,
    draft_id: UUID,
    since: date | None = None,
    reason: str = "",
    refused: Sequence[Finding] = (),
    flag_reason: str = "",
    refusal: DomainError | None = None,
) -> HTMLResponse:
    """The page; beside the day to which it may not reach back, why, and beside a flag what its reason lacks."""
    looks = door.runtime.looks  # asked before the database: what has ended by now is found there
    goes_on = looks.going_on(look_at(draft_id)) or (looks.going_on(reach_at(draft_id, since)) if since else None)
    async with door.transaction() as session:
        found = await find_draft(session, draft_id)
        run = await latest_figures(session, draft_id=draft_id)
        registry = await load_registry(session)
        waiting = await waiting_of(session, draft_id=draft_id, now=door.now)
        said = await said_of(session, draft_id)
        names = await masked_names(session, holder_ids=holders_in(run.figures) if run else [], keys=door.runtime.keys)
    base, pack, today = base_of(registry, found), found.readable, day_of(door.now)
    findings = [*found.findings, *reach_told(registry, found, run)]
    counts = counts_from(found, door.now) if pack else today
    return page(
        door,
        "admin/officials/draft.html",
        422 if refused or refusal else 200,
        flag_reason=flag_reason,
        flag_error=f"{door.say(refusal.message_id())} {door.say(refusal.next_step_id())}" if refusal else "",
        draft=found,
        own=found.author_id == door.actor_id,
        blocked=any(finding.blocking for finding in findings),
        findings=findings_told(door, found.text, findings),
        changes=describe_changes(base.pack, pack, door.language) if base and pack else [],
        counts_from=counts if pack else None,
        run=run,
        goes_on=goes_on,
        kinds=kinds_of(pack, run.figures, names) if run and pack else [],
        levels=levels_of(pack, run.figures) if run and pack else [],
        groups=groups_of(pack, run.figures, door.language) if run and pack else [],
        pack=pack,
        waiting=waiting,
        said=said,
        public=next((one for one in said if one.draft.draft_id == draft_id), None),
        days=_days(said, door.now),
        answer_most=ANSWER_MOST,
        reach=reach_of(pack, run.figures) if run and pack else None,
        reach_days={"earliest": add_months(counts, -LONGEST_MONTHS), "latest": counts - timedelta(days=1)},
        typed={"since": since.isoformat() if since else "", "reason": reason},
        refused=[told.words for told in findings_told(door, found.text, refused)],
    )


@router.post("/official/drafts/{draft_id}/reach", response_model=None)
async def reached(
    draft_id: UUID,
    door: Editor,
    request_key: Key,
    reaches_back_to: Annotated[date, Form()],
    reason: Annotated[Words, Form(max_length=500)],
) -> Response:
    """Have the draft count for what happened since a day, too; what speaks against it stands beside the day."""
    typed = {"since": reaches_back_to.isoformat(), "reason": reason}
    key = door.request_key({"request_key": request_key, **typed})
    async with door.transaction() as session:
        if led := await earlier(session, key):
            return led
    try:
        declared = await declare(door, draft_id, reaches_back_to, reason)
    except DraftHasFindings as refusal:
        return await _shown(door, draft_id, reaches_back_to, reason, refusal.findings)
    if isinstance(declared, GoesOn):
        return RedirectResponse(f"/official/drafts/{draft_id}?{urlencode(typed)}", 303)
    async with door.transaction() as session:
        return await lead_to(session, door, key, f"/official/drafts/{declared.draft_id}#reach")


@router.get("/official/drafts/{draft_id}/workbook.xlsx")
async def workbook(draft_id: UUID, door: Editor) -> Response:
    """The draft as a workbook, its findings as comments on the cells."""
    async with door.transaction() as session:
        found = await find_draft(session, draft_id)
    return await as_workbook(HandedIn(found.text), found.findings, "draft")


@router.post("/official/drafts/{draft_id}/what-if")
async def what_if(draft_id: UUID, door: Editor, request_key: Key) -> RedirectResponse:
    """Compare again, over the past year as it is known now."""
    key = door.request_key({"request_key": request_key})
    async with door.transaction() as session:
        if led := await earlier(session, key):
            return led
    await compare(door, draft_id)
    async with door.transaction() as session:
        return await lead_to(session, door, key, f"/official/drafts/{draft_id}")


@router.post("/official/drafts/{draft_id}/submit", response_model=None)
async def submit(
    draft_id: UUID, door: Editor, request_key: Key, flag_reason: Annotated[Words, Form(max_length=2_000)] = ""
) -> RedirectResponse | HTMLResponse:
    """Hand the draft to another official, bound to its bytes, its figures, and the reason for what they flag."""
    key = door.request_key({"request_key": request_key, "flag_reason": flag_reason})
    try:
        async with door.transaction() as session:
            if led := await earlier(session, key):
                return led
            approval_id = await submit_draft(
                session, draft_id=draft_id, author_id=door.actor_id, now=door.now, flag_reason=flag_reason
            )
            return await lead_to(session, door, key, f"/official/approvals/{approval_id}")
    except FlagReasonMissing as refusal:
        return await _shown(door, draft_id, flag_reason=flag_reason, refusal=refusal)


@router.post("/official/drafts/{draft_id}/publication")
async def publication(
    draft_id: UUID, door: Editor, request_key: Key, comments_until: Annotated[date, Form()]
) -> RedirectResponse:
    """Show the draft to everybody, for comments up to a day."""
    key = door.request_key({"request_key": request_key, "comments_until": comments_until.isoformat()})
    async with door.transaction() as session:
        if led := await earlier(session, key):
            return led
        await make_public(
            session, draft_id=draft_id, author_id=door.actor_id, comments_until=comments_until, now=door.now
        )
        return await lead_to(session, door, key, f"/official/drafts/{draft_id}")


@router.post("/official/drafts/{draft_id}/withdrawal")
async def withdrawal(
    draft_id: UUID, door: Editor, request_key: Key, reason: Annotated[Words, Form(max_length=500)]
) -> RedirectResponse:
    """Give the draft up; it stays readable, with the reason."""
    key = door.request_key({"request_key": request_key, "reason": reason})
    async with door.transaction() as session:
        if led := await earlier(session, key):
            return led
        await withdraw_draft(session, draft_id=draft_id, author_id=door.actor_id, reason=reason, now=door.now)
        return await lead_to(session, door, key, f"/official/drafts/{draft_id}")


@router.post("/official/drafts/{draft_id}/comments/{comment_id}")
async def answered(
    draft_id: UUID,
    comment_id: UUID,
    door: Editor,
    request_key: Key,
    words: Annotated[Words, Form(alias="answer", max_length=ANSWER_MOST)],
) -> RedirectResponse:
    """Answer a comment in the office's name, for everybody to read."""
    key = door.request_key({"request_key": request_key, "answer": words})
    async with door.transaction() as session:
        if led := await earlier(session, key):
            return led
        await answer(
            session, draft_id=draft_id, comment_id=comment_id, words=words, answered_by=door.actor_id, now=door.now
        )
        return await lead_to(session, door, key, f"/official/drafts/{draft_id}#said")
