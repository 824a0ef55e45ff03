"""Drafts of rule packs over the API: one number or a whole text, its what-if, its way to the public and to a colleague.

The same use cases as the official's pages. Must never hold a rule of its own.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.v1.consultation_views import ConsultationView, PublicationRequest, WithdrawalRequest
from api.v1.rule_views import (
    ApprovalView,
    DraftRequest,
    DraftView,
    Nothing,
    ReachRequest,
    SubmitRequest,
    TextDraftRequest,
    WhatIfView,
)
from api.web.comparing import PROGRAMS_WAIT, compare, declare
from api.web.door import Door, may
from api.web.once import KEYED, once
from api.web.problems import problems
from kernel.db import Session
from kernel.request_keys import RequestKeyReused
from points.what_if.looks import GoesOn, LookGoesOn
from rules.governance.approvals import (
    AlreadySubmitted,
    CommentsUnanswered,
    ConsultationOpen,
    FlagReasonMissing,
    submit_draft,
)
from rules.governance.consultations import AlreadyPublic, ConsultationLength, DraftStale, make_public
from rules.governance.drafts import (
    ChangeReasonMissing,
    DraftHasFindings,
    DraftMissing,
    DraftSuperseded,
    DraftWithdrawn,
    NotYourDraft,
    base_of,
    find_draft,
    save_draft,
)
from rules.governance.figures import WhatIfMissing, latest_figures, runs_of
from rules.governance.proposals import ParameterMissing, propose, propose_text
from rules.governance.reach import reach_told
from rules.governance.registry import ProgrammeMissing, load_registry
from rules.governance.review import review
from rules.governance.withdraw import withdraw_draft

router = APIRouter(tags=["rules"])

Editor = Annotated[Door, may("edit_rules")]
UNFIT = (DraftMissing, NotYourDraft, DraftWithdrawn, DraftSuperseded, DraftHasFindings, DraftStale)
"""Why a draft may not go on: it is not one's own, or could not be published as it stands."""


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
        return DraftView.of(draft, door.language)

    return await once(door, door.request_key(body), 201, work)


@router.get("/drafts/{draft_id}", responses=problems(DraftMissing))
async def drafts_get(draft_id: UUID, door: Editor) -> DraftView:
    """One draft, with what speaks against its reaching back, where it does."""
    async with door.transaction() as session:
        draft = await find_draft(session, draft_id)
        run = await latest_figures(session, draft_id=draft_id)
        return DraftView.of(draft, door.language, reach_told(await load_registry(session), draft, run))


@router.post(
    "/drafts/{draft_id}/what-if",
    status_code=201,
    response_model=WhatIfView,
    responses=problems(DraftMissing, DraftHasFindings, LookGoesOn, RequestKeyReused),
    openapi_extra=KEYED,
)
async def whatif_create(draft_id: UUID, body: Nothing, door: Editor) -> Response:
    """Compare the draft with its base over the past year, and keep the figures.

    In a large city this takes longer than one request: 503 says how far it is, and the same key asks again.
    """

    async def work(_: Session) -> WhatIfView:
        found = await compare(door, draft_id, PROGRAMS_WAIT)
        if isinstance(found, GoesOn):
            raise LookGoesOn(percent=found.percent)
        return WhatIfView.of(found)

    return await once(door, door.request_key(body), 201, work)


@router.get("/drafts/{draft_id}/what-ifs", responses=problems(DraftMissing))
async def whatif_list(draft_id: UUID, door: Editor) -> list[WhatIfView]:
    """The comparisons of a draft that were kept, the newest first, twenty at most."""
    async with door.transaction() as session:
        await find_draft(session, draft_id)
        return [WhatIfView.of(run) for run in await runs_of(session, draft_id=draft_id)]


@router.post(
    "/drafts/{draft_id}/submit",
    status_code=201,
    response_model=ApprovalView,
    responses=problems(
        *UNFIT,
        *(ConsultationOpen, CommentsUnanswered, WhatIfMissing, FlagReasonMissing, AlreadySubmitted, RequestKeyReused),
    ),
    openapi_extra=KEYED,
)
async def drafts_submit(draft_id: UUID, body: SubmitRequest, door: Editor) -> Response:
    """Hand the draft to another official."""

    async def work(session: Session) -> ApprovalView:
        approval_id = await submit_draft(
            session, draft_id=draft_id, author_id=door.actor_id, now=door.now, flag_reason=body.flag_reason
        )
        return ApprovalView.of((await review(session, approval_id=approval_id, now=door.now)).approval, door.now)

    return await once(door, door.request_key(body), 201, work)


@router.post(
    "/drafts",
    status_code=201,
    response_model=DraftView,
    responses=problems(DraftSuperseded, ChangeReasonMissing, RequestKeyReused),
    openapi_extra=KEYED,
)
async def drafts_of_text(body: TextDraftRequest, door: Editor) -> Response:
    """Save a whole pack as a draft, of a new programme too, with whatever findings it still has."""

    async def work(session: Session) -> DraftView:
        proposal = propose_text(body.text, registry=await load_registry(session), now=door.now)
        draft = await save_draft(
            session,
            proposal=proposal,
            reason=body.reason,
            basis=body.basis,
            author_id=door.actor_id,
            now=door.now,
            supersedes_draft_id=body.supersedes_draft_id,
        )
        return DraftView.of(draft, door.language)

    return await once(door, door.request_key(body), 201, work)


@router.post(
    "/drafts/{draft_id}/reach",
    status_code=201,
    response_model=DraftView,
    responses=problems(
        DraftMissing,
        NotYourDraft,
        DraftWithdrawn,
        DraftSuperseded,
        DraftHasFindings,
        ChangeReasonMissing,
        LookGoesOn,
        RequestKeyReused,
    ),
    openapi_extra=KEYED,
)
async def drafts_reach(draft_id: UUID, body: ReachRequest, door: Editor) -> Response:
    """Have one's own draft reach back to a day: a draft that takes its place, refused where anybody would lose.

    Everybody's past is looked at first: 503 says how far that is, and the same key asks again.
    """

    async def work(_: Session) -> DraftView:
        declared = await declare(door, draft_id, body.reaches_back_to, body.reason, PROGRAMS_WAIT)
        if isinstance(declared, GoesOn):
            raise LookGoesOn(percent=declared.percent)
        return DraftView.of(declared, door.language)

    return await once(door, door.request_key(body), 201, work)


@router.post(
    "/drafts/{draft_id}/publication",
    status_code=201,
    response_model=ConsultationView,
    responses=problems(*UNFIT, WhatIfMissing, ConsultationLength, AlreadyPublic, RequestKeyReused),
    openapi_extra=KEYED,
)
async def drafts_publish(draft_id: UUID, body: PublicationRequest, door: Editor) -> Response:
    """Show one's own draft to everybody, for comments up to a day."""

    async def work(session: Session) -> ConsultationView:
        shown = await make_public(
            session, draft_id=draft_id, author_id=door.actor_id, comments_until=body.comments_until, now=door.now
        )
        base = base_of(await load_registry(session), shown.draft)
        return ConsultationView.of(shown, base, door.language, door.now)

    return await once(door, door.request_key(body), 201, work)


@router.post(
    "/drafts/{draft_id}/withdrawal",
    response_model=DraftView,
    responses=problems(
        DraftMissing,
        NotYourDraft,
        DraftWithdrawn,
        DraftSuperseded,
        AlreadySubmitted,
        ChangeReasonMissing,
        RequestKeyReused,
    ),
    openapi_extra=KEYED,
)
async def drafts_withdraw(draft_id: UUID, body: WithdrawalRequest, door: Editor) -> Response:
    """Give up one's own draft, with a reason."""

    async def work(session: Session) -> DraftView:
        await withdraw_draft(session, draft_id=draft_id, author_id=door.actor_id, reason=body.reason, now=door.now)
        return DraftView.of(await find_draft(session, draft_id), door.language)

    return await once(door, door.request_key(body), 200, work)
