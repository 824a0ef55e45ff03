"""The kernel's own housekeeping: rows that have served their time go, in small steps.

Request keys are kept seven days (docs/operations.md), firings and the queue's log thirty. Must never
touch a table of another package.
"""

from datetime import time, timedelta
from typing import Any

from sqlalchemy import text

from kernel.clock import Clock
from kernel.db import Database, Scope
from kernel.firings import Schedule

REQUEST_KEYS_KEPT = timedelta(days=7)
LOGS_KEPT = timedelta(days=30)
SCHEDULES: list[Schedule] = [Schedule("kernel.tidy", daily_at=time(3, 30))]

_STEPS = (
    (text("delete from request_keys where at < :before"), REQUEST_KEYS_KEPT),
    (text("delete from firings where due_at < :before"), LOGS_KEPT),
    # The queue stamps its rows by the database's clock, which a trial's moved clock does not move.
    (
        text("delete from pgqueuer_log where created < least(:before, current_timestamp - interval '30 days')"),
        LOGS_KEPT,
    ),
)


async def tidy(database: Database, clock: Clock, data: dict[str, Any]) -> None:
    """Delete what is past its time; safe to repeat."""
    now = clock.now()
    for statement, kept in _STEPS:
        async with database.transaction(Scope()) as session:
            await session.execute(statement, {"before": now - kept})
