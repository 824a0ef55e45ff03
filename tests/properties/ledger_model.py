"""What the ledger must come to, in a few lines: each point is a thing of its own, and it is somewhere.

Knows no posting, no account and no page. Points of one lot are alike; lots are numbered as they were granted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

FREE, EXPIRED, GONE = "free", "expired", "gone"
FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True, eq=False)
class Point:
    """One point: of which lot, and where it is: free, expired, gone, or in the hold or payment of that name."""

    lot: int
    where: object = FREE


@dataclass(slots=True)
class Points:
    """One kind of one holder."""

    each: list[Point] = field(default_factory=list)
    until: list[datetime | None] = field(default_factory=list)
    inactive: datetime | None = None
    owed: int = 0
    floor: int = 0
    suspended: bool = False

    def lapses(self, point: Point) -> datetime:
        return self.until[point.lot] or self.inactive or FOREVER

    def at(self, where: object) -> list[Point]:
        return [point for point in self.each if point.where == where]

    def free(self) -> list[Point]:
        return sorted(self.at(FREE), key=lambda point: (self.lapses(point), point.lot))

    def spendable(self) -> list[Point]:
        return self.free()[: max(0, len(self.at(FREE)) - self.floor)]

    def put(self, points: Iterable[Point], where: object) -> None:
        for point in points:
            point.where = where

    def lapse(self, now: datetime) -> None:
        self.put([point for point in self.at(FREE) if self.lapses(point) <= now], EXPIRED)
        self.floor = min(self.floor, len(self.at(FREE)))

    def grant(self, count: int, until: datetime | None, now: datetime) -> tuple[int, list[Point]]:
        """A new lot; what is owed is paid from it. Gives its number, and the points that paid."""
        if until is None and self.inactive and self.inactive <= now:
            self.inactive = None
        self.until.append(until)
        new = [Point(len(self.until) - 1) for _ in range(count)]
        self.each += new
        paid = new[: min(count, self.owed)]
        self.put(paid, GONE)
        self.owed -= len(paid)
        return len(self.until) - 1, paid

    def back(self, points: Iterable[Point], now: datetime, later: datetime | None) -> None:
        """Points return to their lots; one past its date lives until `later`, where its kind is gracious."""
        for point in points:
            until = self.until[point.lot]
            if later and until and until <= now:
                self.until[point.lot] = later
            point.where = FREE

    def undo_grant(self, lot: int, count: int, paid: list[Point], now: datetime, later: datetime | None,
                   cap: int | None) -> None:  # fmt: skip
        """Take back a lot, from itself first; what has lapsed is let be, what is missing is owed."""
        expired = sum(point.lot == lot for point in self.at(EXPIRED))
        self.owed += len(paid)
        self.back(paid, now, later)
        most = min(count - expired, max(0, len(self.at(FREE)) - self.floor))
        taken = sorted(self.free(), key=lambda point: point.lot != lot)[:most]
        self.put(taken, GONE)
        missing = count - expired - len(taken)
        self.owed += missing if cap is None else min(missing, max(0, cap - self.owed))
