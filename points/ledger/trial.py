"""The trial balance: what every contra issued or took in, per point kind, against what all holders have.

Both sides come from rows of their own: the contras from the postings (days that are over are summed once), the holders
from their accounts. They must be exact opposites. Must never add up different point kinds.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text

from kernel.calendar import day_of, start_of
from kernel.db import Session
from kernel.sql import named
from points.ledger.model import Minor

SETTLED = timedelta(seconds=60)
"""A day is summed once it lies so far back: no batch older than this commits."""

_END = datetime(9999, 1, 1, tzinfo=UTC)
_LAST_SUMMED = text("select max(day) from contra_days_summed")
_FIRST_POSTING = text("select min(recorded_at) from postings")


@dataclass(frozen=True, slots=True)
class ContraBalance:
    """What one contra stands at: minus the sum of the postings that name it, in minor units."""

    point_kind: str
    contra: str
    amount: Minor
    postings_count: int


@dataclass(frozen=True, slots=True)
class KindBalance:
    """One point kind: its contras with their sum, and what all holders' accounts add up to."""

    point_kind: str
    contras: tuple[ContraBalance, ...]
    holders: Minor
    holders_postings_count: int

    @property
    def contra_sum(self) -> Minor:
        return sum(one.amount for one in self.contras)

    @property
    def fits(self) -> bool:
        """Whether both sides are exact opposites and count the same postings."""
        counted = sum(one.postings_count for one in self.contras)
        return self.contra_sum == -self.holders and counted == self.holders_postings_count


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """All point kinds by what was recorded up to an instant; the days up to `summed_to` come from their sums."""

    until: datetime | None
    summed_to: date | None
    kinds: tuple[KindBalance, ...]

    @property
    def fits(self) -> bool:
        return all(kind.fits for kind in self.kinds)


async def trial(session: Session, until: datetime | None = None) -> TrialBalance:
    """The trial balance by what was recorded up to `until`, inclusive; of all that stands without it."""
    summed_to: date | None = await session.scalar(_LAST_SUMMED)
    if summed_to is not None and until is not None:
        summed_to = min(summed_to, day_of(until) - timedelta(days=1))
    # Days are summed without a gap from the first posting on, so the sums end where the tail begins.
    tail_from = start_of(summed_to + timedelta(days=1)) if summed_to else datetime(1, 1, 2, tzinfo=UTC)
    bind = {"summed_to": summed_to, "tail_from": tail_from, "until": until or _END}
    contras: dict[str, list[ContraBalance]] = {}
    holders: dict[str, tuple[Minor, int]] = {}
    for side, kind, contra, amount, count in await session.execute(named(__file__, "trial_balance"), bind):
        if side == "contra":
            contras.setdefault(kind, []).append(ContraBalance(kind, contra, -amount, count))
        else:
            holders[kind] = (amount, count)
    kinds = tuple(
        KindBalance(kind, tuple(contras.get(kind, ())), *holders.get(kind, (0, 0)))
        for kind in sorted(contras.keys() | holders.keys())
    )
    return TrialBalance(until, summed_to, kinds)


async def roll_up(session: Session, now: datetime) -> int:
    """Sum the Shanghai days that are over and not summed yet; gives how many. Again, or by a second worker: none."""
    last = day_of(now - SETTLED) - timedelta(days=1)
    summed: date | None = await session.scalar(_LAST_SUMMED)
    first_posting: datetime | None = None if summed else await session.scalar(_FIRST_POSTING)
    if summed is None and first_posting is None:
        return 0
    first = summed + timedelta(days=1) if summed else day_of(first_posting or now)
    if first > last:
        return 0
    span = {"start": start_of(first), "stop": start_of(last + timedelta(days=1))}
    days: int = await session.scalar(named(__file__, "sum_days"), {"first": first, "last": last, **span, "now": now})
    return days
