"""Everybody at once: prices over a frame of quantities, and what they come to. Equal to the single reader, exactly.

    price_frame     quantities -> points of each item; all that a change of a price needs
    assess_frame    quantities and conditions -> total, eligible, points, reasons, level

Pure; frames come from `column_rows`. Nothing here reads an event: changing a price never reads history again. What is
priced one by one is counted in `apart`, by item.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import Any

import polars as pl

from rules.engine.assess import result_of, top_of
from rules.engine.column_items import item_points
from rules.engine.column_numbers import Exact
from rules.engine.column_outcome import Board, add_groups, column_of, level_column, total_of, truth
from rules.engine.column_rows import bar_column, requirements_of
from rules.engine.model import Pack
from rules.engine.outcome import OrderKey, Result, Veto

Quantities = pl.DataFrame | Mapping[str, pl.DataFrame]
"""A frame of quantities, or that frame `by_item`: who prices again and again takes it apart once."""


def by_item(quantities: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The rows of each item by themselves, their texts told by number."""
    parts = {str(key[0]): rows for key, rows in quantities.partition_by("item", as_dict=True).items()}
    return {code: _numbered(rows) for code, rows in parts.items()}


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    values = rows["text"].cast(pl.String).drop_nulls().unique()
    return rows.with_columns(pl.col("text").cast(pl.Enum(values.sort()))) if values.len() else rows


def price_frame(pack: Pack, quantities: Quantities, apart: Counter[str] | None = None) -> pl.DataFrame:
    """`holder`, `item`, `points` in whole minor units; a row for each item that counts for somebody.

    Of a pack that chooses among relatives, the rows of one `role` at a time.
    """
    kind = pl.Enum([item.code for item in pack.items])
    priced = [
        points.select("holder", pl.lit(code, dtype=kind).alias("item"), "points")
        for code, points in _priced(pack, quantities, apart).items()
    ]
    return pl.concat(priced) if priced else pl.DataFrame(schema={"holder": pl.String, "item": kind, "points": pl.Int64})


def assess_frame(
    pack: Pack,
    quantities: Quantities,
    conditions: pl.DataFrame,
    use: str | None = None,
    decided: Mapping[str, Fraction] | None = None,
    apart: Counter[str] | None = None,
) -> pl.DataFrame:
    """A row a holder: `holder`, `total`, `eligible`, `item:<code>` and `group:<code>` in whole minor units, and more.

    `against/<n>` is whether the n-th of `reasons_of` speaks against somebody; `level` and `barred_until` are null where
    there is none; `key/<use>/<n>` are the keys of an order that facts and quantities give. KeyError for a use that the
    pack does not have.
    """
    result = result_of(pack, use)
    if pack.choosing is None:
        return _assessed(pack, result, quantities, conditions, decided or {}, apart)
    parts = by_item(quantities) if isinstance(quantities, pl.DataFrame) else quantities
    found = []
    for role in (*pack.choosing.among, ""):
        mine = pl.col("role") == role
        rows = {code: part.filter(mine) for code, part in parts.items()}
        scored = _assessed(pack, result, rows, conditions.filter(mine), decided or {}, apart)
        found.append(scored.with_columns(pl.lit(role).alias("role")))
    chance = pl.col("eligible").cast(pl.Int8) * 2
    best = pl.concat(found).sort(chance.fill_null(1), "total", descending=True, maintain_order=True)
    chosen = best.unique("holder", keep="first", maintain_order=True)
    return conditions.select(pl.col("holder").unique(maintain_order=True)).join(chosen, on="holder", how="left")


def keys_of(pack: Pack, result: Result, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """The values of a result's order of one row of `assess_frame`, in its order."""

    def value(place: int, key: OrderKey) -> Any:
        match key.by:
            case "total":
                return row["total"]
            case "points":
                return row[f"group:{key.name}" if key.name in pack.groups else f"item:{key.name}"]
        return row[f"key/{result.code}/{place}"]

    return tuple(value(place, key) for place, key in enumerate(result.order))


def _priced(pack: Pack, quantities: Quantities, apart: Counter[str] | None) -> dict[str, pl.DataFrame]:
    parts = by_item(quantities) if isinstance(quantities, pl.DataFrame) else quantities
    counted: Counter[str] = Counter() if apart is None else apart
    return {
        item.code: item_points(pack, item, rows, counted)
        for item in pack.items
        if (rows := parts.get(item.code)) is not None and rows.height
    }


def _assessed(
    pack: Pack,
    result: Result,
    quantities: Quantities,
    conditions: pl.DataFrame,
    decided: Mapping[str, Fraction],
    apart: Counter[str] | None,
) -> pl.DataFrame:
    board = Board(pack, conditions)
    priced = _priced(pack, quantities, apart)
    for item in pack.items:
        _put_item(board, item.code, priced.get(item.code))
    add_groups(board)
    board.put("/total", total_of(board, result, result.of or top_of(pack)))
    vetoed = [(truth(board, f"veto/{number}", veto.when), veto) for number, veto in enumerate(pack.vetoes)]
    sums = pl.col(column_of("/total"))
    for holds in (holds for holds, veto in vetoed if veto.effect == "zeroes"):
        sums = pl.when(holds).then(0).otherwise(sums)
    board.frame = board.frame.with_columns(sums.alias("total"))
    against, eligible = _against(board, result, vetoed, decided)
    scale = pack.scales[result.scale] if result.scale is not None else None
    lowered = [(holds, veto.level) for holds, veto in vetoed if veto.effect == "level"]
    level = pl.lit(None, dtype=pl.String) if scale is None else level_column(scale, pl.col("total"), lowered)
    barred = [pl.col(bar_column(bar.code)) for bar in pack.bars]
    return board.frame.select(
        "holder",
        "total",
        eligible.alias("eligible"),
        *(pl.col(column_of(item.code)).alias(f"item:{item.code}") for item in pack.items),
        *(pl.col(column_of(code)).alias(f"group:{code}") for code in pack.groups),
        *(one.alias(f"against/{number}") for number, one in enumerate(against)),
        level.alias("level"),
        (pl.max_horizontal(barred) if barred else pl.lit(None, dtype=pl.Date)).alias("barred_until"),
        *(name for name in conditions.columns if name.startswith(f"key/{result.code}/")),
    )


def _put_item(board: Board, code: str, points: pl.DataFrame | None) -> None:
    """The points of one item beside its holders; nothing for whom it does not count."""
    if points is None:
        board.put(code, Exact(pl.lit(0, dtype=pl.Int64), 1, 0))
        return
    if not points["holder"].equals(board.frame["holder"]):
        points = board.frame.select("holder").join(points, on="holder", how="left", maintain_order="left")
    board.frame = board.frame.with_columns(points["points"].fill_null(0).alias(column_of(code)))
    board.most[code] = board.frame.select(pl.col(column_of(code)).abs().max()).item() or 0


def _against(
    board: Board, result: Result, vetoed: Sequence[tuple[pl.Expr, Veto]], decided: Mapping[str, Fraction]
) -> tuple[list[pl.Expr], pl.Expr]:
    """What speaks against each holder, in the order of `reasons_of`, and whether nothing does."""
    pack = board.pack
    against = [holds.fill_null(value=False) for holds, veto in vetoed if veto.effect != "level"]
    against += [pl.col(bar_column(bar.code)).is_not_null() for bar in pack.bars]
    for where, needed in (("pack", pack.requires), (f"use/{result.code}", result.requires)):
        met = [truth(board, name, when) for name, when in requirements_of(where, needed)]
        against += [~one.fill_null(value=False) for one in met]
    line = decided.get(result.decided) if result.threshold is None and result.decided is not None else None
    line = result.threshold.value if result.threshold is not None else line
    never, always = pl.col("total").is_null(), pl.col("total").is_not_null()
    against.append(never if line is None else pl.col("total") < ceil(line * 10**pack.decimals))
    if line is not None or result.decided is None:
        return [*against, never], ~pl.any_horizontal(against)
    return [*against, always], pl.when(pl.any_horizontal(against)).then(pl.lit(value=False))
