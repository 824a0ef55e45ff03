"""Re-rates over the API: what one would do, proposing it, another official's decision, and how far it has come.

The same use cases as the official's pages. Must never hold a rule of its own.
"""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from access.approvals import AlreadyDecided, ApprovalExpired, ContentChanged, ReasonMissing
from access.authorize import OwnWork, Target
from api.decide.dispatch import decide
from api.v1.rule_views import DecisionRequest
from api.web.door import Door, may
from api.web.once import KEYED, once
from api.web.problems import problems
from api.web.shapes import Shape, Words
from kernel.db import Session
from kernel.request_keys import RequestKeyReused
from points.rerate.carry_out import Progress, progress
from points.rerate.propose import Proposed, look, propose, review
from points.rerate.refusals import (
    NothingToReRate,
    ReRateBroken,
    ReRateMissing,
    ReRateProgrammeMissing,
    ReRateReasonNeeded,
    ReRateSpanInvalid,
    ReRateWaits,
    RulesMovedOn,
)
from points.rerate.terms import Terms

router = APIRouter(tags=["re-rates"])

Author = Annotated[Door, may("propose_change")]
Decider = Annotated[Door, may("decide_change")]


class ReRateTerms(Shape):
    """Which programme's events of which days, the last one counted, and why."""

    programme: str = Field(max_length=64)
    from_on: date
    last_on: date
    because: Literal["milder", "missing", "wrong_rule", "wrong_fact"]

    @property
    def terms(self) -> Terms:
        return Terms.through(self.programme, self.from_on, self.last_on, self.because)


class ReRateRequest(ReRateTerms):
    """The same with a reason and a legal basis."""

    reason: Words = Field(max_length=500)
    basis: Words = Field(max_length=500)


class ReRateView(Shape):
    """One re-rate: `figures` as its author saw them, `done` what it did so far; points are decimal strings."""

    re_rate_id: UUID
    state: str
    sha256: str
    programme: str
    from_on: date
    last_on: date
    because: str
    reason: str
    basis: str
    figures: dict[str, Any]
    author_id: UUID
    expires_at: datetime
    decided_by: UUID | None
    parts: int | None
    parts_done: int | None
    done: dict[str, Any] | None

    @classmethod
    def of(cls, found: Proposed, going_on: Progress | None, now: datetime) -> Self:
        approval, terms = found.approval, found.terms
        return cls(
            re_rate_id=approval.approval_id,
            state=approval.state(now),
            sha256=approval.sha256.hex(),
            programme=terms.programme,
            from_on=terms.from_on,
            last_on=terms.to_on - timedelta(days=1),
            because=terms.because,
            reason=found.reason,
            basis=found.basis,
            figures=found.figures,
            author_id=approval.author_id,
            expires_at=approval.expires_at,
            decided_by=approval.decided_by,
            parts=going_on.of if going_on else None,
            parts_done=going_on.done if going_on else None,
            done=going_on.figures if going_on else None,
        )


async def _view(session: Session, re_rate_id: UUID, now: datetime) -> ReRateView:
    return ReRateView.of(
        await review(session, re_rate_id=re_rate_id), await progress(session, re_rate_id=re_rate_id), now
    )


@router.post(
    "/re-rates/preview", operation_id="re_rates_preview", responses=problems(ReRateSpanInvalid, ReRateProgrammeMissing)
)
async def preview(body: ReRateTerms, door: Author) -> dict[str, Any]:
    """What a re-rate would do now; nothing is saved."""
    async with door.transaction() as session:
        return (await look(session, body.terms, now=door.now)).as_json()


@router.post(
    "/re-rates",
    operation_id="re_rates_propose",
    status_code=201,
    response_model=ReRateView,
    responses=problems(
        ReRateReasonNeeded, ReRateSpanInvalid, ReRateProgrammeMissing, ReRateWaits, NothingToReRate, RequestKeyReused
    ),
    openapi_extra=KEYED,
)
async def re_rates_create(body: ReRateRequest, door: Author) -> Response:
    """Hand a re-rate to another official, bound to what it would do now."""

    async def work(session: Session) -> ReRateView:
        re_rate_id = await propose(
            session, body.terms, reason=body.reason, basis=body.basis, author_id=door.actor_id, now=door.now
        )
        return await _view(session, re_rate_id, door.now)

    return await once(door, door.request_key(body), 201, work)


@router.get("/re-rates/{re_rate_id}", operation_id="re_rates_get", responses=problems(ReRateMissing, ReRateBroken))
async def re_rates_get(re_rate_id: UUID, door: Decider) -> ReRateView:
    """One re-rate, and how far it has come."""
    async with door.transaction() as session:
        return await _view(session, re_rate_id, door.now)


@router.post(
    "/re-rates/{re_rate_id}/decisions",
    operation_id="re_rates_decide",
    response_model=ReRateView,
    responses=problems(
        ReRateMissing,
        ReRateBroken,
        RulesMovedOn,
        OwnWork,
        ContentChanged,
        ApprovalExpired,
        AlreadyDecided,
        ReasonMissing,
        RequestKeyReused,
    ),
    openapi_extra=KEYED,
)
async def re_rates_decide(re_rate_id: UUID, body: DecisionRequest, door: Decider) -> Response:
    """Approve, which sets it in motion, or return with a reason. The author is refused."""

    async def work(session: Session) -> ReRateView:
        found = await review(session, re_rate_id=re_rate_id)
        door.check("decide_change", Target(author_id=found.approval.author_id))
        await decide(session, approval_id=re_rate_id, decided_by=door.actor_id, now=door.now, **body.decision)
        return await _view(session, re_rate_id, door.now)

    return await once(door, door.request_key(body), 200, work)
