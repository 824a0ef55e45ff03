"""What everybody's items come to: groups, the total of a use, conditions about points, reasons and levels, in columns.

The same sums as `assess`, a row a holder. Pure. How large points are is read from the frame, so that no sum can pass
its end. A condition has three answers here too: null is "cannot be told", and only yes ever counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from math import ceil, floor

import polars as pl

from rules.engine.assess import BELOW_THRESHOLD, NOT_DECIDED, Reason
from rules.engine.column_numbers import Exact, best, least, total
from rules.engine.column_rows import asks_points
from rules.engine.conditions import parts_of
from rules.engine.model import Pack, Scale
from rules.engine.outcome import Combine, Extra, Group, Result
from rules.engine.tree import AllOf, Amount, AnyOf, Comparison, Condition, IfThen, NoneOf, Scored, SomeOf

HUNDREDTH = Fraction(1, 100)


@dataclass(slots=True)
class Board:
    """A row a holder, to which points are added column by column: `points/<code>` of each item and group."""

    pack: Pack
    frame: pl.DataFrame
    most: dict[str, int] = field(default_factory=dict)

    def put(self, code: str, points: Exact) -> None:
        """Add the points of an item or a group."""
        self.frame = self.frame.with_columns(points.parts.cast(pl.Int64).alias(column_of(code)))
        self.most[code] = self.frame.select(pl.col(column_of(code)).abs().max()).item() or 0

    def of(self, code: str) -> Exact:
        """The points of an item or a group."""
        return Exact(pl.col(column_of(code)), 1, self.most[code])

    def minor(self, amount: Amount | None) -> int | None:
        """A bound in whole minor units, cut towards zero."""
        return None if amount is None else int(amount.value * 10**self.pack.decimals)


def column_of(code: str) -> str:
    """The column of an item's or a group's points, while they are added up."""
    return f"points/{code}"


def add_groups(board: Board) -> None:
    """The points of every group, the inner ones first."""

    def of(code: str) -> None:
        if code not in board.most:
            group = board.pack.groups[code]
            for part in group.of:
                of(part)
            board.put(code, _group(board, group))

    for code in board.pack.groups:
        of(code)


def _group(board: Board, group: Group) -> Exact:
    raw = as_one(group.combine, [board.of(code) for code in group.of])
    if group.percent is not None:
        raw = raw.times(group.percent.value * HUNDREDTH).rounded()
    more = _extras(group.extras, raw, lambda name, _: pl.col(name), f"group/{group.code}")
    return total([raw, *more]).bounded(board.minor(group.cap), board.minor(group.floor))


def as_one(how: Combine, parts: Sequence[Exact]) -> Exact:
    """Several columns of whole numbers as one."""
    match how:
        case "sum":
            return total(parts)
        case "highest":
            return best(parts)
        case "lowest":
            return least(parts)
    found = pl.coalesce(*(pl.when(part.parts != 0).then(part.parts) for part in parts), pl.lit(0, dtype=pl.Int64))
    if how == "only":
        some = pl.sum_horizontal((part.parts != 0).cast(pl.Int64) for part in parts)
        found = pl.when(some == 1).then(found).otherwise(0)
    return Exact(found, 1, max(part.most for part in parts))


def _extras(
    extras: Sequence[Extra], exact: Exact, holds: Callable[[str, Condition], pl.Expr], name: str
) -> list[Exact]:
    """So many percent more where a condition holds, each rounded half-up by itself."""
    found = []
    for number, extra in enumerate(extras):
        points = exact.times(extra.percent.value * HUNDREDTH).rounded()
        if extra.when is not None:
            where = holds(f"{name}/extra/{number}", extra.when)
            points = Exact(pl.when(where).then(points.parts).otherwise(0), 1, points.most)
        found.append(points)
    return found


def total_of(board: Board, result: Result, codes: Sequence[str]) -> Exact:
    """The total of a use, before a veto takes it."""
    raw = total([board.of(code) for code in codes])
    more = _extras(result.extras, raw, lambda name, when: truth(board, name, when), f"use/{result.code}")
    return total([raw, *more]).bounded(board.minor(result.cap), board.minor(result.floor))


def truth(board: Board, name: str, condition: Condition) -> pl.Expr:
    """A condition in columns: parts that ask for no points were decided before, and are columns of their names."""
    if not asks_points(condition):
        return pl.col(name)
    if isinstance(condition, Scored):
        return _scored(board, condition)
    parts = [truth(board, f"{name}/{number}", part) for number, part in enumerate(parts_of(condition))]
    match condition:
        case AllOf():
            return reduce(lambda one, other: one & other, parts)
        case AnyOf():
            return reduce(lambda one, other: one | other, parts)
        case NoneOf():
            return reduce(lambda one, other: one & other, [~part for part in parts])
        case SomeOf():
            yes, may = (pl.sum_horizontal(part.fill_null(value) for part in parts) for value in (False, True))
            unsure = pl.when(may < condition.count).then(pl.lit(value=False))
            return pl.when(yes >= condition.count).then(pl.lit(value=True)).otherwise(unsure)
        case IfThen():
            otherwise = parts[2] if condition.otherwise is not None else pl.lit(value=True)
            return pl.when(parts[0]).then(parts[1]).when(~parts[0]).then(otherwise)
    raise TypeError(condition)


def _scored(board: Board, condition: Scored) -> pl.Expr:
    points = pl.col(column_of(condition.code))
    wanted: Fraction = condition.value.value * 10**board.pack.decimals
    match condition.test:
        case Comparison.AT_LEAST:
            return points >= ceil(wanted)
        case Comparison.BELOW:
            return points < ceil(wanted)
        case Comparison.ABOVE:
            return points > floor(wanted)
        case Comparison.AT_MOST:
            return points <= floor(wanted)
    return points == int(wanted) if wanted.denominator == 1 else pl.lit(value=False)


def reasons_of(pack: Pack, result: Result) -> tuple[Reason, ...]:
    """Every reason there can be against somebody, in the order in which they are told."""
    reasons = [Reason(veto.code, veto.title) for veto in pack.vetoes if veto.effect != "level"]
    reasons += [Reason(bar.code, bar.title) for bar in pack.bars]
    reasons += [Reason(one.code, one.otherwise) for one in (*pack.requires, *result.requires)]
    return (*reasons, Reason("below_threshold", BELOW_THRESHOLD), Reason("not_decided", NOT_DECIDED))


def level_column(scale: Scale, points: pl.Expr, vetoed: Sequence[tuple[pl.Expr, str | None]]) -> pl.Expr:
    """The level of the total; where a veto that names one holds, that one if it is lower."""
    order = [level.code for level in scale.levels]
    reached = pl.lit(0, dtype=pl.Int64)
    for number, level in enumerate(scale.levels):
        if number and not level.tenure_months and all(wanted <= 0 for wanted in level.beside.values()):
            reached = pl.when(pl.max_horizontal(points, 0) >= level.least).then(number).otherwise(reached)
    brought = [pl.when(holds).then(order.index(code)) for holds, code in vetoed if code in order]
    lowest = pl.min_horizontal(reached, *brought)
    return lowest.replace_strict(list(range(len(order))), order, return_dtype=pl.String)
