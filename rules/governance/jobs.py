"""What the clock sets in motion here: a look each morning at the versions that are about to end.

Must never publish or prolong anything: officials do.
"""

from collections.abc import Mapping
from datetime import time
from typing import Any

from kernel.clock import Clock
from kernel.db import Database, Scope
from kernel.firings import Schedule
from rules.governance import sunsets

SCHEDULES: list[Schedule] = [Schedule("rules.watch_sunsets", daily_at=time(6, 0))]


async def watch_sunsets(database: Database, clock: Clock, _data: Mapping[str, Any] | None = None) -> None:
    """Ring the alarm for versions that end with nothing to follow (docs/operations.md); each warning once."""
    async with database.transaction(Scope(request_id="rules.watch_sunsets")) as session:
        await sunsets.watch_sunsets(session, now=clock.now())
