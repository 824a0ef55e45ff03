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

from rules.engine.column_numbers import Exact, NotInColumns
from rules.engine.column_prices import price_column, something
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
    if item.floor is not None:
        rows = rows.with_columns((something() & (pl.col("times") != 0)).fill_null(value=False).alias("some"))
    if (rows["times"] == 0).any():
        price = Exact(pl.when(pl.col("times") == 0).then(0).otherwise(price.parts), price.den, price.most)
    if in_parts(item.quantity) or item.deduction is not None:
        rows, exact = _together(item, rows, price)
    else:
        exact = price
    if item.deduction is not None:
        exact = exact.at_most(NOTHING)
    points = exact.times(Fraction(10**pack.decimals)).rounded(item.rounding)
    bounded_points = points.bounded(_minor(item.cap, pack), _minor(item.floor, pack)).parts
    if item.floor is not None:
        bounded_points = pl.when((points.parts != 0) | pl.col("some")).then(bounded_points).otherwise(0)
    return rows.select("holder", bounded_points.cast(pl.Int64).alias("points"))


def _together(item: Item, rows: pl.DataFrame, price: Exact) -> tuple[pl.DataFrame, Exact]:
    """The parts of each holder as one number, exact, a row a holder.

    A holder's rows stand together, and runs are found much faster than keys; where they do not, they are sorted first.
    """
    ends = rows["holder"].rle().struct.field("len").cast(pl.UInt32).cum_sum() - 1
    holders = rows["holder"].gather(ends)
    if holders.n_unique() < holders.len():
        return _together(item, rows.sort("holder", maintain_order=True), price)
    if item.combine == "sum":
        often = Exact(pl.col("times"), 1, rows.select(pl.col("times").abs().sum()).item())
        worth = price.product(often)
        upto = rows.select(worth.parts.cum_sum()).to_series().gather(ends)
        points = upto - upto.shift(1).fill_null(0)
        exact = Exact(pl.col("points"), price.den * (HUNDRED if weighed(item) else 1), worth.most)
    else:
        runs = rows.select("times", price.parts.alias("points"), pl.col("holder").rle_id().set_sorted().alias("run"))
        points = runs.group_by("run", maintain_order=True).agg(_as_one(item).fill_null(0).alias("as_one"))["as_one"]
        exact = Exact(pl.col("points"), price.den, price.most)
    found = pl.DataFrame([holders, points.alias("points")])
    if "some" in rows.columns:
        upto = rows["some"].cast(pl.Int64).cum_sum().gather(ends)
        found = found.with_columns((upto - upto.shift(1).fill_null(0) > 0).alias("some"))
    return found, exact


def _as_one(item: Item) -> pl.Expr:
    """The parts of one holder as one number, where that is not their sum; null where it is nothing."""
    part, counts = pl.col("points"), pl.col("points") != 0
    match item.combine:
        case "highest":
            return part.max()
        case "lowest":
            return part.min()
        case "first":
            return part.filter(counts).first()
    return pl.when(pl.col("times").filter(counts).sum() == 1).then(part.filter(counts).first())


def _one_by_one(pack: Pack, item: Item, rows: pl.DataFrame) -> Iterator[tuple[Any, int]]:
    """Each holder's points by the prices of a single holder."""
    price = lru_cache(maxsize=8192, typed=True)(lambda quantity: price_of(item.price, quantity))
    share = Fraction(1, HUNDRED) if weighed(item) else Fraction(1)
    named = rows.sort("holder", maintain_order=True).select("holder", "number", "text", "times").iter_rows()
    for holder, parts in groupby(named, key=lambda row: row[0]):
        worth: list[Fraction] = []
        some = False
        for _, whole, text, times in parts:
            quantity = _quantity(whole, text)
            some = some or bool(quantity and times)
            if item.combine == "sum":
                worth.append(price(quantity) * times * share if times else NOTHING)
            elif times:
                worth += [price(quantity)] * times
        exact = combined(item.combine, worth)
        exact = exact if item.deduction is None else min(exact, NOTHING)
        points = rounded(exact * 10**pack.decimals, item.rounding)
        yield holder, bounded(points, item.cap, item.floor if points or some else None, pack.decimals)


def _quantity(whole: int | None, text: str | None) -> int | str:
    if whole is None:
        return text or ""
    return whole if text is None else bool(whole)


def _minor(amount: Amount | None, pack: Pack) -> int | None:
    """A bound in whole minor units, cut towards zero as `bounded` does."""
    return None if amount is None else int(amount.value * 10**pack.decimals)
