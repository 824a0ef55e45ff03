"""Exact numbers in columns: whole parts of one denominator, with a bound that says how wide a column must be.

Polars' Int64 passes its end in silence, so that every step here knows how large a number can become: Int128 is taken
in time, and what could pass even that is refused. Must never hold a float or divide what may be below zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import polars as pl

from rules.engine.model import Rounding

NARROW = 2**62
"""Below this a number and its double fit Int64."""
WIDE = 2**126
"""Below this a number and its double fit Int128."""


class NotInColumns(Exception):
    """A price that columns cannot tell exactly: what it is of is priced one by one."""


@dataclass(frozen=True, slots=True)
class Exact:
    """A column of exact numbers: `parts`, each one `den`-th, none of a size above `most`, which is at least 1.

    Then whatever they are multiplied by is no larger than the bound of what comes out, and fits its width as well.
    """

    parts: pl.Expr
    den: int
    most: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "most", max(self.most, 1))

    def over(self, den: int) -> "Exact":
        """The same numbers in parts of a multiple of the denominator."""
        factor = den // self.den
        if factor == 1:
            return self
        most = within(self.most * factor)
        return Exact(_wide(self.parts, most) * number(factor, most), den, most)

    def times(self, factor: Fraction) -> "Exact":
        """So many times as much."""
        if factor == 1:
            return self
        most = within(self.most * max(abs(factor.numerator), 1))
        den = within(self.den * factor.denominator)
        return Exact(_wide(self.parts, most) * number(factor.numerator, most), den, most)

    def product(self, other: "Exact") -> "Exact":
        """One column times another."""
        most = within(self.most * other.most)
        return Exact(_wide(self.parts, most) * _wide(other.parts, most), within(self.den * other.den), most)

    def plus(self, more: Fraction) -> "Exact":
        """So much more, the same for every row."""
        if not more:
            return self
        one = self.over(lcm(self.den, more.denominator))
        extra = int(more * one.den)
        most = within(one.most + abs(extra))
        return Exact(_wide(one.parts, most) + number(extra, most), one.den, most)

    def at_most(self, limit: Fraction) -> "Exact":
        """Never more than this."""
        one, bound = self._beside(limit)
        return Exact(pl.min_horizontal(one.parts, bound), one.den, one.most)

    def at_least(self, limit: Fraction) -> "Exact":
        """Never less than this."""
        one, bound = self._beside(limit)
        return Exact(pl.max_horizontal(one.parts, bound), one.den, one.most)

    def _beside(self, limit: Fraction) -> tuple["Exact", pl.Expr]:
        one = self.over(lcm(self.den, limit.denominator))
        bound = int(limit * one.den)
        most = within(max(one.most, abs(bound)))
        return Exact(_wide(one.parts, most), one.den, most), number(bound, most)

    def full(self) -> "Exact":
        """The whole units; only of numbers that are not below zero."""
        return self if self.den == 1 else Exact(self.parts // number(self.den, self.den), 1, self.most // self.den)

    def rounded(self, way: Rounding = "half_up") -> "Exact":
        """Whole numbers: to the nearest, a half away from zero; or always away from zero or towards it."""
        if self.den == 1:
            return self
        most = within(2 * (self.most + self.den))
        parts, den = _wide(self.parts, most), number(self.den, most)
        size = parts.abs()
        match way:
            case "half_up":
                size = (size * number(2, most) + den) // number(2 * self.den, most)
            case "up":
                size = (size + den - number(1, most)) // den
            case "down":
                size = size // den
        return Exact(pl.when(parts < 0).then(size * number(-1, most)).otherwise(size), 1, self.most // self.den + 1)

    def bounded(self, cap: int | None, floor: int | None) -> "Exact":
        """Between two whole numbers, the floor coming last."""
        one = self if cap is None else self.at_most(Fraction(cap))
        return one if floor is None else one.at_least(Fraction(floor))


def within(most: int) -> int:
    """A size that Int128 holds; NotInColumns for any other."""
    if most >= WIDE:
        raise NotInColumns
    return most


def number(value: int, most: int) -> pl.Expr:
    """A number of a column's width."""
    return pl.lit(value, dtype=pl.Int64 if most < NARROW else pl.Int128)


def _wide(parts: pl.Expr, most: int) -> pl.Expr:
    return parts if most < NARROW else parts.cast(pl.Int128)


def alike(columns: Sequence[Exact]) -> list[Exact]:
    """All of them in parts of one denominator."""
    den = within(lcm(*(one.den for one in columns)))
    return [one.over(den) for one in columns]


def total(columns: Sequence[Exact]) -> Exact:
    """The sum of several columns."""
    found = alike(columns)
    most = within(sum(one.most for one in found))
    return Exact(pl.sum_horizontal(_wide(one.parts, most) for one in found), found[0].den, most)


def best(columns: Sequence[Exact]) -> Exact:
    """The greatest of several columns in each row."""
    found = alike(columns)
    most = max(one.most for one in found)
    return Exact(pl.max_horizontal(_wide(one.parts, most) for one in found), found[0].den, most)


def least(columns: Sequence[Exact]) -> Exact:
    """The least of several columns in each row."""
    found = alike(columns)
    most = max(one.most for one in found)
    return Exact(pl.min_horizontal(_wide(one.parts, most) for one in found), found[0].den, most)
