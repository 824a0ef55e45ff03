"""Every price of the tree as a phrase, in Chinese and English: what something is worth, before anything has happened.

Pure. Must never leave a node unsaid: a test walks all classes of the tree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from kernel.locale import Language, translate
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
from rules.engine.sentences import listed
from rules.engine.tree import Amount
from rules.engine.words import measured, number, titled

READINGS = {
    Reading.STEP: "{bands} (once, by the band reached)",
    Reading.WHOLE: "{bands} (for every unit, by the band reached)",
    Reading.MARGINAL: "{bands} (for every unit within its own band)",
}


@dataclass(frozen=True, slots=True)
class Counted:
    """What a price needs to know of the quantity: its unit, and what the values of an enumerated one are called."""

    unit: str
    labels: Mapping[str, Mapping[str, str]]


def price_words(price: Price, counted: Counted, language: Language) -> str:
    """What it is worth: 每 1 小时 10 分,不足部分按比例 / 10 points for every 1 h, a part in proportion."""
    match price:
        case Flat(give=give):
            return points_words(give, language)
        case Every():
            return _every(price, counted, language)
        case Bands(bands=bands, reading=reading):
            said = listed([_band(band, counted, language) for band in bands], language, ";")
            return translate(language, READINGS[reading], bands=said)
        case Choice(options=options):
            return listed(
                [_worth(titled(counted.labels.get(value, {"zh": value, "en": value}), language), give, language)
                 for value, give in options.items()],
                language,
            )  # fmt: skip
        case Add(prices=prices):
            return translate(language, "together: {parts}", parts=_parts(prices, counted, language))
        case Highest(prices=prices):
            return translate(language, "the best of: {parts}", parts=_parts(prices, counted, language))
        case Capped(price=inner, most=most):
            words = price_words(inner, counted, language)
            return translate(language, "{words}, at most {points}", words=words, points=points_words(most, language))
        case Floored(price=inner, least=least):
            words = price_words(inner, counted, language)
            return translate(language, "{words}, at least {points}", words=words, points=points_words(least, language))
        case Percent(price=inner, percent=percent):
            words = price_words(inner, counted, language)
            return translate(language, "{percent} % of ({words})", percent=number(percent.value), words=words)
        case Share(give=give, plus=plus):
            message = "{points} divided by this number and {plus} more"
            return translate(language, message, points=points_words(give, language), plus=plus)
        case Between():
            return _between(price, language)
    assert_never(price)


def points_words(amount: Amount, language: Language) -> str:
    """`10 points`, `1 point`, `3 points less`."""
    if amount.value < 0:
        return translate(language, "{points} points less", points=number(-amount.value, 6))
    return translate(language, "1 point") if amount.value == 1 else translate(
        language, "{number} points", number=number(amount.value, 6)
    )  # fmt: skip


def _every(price: Every, counted: Counted, language: Language) -> str:
    points, unit = points_words(price.give, language), _units(price.every.value, counted, language)
    anchor = _units(price.beyond.value, counted, language)
    if price.short:
        said = translate(
            language, "{points} for every {unit} short of {anchor}", points=points, unit=unit, anchor=anchor
        )
    elif price.beyond.value and price.every.value == 1 and counted.unit == "age":
        said = translate(language, "{points} for every year beyond {anchor}", points=points, anchor=anchor)
    elif price.beyond.value:
        said = translate(language, "{points} for every {unit} beyond {anchor}", points=points, unit=unit, anchor=anchor)
    elif price.every.value == 1 and counted.unit in ("time", "age", ""):
        said = translate(language, "{points} each", points=points)
    else:
        said = translate(language, "{points} for every {unit}", points=points, unit=unit)
    return translate(language, "{words}, a part in proportion", words=said) if price.part_counts else said


def _band(band: Band, counted: Counted, language: Language) -> str:
    """`from 1 year to below 5 years: 4 points`."""
    lower, upper = (None if end is None else _units(end, counted, language) for end in (band.lower, band.upper))
    said = []
    if lower is not None:
        said.append(translate(language, "from {lower}" if band.lower_included else "above {lower}", lower=lower))
    if upper is not None:
        said.append(translate(language, "up to {upper}" if band.upper_included else "below {upper}", upper=upper))
    words = (" " if language == "en" else ",").join(said) or translate(language, "any number")
    return _worth(words, band.give, language)


def _worth(what: str, give: Amount, language: Language) -> str:
    return translate(language, "{what}: {points}", what=what, points=points_words(give, language))


def _between(price: Between, language: Language) -> str:
    least, most = number(price.least.value, 6), number(price.most.value, 6)
    if price.sign < 0:
        return translate(
            language,
            "{least} to {most} points less, as an officer decides and gives the reason",
            least=least,
            most=most,
        )
    return translate(
        language, "{least} to {most} points, as an officer decides and gives the reason", least=least, most=most
    )


def _units(value: Fraction, counted: Counted, language: Language) -> str:
    """A number of units: whole minutes as hours, years as years; where nothing is named, the bare number."""
    whole = int(value) if value.denominator == 1 else value
    return measured(whole, "" if counted.unit == "time" else counted.unit, language)


def _parts(prices: tuple[Price, ...], counted: Counted, language: Language) -> str:
    return listed([price_words(price, counted, language) for price in prices], language, ";")
