"""The closed tree of what a quantity is worth: the price half of an item, as values.

What a price gives is signed: `take: 3` is read as giving -3. Nothing here reads text, asks the time or holds a float.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from rules.engine.tree import Amount


@dataclass(frozen=True, slots=True)
class Flat:
    """The same, whatever the quantity, unless it is zero."""

    give: Amount


@dataclass(frozen=True, slots=True)
class Every:
    """So much for every unit beyond an anchor, or short of it; a part of a unit earns its share, or nothing."""

    every: Amount
    give: Amount
    beyond: Amount
    part_counts: bool
    short: bool = False  # units are counted down from the anchor: fifty less the age


class Reading(StrEnum):
    """How bands are read; decrees leave it open, so a pack must say it."""

    STEP = "step"  # the points of the band reached, once
    WHOLE = "whole"  # every unit at the rate of the band reached
    MARGINAL = "marginal"  # each unit at its own band's rate


@dataclass(frozen=True, slots=True)
class Band:
    """One band of a scale. `lower` and `upper` belong to it when included; None is no limit."""

    lower: Fraction | None
    lower_included: bool
    upper: Fraction | None
    upper_included: bool
    give: Amount

    def holds(self, quantity: int) -> bool:
        """Whether a quantity lies in this band."""
        above = self.lower is None or quantity > self.lower or (self.lower_included and quantity == self.lower)
        below = self.upper is None or quantity < self.upper or (self.upper_included and quantity == self.upper)
        return above and below


@dataclass(frozen=True, slots=True)
class Bands:
    """A scale of bands, in rising order."""

    bands: tuple[Band, ...]
    reading: Reading


@dataclass(frozen=True, slots=True)
class Choice:
    """Points for each value of an enumerated fact; a value that is not named earns nothing."""

    options: Mapping[str, Amount]


@dataclass(frozen=True, slots=True)
class Add:
    """The sum of several prices of one quantity."""

    prices: tuple["Price", ...]


@dataclass(frozen=True, slots=True)
class Highest:
    """The best of several prices of one quantity."""

    prices: tuple["Price", ...]


@dataclass(frozen=True, slots=True)
class Capped:
    """A price that never gives more than this."""

    price: "Price"
    most: Amount


@dataclass(frozen=True, slots=True)
class Floored:
    """A price that never gives less than this; the least may be below zero."""

    price: "Price"
    least: Amount


@dataclass(frozen=True, slots=True)
class Percent:
    """So many percent of a price."""

    price: "Price"
    percent: Amount


@dataclass(frozen=True, slots=True)
class Share:
    """One whole divided among the quantity and so many more: 30 / (n + 1). `plus` keeps the divisor above zero."""

    give: Amount
    plus: int


@dataclass(frozen=True, slots=True)
class Between:
    """The quantity itself is the number of points, as an officer set it within a range, with a reason.

    A number outside the range counts as the nearer end; `sign` is -1 where it is taken.
    """

    least: Amount
    most: Amount
    sign: int


Price = Flat | Every | Bands | Choice | Add | Highest | Capped | Floored | Percent | Share | Between
