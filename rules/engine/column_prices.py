"""A price over a column of quantities: the same sums as `prices`, by integers of one denominator.

Pure. What a price needs to know of its quantities (how large they are, by what is divided) is read from the column
itself, so that no sum can pass its end. Must never round: the caller does, once.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, lcm

import polars as pl

from rules.engine.column_numbers import NARROW, WIDE, Exact, NotInColumns, best, number, total, within
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

ONE = Fraction(1)
NOTHING = Fraction(0)


def price_column(price: Price, rows: pl.DataFrame) -> Exact:
    """Points for the `number` or `text` of each row, exact; a row with neither has no meaning.

    NotInColumns where a number is needed and there is none, or where the parts would become too many.
    """
    match price:
        case Flat():
            return _choose([(something(), price.give.value)])
        case Choice():
            return _choice(price, rows)
        case Add():
            return total([price_column(part, rows) for part in price.prices])
        case Highest():
            return best([price_column(part, rows) for part in price.prices])
        case Capped():
            return price_column(price.price, rows).at_most(price.most.value)
        case Floored():
            worth = price_column(price.price, rows)
            lifted = worth.at_least(price.least.value)
            none = ~something() & (worth.parts == 0)
            return Exact(pl.when(none).then(0).otherwise(lifted.parts), lifted.den, lifted.most)
        case Percent():
            return price_column(price.price, rows).times(price.percent.value / 100)
        case Every():
            return _every(price, _numbers(rows))
        case Bands():
            return _bands(price, _numbers(rows))
        case Share():
            return _share(price, rows)
        case Between():
            chosen = _numbers(rows).at_least(price.least.value).at_most(price.most.value).times(Fraction(price.sign))
            return Exact(pl.when(pl.col("number") == 0).then(0).otherwise(chosen.parts), chosen.den, chosen.most)


def _numbers(rows: pl.DataFrame) -> Exact:
    """The quantities as numbers."""
    if rows["number"].null_count() and rows.filter(pl.col("number").is_null() & pl.col("text").is_not_null()).height:
        raise NotInColumns
    return Exact(pl.col("number"), 1, rows.select(pl.col("number").abs().max()).item() or 0)


def something() -> pl.Expr:
    """A quantity that is neither zero nor an empty text."""
    text = pl.col("text").cast(pl.String) != ""
    return pl.when(pl.col("number").is_null()).then(text).otherwise(pl.col("number") != 0)


def _choose(options: Sequence[tuple[pl.Expr, Fraction]]) -> Exact:
    """The amount of the first condition that holds, or nothing."""
    den = within(lcm(*(amount.denominator for _, amount in options)))
    parts = [int(amount * den) for _, amount in options]
    most = within(max(1, *(abs(part) for part in parts)))
    found = number(0, most)
    for (condition, _), part in reversed(list(zip(options, parts, strict=True))):
        found = pl.when(condition).then(number(part, most)).otherwise(found)
    return Exact(found, den, most)


def _choice(price: Choice, rows: pl.DataFrame) -> Exact:
    den = within(lcm(*(amount.value.denominator for amount in price.options.values())))
    parts = {key: int(amount.value * den) for key, amount in price.options.items()}
    most = within(max(1, *(abs(part) for part in parts.values())))
    kind, text = pl.Int64 if most < NARROW else pl.Int128, rows.schema["text"]
    if isinstance(text, pl.Enum) and rows["number"].null_count() == rows.height:
        worth = pl.Series([parts.get(key, 0) for key in text.categories], dtype=kind)
        return Exact(pl.lit(worth).gather(pl.col("text").to_physical()), den, most)
    key = pl.coalesce(pl.col("text").cast(pl.String), pl.col("number").cast(pl.String))
    worth = pl.Series([*parts.values()], dtype=kind)
    return Exact(key.replace_strict([*parts], worth, default=number(0, most)), den, most)


def _every(price: Every, quantity: Exact) -> Exact:
    beyond = quantity.plus(-price.beyond.value)
    if price.short:
        beyond = beyond.times(-ONE)
    units = beyond.at_least(NOTHING).times(ONE / price.every.value)
    return (units if price.part_counts else units.full()).times(price.give.value)


def _bands(price: Bands, quantity: Exact) -> Exact:
    if price.reading is Reading.MARGINAL:
        return total([_units_in(band, quantity).times(band.give.value) for band in price.bands])
    rate = _choose([(_holds(band, quantity), band.give.value) for band in price.bands])
    return rate if price.reading is Reading.STEP else rate.product(quantity)


def _ends(band: Band) -> tuple[int, int]:
    """The first and the last whole number of a band; what no quantity reaches is as good as open."""
    first, last = -NARROW, NARROW
    if band.lower is not None:
        first = ceil(band.lower) if band.lower_included else floor(band.lower) + 1
    if band.upper is not None:
        last = floor(band.upper) if band.upper_included else ceil(band.upper) - 1
    return min(max(first, -NARROW), NARROW), min(max(last, -NARROW), NARROW)


def _holds(band: Band, quantity: Exact) -> pl.Expr:
    first, last = _ends(band)
    above, below = quantity.parts >= first, quantity.parts <= last
    if band.lower is None:
        return pl.lit(value=True) if band.upper is None else below
    return above if band.upper is None else above & below


def _units_in(band: Band, quantity: Exact) -> Exact:
    """How many of the units 1, 2, ... quantity lie in a band."""
    first, last = _ends(band)
    units = pl.min_horizontal(quantity.parts, pl.lit(last, dtype=pl.Int64)) - (max(1, first) - 1)
    return Exact(pl.max_horizontal(units, pl.lit(0, dtype=pl.Int64)), 1, quantity.most)


def _share(price: Share, rows: pl.DataFrame) -> Exact:
    """One whole divided: every divisor that occurs divides the denominator."""
    quantity = _numbers(rows)
    den = 1
    for divisor in rows["number"].drop_nulls().unique().to_list():
        den = lcm(den, divisor + price.plus)
        if not 0 < den < WIDE:
            raise NotInColumns
    most = within(max(den, quantity.most + price.plus))
    divisor = quantity.plus(Fraction(price.plus)).parts.cast(pl.Int64 if most < NARROW else pl.Int128)
    return Exact(number(den, most) // divisor, den, den).times(price.give.value)
