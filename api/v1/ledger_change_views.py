"""The shapes of ledger changes over the API: what may be proposed, and how a change is told; decimal texts."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from access.approvals import State
from api.web.shapes import Shape, Words
from points.changes.model import Figures, Part
from points.changes.propose import Proposed

Reason = Annotated[Words, Field(min_length=1, max_length=500)]
Amount = Annotated[str, Field(pattern=r"^-?[1-9][0-9]{0,11}$")]
Kind = Annotated[str, Field(max_length=64)]


class ReversalRequest(Shape):
    """Undo a transaction; of an award all that its event gave. `event_id` instead where all of it still waits."""

    change: Literal["reversal"]
    holder_id: UUID
    transaction_id: UUID | None = None
    event_id: UUID | None = None
    reason: Reason


class AdjustmentRequest(Shape):
    """Raise or lower one balance; what is given may be spent until `last_on`."""

    change: Literal["adjustment"]
    holder_id: UUID
    point_kind: Kind
    amount: Amount
    because: str = Field(max_length=32)
    last_on: date | None = None
    reason: Reason


class TransferRequest(Shape):
    """Points of a transferable kind from one holder to another."""

    change: Literal["transfer"]
    holder_id: UUID
    taker_id: UUID
    point_kind: Kind
    amount: Amount
    reason: Reason


class MergeRequest(Shape):
    """The register of `holder_id` goes into that of `into_id`, which goes on."""

    change: Literal["merge"]
    holder_id: UUID
    into_id: UUID
    reason: Reason


class UnmergeRequest(Shape):
    """The register of `holder_id`, merged away before, comes back."""

    change: Literal["unmerge"]
    holder_id: UUID
    reason: Reason


class PeriodCloseRequest(Shape):
    """A programme's days from `from_on` until `to_on`, exclusive, are closed for good."""

    change: Literal["period_close"]
    programme: str = Field(max_length=64)
    from_on: date
    to_on: date
    reason: Reason


ChangeRequest = Annotated[
    ReversalRequest | AdjustmentRequest | TransferRequest | MergeRequest | UnmergeRequest | PeriodCloseRequest,
    Field(discriminator="change"),
]


class MoveView(Shape):
    """One account before and after; `lapsed` of it fell due by the calendar."""

    holder_id: UUID
    point_kind: str
    before: str
    after: str
    change: str
    lapsed: str


class PartView(Shape):
    """So much of one kind of one holder."""

    holder_id: UUID
    point_kind: str
    amount: str

    @classmethod
    def of(cls, part: Part) -> "PartView":
        return cls(holder_id=part.holder_id, point_kind=part.point_kind, amount=str(part.amount))


class FiguresView(Shape):
    """What a change does: accounts moved, debts among them; what is forgiven; what no longer waits."""

    moves: list[MoveView]
    forgiven: list[PartView]
    waiting: list[PartView]

    @classmethod
    def of(cls, figures: Figures) -> "FiguresView":
        moves = [
            MoveView(
                holder_id=one.holder_id,
                point_kind=one.point_kind,
                before=str(one.before),
                after=str(one.after),
                change=str(one.change),
                lapsed=str(one.lapsed),
            )
            for one in figures.moves
        ]
        return cls(
            moves=moves,
            forgiven=[PartView.of(one) for one in figures.forgiven],
            waiting=[PartView.of(one) for one in figures.waiting],
        )


class ChangeView(Shape):
    """One proposed change. `figures` are those its author saw; `figures_now` what it would do by now while it waits.

    `refused_now` is the code for which it would be refused by now. Decide about `sha256`.
    """

    change_id: UUID
    change: str
    terms: dict[str, Any]
    reason: str
    figures: FiguresView
    figures_now: FiguresView | None
    refused_now: str | None
    sha256: str
    state: State
    author_id: UUID
    submitted_at: datetime
    expires_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    decision_reason: str | None

    @classmethod
    def of(cls, proposed: Proposed, now: datetime) -> "ChangeView":
        approval = proposed.approval
        return cls(
            change_id=approval.approval_id,
            change=proposed.terms.sort,
            terms=dict(approval.data["terms"]),
            reason=proposed.reason,
            figures=FiguresView.of(proposed.figures),
            figures_now=FiguresView.of(proposed.now) if proposed.now else None,
            refused_now=proposed.refusal.code if proposed.refusal else None,
            sha256=approval.sha256.hex(),
            state=approval.state(now),
            author_id=approval.author_id,
            submitted_at=approval.submitted_at,
            expires_at=approval.expires_at,
            decided_by=approval.decided_by,
            decided_at=approval.decided_at,
            decision_reason=approval.reason,
        )
