"""Changes of the ledger over the API: one official proposes, another decides about exactly what was seen.

The same use cases as the official's pages. Must never hold a rule of its own.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from access.approvals import AlreadyDecided, ApprovalExpired, ContentChanged, ReasonMissing
from access.authorize import OwnWork, Target
from api.decide.dispatch import decide
from api.v1.ledger_change_views import ChangeRequest, ChangeView
from api.v1.rule_views import DecisionRequest
from api.web.door import Door, may
from api.web.once import KEYED, once
from api.web.problems import problems
from kernel.db import Session
from kernel.request_keys import RequestKeyReused
from points.changes.propose import propose, review
from points.changes.refusals import (
    AdjustmentReasonUnknown,
    AlreadyProposed,
    AmountInvalid,
    ChangeBroken,
    ChangeMissing,
    ChangeReasonNeeded,
    LastDayInvalid,
    MergeHoldsOpen,
    MergePointsWait,
    NothingToReverse,
    NotTransferable,
    PointKindUnknown,
    RegisterMerged,
    TooFewPoints,
    TransferToItself,
)
from points.changes.terms import terms_of
from points.ledger.periods import PeriodClosed, PeriodEmpty, PeriodNotOver
from points.ledger.refusals import AlreadyCorrected, HolderSuspended, NotReversible, TransactionUnknown, UnknownHolder
from points.people.aliases import AlreadyMerged, MergedIntoItself, NotMerged, NotTwoResidents, OthersMergedInto
from rules.governance.registry import ProgrammeMissing

router = APIRouter(tags=["ledger"])

Author = Annotated[Door, may("propose_change")]
Decider = Annotated[Door, may("decide_change")]

REFUSED = (
    UnknownHolder,
    TransactionUnknown,
    AlreadyCorrected,
    NotReversible,
    NothingToReverse,
    RegisterMerged,
    PointKindUnknown,
    AmountInvalid,
    AdjustmentReasonUnknown,
    LastDayInvalid,
    TooFewPoints,
    TransferToItself,
    NotTransferable,
    HolderSuspended,
    MergedIntoItself,
    NotTwoResidents,
    AlreadyMerged,
    OthersMergedInto,
    NotMerged,
    MergeHoldsOpen,
    MergePointsWait,
    ProgrammeMissing,
    PeriodEmpty,
    PeriodNotOver,
    PeriodClosed,
)
"""What a change may be refused for, when it is proposed and when it is carried out."""


@router.post(
    "/ledger/changes",
    operation_id="ledger_changes_propose",
    status_code=201,
    response_model=ChangeView,
    responses=problems(*REFUSED, ChangeReasonNeeded, AlreadyProposed, RequestKeyReused),
    openapi_extra=KEYED,
)
async def changes_propose(body: ChangeRequest, door: Author) -> Response:
    """Hand a change of the ledger to another official; nothing is posted before they approve."""

    async def work(session: Session) -> ChangeView:
        terms = terms_of(body.change, body.model_dump(exclude={"change", "reason"}))
        approval_id = await propose(session, terms, reason=body.reason, author_id=door.actor_id, now=door.now)
        return ChangeView.of(await review(session, approval_id=approval_id, now=door.now), door.now)

    return await once(door, door.request_key(body), 201, work)


@router.get(
    "/ledger/changes/{change_id}", operation_id="ledger_changes_get", responses=problems(ChangeMissing, ChangeBroken)
)
async def changes_get(change_id: UUID, door: Decider) -> ChangeView:
    """One change as its author proposed it, and what it would do now."""
    async with door.transaction() as session:
        return ChangeView.of(await review(session, approval_id=change_id, now=door.now), door.now)


@router.post(
    "/ledger/changes/{change_id}/decisions",
    operation_id="ledger_changes_decide",
    response_model=ChangeView,
    responses=problems(
        ChangeMissing,
        ChangeBroken,
        OwnWork,
        ContentChanged,
        ApprovalExpired,
        AlreadyDecided,
        ReasonMissing,
        *REFUSED,
        RequestKeyReused,
    ),
    openapi_extra=KEYED,
)
async def changes_decide(change_id: UUID, body: DecisionRequest, door: Decider) -> Response:
    """Approve and carry out, or return with a reason. The author is refused."""

    async def work(session: Session) -> ChangeView:
        found = await review(session, approval_id=change_id, now=door.now)
        door.check("decide_change", Target(author_id=found.approval.author_id))
        await decide(
            session,
            approval_id=change_id,
            decided_by=door.actor_id,
            now=door.now,
            **body.decision,
        )
        return ChangeView.of(await review(session, approval_id=change_id, now=door.now), door.now)

    return await once(door, door.request_key(body), 200, work)
