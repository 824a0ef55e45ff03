"""The ledger's shapes: what is read before a decision, and what is written after it. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from kernel.errors import DomainError, Kind
from kernel.ids import slice_of

Minor = int
"""An amount in the point kind's minor unit."""


class UnknownHolder(DomainError):
    """No register knows this holder. Nothing was recorded.

    Check the number and try again.
    """

    kind, code = Kind.MISSING, "UNKNOWN_HOLDER"


class PointsInsufficient(DomainError):
    """You have {available} of the {needed} points that this needs. Nothing was taken.

    Choose something smaller, or earn more first.
    """

    kind, code = Kind.REFUSED, "POINTS_INSUFFICIENT"


class HolderSuspended(DomainError):
    """This account is suspended for now. Nothing was recorded.

    Ask the service desk why, and until when.
    """

    kind, code = Kind.REFUSED, "HOLDER_SUSPENDED"


class HoldEnded(DomainError):
    """These points were already {ending} at {ended_at}. Nothing was changed.

    Look at the statement to see what became of them.
    """

    kind, code = Kind.CONFLICT, "HOLD_ENDED"


class HoldUnknown(DomainError):
    """These held points are not known. Nothing was changed.

    Check the code and try again.
    """

    kind, code = Kind.MISSING, "HOLD_UNKNOWN"


@dataclass(frozen=True, slots=True)
class HolderState:
    """A holder as it was read: whoever writes must name this version."""

    holder_id: UUID
    version: int
    last_recorded_at: datetime
    subject_handle: bytes


@dataclass(frozen=True, slots=True)
class Account:
    """One point kind of one holder, in minor units."""

    holder_id: UUID
    point_kind: str
    posted: Minor = 0
    held: Minor = 0
    floor: Minor = 0
    seq: int = 0
    suspended_at: datetime | None = None

    @property
    def available(self) -> Minor:
        return self.posted - self.held


@dataclass(frozen=True, slots=True)
class PostingDraft:
    """A posting before it has its place (seq) in the account. `amount` is signed, minor units."""

    holder_id: UUID
    point_kind: str
    transaction_id: UUID
    contra: str
    amount: Minor
    effective_at: datetime
    recorded_at: datetime
    reason: str
    title: dict[str, str]
    about_on: date | None = None
    lot_expires_at: datetime | None = None
    event_id: UUID | None = None
    hold_id: UUID | None = None
    case_id: UUID | None = None
    decided_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """A posting with its place, its running balance and its leaf."""

    draft: PostingDraft
    seq: int
    balance_after: Minor
    leaf_nonce: bytes
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class Lot:
    """Points granted together: what remains of one credit posting."""

    point_kind: str
    seq: int
    remaining: Minor
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class LotUse:
    """So much of one lot taken (negative) or returned (positive) by a posting or a hold."""

    point_kind: str
    lot_seq: int
    amount: Minor
    posting_seq: int | None = None
    hold_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """An amount set aside until it is captured, released, or expires."""

    holder_id: UUID
    hold_id: UUID
    point_kind: str
    amount: Minor
    purpose: str
    held_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Pairs:
    """Holder ids beside their slices, sorted, as two arrays for `unnest`."""

    slices: list[int] = field(default_factory=list)
    holder_ids: list[UUID] = field(default_factory=list)

    @classmethod
    def of(cls, holder_ids: set[UUID] | list[UUID]) -> "Pairs":
        ordered = sorted(set(holder_ids), key=lambda holder_id: (slice_of(holder_id), holder_id))
        return cls([slice_of(holder_id) for holder_id in ordered], ordered)
