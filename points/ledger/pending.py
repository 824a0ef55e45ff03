"""Points that wait: they mature on their day, or lapse unless somebody confirms them in time. Each ends once.

The award that granted them has been decided and has used its room; only the posting waits. The acts are pure,
on a page; `read_waiting` reads what they need. Must never decide again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from kernel.calendar import day_of, rfc3339, start_of
from kernel.db import Session
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger.model import Minor
from points.ledger.page import Page, Pending
from points.ledger.periods import Closed, counts_from
from points.ledger.refusals import PendingEnded, TransactionUnknown

What = Literal["matures", "lapses"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One pending row as it was read; `outcome` says how it ended, if it did."""

    holder_id: UUID
    pending_id: UUID
    what: What
    due_at: datetime
    event_id: UUID
    data: Mapping[str, Any]
    outcome: str | None


def defer(
    page: Page,
    *,
    what: What,
    due_at: datetime,
    event_id: UUID,
    point_kind: str,
    amount: Minor,
    contra: str,
    title: Mapping[str, str],
    reason: str,
    about_on: date,
    lot_expires_at: datetime | None,
    inactive_on: date | None,
) -> Pending:
    """Write down points that are to be posted later, with all that their posting will say."""
    data = {
        "point_kind": point_kind,
        "amount": amount,
        "contra": contra,
        "title": dict(title),
        "reason": reason,
        "about_on": about_on.isoformat(),
        "lot_expires_at": rfc3339(lot_expires_at) if lot_expires_at else None,
        "inactive_on": inactive_on.isoformat() if inactive_on else None,
    }
    new = Pending(page.mint(), what, due_at, event_id, data)
    page.deferred.append(new)
    return new


def mature(page: Page, waiting: Waiting, outcome: str, *, closed: Closed | None = None) -> UUID:
    """Post what waited: on its day (`matured`), or when it was confirmed (`confirmed`). Gives the transaction's id.

    Whoever comes late to it says which periods are `closed` by now: it counts in none of them.
    """
    _refuse_ended(waiting)
    data, transaction_id = waiting.data, page.mint()
    expires_at = datetime.fromisoformat(data["lot_expires_at"]) if data["lot_expires_at"] else None
    counts = min(waiting.due_at, page.recorded_at) if outcome == "matured" else page.recorded_at
    page.credit(
        data["point_kind"],
        data["amount"],
        lot_expires_at=expires_at,
        transaction_id=transaction_id,
        contra=data["contra"],
        title=dict(data["title"]),
        reason=data["reason"],
        effective_at=counts_from(closed or {}, data["contra"].partition(":")[2], day_of(counts), counts),
        about_on=date.fromisoformat(data["about_on"]),
        event_id=waiting.event_id,
        case_id=waiting.pending_id,
    )
    earn(page, data["point_kind"], date.fromisoformat(data["inactive_on"]) if data["inactive_on"] else None)
    page.settled.append((waiting.pending_id, outcome))
    return transaction_id


def lapse(page: Page, waiting: Waiting, outcome: str) -> None:
    """End what waited without a point: nobody confirmed it (`lapsed`), or its event was undone (`undone`)."""
    _refuse_ended(waiting)
    page.settled.append((waiting.pending_id, outcome))


def earn(page: Page, point_kind: str, inactive_on: date | None) -> None:
    """Who earned is active again: points without a date of their own last until `inactive_on`, never shorter."""
    if inactive_on is None:
        return
    account = page.account(point_kind)
    account.inactive_expires_on = max(account.inactive_expires_on or inactive_on, inactive_on)
    page.lapses_by(account, start_of(account.inactive_expires_on))
    page.moved.add(point_kind)


def _refuse_ended(waiting: Waiting) -> None:
    if waiting.outcome is not None:
        raise PendingEnded(outcome=waiting.outcome)


async def read_waiting(session: Session, asked: Iterable[tuple[UUID, UUID]]) -> dict[UUID, Waiting]:
    """These pending rows of these holders, ended or not. Refuses with TransactionUnknown when one is not there."""
    wanted = list(asked)
    bind = {
        "slices": [slice_of(holder_id) for holder_id, _ in wanted],
        "holder_ids": [holder_id for holder_id, _ in wanted],
        "pending_ids": [pending_id for _, pending_id in wanted],
    }
    found = {row.pending_id: Waiting(*row) for row in await session.execute(named(__file__, "read_pending"), bind)}
    if len(found) != len({pending_id for _, pending_id in wanted}):
        raise TransactionUnknown()
    return found


async def waiting_of_events(session: Session, asked: Iterable[tuple[UUID, UUID]]) -> list[Waiting]:
    """What still waits of these events of these holders."""
    wanted = list(asked)
    bind = {
        "slices": [slice_of(holder_id) for holder_id, _ in wanted],
        "holder_ids": [holder_id for holder_id, _ in wanted],
        "event_ids": [event_id for _, event_id in wanted],
    }
    return [Waiting(*row) for row in await session.execute(named(__file__, "pending_of_events"), bind)]
