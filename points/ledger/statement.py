"""What a holder has and how it came about: balances of any instant, the statement, one transaction.

Two times are kept apart: when a posting counts (`as_of`) and when it was learnt (`known_at`). Reads only; lots past
their date are subtracted, swept or not. Must never be read by a writer instead of its own claimed accounts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from kernel.db import Session
from kernel.errors import DomainError, Kind
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger.model import DEBT, Minor

Position = tuple[datetime, str, int]

_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class NotYetKnown(DomainError):
    """What will be known in the future can't be told. Nothing was changed.

    Choose a time that has passed for what was known; the day to look at may lie ahead.
    """

    kind, code = Kind.INVALID, "NOT_YET_KNOWN"


@dataclass(frozen=True, slots=True)
class Balance:
    """One point kind, in minor units: posted is without what lies past its date; available = posted - held.

    `owed` is what the kind's debt account says. Floor, suspension and grace are those of today: no earlier ones are
    kept, so they are None and 0 in a balance of the past.
    """

    point_kind: str
    posted: Minor
    held: Minor
    available: Minor
    expiring: Minor
    expiring_at: datetime | None
    owed: Minor = 0
    floor: Minor | None = None
    suspended_at: datetime | None = None
    grace_days: int = 0

    @property
    def spendable(self) -> Minor:
        """What may be spent today: what is available above the floor, and nothing while suspended."""
        return 0 if self.suspended_at else max(0, self.available - (self.floor or 0))


@dataclass(frozen=True, slots=True)
class Line:
    """One posting as its holder reads it: what it was for, by which rule, event and post, and what undid it since.

    `reason` names the rule's items of an award, `lot:<seq>` of an expiry, the purpose of a hold, `debt`,
    `reversal:<transaction>` or `re_rate:<approval>`. `decider` and `author` are labels of posts, never names.
    """

    point_kind: str
    seq: int
    transaction_id: UUID
    amount: Minor
    balance_after: Minor
    effective_at: datetime
    recorded_at: datetime
    title: dict[str, str]
    reason: str
    event_id: UUID | None
    hold_id: UUID | None
    contra: str
    lot_expires_at: datetime | None
    about_on: date | None = None
    case_id: UUID | None = None
    decided_by: UUID | None = None
    event_kind: str | None = None
    evidence: str | None = None
    version: str | None = None
    undone_by: UUID | None = None
    undone_at: datetime | None = None
    decider: str | None = None
    author: str | None = None

    @property
    def position(self) -> Position:
        """Where the next page starts."""
        return (self.recorded_at, self.point_kind, self.seq)

    @property
    def programme(self) -> str | None:
        """The programme whose rules issued these points, or took them back."""
        side, _, programme = self.contra.partition(":")
        return programme if side == "issuance" else None

    @property
    def undoes(self) -> UUID | None:
        """The transaction that this one undoes."""
        kind, _, corrected = self.reason.partition(":")
        return UUID(corrected) if kind == "reversal" else None

    @property
    def re_rate(self) -> UUID | None:
        """The approval of the re-rate that posted this as a difference."""
        kind, _, approval = self.reason.partition(":")
        return UUID(approval) if kind == "re_rate" else None

    @property
    def items(self) -> list[str]:
        """The items of the rules that gave these points; what a re-rate posts is a difference, and of no item."""
        return self.reason.split(",") if self.programme and self.undoes is None and self.re_rate is None else []


async def balances(
    session: Session,
    *,
    holder_id: UUID,
    now: datetime,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> list[Balance]:
    """What the holder has of each point kind; as of another instant, or by what was known at one, when these are given.

    Counts postings with `effective_at <= as_of` and `recorded_at <= known_at`, less what remained of lots past their
    date. A hold has one time: it counts from when it was made until it ended, seen from the earlier of both.
    Refuses with NotYetKnown.
    """
    if known_at is not None and known_at > now:
        raise NotYetKnown()
    bind: dict[str, Any] = {"slice": slice_of(holder_id), "holder_id": holder_id}
    if known_at is None and (as_of is None or as_of >= now):
        rows = await session.execute(named(__file__, "balances"), {**bind, "as_of": as_of or now})
        found = [
            replace(_balance(row), floor=row.floor, suspended_at=row.suspended_at, grace_days=row.grace_days)
            for row in rows
        ]
    else:
        bind |= {"as_of": as_of or now, "known_at": known_at or _NEVER, "inactivity": known_at is None}
        found = [_balance(row) for row in await session.execute(named(__file__, "balances_then"), bind)]
    owed = {one.point_kind: one.posted for one in found}
    return [replace(one, owed=owed.get(DEBT + one.point_kind, 0)) for one in found]


def _balance(row: Any) -> Balance:
    posted = row.posted - row.lapsed
    return Balance(row.point_kind, posted, row.held, posted - row.held, row.expiring, row.expiring_at)


async def statement(
    session: Session,
    *,
    holder_id: UUID,
    before: Position | None = None,
    most: int = 50,
    point_kind: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> list[Line]:
    """Postings newest first; `before` is the position of the last line already seen.

    `since` and `until` bound when they were recorded, half-open; `as_of` and `known_at` are as in `balances`.
    """
    narrowed: dict[str, object] = {"point_kind": point_kind, "most": most}
    if before is not None:
        narrowed |= {"before_at": before[0], "before_kind": before[1], "before_seq": before[2]}
    bounds = {"since": since, "until": until, "as_of": as_of, "known_at": known_at}
    return await _lines(session, holder_id, narrowed | {name: at for name, at in bounds.items() if at is not None})


async def transaction(session: Session, *, holder_id: UUID, transaction_id: UUID) -> list[Line]:
    """All postings of one item of this holder; empty where there is none."""
    lines = await _lines(session, holder_id, {"transaction_id": transaction_id})
    return sorted(lines, key=lambda line: (line.point_kind, line.seq))


_ALL = {
    "before_at": _NEVER,
    "before_kind": "",
    "before_seq": 0,
    "since": _BEGINNING,
    "until": _NEVER,
    "as_of": _NEVER,
    "known_at": _NEVER,
    "point_kind": None,
    "transaction_id": None,
    "most": None,
}


async def _lines(session: Session, holder_id: UUID, narrowed: Mapping[str, object]) -> list[Line]:
    bind = {"slice": slice_of(holder_id), "holder_id": holder_id, **_ALL, **narrowed}
    found = [Line(*row) for row in await session.execute(named(__file__, "statement"), bind)]
    return await _with_deciders(session, found)


async def _with_deciders(session: Session, lines: list[Line]) -> list[Line]:
    """Say under which posts these were decided; most lines follow from a rule or a date, and nobody is asked."""
    actor_ids = {line.decided_by for line in lines if line.decided_by}
    approval_ids = {one for line in lines for one in (line.re_rate, line.case_id) if one}
    if not actor_ids and not approval_ids:
        return lines
    bind = {"actor_ids": list(actor_ids), "approval_ids": list(approval_ids)}
    known = {row.id: (row.decider, row.author) for row in await session.execute(named(__file__, "deciders"), bind)}
    deciders = [
        (line, known.get(line.re_rate) or known.get(line.case_id) or known.get(line.decided_by)) for line in lines
    ]
    return [replace(line, decider=told[0], author=told[1]) if told else line for line, told in deciders]
