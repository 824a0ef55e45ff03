"""What the clock sets in motion here: each hour, tickets of scans long past are forgotten.

They say who scanned where and when; the events that count are kept elsewhere. Must never touch an event.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kernel.db import Database, Scope
from kernel.firings import Schedule
from points.activity.tickets import sweep_tickets

KEPT = timedelta(days=7)
"""How long the answer of a scan can be opened again at its address."""

SCHEDULES: list[Schedule] = [Schedule("points.forget_tickets", every=timedelta(hours=1))]


async def forget_tickets(database: Database, now: datetime, _data: Mapping[str, Any] | None = None) -> None:
    """Delete tickets that ended a week ago. Needs no data; again changes nothing."""
    async with database.transaction(Scope(request_id="points.forget_tickets")) as session:
        await sweep_tickets(session, before=now - KEPT)
