"""Where one price gives less than another, or takes more. Pure.

Compares prices of one form, number by number; what is of another form, or drawn anew, is left to the figures.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from rules.engine.pricing import (
    Add,
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


def takes(price: Price) -> bool:
    """Whether a price only takes: then less of it is milder."""
    match price:
        case Flat() | Every():
            return price.give.value < 0
        case Between():
            return price.sign < 0
        case Capped() | Floored() | Percent():
            return takes(price.price)
        case Bands():
            return all(band.give.value <= 0 for band in price.bands)
        case Add() | Highest():
            return all(takes(part) for part in price.prices)
    return False


def pays_at_all(price: Price) -> object:
    """For which quantities a price gives anything, so that two of them can be compared; rounding is heeded."""
    match price:
        case Flat():
            return price.give.value >= 1
        case Every() if not price.part_counts:
            return price.every.value, price.beyond.value, price.short, price.give.value >= 1
        case Bands() if price.reading is Reading.STEP:
            return _drawn(price), tuple(band.give.value >= 1 for band in price.bands)
    return price


def price_falls(old: Price, new: Price, path: str) -> Iterator[str]:
    """Places at which the one price gives less than the other; prices of another form are left to the figures."""
    match new:
        case Flat() if isinstance(old, Flat):
            yield from _less(old.give, new.give, f"{path}.give")
        case Share() if isinstance(old, Share):
            yield from _less(old.give, new.give, f"{path}.give")
        case Every() if isinstance(old, Every):
            yield from _every(old, new, path)
        case Bands() if isinstance(old, Bands) and _drawn(old) == _drawn(new):
            for number, (band, other) in enumerate(zip(old.bands, new.bands, strict=True)):
                yield from _less(band.give, other.give, f"{path}.bands.{number}")
        case Choice() if isinstance(old, Choice):
            yield from _choice(old.options, new.options, f"{path}.choice")
        case Add() | Highest() if isinstance(old, type(new)) and len(old.prices) == len(new.prices):
            for one, another in zip(old.prices, new.prices, strict=True):
                yield from price_falls(one, another, path)
        case Capped() if isinstance(old, Capped):
            yield from _less(old.most, new.most, f"{path}.cap")
            yield from price_falls(old.price, new.price, path)
        case Floored() if isinstance(old, Floored):
            yield from _less(old.least, new.least, f"{path}.floor")
            yield from price_falls(old.price, new.price, path)
        case Percent() if isinstance(old, Percent):
            percents = (new.percent, old.percent) if takes(new.price) else (old.percent, new.percent)
            yield from _less(*percents, f"{path}.percent")
            yield from price_falls(old.price, new.price, path)
        case Between() if isinstance(old, Between):
            most = (new.most, old.most) if new.sign < 0 else (old.most, new.most)
            yield from _less(*most, f"{path}.chosen")


def _every(old: Every, new: Every, path: str) -> Iterator[str]:
    """So much for every unit: less of it, for larger units, or for fewer of them; the reverse where it is taken."""
    gives = new.give.value > 0
    yield from _less(old.give, new.give, f"{path}.give")
    if new.every.value > old.every.value if gives else new.every.value < old.every.value:
        yield f"{path}.every"
    nearer, farther = new.beyond.value < old.beyond.value, new.beyond.value > old.beyond.value
    if nearer if new.short is gives else farther:
        yield f"{path}.beyond"
    if gives and old.part_counts and not new.part_counts:
        yield f"{path}.part"


def _less(old: Amount, new: Amount, path: str) -> Iterator[str]:
    if new.value < old.value:
        yield path


def _choice(old: Mapping[str, Amount], new: Mapping[str, Amount], path: str) -> Iterator[str]:
    for name, amount in old.items():
        after = new[name].value if name in new else 0
        if after < amount.value:
            yield f"{path}.{name}"


def _drawn(price: Bands) -> tuple[object, ...]:
    """Where bands begin and end, and how they are read, whatever they give."""
    nothing = Amount(Fraction(0))
    return (price.reading, *(replace(band, give=nothing) for band in price.bands))
