"""From scans to minutes: stretches of attendance within a shift, and what of them counts.

Pure; aware UTC instants in, integer minutes out. Must never mint a minute outside the shift, and never
one for a stretch without its check-out: a forgotten check-out stays open and pays nothing until corrected.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Interval:
    """Half-open: from `starts_at` up to, not including, `ends_at`."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Interval") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Stretch:
    """One coming and going within a shift; `no` counts 1, 2, ... `out_at` None: still there, or forgotten."""

    no: int
    in_at: datetime
    out_at: datetime | None

    @property
    def open(self) -> bool:
        return self.out_at is None


def whole_minute(at: datetime) -> datetime:
    """The minute as a clock on the wall shows it: seconds are dropped, never rounded up."""
    return at.replace(second=0, microsecond=0)


def counted(shift: Interval, in_at: datetime, out_at: datetime) -> Interval | None:
    """What of a stretch counts: both ends on the whole minute, clipped by the shift; None when nothing is left."""
    starts_at = max(whole_minute(in_at), shift.starts_at)
    ends_at = min(whole_minute(out_at), shift.ends_at)
    return Interval(starts_at, ends_at) if starts_at < ends_at else None


def minutes(interval: Interval) -> int:
    """The length in whole minutes."""
    return (interval.ends_at - interval.starts_at) // timedelta(minutes=1)


def stretches(ins: Iterable[tuple[int, datetime]], outs: Iterable[tuple[int, datetime]]) -> list[Stretch]:
    """Pair the check-ins and check-outs of one person and one shift by their stretch number, in order."""
    left = dict(outs)
    return [Stretch(no, in_at, left.get(no)) for no, in_at in sorted(ins)]


def last_open(all_stretches: Sequence[Stretch]) -> Stretch | None:
    """The stretch that waits for its check-out, if any."""
    return next((stretch for stretch in reversed(all_stretches) if stretch.open), None)


def next_no(all_stretches: Sequence[Stretch]) -> int:
    """The number a new stretch of this person and shift gets."""
    return max((stretch.no for stretch in all_stretches), default=0) + 1
