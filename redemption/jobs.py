"""What the clock sets in motion here: each minute, vouchers past their date go back.

Must never do in one transaction what can be done in many: each voucher stands alone, so that two
workers, or a crash half-way, leave nothing doubled and nothing lost.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kernel.db import Database, Scope
from kernel.firings import Schedule
from redemption.rewards.give_back import due_codes, expire

BATCH = 500

SCHEDULES: list[Schedule] = [Schedule("redemption.expire_unclaimed", every=timedelta(minutes=1))]


async def expire_unclaimed(database: Database, now: datetime, _data: Mapping[str, Any] | None = None) -> None:
    """Give back the points and the stock of every voucher that nobody fetched in time. Needs no data."""
    scope = Scope(request_id="redemption.expire_unclaimed")
    while True:
        async with database.transaction(scope) as session:
            codes = await due_codes(session, now=now, most=BATCH)
        for code in codes:
            async with database.transaction(scope) as session:
                await expire(session, code=code, now=now)
        if len(codes) < BATCH:
            return
