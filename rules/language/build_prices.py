"""Shapes of prices -> engine values, with what they may give and take.

Faults are collected with their paths, like `build`'s. Pure.
"""

from fractions import Fraction
from typing import Any

from rules.engine import pricing
from rules.engine.tree import Amount
from rules.language import price_nodes as nodes
from rules.language.names import Names
from rules.language.text import Path


def price(names: Names, shape: Any, path: Path) -> pricing.Price:
    """A price; a cap or a floor written beside it goes around it."""
    cap, floor = getattr(shape, "cap", None), getattr(shape, "floor", None)
    found = _price(names, shape, path)
    if cap is not None:
        found = pricing.Capped(found, names.amount(cap, (*path, "cap")))
    return found if floor is None else pricing.Floored(found, names.amount(floor, (*path, "floor")))


def _price(names: Names, shape: Any, path: Path) -> pricing.Price:
    match shape:
        case nodes.EveryShape():
            every = names.amount(shape.every, (*path, "every"))
            if every.value <= 0:
                names.text.fault("ZERO_UNIT", (*path, "every"), "A unit must be larger than zero.")
                every = Amount(Fraction(1))
            if shape.beyond is not None and shape.short_of is not None:
                names.one_of(path, beyond=shape.beyond, short_of=shape.short_of)
            short = shape.short_of is not None
            anchor = names.amount(shape.short_of if short else shape.beyond, (*path, "short_of" if short else "beyond"))
            return pricing.Every(every, _given(names, shape, path), anchor, shape.part == "counts", short)
        case nodes.BandsShape():
            found = [_band(names, band, (*path, "bands", number)) for number, band in enumerate(shape.bands)]
            found.sort(key=lambda band: (band.lower is not None, band.lower or 0, not band.lower_included))
            return pricing.Bands(_closed(tuple(found)), pricing.Reading(shape.reading))
        case nodes.ChoiceShape():
            options = {key: names.amount(value, (*path, "choice", key)) for key, value in shape.choice.items()}
            return pricing.Choice(options)
        case nodes.AddShape():
            return pricing.Add(_prices(names, shape.add, (*path, "add")))
        case nodes.HighestShape():
            return pricing.Highest(_prices(names, shape.highest, (*path, "highest")))
        case nodes.PercentShape():
            inner = price(names, shape.of, (*path, "of"))
            return pricing.Percent(inner, names.amount(shape.percent, (*path, "percent")))
        case nodes.ShareShape():
            return pricing.Share(names.amount(shape.share, (*path, "share")), shape.plus)
        case nodes.BetweenShape():
            least = names.amount(shape.chosen.from_, (*path, "chosen", "from"))
            most = names.amount(shape.chosen.to, (*path, "chosen", "to"))
            if least.value > most.value:
                names.text.fault("EMPTY_RANGE", path, "The smallest allowed value is above the largest.")
            return pricing.Between(least, most, -1 if shape.take else 1)
    return pricing.Flat(_given(names, shape, path))


def _prices(names: Names, shapes: list[Any], path: Path) -> tuple[pricing.Price, ...]:
    return tuple(price(names, shape, (*path, number)) for number, shape in enumerate(shapes))


def _given(names: Names, shape: Any, path: Path) -> Amount:
    names.one_of(path, give=shape.give, take=shape.take)
    if shape.take is None:
        return names.amount(shape.give, (*path, "give"))
    taken = names.amount(shape.take, (*path, "take"))
    return Amount(-taken.value, taken.parameter)


def _band(names: Names, shape: nodes.BandShape, path: Path) -> pricing.Band:
    if shape.from_ is not None and shape.above is not None:
        names.one_of(path, from_=shape.from_, above=shape.above)
    if shape.to is not None and shape.below is not None:
        names.one_of(path, to=shape.to, below=shape.below)
    lower = shape.above if shape.from_ is None else shape.from_
    upper = shape.below if shape.to is None else shape.to
    return pricing.Band(lower, shape.from_ is not None, upper, shape.to is not None, _given(names, shape, path))


def _closed(bands: tuple[pricing.Band, ...]) -> tuple[pricing.Band, ...]:
    """A band without an upper end reaches up to where the next one begins."""
    ends = [*bands[1:], None]
    return tuple(
        band if band.upper is not None or after is None or after.lower is None
        else pricing.Band(band.lower, band.lower_included, after.lower, not after.lower_included, band.give)
        for band, after in zip(bands, ends, strict=True)
    )  # fmt: skip
