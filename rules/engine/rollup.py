"""What the members of an organisation or a town reach together: totals, averages, and shares past a threshold.

Pure and exact: averages and shares are fractions, rounded only where `rounded` says so. Must never name a member,
and must never count one twice: whoever stands in a group's list is one entry of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rules.engine.prices import half_up

Points = int | Decimal | Fraction


@dataclass(frozen=True, slots=True)
class Roll:
    """One group's figures: its members, the sum of their points, and how many of them have the threshold or more."""

    group: str
    count: int
    total: Fraction
    reaching: int

    @property
    def average(self) -> Fraction | None:
        """The exact mean of the members' points; a group without members has none, which is not a zero."""
        return self.total / self.count if self.count else None

    @property
    def share(self) -> Fraction | None:
        """Which part of the members reaches the threshold, from 0 to 1."""
        return Fraction(self.reaching, self.count) if self.count else None


def roll_up(members: Iterable[tuple[str, Points]], *, threshold: Points, groups: Sequence[str] = ()) -> list[Roll]:
    """The figures of each group, by its name: members are (group, points), `groups` are shown though they are empty.

    Totals, averages and shares order groups through `ranking.rank`, as any other exact value. TypeError for floats.
    """
    points: dict[str, list[Fraction]] = {group: [] for group in groups}
    for group, value in members:
        if isinstance(value, float):
            raise TypeError("points are exact, never floats")
        points.setdefault(group, []).append(Fraction(value))
    reached = Fraction(threshold)
    return [
        Roll(group, len(each), sum(each, Fraction(0)), sum(value >= reached for value in each))
        for group, each in sorted(points.items())
    ]


def rounded(exact: Fraction, decimals: int) -> Decimal:
    """A figure with so many decimals, rounded half-up (a half goes away from zero), as people read it."""
    return Decimal(f"{half_up(exact * 10**decimals)}E-{decimals}")
