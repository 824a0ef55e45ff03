"""Public drafts over the API: what is planned, what people say of it, what it would give the resident who asks.

Anybody reads; a signed-in resident comments and endorses; the office answers. Must never tell who said what.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.v1.consultation_views import AnswerRequest, CommentRequest, ComparisonView, ConsultationView
from api.v1.rule_views import Nothing
from api.web.door import Door, may, public
from api.web.once import KEYED, once
from api.web.problems import problems
from kernel.db import Session
from kernel.request_keys import RequestKeyReused
from points.what_if.one import for_holder
from rules.governance.comments import (
    AlreadyAnswered,
    AnswerLength,
    CommentLength,
    CommentMissing,
    ConsultationClosed,
    TooManyComments,
    answer,
    comment,
    endorse,
)
from rules.governance.consultations import ConsultationMissing, consultation, open_consultations
from rules.governance.drafts import base_of
from rules.governance.registry import load_registry

router = APIRouter(tags=["rules"])

Anybody = Annotated[Door, public()]
Resident = Annotated[Door, may("comment_on_drafts")]


@router.get("/consultations")
async def consultations_list(door: Anybody) -> list[ConsultationView]:
    """Every public draft on which people may comment today, the one that ends first at the top."""
    async with door.transaction() as session:
        registry = await load_registry(session)
        found = await open_consultations(session, now=door.now)
    return [ConsultationView.of(one, base_of(registry, one.draft), door.language, door.now) for one in found]


@router.get("/consultations/{draft_id}", responses=problems(ConsultationMissing))
async def consultations_get(draft_id: UUID, door: Anybody) -> ConsultationView:
    """One public draft: its text, what it changes in words, comments and answers."""
    async with door.transaction() as session:
        return await _shown(session, draft_id, door)


@router.get("/consultations/{draft_id}/for-me", responses=problems(ConsultationMissing))
async def consultations_for_me(draft_id: UUID, door: Annotated[Door, may("view_own")]) -> ComparisonView:
    """What the caller got in the past year by the rules in force, and would have got by the draft; nothing is kept."""
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
    return ComparisonView.of(found, door.language)


@router.post(
    "/consultations/{draft_id}/comments",
    status_code=201,
    response_model=ConsultationView,
    responses=problems(ConsultationMissing, ConsultationClosed, CommentLength, TooManyComments, RequestKeyReused),
    openapi_extra=KEYED,
)
async def comments_create(draft_id: UUID, body: CommentRequest, door: Resident) -> Response:
    """Say something about a public draft; no name stands beside it."""

    async def work(session: Session) -> ConsultationView:
        await comment(session, draft_id=draft_id, holder_id=door.holder_id, words=body.comment, now=door.now)
        return await _shown(session, draft_id, door)

    return await once(door, door.request_key(body), 201, work)


@router.post(
    "/consultations/{draft_id}/endorsements",
    status_code=201,
    response_model=ConsultationView,
    responses=problems(ConsultationMissing, ConsultationClosed, RequestKeyReused),
    openapi_extra=KEYED,
)
async def endorsements_create(draft_id: UUID, body: Nothing, door: Resident) -> Response:
    """Say yes to a public draft; once a person, however often it is sent."""

    async def work(session: Session) -> ConsultationView:
        await endorse(session, draft_id=draft_id, holder_id=door.holder_id, now=door.now)
        return await _shown(session, draft_id, door)

    return await once(door, door.request_key(body), 201, work)


@router.post(
    "/consultations/{draft_id}/comments/{comment_id}/answer",
    status_code=201,
    response_model=ConsultationView,
    responses=problems(ConsultationMissing, CommentMissing, AnswerLength, AlreadyAnswered, RequestKeyReused),
    openapi_extra=KEYED,
)
async def answers_create(
    draft_id: UUID, comment_id: UUID, body: AnswerRequest, door: Annotated[Door, may("edit_rules")]
) -> Response:
    """Answer a comment in the office's name; the gazette prints it."""

    async def work(session: Session) -> ConsultationView:
        await answer(
            session,
            draft_id=draft_id,
            comment_id=comment_id,
            words=body.answer,
            answered_by=door.actor_id,
            now=door.now,
        )
        return await _shown(session, draft_id, door)

    return await once(door, door.request_key(body), 201, work)


async def _shown(session: Session, draft_id: UUID, door: Door) -> ConsultationView:
    shown = await consultation(session, draft_id)
    return ConsultationView.of(shown, base_of(await load_registry(session), shown.draft), door.language, door.now)
