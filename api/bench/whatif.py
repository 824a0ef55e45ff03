"""A price changed and everybody's points redrawn over kept quantities, against the same sums written by hand in Polars.

`ratio`: residents x items priced again under a draft and compared with what they had: winners, losers, cost. Beside it:
how many items a second the single reader evaluates, with the trace that explains each. Needs no database.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

import polars as pl

from api.bench.line import Line, line
from rules.engine.assess import assess
from rules.engine.column_rows import QUANTITIES
from rules.engine.columns import price_frame
from rules.engine.model import Pack
from rules.language.loader import load

BARS = {"ratio": 0.4}
ITEMS = 20
HIGHEST = 40
"""Quantities are whole years from zero to this."""
DAY = date(2026, 11, 22)
_HEAD = """
programme: bench-score
version: "1"
status: example
effective_from: 2026-01-01
sunset_on: 2028-12-31
title: {zh: 基准, en: Benchmark}
holder: resident
mode: assessment
decimals: 0
purpose: benefit
catalogue: 2026-11
basis: [city-default-2026]
items:
"""
_ITEM = """
  - code: item-{number:02d}
    title: {{zh: 年限, en: Years}}
    quantity: {{fact: employed_years}}
    price: {{every: {every}, give: {give}, cap: {cap}}}
    basis: [city-default-2026]
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How many residents, and how many of them the single reader assesses."""

    residents: int
    singles: int


FULL = Size(residents=1_000_000, singles=5_000)
TINY = Size(residents=1_000, singles=50)


def run(size: Size, seed: int) -> Line:
    """The bench's one line; times are seconds."""
    base, draft = _pack(changed=False), _pack(changed=True)
    frames = _quantities(size.residents, seed)
    before = _totals(price_frame(base, frames))
    found, seconds = _timed(lambda: _compared(before, _totals(price_frame(draft, frames))))
    by_hand, reference = _timed(lambda: _compared(before, _by_hand(frames)))
    if found != by_hand:
        raise AssertionError(f"the rules say {found}, the sums by hand {by_hand}")
    rows = size.residents * ITEMS
    return line(
        "whatif",
        reference / seconds,
        figures={
            "seconds": seconds,
            "items_a_second": rows / seconds,
            "traced_items_a_second": _traced(draft, size.singles, seed),
            "gain": found[0],
            "lose": found[1],
        },
        reference={"polars_by_hand_seconds": round(reference, 3)},
        bars=BARS,
        rows=rows,
        seed=seed,
    )


def _terms(number: int) -> tuple[int, int, int]:
    """So many years give so many points, at most so many."""
    return 1 + number % 3, 2 + number % 5, 30 + number


def _pack(*, changed: bool) -> Pack:
    """Twenty items; the draft pays two more points in the first of them."""
    text = _HEAD
    for number in range(ITEMS):
        every, give, cap = _terms(number)
        text += _ITEM.format(number=number, every=every, give=give + (2 if changed and not number else 0), cap=cap)
    return load(text + "result: {threshold: 200}\n")


def _quantities(residents: int, seed: int) -> dict[str, pl.DataFrame]:
    """What was read of everybody, kept by item: a row a resident."""
    chance = Random(seed)
    holders = pl.Series("holder", [f"h{number}" for number in range(residents)])
    drawn = pl.Series("number", chance.choices(range(HIGHEST + 1), k=residents), dtype=pl.Int64)
    frames = {}
    for number in range(ITEMS):
        code = f"item-{number:02d}"
        frames[code] = pl.select(
            holder=holders,
            role=pl.lit(""),
            item=pl.lit(code),
            part=pl.lit(""),
            number=(drawn + number) % (HIGHEST + 1),
            text=pl.lit(None, dtype=pl.String),
            times=pl.lit(1, dtype=pl.Int64),
        ).cast(pl.Schema(QUANTITIES))
    return frames


def _totals(priced: pl.DataFrame) -> pl.Series:
    """The points of each holder, in the order of the frames."""
    return priced.group_by("holder", maintain_order=True).agg(pl.col("points").sum())["points"]


def _compared(before: pl.Series, after: pl.Series) -> tuple[int, int, int]:
    """How many gain, how many lose, and what it costs."""
    difference = after - before
    return int((difference > 0).sum()), int((difference < 0).sum()), int(difference.sum())


def _by_hand(frames: dict[str, pl.DataFrame]) -> pl.Series:
    """The same as somebody would write who knows these twenty formulas."""
    priced = []
    for number, frame in enumerate(frames.values()):
        every, give, cap = _terms(number)
        units = pl.col("number") // every * (give + (0 if number else 2))
        priced.append(frame.select("holder", points=units.clip(upper_bound=cap)))
    return pl.concat(priced).group_by("holder", maintain_order=True).agg(pl.col("points").sum())["points"]


def _timed(work: Callable[[], tuple[int, int, int]]) -> tuple[tuple[int, int, int], float]:
    """What it gives, and its seconds: the median of three."""
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        found = work()
        taken.append(time.perf_counter() - began)
    return found, statistics.median(taken)


def _traced(pack: Pack, people: int, seed: int) -> float:
    """Items a second that one reader evaluates, one holder after the other, each with its trace."""
    chance = Random(seed)
    facts = [{"employed_years": chance.randint(0, HIGHEST)} for _ in range(people)]
    began = time.perf_counter()
    for known in facts:
        assess(pack, known, (), DAY)
    return people * ITEMS / (time.perf_counter() - began)
