"""Rule packs over the API: what is published, its gazette, and another official's decision.

The same use cases as the official's pages. Must never hold a rule of its own.
"""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import Response

from access import approvals
from access.approvals import AlreadyDecided, ApprovalExpired, ContentChanged, NotYours, ReasonMissing
from access.authorize import OwnWork, Target
from api.decide.dispatch import decide
from api.v1.consultation_views import GazetteView
from api.v1.rule_views import (
    ApprovalView,
    DecisionRequest,
    DraftView,
    Nothing,
    PackView,
    ReviewView,
    with_strings,
)
from api.v1.score_views import ScoreRequest, ScoreView
from api.web.door import Door, may, public
from api.web.once import KEYED, once
from api.web.problems import problems
from kernel.calendar import day_of
from kernel.db import Session
from kernel.request_keys import RequestKeyReused
from rules.governance.approvals import KIND, ApprovalBroken, ApprovalMissing
from rules.governance.consultations import DraftStale
from rules.governance.drafts import DraftSuperseded, DraftWithdrawn
from rules.governance.gazette import gazette_entry
from rules.governance.publish import PackUnfit, SunsetTooSoon, VersionTaken
from rules.governance.registry import PackMissing, load_registry, text_of
from rules.governance.review import review
from rules.governance.withdraw import withdraw_submission
from rules.language.facts import FactsInvalid

router = APIRouter(tags=["rules"])

Approver = Annotated[Door, may("approve_rules")]
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


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


@router.get("/packs/{sha256}/gazette", responses=problems(PackMissing))
async def gazette_get(sha256: Sha256, door: Annotated[Door, public()]) -> GazetteView:
    """One published version as anybody may read it, in the caller's language, from the pack that the engine runs."""
    async with door.transaction() as session:
        registry = await load_registry(session)
        entry = await gazette_entry(session, registry, sha256=bytes.fromhex(sha256), now=door.now)
    return GazetteView.of(entry, door.language)


@router.post("/packs/{sha256}/score", responses=problems(PackMissing, FactsInvalid))
async def packs_score(sha256: Sha256, body: ScoreRequest, door: Annotated[Door, public()]) -> ScoreView:
    """What a published version gives for facts and events of the caller's own making; nothing is kept or looked up.

    The engine is the one that scores everybody, so that it says what an application would be given for the same facts.
    """
    async with door.transaction() as session:
        registry = await load_registry(session)
    published = registry.by_sha256.get(bytes.fromhex(sha256))
    if published is None:
        raise PackMissing()
    return await asyncio.to_thread(ScoreView.of, published.pack, body, day_of(door.now), door.language)


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
        draft=DraftView.of(found.draft, door.language),
        figures=with_strings(found.run.figures),
        changes=found.changes(door.language),
        counts_from=found.counts_from,
        flag_reason=found.flag_reason or None,
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
        ApprovalBroken,
        DraftStale,
        DraftWithdrawn,
        DraftSuperseded,
        PackUnfit,
        VersionTaken,
        SunsetTooSoon,
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


@router.post(
    "/rule-approvals/{approval_id}/withdrawal",
    response_model=ApprovalView,
    responses=problems(ApprovalMissing, NotYours, AlreadyDecided, RequestKeyReused),
    openapi_extra=KEYED,
)
async def approvals_withdraw(approval_id: UUID, body: Nothing, door: Annotated[Door, may("edit_rules")]) -> Response:
    """Take one's own submission back, before anybody decides; its draft may be submitted again."""

    async def work(session: Session) -> ApprovalView:
        await withdraw_submission(session, approval_id=approval_id, author_id=door.actor_id, now=door.now)
        return ApprovalView.of((await review(session, approval_id=approval_id, now=door.now)).approval, door.now)

    return await once(door, door.request_key(body), 200, work)
