"""From a balance to the scan: one posting with its decision, the text of its rule, its event and evidence.

Reads only, through the use cases of rules and points. Must never show a name in full.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kernel.db import Session
from kernel.errors import DomainError, Kind
from points.events.model import StoredEvent
from points.events.record import events_of, find_event
from points.grounds import Ground, grounds
from points.ledger.statement import Balance, Line, balances, transaction
from rules.governance.registry import Registry

SCANS = ("checked_in", "checked_out")


class TransactionMissing(DomainError):
    """This resident has no such posting.

    Go back to the resident's list and open one from there.
    """

    kind, code = Kind.MISSING, "TRANSACTION_MISSING"


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything behind one transaction; a spending has a hold instead of an event."""

    balances: list[Balance]
    lines: list[Line]
    decided: list[Ground]
    event: StoredEvent | None
    scans: list[StoredEvent]


async def trace(session: Session, *, registry: Registry, holder_id: UUID, transaction_id: UUID, now: datetime) -> Trace:
    """One transaction of a holder, followed back to what happened. Refuses with TransactionMissing."""
    lines = await transaction(session, holder_id=holder_id, transaction_id=transaction_id)
    if not lines:
        raise TransactionMissing()
    held = {one.point_kind: one for one in await balances(session, holder_id=holder_id, now=now)}
    event_id = lines[0].event_id
    event = await find_event(session, holder_id=holder_id, event_id=event_id) if event_id else None
    return Trace(
        balances=[held[line.point_kind] for line in lines if line.point_kind in held],
        lines=lines,
        decided=await grounds(session, registry, lines, event) if event else [],
        event=event,
        scans=await _scans(session, event) if event else [],
    )


async def _scans(session: Session, event: StoredEvent) -> list[StoredEvent]:
    """The check-in and check-out of the same stretch: they share the service's business key."""
    around = timedelta(days=1)
    found = await events_of(
        session,
        holder_id=event.holder_id,
        kinds=SCANS,
        since=event.occurred_at - around,
        until=event.ended_at + around,
    )
    return [scan for scan in found if scan.business_key == event.business_key]
