"""Figures by group, so that nobody can be found in them: groups of fewer than five are kept back, and so is whatever
would let them be worked out by subtracting what is told from a total. Pure.

Must never tell a count between one and four, nor leave one kept-back group alone beside a known total.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, TypeVar

FEWEST: Final = 5
"""Groups of fewer people than this are never told exactly."""
FAIR: Final = Fraction(4, 5)
"""A group whose members gain on average less than this share of what everybody gains is flagged (charter CH-24)."""
UNKNOWN: Final = ""
"""The group of those of whom it is not known: a group like any other, or its members could be told by subtraction."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Group:
    """All holders of a group together: how many, who gains and loses points of one kind, sums in minor units."""

    code: str
    holders: int
    gain: int
    lose: int
    before: int
    after: int

    @property
    def moved(self) -> tuple[int, int, int]:
        """How many gain, how many lose, how many stay the same."""
        return self.gain, self.lose, self.holders - self.gain - self.lose


def shown(count: int) -> int | None:
    """A count that may be told: zero, or five and more."""
    return count if count == 0 or count >= FEWEST else None


def kept_back(sizes: Mapping[K, int], also: Collection[K] = ()) -> set[K]:
    """The groups whose figures must not be told: the small ones (and `also`), and as many more, the smallest first,
    as it takes that those kept back are at least two groups of five people together.
    """
    hidden = {group for group, size in sizes.items() if 0 < size < FEWEST} | set(also)
    rest = sorted((size, str(group), group) for group, size in sizes.items() if size and group not in hidden)
    while hidden and rest and (len(hidden) < 2 or sum(sizes[group] for group in hidden) < FEWEST):
        hidden.add(rest.pop(0)[2])
    return hidden


def shown_all(counts: Sequence[int]) -> list[int | None]:
    """Counts that add up to a known total, with those kept back that must be."""
    hidden = kept_back(dict(enumerate(counts)))
    return [None if place in hidden else count for place, count in enumerate(counts)]


def by_group(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Each group's people, winners, losers and sums before and after, by group code; null is kept back.

    `ratio` is the group's mean gain beside everybody's, as a decimal text with two places; null where nobody gains on
    the whole. `unfair` where it is below four fifths.
    """
    hidden = kept_back({one.code: one.holders for one in groups})
    told = {one.code: one for one in groups if one.code not in hidden}
    few = {code for code, one in told.items() if any(shown(count) is None for count in one.moved)}
    few = kept_back({code: one.holders for code, one in told.items()}, few)
    everybody = _mean_gain(groups)
    return [
        _row(one, everybody, None if one.code in few else one.moved)
        if one.code not in hidden
        else {"group": one.code, "holders": None}
        for one in sorted(groups, key=lambda one: one.code)
    ]


def _mean_gain(groups: Sequence[Group]) -> Fraction:
    return Fraction(sum(one.after - one.before for one in groups), max(1, sum(one.holders for one in groups)))


def _row(own: Group, everybody: Fraction, moved: tuple[int, int, int] | None) -> dict[str, Any]:
    ratio = _mean_gain([own]) / everybody if everybody > 0 else None
    return {
        "group": own.code,
        "holders": own.holders,
        "gain": moved and moved[0],
        "lose": moved and moved[1],
        "same": moved and moved[2],
        "before": own.before,
        "after": own.after,
        "ratio": None if ratio is None else two_places(ratio),
        "unfair": ratio is not None and ratio < FAIR,
    }


def two_places(ratio: Fraction) -> str:
    """A ratio as a decimal text, rounded towards the worse: 0.799 is told as 0.79."""
    hundredths = ratio.numerator * 100 // ratio.denominator
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"
