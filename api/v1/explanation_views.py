"""How the API explains one transaction: its postings, its event, what was decided, and what had been decided before.

Pure shapes; points travel as decimal strings, each beside the kind that it counts.
"""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from api.v1.ledger_views import PostingView
from api.web.how import Decided
from points.grounds import Again


class SentenceView(BaseModel):
    """One line of an explanation, in the language of the request."""

    code: str
    text: str
    points: str | None


class GivenView(BaseModel):
    """So much of one point kind."""

    point_kind: str
    amount: str


class BeforeView(BaseModel):
    """A decision that counted until another was made; `version` is null where no rule read the event."""

    version: str | None
    decided_at: datetime
    given: list[GivenView]


class AgainView(BaseModel):
    """That a re-rate made this decision: when, under which approval, and what was decided before, the first one first.

    The postings are the difference to the last of those.
    """

    approval_id: UUID
    decided_at: datetime
    before: list[BeforeView]

    @classmethod
    def of(cls, again: Again) -> "AgainView":
        before = [
            BeforeView(
                version=one.version,
                decided_at=one.decided_at,
                given=[GivenView(point_kind=kind, amount=str(given)) for kind, given in sorted(one.given.items())],
            )
            for one in again.before
        ]
        return cls(approval_id=again.approval_id, decided_at=again.decided_at, before=before)


class DecisionView(BaseModel):
    """What one programme decided, under which published version, and why; `again` where a re-rate decided it anew."""

    programme: str
    version: str
    pack_sha256: str
    effective_from: date
    explanation: list[SentenceView]
    again: AgainView | None

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
            again=AgainView.of(decided.again) if decided.again else None,
        )


class TransactionView(BaseModel):
    transaction_id: UUID
    postings: list[PostingView]
    event_kind: str | None
    evidence: str | None
    decisions: list[DecisionView]
