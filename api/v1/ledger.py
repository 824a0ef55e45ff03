"""The API's view of a holder's points: balances of any instant, postings, what lies ahead, one transaction explained.

Reads only. A foreign holder reads like a missing one; when an auditor or an official reads somebody's record, that is
written down.
"""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from access.authorize import NotFoundHere, Target
from api.v1.explanation_views import DecisionView, TransactionView
from api.v1.ledger_views import (
    BalanceList,
    BalanceView,
    ExpiringList,
    ExpiringView,
    PendingList,
    PendingView,
    PostingList,
    PostingView,
    TrialView,
)
from api.web.cursors import CursorMalformed, read_cursor, write_cursor
from api.web.door import Door, may
from api.web.entries import entry
from api.web.how import how
from api.web.problems import problems
from api.web.shapes import Instant
from kernel.audit import audit
from kernel.calendar import day_of, start_of
from kernel.db import Session
from points.ledger.outlook import awaited, expiring
from points.ledger.posting import read_holders
from points.ledger.statement import NotYetKnown, balances, statement
from points.ledger.trial import trial
from points.people.households import household_of
from rules.governance.registry import load_registry

router = APIRouter(tags=["ledger"])

Own = Annotated[Door, may("view_own")]
Reader = Annotated[Door, may("view_points")]
Auditor = Annotated[Door, may("verify_ledger")]
MOST_DAYS = 3_660


async def _admit(session: Session, door: Door, holder_id: UUID, what: str) -> None:
    """Let in whose points these are: the resident, a member of the household today, the organisation's staff.

    Auditors and officials may read every record, and leave a trace. Refuses with NotFoundHere.
    """
    own = door.actor.holder_id if door.actor else None
    shared = own is not None and own != holder_id and await household_of(session, own, day_of(door.now)) == holder_id
    members = frozenset({own}) if shared and own else frozenset[UUID]()
    door.check("view_points", Target(holder_id=holder_id, organisation_id=holder_id, member_ids=members))
    organisations = door.actor.organisations() if door.actor else frozenset()
    if own is None and holder_id not in organisations:
        if not await read_holders(session, [holder_id]):
            raise NotFoundHere()
        await audit(
            session,
            at=door.now,
            action="read_record",
            object_kind="holder",
            object_id=holder_id,
            data={"what": what},
        )


@router.get(
    "/holders/{holder_id}/balances", operation_id="balances_list", responses=problems(NotFoundHere, NotYetKnown)
)
async def balances_list(
    holder_id: UUID, door: Reader, as_of: Instant | None = None, known_at: Instant | None = None
) -> BalanceList:
    """What a holder has of each point kind; as of another instant, or by what was known at an earlier one."""
    async with door.transaction() as session:
        await _admit(session, door, holder_id, "balances")
        found = await balances(session, holder_id=holder_id, now=door.now, as_of=as_of, known_at=known_at)
    return BalanceList(
        as_of=as_of or door.now,
        known_at=known_at or door.now,
        items=[BalanceView.of(balance) for balance in found],
    )


@router.get(
    "/holders/{holder_id}/postings", operation_id="postings_list", responses=problems(NotFoundHere, CursorMalformed)
)
async def postings_list(
    holder_id: UUID,
    door: Reader,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    point_kind: Annotated[str | None, Query(max_length=64, pattern="^[a-z0-9:-]+$")] = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> PostingList:
    """A holder's postings, newest first, by pages; of one kind, or recorded from one Shanghai day up to another."""
    async with door.transaction() as session:
        await _admit(session, door, holder_id, "postings")
        lines = await statement(
            session,
            holder_id=holder_id,
            before=read_cursor(cursor),
            most=limit + 1,
            point_kind=point_kind,
            since=_start(from_on),
            until=_start(to_on),
        )
        registry = await load_registry(session)
    more = write_cursor(lines[limit - 1].position) if len(lines) > limit else None
    views = [PostingView.of(entry(line, registry, door.language)) for line in lines[:limit]]
    return PostingList(items=views, next_cursor=more)


def _start(day: date | None) -> datetime | None:
    return start_of(day) if day is not None and 1900 <= day.year < 2200 else None


@router.get("/holders/{holder_id}/lots/expiring", operation_id="lots_expiring", responses=problems(NotFoundHere))
async def lots_expiring(
    holder_id: UUID, door: Reader, days: Annotated[int, Query(ge=1, le=MOST_DAYS)] = 90
) -> ExpiringList:
    """What lapses within so many days, by kind and date, with the lots that it is the sum of."""
    async with door.transaction() as session:
        await _admit(session, door, holder_id, "expiring")
        found = await expiring(session, holder_id=holder_id, now=door.now, within=timedelta(days=days))
    return ExpiringList(items=[ExpiringView.of(one) for one in found])


@router.get("/holders/{holder_id}/pending", operation_id="pending_list", responses=problems(NotFoundHere))
async def pending_list(holder_id: UUID, door: Reader) -> PendingList:
    """Points that wait for their day, or for somebody's confirmation."""
    async with door.transaction() as session:
        await _admit(session, door, holder_id, "pending")
        found = await awaited(session, holder_id=holder_id)
    return PendingList(items=[PendingView.of(one) for one in found])


@router.get(
    "/holders/{holder_id}/transactions/{transaction_id}",
    operation_id="transactions_get",
    responses=problems(NotFoundHere),
)
async def transactions_get(holder_id: UUID, transaction_id: UUID, door: Own) -> TransactionView:
    """One transaction with its event, its decisions, and the explanation in the language of the request."""
    door.check("view_own", Target(holder_id=holder_id))
    async with door.transaction() as session:
        registry = await load_registry(session)
        found = await how(
            session, registry=registry, holder_id=holder_id, transaction_id=transaction_id, language=door.language
        )
    return TransactionView(
        transaction_id=transaction_id,
        postings=[PostingView.of(entry(line, registry, door.language)) for line in found.lines],
        event_kind=found.event.kind if found.event else None,
        evidence=found.event.evidence if found.event else None,
        decisions=[DecisionView.of(one) for one in found.decided],
    )


@router.get("/ledger/trial-balance", operation_id="trial_balance", responses=problems(NotYetKnown))
async def trial_balance(door: Auditor, until: Instant | None = None) -> TrialView:
    """What each contra stands at, against what all holders have, by what was recorded up to an instant."""
    if until is not None and until > door.now:
        raise NotYetKnown()
    async with door.transaction() as session:
        return TrialView.of(await trial(session, until))
