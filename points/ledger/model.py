"""The ledger's shapes: what is read before a decision, and what is written after it. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from kernel.calendar import start_of
from kernel.ids import slice_of

Minor = int
"""An amount in the point kind's minor unit."""
DEBT = "debt:"
"""What is owed of a kind is posted in an account of its own: `debt:` and the kind. It has no lots."""


@dataclass(frozen=True, slots=True)
class HolderState:
    """A holder as it was read: whoever writes must name this version."""

    holder_id: UUID
    version: int
    last_recorded_at: datetime
    subject_handle: bytes
    kind: str


@dataclass(slots=True)
class Account:
    """One point kind of one holder, in minor units, as a page holds it.

    No lot lapses before `expires_next_at`; every lot before the posting `lots_from` is empty and not held.
    Points without a date of their own lapse at the start of `inactive_expires_on`. A lot that comes back
    late has `grace_days`; nothing is owed beyond `debt_cap`.
    """

    holder_id: UUID
    point_kind: str
    posted: Minor = 0
    held: Minor = 0
    floor: Minor = 0
    seq: int = 0
    suspended_at: datetime | None = None
    inactive_expires_on: date | None = None
    expires_next_at: datetime | None = None
    lots_from: int = 1
    grace_days: int = 0
    debt_cap: Minor | None = None

    @property
    def available(self) -> Minor:
        return self.posted - self.held

    @property
    def inactive_at(self) -> datetime | None:
        """When points without a date of their own lapse, or lapsed: with the holder's inactivity."""
        return None if self.inactive_expires_on is None else start_of(self.inactive_expires_on)

    def lapses_at(self, lot: "Lot") -> datetime | None:
        """When a lot lapses: on its own date, or with the account's inactivity, or never."""
        return lot.expires_at if lot.expires_at is not None else self.inactive_at


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
    """A posting with its place and its running balance."""

    draft: PostingDraft
    seq: int
    balance_after: Minor


@dataclass(slots=True)
class Lot:
    """Points granted together: what remains of one credit posting, and until when.

    `extended`: by grace; `came_back`: some of it returned on this page, so that it cannot have lapsed before.
    """

    point_kind: str
    seq: int
    remaining: Minor
    expires_at: datetime | None
    grace_days: int = 0
    extended: bool = False
    came_back: bool = False


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
class HoldEnd:
    """How a hold ended; `captured` in minor units."""

    hold: Hold
    ending: str
    captured: Minor
    by: UUID | None


@dataclass(frozen=True, slots=True)
class Pairs:
    """Holder ids beside their slices, sorted, as two arrays for `unnest`."""

    slices: list[int] = field(default_factory=list)
    holder_ids: list[UUID] = field(default_factory=list)

    @classmethod
    def of(cls, holder_ids: set[UUID] | list[UUID]) -> "Pairs":
        ordered = sorted(set(holder_ids), key=lambda holder_id: (slice_of(holder_id), holder_id))
        return cls([slice_of(holder_id) for holder_id in ordered], ordered)
