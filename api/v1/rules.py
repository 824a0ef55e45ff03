"""Rule packs over the API: what is published, drafts with their what-if, and another official's decision.

The same use cases as the official's pages. Must never hold a rule of its own.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import Response

from access import approvals
from access.approvals import AlreadyDecided, ApprovalExpired, ContentChanged, ReasonMissing
from access.authorize import OwnWork, Target
from api.decide.dispatch import decide
from api.v1.rule_views import (
    ApprovalView,
    DecisionRequest,
    DraftRequest,
    DraftView,
    PackView,
    ReviewView,
    WhatIfView,
    with_strings,
)
from api.web.door import Door, may, public
from api.web.once import KEYED, once
from api.web.problems import problems
from api.web.shapes import Shape
from kernel.calendar import day_of
from kernel.db import Session
from kernel.request_keys import RequestKeyReused
from points.what_if.population import run_what_if
from rules.governance.approvals import KIND, AlreadySubmitted, DraftStale, NotYourDraft, WhatIfMissing, submit_draft
from rules.governance.drafts import (
    ChangeReasonMissing,
    DraftHasFindings,
    DraftMissing,
    ParameterMissing,
    ProgrammeMissing,
    find_draft,
    propose,
    save_draft,
)
from rules.governance.publish import VersionTaken
from rules.governance.registry import PackMissing, load_registry, text_of
from rules.governance.review import ApprovalBroken, ApprovalMissing, review

router = APIRouter(tags=["rules"])

Editor = Annotated[Door, may("edit_rules")]
Approver = Annotated[Door, may("approve_rules")]
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


class Nothing(Shape):
    """An empty body."""


@router.get("/packs")
async def packs_list(door: Annotated[Door, public()]) -> list[PackView]:
    """Every published version of every programme; `in_force` is as of today."""
    async with door.transaction() as session:
        registry = await load_registry(session)
    today = {p: registry.in_force(p, day_of(door.now), door.now) for p in registry.programmes()}
    return [PackView.of(one, one == today[p]) for p in registry.programmes() for one in registry.versions(p)]


@router.get("/packs/{sha256}", responses=problems(PackMissing))
async def packs_get(sha256: Sha256, door: Annotated[Door, public()]) -> PackView:
    """One published version with its very text."""
    async with door.transaction() as session:
        text = await text_of(session, bytes.fromhex(sha256))
        registry = await load_registry(session)
    one = registry.by_sha256[bytes.fromhex(sha256)]
    return PackView.of(one, one == registry.in_force(one.programme, day_of(door.now), door.now), text)


@router.post(
    "/programmes/{programme}/drafts",
    status_code=201,
    response_model=DraftView,
    responses=problems(ProgrammeMissing, ParameterMissing, DraftHasFindings, ChangeReasonMissing, RequestKeyReused),
    openapi_extra=KEYED,
)
async def drafts_create(programme: str, body: DraftRequest, door: Editor) -> Response:
    """Save a draft of one number's change."""

    async def work(session: Session) -> DraftView:
        registry = await load_registry(session)
        proposal = await propose(
            session, registry=registry, programme=programme, parameter=body.parameter, value=body.value, now=door.now
        )
        draft = await save_draft(
            session, proposal=proposal, reason=body.reason, basis=body.basis, author_id=door.actor_id, now=door.now
        )
        return DraftView.of(draft)

    return await once(door, door.request_key(body), 201, work)


@router.get("/drafts/{draft_id}", responses=problems(DraftMissing))
async def drafts_get(draft_id: UUID, door: Editor) -> DraftView:
    """One draft."""
    async with door.transaction() as session:
        return DraftView.of(await find_draft(session, draft_id))


@router.post(
    "/drafts/{draft_id}/what-if",
    status_code=201,
    response_model=WhatIfView,
    responses=problems(DraftMissing, RequestKeyReused),
    openapi_extra=KEYED,
)
async def whatif_create(draft_id: UUID, body: Nothing, door: Editor) -> Response:
    """Compare the draft with its base over the past year, and keep the figures."""

    async def work(session: Session) -> WhatIfView:
        run = await run_what_if(session, draft_id=draft_id, now=door.now)
        return WhatIfView(
            whatif_id=run.whatif_id,
            draft_id=draft_id,
            figures_sha256=run.figures_sha256.hex(),
            figures=with_strings(run.figures),
        )

    return await once(door, door.request_key(body), 201, work)


@router.post(
    "/drafts/{draft_id}/submit",
    status_code=201,
    response_model=ApprovalView,
    responses=problems(DraftMissing, NotYourDraft, WhatIfMissing, DraftStale, AlreadySubmitted, RequestKeyReused),
    openapi_extra=KEYED,
)
async def drafts_submit(draft_id: UUID, body: Nothing, door: Editor) -> Response:
    """Hand the draft to another official."""

    async def work(session: Session) -> ApprovalView:
        approval_id = await submit_draft(session, draft_id=draft_id, author_id=door.actor_id, now=door.now)
        return ApprovalView.of((await review(session, approval_id=approval_id, now=door.now)).approval, door.now)

    return await once(door, door.request_key(body), 201, work)


@router.get("/rule-approvals")
async def approvals_list(door: Approver) -> list[ApprovalView]:
    """Every rule change that waits for a decision."""
    async with door.transaction() as session:
        return [ApprovalView.of(one, door.now) for one in await approvals.waiting(session, [KIND], now=door.now)]


@router.get("/rule-approvals/{approval_id}", responses=problems(ApprovalMissing, ApprovalBroken))
async def approvals_get(approval_id: UUID, door: Approver) -> ReviewView:
    """One proposal as its author saw it."""
    async with door.transaction() as session:
        found = await review(session, approval_id=approval_id, now=door.now)
    return ReviewView(
        approval=ApprovalView.of(found.approval, door.now),
        draft=DraftView.of(found.draft),
        figures=with_strings(found.run.figures),
        changes=found.changes(door.language),
        counts_from=found.counts_from,
    )


@router.post(
    "/rule-approvals/{approval_id}/decision",
    response_model=ApprovalView,
    responses=problems(
        ApprovalMissing,
        OwnWork,
        ContentChanged,
        ApprovalExpired,
        AlreadyDecided,
        ReasonMissing,
        DraftStale,
        VersionTaken,
        RequestKeyReused,
    ),
    openapi_extra=KEYED,
)
async def approvals_decide(approval_id: UUID, body: DecisionRequest, door: Approver) -> Response:
    """Approve and publish, or return with a reason. The author is refused."""

    async def work(session: Session) -> ApprovalView:
        found = await review(session, approval_id=approval_id, now=door.now)
        door.check("approve_rules", Target(author_id=found.approval.author_id))
        decided = await decide(
            session,
            approval_id=approval_id,
            decided_by=door.actor_id,
            now=door.now,
            **body.decision,
        )
        return ApprovalView.of(decided, door.now)

    return await once(door, door.request_key(body), 200, work)
