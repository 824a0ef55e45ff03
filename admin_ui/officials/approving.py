"""A colleague's yes or no: the same figures, the change in words, the digest in short, two buttons.

Whoever wrote a draft sees why the buttons are not there. Must never decide by itself.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse

from access import approvals
from access.authorize import Target
from admin_ui.officials.findings_told import findings_told
from admin_ui.officials.ledger_words import TITLES
from admin_ui.officials.shape import holders_in, kinds_of, levels_of, reach_of
from admin_ui.officials.whatif_shape import groups_of
from api.decide.dispatch import decide
from api.web.door import Door, may
from api.web.once import earlier, lead_to
from api.web.shapes import DecisionForm
from api.web.templates import page
from kernel.calendar import day_of
from points.changes.propose import KINDS as LEDGER_CHANGES
from points.people.register import masked_names
from points.rerate.propose import KIND as RE_RATE
from rules.governance.approvals import KIND
from rules.governance.reach import reach_offer
from rules.governance.registry import load_registry
from rules.governance.review import review
from rules.governance.withdraw import withdraw_submission

router = APIRouter()

Approver = Annotated[Door, may("approve_rules")]


@router.get("/official/approvals", response_class=HTMLResponse)
async def waiting(door: Approver) -> HTMLResponse:
    """Every change that waits, of rules and of the ledger, and for whom."""
    async with door.transaction() as session:
        found = await approvals.waiting(session, [KIND, RE_RATE, *LEDGER_CHANGES], now=door.now)
    return page(door, "admin/officials/approvals.html", approvals=found, change_titles=TITLES)


@router.get("/official/approvals/{approval_id}", response_class=HTMLResponse)
async def approval(approval_id: UUID, door: Approver) -> HTMLResponse:
    """One proposal, as its author saw it."""
    async with door.transaction() as session:
        found = await review(session, approval_id=approval_id, now=door.now)
        names = await masked_names(session, holder_ids=holders_in(found.run.figures), keys=door.runtime.keys)
        published = (await load_registry(session)).by_sha256.get(found.draft.sha256)
    published = published if found.approval.approved else None
    return page(
        door,
        "admin/officials/approval.html",
        review=found,
        draft=found.draft,
        pack=found.draft.pack,
        run=found.run,
        changes=found.changes(door.language),
        findings=findings_told(door, found.draft.text, found.draft.findings),
        kinds=kinds_of(found.draft.pack, found.run.figures, names),
        levels=levels_of(found.draft.pack, found.run.figures),
        groups=groups_of(found.draft.pack, found.run.figures, door.language),
        published=published,
        reach=reach_of(found.draft.pack, found.run.figures),
        offer=reach_offer(published, door.now) if published else None,
        today=day_of(door.now),
        own=found.approval.author_id == door.actor_id,
    )


@router.post("/official/approvals/{approval_id}")
async def decision(
    approval_id: UUID,
    door: Approver,
    sent: Annotated[DecisionForm, Form()],
) -> RedirectResponse:
    """Approve and publish, or return with a reason, exactly what was seen."""
    key = door.request_key(sent)
    async with door.transaction() as session:
        if led := await earlier(session, key):
            return led
        found = await review(session, approval_id=approval_id, now=door.now)
        door.check("approve_rules", Target(author_id=found.approval.author_id))
        await decide(
            session,
            approval_id=approval_id,
            decided_by=door.actor_id,
            now=door.now,
            **sent.decision,
        )
        return await lead_to(session, door, key, f"/official/approvals/{approval_id}")


@router.post("/official/approvals/{approval_id}/withdrawal")
async def withdrawal(
    approval_id: UUID, door: Annotated[Door, may("edit_rules")], request_key: Annotated[str, Form(max_length=64)]
) -> RedirectResponse:
    """Take one's own submission back; its draft stays and may be submitted again."""
    key = door.request_key({"request_key": request_key})
    async with door.transaction() as session:
        if led := await earlier(session, key):
            return led
        draft_id = await withdraw_submission(session, approval_id=approval_id, author_id=door.actor_id, now=door.now)
        return await lead_to(session, door, key, f"/official/drafts/{draft_id}")
