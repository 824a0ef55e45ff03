"""Points that lapse unless somebody confirms them: whoever ran the activity, or an official, says that all is well.

To others the points are not there. Must never decide anything: the award has been decided, only its posting waits.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from access.authorize import NotFoundHere, Target
from api.web.door import NOBODY, Door, may
from api.web.once import KEYED, once
from api.web.problems import problems
from api.web.shapes import Shape
from kernel.db import Session
from kernel.request_keys import RequestInFlight, RequestKeyReused
from points.activity.run_by import organisation_of
from points.events.record import find_event
from points.ledger.confirm import NothingToConfirm, confirm, find_waiting
from points.ledger.refusals import PendingEnded, TransactionUnknown

router = APIRouter(tags=["pending"])


class ConfirmationView(Shape):
    """The transaction that posted what had waited."""

    pending_id: UUID
    transaction_id: UUID


@router.post(
    "/holders/{holder_id}/pending/{pending_id}/confirmations",
    operation_id="pending_confirm",
    status_code=201,
    response_model=ConfirmationView,
    responses=problems(NotFoundHere, PendingEnded, NothingToConfirm, RequestKeyReused, RequestInFlight),
    openapi_extra=KEYED,
)
async def pending_confirm(holder_id: UUID, pending_id: UUID, door: Annotated[Door, may("confirm_pending")]) -> Response:
    """Confirm points before their time is over; they count from now."""

    async def work(session: Session) -> ConfirmationView:
        try:
            waiting = await find_waiting(session, holder_id=holder_id, pending_id=pending_id)
        except TransactionUnknown as error:
            raise NotFoundHere() from error
        event = await find_event(session, holder_id=holder_id, event_id=waiting.event_id)
        ran_by = await organisation_of(session, event) if event else None
        door.check("confirm_pending", Target(organisation_id=ran_by or NOBODY))
        transaction_id = await confirm(session, holder_id=holder_id, pending_id=pending_id, now=door.now)
        return ConfirmationView(pending_id=pending_id, transaction_id=transaction_id)

    return await once(door, door.request_key({}), 201, work)
