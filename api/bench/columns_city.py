"""A made-up population for the benchmark of columns: twenty items, their quantities as cached frames, by a seed.

Invented numbers, nobody's. The same population is told as frames for the columns, as facts for the single engine, and
as one wide frame for sums by hand. Pure.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from rules.engine.model import Pack
from rules.language.facts import HolderFacts
from rules.language.loader import load

AS_OF = date(2026, 11, 22)
LEVELS = ("bachelor", "junior_college", "senior_secondary", "other")
KINDS = ("pension", "medical", "unemployment", "work_injury", "maternity")
_HEAD = """
programme: bench-columns
version: "1"
status: example
effective_from: 2026-01-01
title: {zh: 基准, en: Benchmark}
holder: resident
mode: assessment
purpose: incentive
catalogue: 2026-11
basis: [city-default-2026]
result: {threshold: 100}
requires:
  - code: permit
    when: {fact: residence_permit_valid, is: true}
    otherwise: {zh: 未持有有效居住证, en: No valid residence permit}
items:
"""
ITEMS = {
    "choice": (4, "{fact: education}", "{choice: {bachelor: 80, junior_college: 60, senior_secondary: 20}}"),
    "every": (4, "{fact: income_tax_yuan}", "{every: 1000, give: 1, cap: 100}"),
    "whole": (
        3,
        "{fact: employed_years}",
        "{bands: [{from: 1, give: 4}, {from: 5, give: 6}], reading: whole}",
    ),
    "marginal": (
        2,
        "{fact: employed_years}",
        "{bands: [{from: 1, give: 4}, {from: 5, give: 6}], reading: marginal}",
    ),
    "age": (
        3,
        "{fact: age}",
        "{add: [{bands: [{from: 18, to: 35, give: 5}, {from: 36, to: 45, give: 1}], reading: step},"
        " {every: 1, beyond: 45, take: 3}]}",
    ),
    "part": (2, "{fact: deed_tax_yuan}", "{every: 2000, give: 0.15, part: counts, cap: 20}"),
    "kinds": (2, "{fact: insured_years, by: insurance_kind}", "{every: 1, give: 2}"),
}
"""How many items are alike, what they read, and what it is worth."""


def pack_of(bachelor: int = 80) -> Pack:
    """The twenty items; `bachelor` is the number that somebody moves."""
    lines = [
        f"  - {{code: {name}-{number}, title: {{zh: 项, en: Item}}, quantity: {quantity}, price: {price}}}\n"
        for name, (count, quantity, price) in ITEMS.items()
        for number in range(count)
    ]
    return load(_HEAD + "".join(lines).replace("bachelor: 80", f"bachelor: {bachelor}"))


@dataclass(frozen=True, slots=True)
class People:
    """One wide frame, a row a resident; `insured/<n>` are the years of the n-th kind of insurance."""

    wide: pl.DataFrame

    @classmethod
    def drawn(cls, count: int, seed: int) -> "People":
        """Residents by a seed; a share has nothing of each fact."""
        holder = pl.int_range(count, dtype=pl.UInt32, eager=True).alias("holder")

        def draw(number: int, most: int) -> pl.Series:
            return (holder.hash(seed * 100 + number) % most).cast(pl.Int64)

        named = pl.Series(LEVELS, dtype=pl.Enum(LEVELS))
        columns = {
            "permit": draw(0, 20) > 0,
            "education": named.gather(draw(1, len(LEVELS))),
            "income": draw(2, 150_000),
            "employed": draw(3, 30),
            "age": draw(4, 80) + 16,
            "deed": draw(5, 300_000),
            **{f"insured/{number}": draw(6 + number, 20) for number in range(len(KINDS))},
        }
        return cls(pl.DataFrame({"holder": holder, **columns}))

    def quantities(self) -> dict[str, pl.DataFrame]:
        """The cached quantities of each item, as the columns read them."""
        told = {"choice": "education", "every": "income", "age": "age", "part": "deed"}
        frames = {name: self._rows(column) for name, column in told.items()}
        frames["whole"] = frames["marginal"] = self._rows("employed")
        frames["kinds"] = pl.concat(self._rows(f"insured/{number}") for number in range(len(KINDS))).sort("holder")
        return {f"{name}-{n}": frames[name].clone() for name, (count, _, _) in ITEMS.items() for n in range(count)}

    def _rows(self, column: str) -> pl.DataFrame:
        textual = isinstance(self.wide.schema[column], pl.Enum)
        return self.wide.select(
            "holder",
            (pl.lit(None, dtype=pl.Int64) if textual else pl.col(column)).alias("number"),
            (pl.col(column) if textual else pl.lit(None, dtype=pl.String)).alias("text"),
            pl.lit(1, dtype=pl.Int64).alias("times"),
        )

    def conditions(self) -> pl.DataFrame:
        """What was decided beside the prices."""
        return self.wide.select("holder", pl.col("permit").alias("pack/requires/0"))

    def facts(self, count: int) -> list[HolderFacts]:
        """The first of them, as the single engine reads them."""
        return [HolderFacts(str(row["holder"]), _facts(row), ()) for row in self.wide.head(count).iter_rows(named=True)]


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "residence_permit_valid": row["permit"],
        "education": row["education"],
        "income_tax_yuan": row["income"],
        "employed_years": row["employed"],
        "age": row["age"],
        "deed_tax_yuan": row["deed"],
        "insured_years": {kind: row[f"insured/{number}"] for number, kind in enumerate(KINDS)},
    }
