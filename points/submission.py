"""What callers hand in to be awarded, and what they get back. Pure shapes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from access.purposes import Recipient
from kernel.errors import DomainError, Finding
from kernel.request_keys import Answer, RequestKey
from points.events.model import EventDraft
from points.ledger.model import Minor


@dataclass(frozen=True, slots=True)
class Posted:
    """Points that an event posted, in minor units, and the balance after it."""

    point_kind: str
    amount: Minor
    balance_after: Minor
    transaction_id: UUID
    seq: int


@dataclass(frozen=True, slots=True)
class Waits:
    """Points that an event granted and that are not posted yet: they mature at `due_at`, or lapse then unconfirmed."""

    pending_id: UUID
    point_kind: str
    amount: Minor
    what: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event as it now stands; `repeat`: it stood already and nothing was added."""

    event_id: UUID
    holder_id: UUID
    kind: str
    repeat: bool
    decisions: dict[str, Any]
    posted: tuple[Posted, ...] = ()
    waiting: tuple[Waits, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a submission: `recorded`, `repeat` (all of it stood already), or `refused` with findings.

    `events` are the submitted ones, in order; `shares` those derived from them for a household.
    `error` is a refusal of the request itself; `answer` what the caller's `render` made, or the stored one.
    """

    status: str
    findings: tuple[Finding, ...] = ()
    events: tuple[Recorded, ...] = ()
    shares: tuple[Recorded, ...] = ()
    answer: Answer | None = None
    replayed: bool = False
    error: DomainError | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """Events that stand or fall together, of one holder or of thousands, and how to answer for them.

    `render` is pure: it is called before COMMIT, so that answer and effect are stored together. `told`: the program of
    another body that hears the outcome; it is logged beside it.
    """

    events: tuple[EventDraft, ...]
    request_key: RequestKey | None = None
    render: Callable[[Outcome], Answer] | None = None
    told: Recipient | None = None

    @property
    def holder_id(self) -> UUID:
        """The first holder: the submission waits in that one's lane."""
        return self.events[0].holder_id


class Moved:
    """A holder moved on while the rules ran, or must be looked at alone: evaluate again in the next batch."""


MOVED = Moved()
