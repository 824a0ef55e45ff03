"""Points and rates as people say them: +35, `10 points an hour`. Pure."""

from fractions import Fraction
from typing import Any

from kernel.locale import Language, translate
from rules.catalogue.register import Catalogue
from rules.engine.model import Item
from rules.engine.pricing import Bands, Every, Price, Reading, Share
from rules.engine.words import measured, number, unit_words


def signed(points: int, decimals: int = 0) -> str:
    """Points with their sign: +35, -3, 0, +1.5."""
    words = number(Fraction(points, 10**decimals), decimals or 1)
    return f"+{words}" if points > 0 else words


def rate_words(price: Price, item: Item, known: Catalogue, language: Language) -> str:
    """`10 points an hour`, `2 points every 50 h`; empty where a table gives the points."""
    if isinstance(price, Share):
        return f"{number(price.give.value)} ÷ (n + {price.plus})"
    if not isinstance(price, Every):
        return ""
    unit = unit_words(item.quantity, item, known)
    points = number(price.give.value)
    if unit == "minute" and price.every.value == 60:
        return translate(language, "{points} points an hour", points=points)
    if unit == "time" and price.every.value == 1:
        return translate(language, "{points} points each time", points=points)
    every = int(price.every.value) if price.every.value.denominator == 1 else price.every.value
    return translate(language, "{points} points every {unit}", points=points, unit=measured(every, unit, language))


def band_words(price: Price, item: Item, line: dict[str, Any], known: Catalogue, language: Language) -> str:
    """The rate of the band that was reached, where every unit counts at it."""
    value = next(iter(line["quantity"].values()))
    if not isinstance(price, Bands) or price.reading is not Reading.WHOLE or not isinstance(value, int):
        return ""
    unit = unit_words(item.quantity, item, known)
    rates = [number(band.give.value) for band in price.bands if band.holds(value)]
    message = "{points} points every {unit}"
    return translate(language, message, points=rates[0], unit=measured(1, unit, language)) if rates else ""
