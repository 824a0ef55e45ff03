"""Whether more of something may give more points, fewer, or both: the question behind most of the charter.

Pure, and careful: it may say "fewer" of what never gives fewer, never the reverse.
"""

from collections.abc import Iterator
from enum import Flag
from fractions import Fraction
from itertools import pairwise

from rules.engine.model import Item, Pack
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
from rules.engine.tree import Amount


class Way(Flag):
    """Where more of something may lead."""

    NOWHERE = 0
    UP = 1
    DOWN = 2
    BOTH = 3

    def turned(self) -> "Way":
        """The other way round: of what is taken away, or forbidden."""
        found = Way.DOWN if Way.UP in self else Way.NOWHERE
        return found | Way.UP if Way.DOWN in self else found


def of_item(pack: Pack, item: Item) -> Way:
    """Where more of what an item counts leads; of several prices that become one, the sum and the best only rise."""
    way = of_price(pack, item.price) | _of_floor(pack, item.floor)
    return way if item.combine in ("sum", "highest") else Way.BOTH


def of_price(pack: Pack, price: Price) -> Way:
    """Where a larger quantity leads."""
    match price:
        case Flat():
            return _sign(pack, price.give)
        case Every():
            way = _sign(pack, price.give)
            return way.turned() if price.short else way
        case Bands():
            return _of_bands(pack, price)
        case Choice():
            return Way.NOWHERE
        case Share():
            return Way.DOWN
        case Between():
            return Way.UP if price.sign > 0 else Way.DOWN
        case Capped() | Percent():
            return of_price(pack, price.price)
        case Floored():
            return of_price(pack, price.price) | _of_floor(pack, price.least)
        case Add() | Highest():
            return _together(of_price(pack, part) for part in price.prices)


def _of_floor(pack: Pack, floor: Amount | None) -> Way:
    """A floor above nothing lifts whoever has some, and leaves at nothing whoever has none."""
    return Way.UP if floor is not None and reach(pack, floor)[1] > 0 else Way.NOWHERE


def _together(ways: Iterator[Way]) -> Way:
    found = Way.NOWHERE
    for way in ways:
        found |= way
    return found


def takes(pack: Pack, item: Item) -> bool:
    """Whether an item may come to less than nothing."""
    floored = item.floor is not None and reach(pack, item.floor)[0] >= 0
    return not floored and _below_nothing(pack, item.price)


def _below_nothing(pack: Pack, price: Price) -> bool:
    match price:
        case Flat() | Every() | Share():
            return reach(pack, price.give)[0] < 0
        case Bands():
            return any(reach(pack, band.give)[0] < 0 for band in price.bands)
        case Choice():
            return any(reach(pack, amount)[0] < 0 for amount in price.options.values())
        case Between():
            return price.sign < 0
        case Floored():
            return reach(pack, price.least)[0] < 0 and _below_nothing(pack, price.price)
        case Capped() | Percent():
            return _below_nothing(pack, price.price)
        case Add():
            return any(_below_nothing(pack, part) for part in price.prices)
        case Highest():
            return all(_below_nothing(pack, part) for part in price.prices)


def reach(pack: Pack, amount: Amount) -> tuple[Fraction, Fraction]:
    """The least and the most that an amount may be, its parameter anywhere within its limits."""
    if amount.parameter is None:
        return amount.value, amount.value
    parameter = pack.parameters[amount.parameter]
    if not parameter.value:  # given or taken: nobody can tell
        most = max(abs(parameter.least), abs(parameter.most))
        return -most, most
    if amount.value == parameter.value:
        return parameter.least, parameter.most
    return -parameter.most, -parameter.least


def _sign(pack: Pack, amount: Amount) -> Way:
    least, most = reach(pack, amount)
    return (Way.UP if most > 0 else Way.NOWHERE) | (Way.DOWN if least < 0 else Way.NOWHERE)


def _of_bands(pack: Pack, price: Bands) -> Way:
    found = _together(_sign(pack, band.give) for band in price.bands if price.reading is not Reading.STEP)
    if price.reading is Reading.MARGINAL:
        return found
    for before, after in pairwise(_heights(pack, price.bands)):
        found |= Way.UP if after[1] > before[0] else Way.NOWHERE
        found |= Way.DOWN if after[0] < before[1] else Way.NOWHERE
    return found


def _heights(pack: Pack, bands: tuple[Band, ...]) -> list[tuple[Fraction, Fraction]]:
    """What the bands give, one after another, with the nothing that lies below the first and above the last."""
    nothing = (Fraction(0), Fraction(0))
    below = [nothing] if bands[0].lower is not None else []
    above = [nothing] if bands[-1].upper is not None else []
    return [*below, *(reach(pack, band.give) for band in bands), *above]
