"""A whole history of events at once: what each event earns under an accrual pack, in recorded order.

    event_rows      one holder's events -> rows: the day, each item's quantity if it counts, the limits it falls under
    accrual_frame   rows -> points of each item for each event, caps included

Pure, and equal to evaluating event by event. Caps need no loop: once a cap has cut an event, nothing more fits into its
window, and a smaller window lies wholly inside a larger one; so that running sums, the smallest window first, tell it
exactly. Limits that others share are taken to have room, as `evaluate` does when it is told of none. What a running sum
cannot tell (`single_items`) is left to `evaluate`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import polars as pl

from kernel.calendar import day_of
from rules.engine.column_numbers import NARROW, NotInColumns
from rules.engine.column_prices import price_column
from rules.engine.conditions import Judge
from rules.engine.limits import limit_id
from rules.engine.model import Cap, EventView, Item, Pack, Per
from rules.engine.prices import half_up, price_of
from rules.engine.quantities import of_event
from rules.engine.subject import Subject

Row = dict[str, Any]
JUDGE = Judge()
DAYS = 4_000_000
"""More days than a date can tell: beside a holder's number, one whole number names a window."""
WINDOWS = {
    Per.DAY: pl.col("day").to_physical().cast(pl.Int64),
    Per.MONTH: pl.col("day").dt.month_start().to_physical().cast(pl.Int64),
    Per.YEAR: pl.col("day").dt.year().cast(pl.Int64),
    Per.LIFETIME: pl.lit(0, dtype=pl.Int64),
}
"""What tells the windows of caps of one holder apart; each window lies inside one of the next."""


def single_items(pack: Pack) -> frozenset[str]:
    """The items that only `evaluate` can tell: a cooldown looks at the minute, before and after."""
    return frozenset(item.code for item in pack.items if item.cooldown_minutes)


def narrowed(pack: Pack, codes: frozenset[str]) -> Pack:
    """The same pack with these items only; items never read each other."""
    by_kind = {
        kind: tuple(item for item in items if item.code in codes)
        for kind, items in pack.by_kind.items()
    }  # fmt: skip
    items = tuple(item for item in pack.items if item.code in codes)
    return replace(pack, items=items, shown=tuple(code for code in pack.shown if code in codes), by_kind=by_kind)


def event_rows(pack: Pack, holder: str, events: Sequence[EventView]) -> Iterator[Row]:
    """A row an event, in recorded order; events that were undone are not handed in.

    `quantity/<item>` is there where the item counts, `quantity/<item>/<n>` where its n-th extra does as well.
    """
    for number, event in enumerate(events):
        day = day_of(event.occurred_at)
        row: Row = {"holder": holder, "event": number, "day": day}
        for item in pack.by_kind.get(event.kind, ()):
            row.update(_quantities(item, event))
            row |= {limit_column(code): limit_id(pack, pack.limits[code], event, day) for code in item.limits}
        yield row


def _quantities(item: Item, event: EventView) -> Iterator[tuple[str, int]]:
    subject = Subject(event=event)
    if item.when is not None and not JUDGE.holds(item.when, subject):
        return
    quantity = of_event(item.quantity, event)
    if quantity is None:
        return
    yield column_of(item), _small(quantity)
    for number, part in enumerate(item.multiply):
        if part.when is None or JUDGE.holds(part.when, subject):
            found = quantity if part.quantity is None else of_event(part.quantity, event)
            if found or part.quantity is None:
                yield column_of(item, number), _small(found or 0)


def _small(quantity: int) -> int:
    if abs(quantity) >= NARROW:
        raise NotInColumns
    return quantity


def column_of(item: Item, extra: int | None = None) -> str:
    """The column of an item's quantity, or of what one of its extras is paid for."""
    return f"quantity/{item.code}" if extra is None else f"quantity/{item.code}/{extra}"


def limit_column(code: str) -> str:
    """The column that says under which window and share of a limit an event falls; null where under none."""
    return f"limit/{code}"


def event_frame(pack: Pack, rows: Sequence[Row]) -> pl.DataFrame:
    """Rows of `event_rows` as a frame."""
    schema: dict[str, Any] = {"holder": pl.String, "event": pl.Int64, "day": pl.Date}
    schema |= {limit_column(code): pl.String for code in pack.limits}
    for item in pack.items:
        schema |= {column_of(item): pl.Int64}
        schema |= {column_of(item, number): pl.Int64 for number in range(len(item.multiply))}
    return pl.DataFrame(rows, schema=schema)


def accrual_frame(pack: Pack, events: pl.DataFrame, apart: Counter[str] | None = None) -> pl.DataFrame:
    """`holder`, `event` and `item:<code>`, the points of each item for each event; without `single_items`.

    Rows are in recorded order, each holder's own. `apart` counts what was priced one by one, by item.
    """
    left = single_items(pack)
    counted: Counter[str] = Counter() if apart is None else apart
    found = [_paid(item, events, counted) for item in pack.items if item.code not in left]
    return events.select("holder", "event", *found)


def _paid(item: Item, events: pl.DataFrame, apart: Counter[str]) -> pl.Series:
    """What an item pays for each event; 0 where it does not count."""
    points = pl.zeros(events.height, dtype=pl.Int64, eager=True).alias(f"item:{item.code}")
    rows = events.with_row_index("row").filter(pl.col(column_of(item)).is_not_null())
    if rows.is_empty():
        return points
    priced = _points(item, rows, column_of(item), Fraction(1), apart)
    for number, part in enumerate(item.multiply):
        name = column_of(item, number)
        extra = rows.filter(pl.col(name).is_not_null())
        if extra.height:
            share = _points(item, extra, name, part.percent.value / 100, apart)
            more = extra.select("row").with_columns(share.alias("more"))
            joined = rows.select("row").join(more, on="row", how="left", maintain_order="left")
            priced = priced + joined["more"].fill_null(0)
    capped = _capped(item, rows.select("holder", "day").with_columns(priced.alias("points")))
    return points.scatter(rows["row"], capped)


def _points(item: Item, rows: pl.DataFrame, name: str, share: Fraction, apart: Counter[str]) -> pl.Series:
    """A share of the price of one column of quantities, rounded half-up."""
    known = rows.select(pl.col(name).alias("number"), pl.lit(None, dtype=pl.String).alias("text"))
    try:
        exact = price_column(item.price, known).times(share).rounded()
        return known.with_columns(exact.parts.cast(pl.Int64).alias("points"))["points"]
    except NotInColumns:
        apart[item.code] += rows.height
        price = lru_cache(maxsize=8192)(lambda quantity: half_up(price_of(item.price, quantity) * share))
        return pl.Series("points", [price(quantity) for quantity in known["number"]], dtype=pl.Int64)


def _capped(item: Item, rows: pl.DataFrame) -> pl.Series:
    """The points that fit under every cap, the smallest window first."""
    caps = sorted(item.caps, key=lambda cap: list(Per).index(cap.per))
    if caps and (rows["points"] < 0).any():
        raise ValueError(item.code)  # the checker refuses such a pack
    if rows.select(pl.col("points").max()).item() * rows.height >= NARROW:
        rows = rows.with_columns(pl.col("points").cast(pl.Int128))
    if any(cap.per is not Per.EVENT for cap in caps):
        rows = rows.with_columns(pl.col("holder").rank("dense").cast(pl.Int64))
    for cap in caps:
        rows = _fitted(cap, rows)
    return rows["points"].cast(pl.Int64)


def _fitted(cap: Cap, rows: pl.DataFrame) -> pl.DataFrame:
    """The points that still fit into the windows of one cap."""
    points, most = pl.col("points"), cap.most and max(0, cap.most.value.numerator // cap.most.value.denominator)
    if cap.per is Per.EVENT:
        return rows if most is None else rows.with_columns(pl.min_horizontal(points, pl.lit(most, dtype=pl.Int64)))
    window = pl.col("holder") * DAYS + WINDOWS[cap.per]
    if most is None:
        rows = rows.with_columns((points > 0).cast(pl.Int64).cum_sum().over(window).alias("taken"))
        return rows.with_columns(pl.when(pl.col("taken") <= cap.times).then(points).otherwise(0).alias("points"))
    rows = rows.with_columns(points.cum_sum().over(window).alias("taken"))
    taken, room = pl.col("taken"), pl.lit(most, dtype=pl.Int64)
    fits = pl.min_horizontal(taken, room) - pl.min_horizontal(taken - points, room)
    return rows.with_columns(fits.alias("points"))
