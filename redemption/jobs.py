"""What the clock sets in motion here: each minute, vouchers past their date go back.

Must never do in one transaction what can be done in many: each voucher stands alone, so that two
workers, or a crash half-way, leave nothing doubled and nothing lost.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kernel.db import Database, Scope, database_away
from kernel.firings import Schedule
from redemption.rewards.give_back import due_codes, expire

BATCH = 500
_log = logging.getLogger("tongcheng.redemption")

SCHEDULES: list[Schedule] = [Schedule("redemption.expire_unclaimed", every=timedelta(minutes=1))]


async def expire_unclaimed(database: Database, now: datetime, _data: Mapping[str, Any] | None = None) -> None:
    """Give back the points and the stock of every voucher that nobody fetched in time. Needs no data.

    One that fails holds up no other: it is logged by the end of its code, and raised when all are done.
    """
    scope = Scope(request_id="redemption.expire_unclaimed")
    failed: dict[str, Exception] = {}
    while True:
        async with database.transaction(scope) as session:
            codes = await due_codes(session, now=now, most=BATCH, but=failed)
        for code in codes:
            try:
                async with database.transaction(scope) as session:
                    await expire(session, code=code, now=now)
            except Exception as error:
                if database_away(error):
                    raise
                failed[code] = error
                _log.error("voucher_not_expired ...%s %s", code[-5:], type(error).__name__)
        if len(codes) < BATCH:
            break
    if failed:
        raise ExceptionGroup("Vouchers past their date could not end.", list(failed.values()))
