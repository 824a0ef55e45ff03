"""What an item comes to, over a frame of its quantities: prices, then parts as one, then cap and floor.

    holder | part | number | text | times        a row for each part of each holder for whom the item counts

`number` or `text` is the quantity (both for yes and no), `times` how often it stands there: in hundredths where
`weighed` says so, 0 where what is read is proven and empty. Pure. What columns cannot tell exactly is priced one by
one, by the same functions as a single holder's, and counted.
"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from typing import Any

import polars as pl

from rules.engine.column_numbers import Exact, NotInColumns, within
from rules.engine.column_prices import price_column
from rules.engine.lines import bounded, combined
from rules.engine.model import Item, Pack
from rules.engine.prices import NOTHING, price_of, rounded
from rules.engine.tree import Amount, Count, Fact, Quantity, Sum, Values

HUNDRED = 100


def in_parts(quantity: Quantity) -> bool:
    """Whether each kind, period or value is priced by itself."""
    match quantity:
        case Fact():
            return quantity.by is not None
        case Count() | Sum():
            return quantity.per is not None
    return isinstance(quantity, Values)


def weighed(item: Item) -> bool:
    """Whether `times` are hundredths: what a repair gives back of an event is a part of its own, below zero."""
    return item.deduction is not None and item.combine == "sum"


def item_points(pack: Pack, item: Item, rows: pl.DataFrame, apart: Counter[str]) -> pl.DataFrame:
    """`holder` and `points`, in whole minor units, of everybody who has rows; in the order of the rows."""
    try:
        return _in_columns(pack, item, rows)
    except NotInColumns:
        found = list(_one_by_one(pack, item, rows))
        apart[item.code] += len(found)
        schema = pl.Schema({"holder": rows.schema["holder"], "points": pl.Int64()})
        return pl.DataFrame(found, schema=schema, orient="row")


def _in_columns(pack: Pack, item: Item, rows: pl.DataFrame) -> pl.DataFrame:
    price = price_column(item.price, rows)
    if rows["times"].min() == 0:
        price = Exact(pl.when(pl.col("times") == 0).then(0).otherwise(price.parts), price.den, price.most)
    if in_parts(item.quantity) or item.deduction is not None:
        rows, exact = _together(item, rows, price)
    else:
        exact = price
    points = exact.times(Fraction(10**pack.decimals)).rounded(item.rounding)
    points = points.bounded(_minor(item.cap, pack), _minor(item.floor, pack))
    return rows.select("holder", points.parts.cast(pl.Int64).alias("points"))


def _together(item: Item, rows: pl.DataFrame, price: Exact) -> tuple[pl.DataFrame, Exact]:
    """The parts of each holder as one number, exact, a row a holder."""
    part, some = pl.col("points"), pl.col("points").filter(pl.col("points") != 0)
    den, most = price.den, price.most
    worth = price.parts
    if item.combine == "sum":
        most = within(most * rows.select(pl.col("times").abs().sum()).item())
        den = den * HUNDRED if weighed(item) else den
        worth = Exact(worth, 1, price.most).product(Exact(pl.col("times"), 1, most // price.most)).parts
    once = pl.col("times").filter(pl.col("points") != 0).sum() == 1
    as_one = {
        "sum": part.sum(),
        "highest": part.max(),
        "lowest": part.min(),
        "first": some.first(),
        "only": pl.when(once).then(some.first()),
    }[item.combine]
    priced = rows.with_columns(worth.alias("points"))
    return priced.group_by("holder", maintain_order=True).agg(as_one.fill_null(0)), Exact(part, den, most)


def _one_by_one(pack: Pack, item: Item, rows: pl.DataFrame) -> Iterator[tuple[Any, int]]:
    """Each holder's points by the prices of a single holder."""
    price = lru_cache(maxsize=8192, typed=True)(lambda quantity: price_of(item.price, quantity))
    share = Fraction(1, HUNDRED) if weighed(item) else Fraction(1)
    named = rows.sort("holder", maintain_order=True).select("holder", "number", "text", "times").iter_rows()
    for holder, parts in groupby(named, key=lambda row: row[0]):
        worth: list[Fraction] = []
        for _, whole, text, times in parts:
            quantity = _quantity(whole, text)
            if item.combine == "sum":
                worth.append(price(quantity) * times * share if times else NOTHING)
            elif times:
                worth += [price(quantity)] * times
        points = rounded(combined(item.combine, worth) * 10**pack.decimals, item.rounding)
        yield holder, bounded(points, item.cap, item.floor, pack.decimals)


def _quantity(whole: int | None, text: str | None) -> int | str:
    if whole is None:
        return text or ""
    return whole if text is None else bool(whole)


def _minor(amount: Amount | None, pack: Pack) -> int | None:
    """A bound in whole minor units, cut towards zero as `bounded` does."""
    return None if amount is None else int(amount.value * 10**pack.decimals)
