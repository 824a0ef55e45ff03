"""How long it takes to see what another price would do: everybody's twenty items, drawn again over cached quantities.

`ratio`: the same sums written by hand in Polars over the same frames, against the columns. `ratio_bare`: one
multiplication and one sum over the same frames, which prices nothing and is only a floor. Beside them, item evaluations
a second: one holder after the other with a trace, prices alone, and columns. No database.
"""

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl

from api.bench.columns_city import AS_OF, People, pack_of
from api.bench.line import Line, line
from rules.engine.assess import assess
from rules.engine.columns import assess_frame
from rules.engine.lines import bounded, worth
from rules.engine.model import Pack
from rules.engine.prices import rounded
from rules.engine.quantities import of_history
from rules.engine.subject import Subject
from rules.language.facts import HolderFacts

BARS = {"ratio": 0.4}
"""At least: the share of the speed that sums by hand reach."""


@dataclass(frozen=True, slots=True)
class Size:
    """Residents in columns, and how many of them are evaluated one after the other."""

    residents: int
    singly: int


FULL = Size(residents=1_000_000, singly=20_000)
TINY = Size(residents=2_000, singly=100)


def run(size: Size, seed: int) -> Line:
    """The bench's one line; times are seconds, the median of five moves of one number."""
    people = People.drawn(size.residents, seed)
    quantities, conditions = people.quantities(), people.conditions()
    packs = [pack_of(bachelor) for bachelor in (80, 85, 90, 70, 75)]
    drawn = iter(packs * 2)
    columns = _median(lambda: assess_frame(next(drawn), quantities, conditions))
    ours = assess_frame(packs[0], quantities, conditions)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    by_hand = _median(lambda: _by_hand(people, quantities["kinds-0"]))
    bare = _median(lambda: [_bare(rows) for rows in quantities.values()])
    if _by_hand(people, quantities["kinds-0"]).rows() != ours.select(pl.col("total", "eligible").sum()).rows():
        raise RuntimeError("The sums by hand are not the columns'.")
    known = people.facts(size.singly)
    with_trace = _evaluations(known, lambda one: assess(packs[0], one.facts, one.events, AS_OF).total, ours)
    without = _evaluations(known, lambda one: _prices_alone(packs[0], one), ours)
    items = len(packs[0].items)
    return line(
        "columns",
        by_hand / columns,
        ratio_bare=bare / columns,
        figures={
            "seconds": columns,
            "columns_items_a_second": size.residents * items / columns,
            "single_items_a_second": with_trace * items,
            "prices_items_a_second": without * items,
            "peak_mb": peak,
        },
        reference={"by_hand_seconds": round(by_hand, 3), "bare_seconds": round(bare, 3)},
        bars=BARS,
        rows=sum(rows.height for rows in quantities.values()),
        seed=seed,
    )


def _median(draw: Callable[[], Any]) -> float:
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        draw()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def _bare(rows: pl.DataFrame) -> Any:
    """Every row times a number, added up: what reading the frames costs."""
    number = pl.col("text").to_physical() if isinstance(rows.schema["text"], pl.Enum) else pl.col("number")
    return rows.select((number * 2 * pl.col("times")).sum()).item()


def _by_hand(people: People, kinds: pl.DataFrame) -> pl.DataFrame:
    """What somebody would write who knows this one pack and its ranges, and needs no trace and no other pack."""
    zero = pl.lit(0, dtype=pl.Int64)
    income, years, age, deed = (pl.col(name) for name in ("income", "employed", "age", "deed"))
    education = pl.col("education").replace_strict(
        ["bachelor", "junior_college", "senior_secondary"], [80, 60, 20], default=0, return_dtype=pl.Int64
    )
    whole = pl.when(years >= 5).then(years * 6).when(years >= 1).then(years * 4).otherwise(zero)
    marginal = pl.min_horizontal(years, 4) * 4 + pl.max_horizontal(years - 4, 0) * 6
    banded = pl.when(age.is_between(18, 35)).then(5).when(age.is_between(36, 45)).then(1).otherwise(0)
    old = pl.max_horizontal(age - 45, 0) * -3
    part = pl.min_horizontal((deed * 15 + 100_000) // 200_000, 20)
    paid = [education] * 4 + [pl.min_horizontal(income // 1000, 100)] * 4
    paid += [whole] * 3 + [marginal] * 2 + [banded + old] * 3 + [part] * 2
    insured = kinds.group_by("holder", maintain_order=True).agg((pl.col("number") * 2).sum().alias("insured"))
    points = people.wide.with_columns(insured["insured"]).with_columns(
        *(one.alias(f"item/{number}") for number, one in enumerate([*paid, pl.col("insured"), pl.col("insured")]))
    )
    total = points.select("permit", pl.sum_horizontal(pl.col("^item/.*$")).alias("total"))
    return total.select(pl.col("total").sum(), (pl.col("permit") & (pl.col("total") >= 100)).sum())


def _prices_alone(pack: Pack, one: HolderFacts) -> int:
    """One holder's points without conditions, reasons and trace: what the arithmetic alone costs in Python."""
    subject, total = Subject(one.facts, one.events, AS_OF), 0
    for item in pack.items:
        quantity = of_history(item.quantity, subject)
        total += bounded(rounded(worth(item, quantity), item.rounding), item.cap, item.floor, pack.decimals)
    return total


def _evaluations(known: list[HolderFacts], score: Callable[[HolderFacts], int], ours: pl.DataFrame) -> float:
    """Holders a second; every total must be the columns'."""
    begun = time.perf_counter()
    totals = [score(one) for one in known]
    seconds = time.perf_counter() - begun
    if totals != ours["total"].head(len(known)).to_list():
        raise RuntimeError("The single engine does not say what the columns say.")
    return len(known) / seconds
