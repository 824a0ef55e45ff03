"""A merchant's day: what was captured here, in order, and the totals that it will be paid by.

Must never name a resident, nor show a whole voucher code: its last five characters tell two apart.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kernel.calendar import day_of, start_of
from kernel.db import Session
from kernel.sql import named
from redemption.merchants import Title, bilingual


@dataclass(frozen=True, slots=True)
class Taken:
    """One captured voucher; `price` in minor units."""

    captured_at: datetime
    title: Title
    quantity: int
    price: int
    code_tail: str


@dataclass(frozen=True, slots=True)
class Day:
    """The captures of one Shanghai day at one merchant, newest first."""

    taken: tuple[Taken, ...]

    @property
    def vouchers_count(self) -> int:
        return len(self.taken)

    @property
    def pieces_count(self) -> int:
        return sum(one.quantity for one in self.taken)

    @property
    def price_total(self) -> int:
        """Points taken, in minor units."""
        return sum(one.price for one in self.taken)


async def today(session: Session, *, merchant_id: UUID, now: datetime) -> Day:
    """What this merchant has captured on the Shanghai day of `now`."""
    day = day_of(now)
    bind = {"merchant_id": merchant_id, "since": start_of(day), "until": start_of(day + timedelta(days=1))}
    rows = await session.execute(named(__file__, "captures_of_merchant"), bind)
    return Day(tuple(Taken(r.ended_at, bilingual(r.title), r.quantity, r.price, r.code[-5:]) for r in rows))
