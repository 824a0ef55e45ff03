"""What a quantity is worth: the price half of an item.

Pure and exact: whole quantities in, fractions of a point out; the caller rounds, once, with `half_up`.
"""

from fractions import Fraction
from math import ceil, floor

from rules.engine.model import Rounding
from rules.engine.pricing import (
    Add,
    Band,
    Bands,
    Between,
    Capped,
    Choice,
    Every,
    Flat,
    Floored,
    Highest,
    Percent,
    Price,
    Reading,
    Share,
)

NOTHING = Fraction(0)


def rounded(exact: Fraction, way: Rounding) -> int:
    """A whole number: to the nearest, a half away from zero; or always away from zero or towards it."""
    if way == "half_up":
        return half_up(exact)
    size = ceil(abs(exact)) if way == "up" else floor(abs(exact))
    return size if exact >= 0 else -size


def half_up(exact: Fraction) -> int:
    """The nearest whole number; a half goes away from zero, so that a deduction rounds as an award does."""
    if exact.denominator == 1:
        return exact.numerator
    size = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return size if exact.numerator >= 0 else -size


def price_of(price: Price, quantity: int | str) -> Fraction:
    """Points for a quantity, exact. A quantity of zero is worth nothing, except where a band or choice names it.

    A floor lifts only what there is some of: it never makes points of nothing.
    """
    match price:
        case Every():
            return _every(price, _whole(quantity))
        case Flat():
            return price.give.value if quantity else NOTHING
        case Capped():
            return min(price_of(price.price, quantity), price.most.value)
        case Bands():
            return _bands(price, _whole(quantity))
        case Choice():
            chosen = price.options.get(str(quantity))
            return chosen.value if chosen else NOTHING
        case Add():
            return sum((price_of(part, quantity) for part in price.prices), NOTHING)
        case Highest():
            return max(price_of(part, quantity) for part in price.prices)
        case Floored():
            worth = price_of(price.price, quantity)
            return max(worth, price.least.value) if quantity or worth else NOTHING
        case Percent():
            return price_of(price.price, quantity) * price.percent.value / 100
        case Share():
            return price.give.value / (_whole(quantity) + price.plus)
        case Between() if not quantity:
            return NOTHING
        case Between():
            return price.sign * min(max(Fraction(_whole(quantity)), price.least.value), price.most.value)


def _whole(quantity: int | str) -> int:
    if not isinstance(quantity, int):
        raise TypeError(quantity)  # the checker refuses such a pack
    return quantity


def _every(price: Every, quantity: int) -> Fraction:
    beyond: Fraction | int = quantity - price.beyond.value if price.beyond.value else quantity
    if price.short:
        beyond = -beyond
    if beyond <= 0:
        return NOTHING
    every, give = price.every.value, price.give.value
    if price.part_counts:
        return Fraction(beyond * give.numerator * every.denominator, give.denominator * every.numerator)
    return give * (beyond * every.denominator // every.numerator)


def _bands(price: Bands, quantity: int) -> Fraction:
    """The three readings of a scale: 5 years at 4, then 6 from year 5, are 30 (whole), 22 (marginal) or 6 (step).

    Source of the ambiguity: 东府办〔2015〕123号, years of employment.
    """
    if price.reading is Reading.MARGINAL:
        return sum((band.give.value * _units_in(band, quantity) for band in price.bands), NOTHING)
    for band in price.bands:
        if band.holds(quantity):
            return band.give.value * (quantity if price.reading is Reading.WHOLE else 1)
    return NOTHING


def _units_in(band: Band, quantity: int) -> int:
    """How many of the units 1, 2, ... quantity lie in a band."""
    first, last = 1, quantity
    if band.lower is not None:
        first = max(first, ceil(band.lower) if band.lower_included else floor(band.lower) + 1)
    if band.upper is not None:
        last = min(last, floor(band.upper) if band.upper_included else ceil(band.upper) - 1)
    return max(0, last - first + 1)
