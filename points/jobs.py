"""What the clock sets in motion here: what has become due ends, days are summed, the whole ledger is proved each night.

Each job does all that is due by now and may be repeated at any time. Must never decide what an end means: the ledger
does (`points.ledger.sweep`).
"""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any
from uuid import UUID

from kernel.clock import Clock
from kernel.db import Database, Scope
from kernel.firings import Schedule
from points import reconciliation
from points.activity.tickets import sweep_tickets
from points.ledger import sweep, trial
from points.overdue import Sweep, work_off
from points.rerate.carry_out import carry_out

KEPT = timedelta(days=7)
"""How long the answer of a scan can be opened again at its address."""

SCHEDULES: list[Schedule] = [
    Schedule("points.expire_lots", every=timedelta(minutes=10)),
    Schedule("points.expire_holds", every=timedelta(minutes=1)),
    Schedule("points.settle_pending", every=timedelta(minutes=1)),
    Schedule("points.forget_tickets", every=timedelta(hours=1)),
    Schedule("points.roll_up", daily_at=time(0, 20)),
    Schedule("points.reconcile", daily_at=time(2, 30)),
]

_LOTS: Sweep[UUID] = Sweep("points.expire_lots", sweep.due_holders, sweep.expire_lots)
_HOLDS: Sweep[sweep.Due] = Sweep("points.expire_holds", sweep.due_holds, sweep.expire_holds)
_PENDING: Sweep[sweep.Due] = Sweep("points.settle_pending", sweep.due_pending, sweep.settle_pending)


async def expire_lots(database: Database, clock: Clock, _data: Mapping[str, Any] | None = None) -> None:
    """Post the expiry of what is left of each lot past its date. Needs no data, like all of these."""
    await work_off(database, clock, _LOTS)


async def expire_holds(database: Database, clock: Clock, _data: Mapping[str, Any] | None = None) -> None:
    """Give back what holds past their time held."""
    await work_off(database, clock, _HOLDS)


async def settle_pending(database: Database, clock: Clock, _data: Mapping[str, Any] | None = None) -> None:
    """Post points whose day has come, and end those that nobody confirmed in time."""
    await work_off(database, clock, _PENDING)


async def forget_tickets(database: Database, clock: Clock, _data: Mapping[str, Any] | None = None) -> None:
    """Delete tickets that ended a week ago: they say who scanned where. The events that count are kept elsewhere."""
    async with database.transaction(Scope(request_id="points.forget_tickets")) as session:
        await sweep_tickets(session, before=clock.now() - KEPT)


async def roll_up(database: Database, clock: Clock, _data: Mapping[str, Any] | None = None) -> None:
    """Sum what each contra moved, for every day that is over and not summed yet."""
    async with database.transaction(Scope(request_id="points.roll_up")) as session:
        await trial.roll_up(session, now=clock.now())


async def re_rate(database: Database, clock: Clock, data: Mapping[str, Any]) -> None:
    """Carry out what another official approved, or go on where it was cut off; its id is the approval's."""
    await carry_out(database, clock, UUID(data["re_rate_id"]))


async def reconcile(database: Database, clock: Clock, _data: Mapping[str, Any] | None = None) -> None:
    """Prove every point again and keep what was found; findings raise the alarm (docs/operations.md)."""
    await reconciliation.reconcile(database, clock)
