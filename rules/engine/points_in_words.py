"""Points and rates as people say them: +35, `10 points an hour`. Pure."""

from fractions import Fraction
from typing import Any, Final

from kernel.locale import Language, translate
from rules.catalogue.register import Catalogue
from rules.engine.model import Item
from rules.engine.prices import price_of
from rules.engine.pricing import Bands, Capped, Every, Floored, Price, Reading, Share
from rules.engine.words import measured, number, unit_words

MOST_COUNTED: Final = 500
"""Units of a table are told band by band up to so many."""


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
    every = _units(price.every.value, unit, language)
    return translate(language, "{points} points every {unit}", points=points, unit=every)


def sum_words(item: Item, line: dict[str, Any], quantity: str, known: Catalogue, language: Language) -> str:
    """The left side of the sum as a person would do it: `7 years × 4 points each`, `4 years × 4 + 3 years × 6`."""
    price, unit = within_bounds(item.price), unit_words(item.quantity, item, known)
    value = next(iter(line["quantity"].values()))
    if isinstance(price, Every) and price.beyond.value and type(value) is int:
        anchor = price.beyond.value
        over = max(Fraction(0), anchor - value if price.short else value - anchor)
        beyond, short = "{quantity}, {over} beyond {anchor}", "{quantity}, {over} short of {anchor}"
        told = {"over": _units(over, unit, language), "anchor": _units(anchor, unit, language)}
        quantity = translate(language, short if price.short else beyond, quantity=quantity, **told)
    if isinstance(price, Every) and price.every.value == price.give.value == 1 and unit in ("point", ""):
        return quantity
    if isinstance(price, Bands) and type(value) is int:
        return _banded(price, value, unit, quantity, language)
    rate = rate_words(price, item, known, language)
    return f"{quantity} × {rate}" if rate else quantity


def _banded(price: Bands, value: int, unit: str, quantity: str, language: Language) -> str:
    """Every unit at the rate of the band reached, or each at its own band's; a band that pays once is only named."""
    each = measured(1, unit, language)
    match price.reading:
        case Reading.WHOLE:
            rates = [number(band.give.value) for band in price.bands if band.holds(value)]
            rate = translate(language, "{points} points every {unit}", points=rates[0], unit=each) if rates else ""
            return f"{quantity} × {rate}" if rate else quantity
        case Reading.MARGINAL if value <= MOST_COUNTED:
            counts = [(sum(band.holds(one) for one in range(1, value + 1)), band.give.value) for band in price.bands]
            parts = [f"{measured(count, unit, language)} × {number(give)}" for count, give in counts if count]
            return " + ".join(parts) or quantity
    return translate(language, "{quantity}, by its band", quantity=quantity)


def capped_words(item: Item, line: dict[str, Any], language: Language) -> tuple[str, str] | None:
    """What a price with a bound of its own would have come to, and the bound; none where it changed nothing."""
    price, value = item.price, next(iter(line["quantity"].values()))
    if not isinstance(price, Capped | Floored) or type(value) is not int:
        return None
    free, bound = price_of(price.price, value), price_of(price, value)
    if free == bound:
        return None
    message = "at most {limit} in all" if bound < free else "no less than {limit} in all"
    return number(free), translate(language, message, limit=number(bound))


def within_bounds(price: Price) -> Price:
    """A price without its cap and floor."""
    while isinstance(price, Capped | Floored):
        price = price.price
    return price


def _units(value: Fraction, unit: str, language: Language) -> str:
    return measured(int(value) if value.denominator == 1 else value, unit, language)
