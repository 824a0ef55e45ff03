"""The closed tree of the rule language: conditions, quantities, prices.

    quantity -> price            what happened -> what it is worth
    condition                    whether it counts at all

Values only; nothing here reads text, asks the time or holds a float. Amounts are exact fractions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Literal


@dataclass(frozen=True, slots=True)
class Amount:
    """An exact number, and the parameter that it came from, when it is one."""

    value: Fraction
    parameter: str | None = None


# Conditions


class Comparison(StrEnum):
    """How a value is compared. `at_least` and `at_most` include their limit, `above` and `below` do not."""

    IS = "is"
    IN = "in"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of these holds."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these holds."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """None of these holds; where a value is missing this cannot be told, and does not pass."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class EvidenceIn:
    """What shows the event is one of these evidence kinds."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """A field of the event's data, or a fact, against a value. Missing never passes."""

    source: Literal["data", "fact"]
    name: str
    test: Comparison
    value: bool | str | tuple[str, ...] | Amount


Condition = AllOf | AnyOf | NoneOf | EvidenceIn | Compare


# Quantities


@dataclass(frozen=True, slots=True)
class LastWindow:
    """The last years, months or days before `as_of`; half-open, the day of `as_of` belongs to it."""

    unit: Literal["years", "months", "days"]
    count: int


@dataclass(frozen=True, slots=True)
class DatesWindow:
    """Fixed dates: from the first day to the last, both counted."""

    first: date
    last: date


Window = LastWindow | DatesWindow


@dataclass(frozen=True, slots=True)
class Each:
    """Each event counts one."""


@dataclass(frozen=True, slots=True)
class Data:
    """A whole number in the event's data."""

    name: str


@dataclass(frozen=True, slots=True)
class MinutesWithin:
    """Whole minutes of the event between two times of the day, across midnight when `end` is before `start`.

    Never more than the field `of` says: a break inside the event may have been taken at any hour.
    """

    start: int  # minutes after midnight in Shanghai
    end: int
    of: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as of the date; `by` reads one value for each kind, and each is priced by itself."""

    name: str
    by: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many events of a kind happened within a window, where a condition holds."""

    kind: str
    within: Window | None
    where: Condition | None


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of a field over such events."""

    name: str
    kind: str
    within: Window | None
    where: Condition | None


Quantity = Each | Data | MinutesWithin | Fact | Count | Sum


# Prices; what they give is signed: `take: 3` is read as giving -3


@dataclass(frozen=True, slots=True)
class Flat:
    """The same, whatever the quantity, unless it is zero."""

    give: Amount


@dataclass(frozen=True, slots=True)
class Every:
    """So much for every unit beyond an anchor; a part of a unit earns its share, or nothing."""

    every: Amount
    give: Amount
    beyond: Amount
    part_counts: bool


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


Price = Flat | Every | Bands | Choice | Add | Highest | Capped
