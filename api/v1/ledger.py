"""The API's view of a holder's points: balances, postings, one transaction with its explanation.

Reads only; points travel as decimal strings. A foreign holder reads like a missing one.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from access.authorize import NotFoundHere, Target
from api.web.cursors import CursorMalformed, read_cursor, write_cursor
from api.web.door import Door, may
from api.web.how import Decided, how
from api.web.problems import problems
from points.ledger.statement import Balance, Line, balances, statement
from rules.governance.registry import load_registry

router = APIRouter(tags=["ledger"])

Own = Annotated[Door, may("view_own")]


class BalanceView(BaseModel):
    """One point kind: available = posted - held. `expiring` lapses first, at `expiring_at`."""

    point_kind: str
    posted: str
    held: str
    available: str
    expiring: str
    expiring_at: datetime | None

    @classmethod
    def of(cls, balance: Balance) -> "BalanceView":
        return cls(
            point_kind=balance.point_kind,
            posted=str(balance.posted),
            held=str(balance.held),
            available=str(balance.available),
            expiring=str(balance.expiring),
            expiring_at=balance.expiring_at,
        )


class BalanceList(BaseModel):
    items: list[BalanceView]


class PostingView(BaseModel):
    """One posting; `transaction_id` leads to its explanation."""

    point_kind: str
    seq: int
    transaction_id: UUID
    amount: str
    balance_after: str
    effective_at: datetime
    recorded_at: datetime
    title: dict[str, str]
    reason: str
    event_id: UUID | None
    hold_id: UUID | None
    lot_expires_at: datetime | None

    @classmethod
    def of(cls, line: Line) -> "PostingView":
        return cls(
            point_kind=line.point_kind,
            seq=line.seq,
            transaction_id=line.transaction_id,
            amount=str(line.amount),
            balance_after=str(line.balance_after),
            effective_at=line.effective_at,
            recorded_at=line.recorded_at,
            title=dict(line.title),
            reason=line.reason,
            event_id=line.event_id,
            hold_id=line.hold_id,
            lot_expires_at=line.lot_expires_at,
        )


class PostingList(BaseModel):
    items: list[PostingView]
    next_cursor: str | None


class SentenceView(BaseModel):
    """One line of an explanation, in the language of the request."""

    code: str
    text: str
    points: str | None


class DecisionView(BaseModel):
    """What one programme decided, under which published version, and why."""

    programme: str
    version: str
    pack_sha256: str
    effective_from: date
    explanation: list[SentenceView]

    @classmethod
    def of(cls, decided: Decided) -> "DecisionView":
        published = decided.published
        lines = [
            SentenceView(code=one.code, text=one.text, points=None if one.points is None else str(one.points))
            for one in decided.sentences
        ]
        return cls(
            programme=published.programme,
            version=published.version,
            pack_sha256=published.sha256.hex(),
            effective_from=published.effective_from,
            explanation=lines,
        )


class TransactionView(BaseModel):
    transaction_id: UUID
    postings: list[PostingView]
    event_kind: str | None
    evidence: str | None
    decisions: list[DecisionView]


@router.get("/holders/{holder_id}/balances", operation_id="balances_list", responses=problems(NotFoundHere))
async def balances_list(holder_id: UUID, door: Own) -> BalanceList:
    """What a holder has of each point kind."""
    door.check("view_own", Target(holder_id=holder_id))
    async with door.transaction() as session:
        found = await balances(session, holder_id=holder_id, now=door.now)
    return BalanceList(items=[BalanceView.of(balance) for balance in found])


@router.get(
    "/holders/{holder_id}/postings", operation_id="postings_list", responses=problems(NotFoundHere, CursorMalformed)
)
async def postings_list(
    holder_id: UUID,
    door: Own,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> PostingList:
    """A holder's postings, newest first, by pages."""
    door.check("view_own", Target(holder_id=holder_id))
    async with door.transaction() as session:
        lines = await statement(session, holder_id=holder_id, before=read_cursor(cursor), most=limit + 1)
    more = write_cursor(lines[limit - 1].position) if len(lines) > limit else None
    return PostingList(items=[PostingView.of(line) for line in lines[:limit]], next_cursor=more)


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
        postings=[PostingView.of(line) for line in found.lines],
        event_kind=found.event.kind if found.event else None,
        evidence=found.event.evidence if found.event else None,
        decisions=[DecisionView.of(one) for one in found.decided],
    )
