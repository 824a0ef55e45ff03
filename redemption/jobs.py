"""What the clock sets in motion here: each minute, vouchers past their date go back.

Must never do in one transaction what can be done in many: each voucher stands alone, so that two
workers, or a crash half-way, leave nothing doubled and nothing lost.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from kernel.clock import Clock
from kernel.db import Database, Session
from kernel.firings import Schedule
from points.overdue import Sweep, work_off
from redemption.rewards.give_back import due_codes, expire

SCHEDULES: list[Schedule] = [Schedule("redemption.expire_unclaimed", every=timedelta(minutes=1))]


async def expire_unclaimed(database: Database, clock: Clock, _data: Mapping[str, Any] | None = None) -> None:
    """Give back the points and the stock of every voucher that nobody fetched in time. Needs no data.

    One that fails holds up no other: it is logged by the end of its code, and raised when all are done.
    """
    await work_off(database, clock, _VOUCHERS)


async def _end(session: Session, codes: Sequence[str], /, *, now: datetime) -> None:
    for code in codes:
        await expire(session, code=code, now=now)


_VOUCHERS: Sweep[str] = Sweep(
    "redemption.expire_unclaimed", due_codes, _end, batch=1, told=lambda code: f"...{code[-5:]}"
)
