"""All at once is one after the other: the columns' answers are the single engine's, exactly, whatever the pack."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from random import Random

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.engine.assess import assess
from rules.engine.column_accrual import accrual_frame, event_frame, event_rows, single_items
from rules.engine.column_numbers import Exact
from rules.engine.column_rows import read_frames
from rules.engine.columns import by_item, price_frame
from rules.engine.evaluate import evaluate
from rules.engine.model import EventView, Item, Pack, Used
from rules.engine.outcome import Deduction, Repair
from rules.engine.prices import rounded
from rules.engine.pricing import Band, Bands, Reading
from rules.engine.tree import Amount, Count
from rules.language.facts import HolderFacts
from rules.language.score_many import Engine, score_many
from tests.conformance.skeleton import pack_of
from tests.properties.packs_drawn import AS_OF, TITLE, accrual, assessment, empty, fitting
from tests.properties.people_drawn import person

pytestmark = pytest.mark.thorough

PEOPLE = 12
DECIDED = {"known": Fraction(25, 2)}


def both(pack: Pack, people: Sequence[HolderFacts], use: str | None) -> Counter[str]:
    """Ask both engines, and compare all but the traces; what was not told in columns."""
    apart: Counter[str] = Counter()
    single = score_many(pack, people, AS_OF, engine=Engine.SINGLE, use=use, decided=DECIDED)
    columns = score_many(pack, people, AS_OF, use=use, decided=DECIDED, apart=apart)
    for one, other in zip(single, columns, strict=True):
        assert replace(other, traces=()) == replace(one, traces=()), pack
    return +apart


@given(st.integers(0, 10**9))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_an_assessment_in_columns_is_each_holders_own(seed: int) -> None:
    chance = Random(seed)
    pack = assessment(chance)
    people = [person(chance, number) for number in range(PEOPLE)]
    for use in [None, *(result.code for result in pack.results)]:
        both(pack, people, use)


@given(st.integers(0, 10**9))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_an_accrual_in_columns_is_each_event_after_the_other(seed: int) -> None:
    chance = Random(seed)
    pack = accrual(chance)
    people = [person(chance, number) for number in range(PEOPLE)]
    both(pack, people, None)
    frame = accrual_frame(
        pack, event_frame(pack, [row for p in people for row in event_rows(pack, p.holder, p.events)])
    )
    told = {(row["holder"], row["event"]): row for row in frame.iter_rows(named=True)}
    for one in people:
        used: list[Used] = []
        for number, event in enumerate(one.events):
            decision = evaluate(pack, event, used)
            used += decision.used
            paid = {entry.item: entry.points for entry in decision.used}
            for item in pack.items:
                if item.code not in single_items(pack):
                    assert told[one.holder, number][f"item:{item.code}"] == paid.get(item.code, 0), item


@given(st.integers(0, 10**9))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_price_may_change_without_reading_history_again(seed: int) -> None:
    chance = Random(seed)
    pack = replace(assessment(chance), choosing=None)
    people = [person(chance, number) for number in range(PEOPLE)]
    reading = read_frames(pack, [(one.holder, one.facts, one.events) for one in people], AS_OF)
    changed = replace(fitting(chance, pack, pack.items[0]), cap=None, floor=None)
    other = replace(pack, items=(changed, *pack.items[1:]))
    told = price_frame(other, by_item(reading.quantities))
    points = {(row["holder"], row["item"]): row["points"] for row in told.iter_rows(named=True)}
    for one in people:
        if one.holder not in reading.apart:
            expected = assess(other, one.facts, one.events, AS_OF).items
            assert {code: points.get((one.holder, code), 0) for code in expected} == expected


@given(
    st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=8),
    st.fractions(max_denominator=1000).filter(lambda share: abs(share) < 10**6),
    st.sampled_from(["half_up", "up", "down"]),
)
def test_columns_round_as_fractions_do(numbers: list[int], share: Fraction, way: object) -> None:
    column = Exact(pl.col("n"), 1, max(map(abs, numbers))).times(share).rounded(way)  # type: ignore[arg-type]
    found = pl.DataFrame({"n": numbers}, schema={"n": pl.Int64}).select(column.parts.alias("n"))["n"].to_list()
    assert found == [rounded(number * share, way) for number in numbers]  # type: ignore[arg-type]


@pytest.mark.parametrize("most", [2**62 - 1, 2**62, 2**80])
def test_a_sum_that_no_narrow_column_holds_is_told_exactly(most: int) -> None:
    column = Exact(pl.col("n"), 1, 3).times(Fraction(most)).plus(Fraction(1, 3)).rounded("down")
    found = pl.DataFrame({"n": [3, -3]}).select(column.parts.alias("n"))["n"].to_list()
    assert found == [3 * most, rounded(-3 * most + Fraction(1, 3), "down")]


def scattered(price: str, quantity: str = "{fact: income_tax_yuan}") -> Pack:
    """A pack of one item over a fact that takes any value."""
    return pack_of(f"quantity: {quantity}\nprice: {price}\n")


def test_what_no_denominator_fits_is_priced_one_by_one_and_counted() -> None:
    people = [HolderFacts(str(n), {"income_tax_yuan": 10**8 + 7 * n}, ()) for n in range(60)]
    apart = both(scattered("{add: [{share: 999999999, plus: 1}, {give: 0.5}]}"), people, None)
    assert apart == {"x": 60}


def test_whose_numbers_no_column_holds_is_scored_singly_and_counted() -> None:
    product = "{product: [" + ", ".join(["{fact: income_tax_yuan}"] * 3) + "]}"
    pack = scattered("{bands: [{from: 0, give: 1}, {from: 1000000, give: 2.5}], reading: step}", product)
    people = [HolderFacts("small", {"income_tax_yuan": 100}, ()), HolderFacts("large", {"income_tax_yuan": 10**9}, ())]
    assert both(pack, people, None) == {"holders": 1}


def test_who_has_nothing_to_deduct_stands_beside_whom_a_repair_gives_something_back() -> None:
    repair = Repair("course", TITLE, 33)
    item = Item(
        code="x",
        title=TITLE,
        quantity=Count(kind="administrative_penalty", per="year"),
        price=Bands((Band(Fraction(1), True, None, False, Amount(Fraction(-7))),), Reading.WHOLE),
        deduction=Deduction("general", 3, 15, 3000, (repair,)),
    )
    pack = replace(empty("assessment", 2), items=(item,), shown=("x",))
    at = datetime(2026, 3, 2, tzinfo=UTC)
    data = {"document_no": "1", "decided_by": "police", "notified_on": "2026-03-03"}
    mended = data | {"repaired_by": "course"}
    told = [EventView("administrative_penalty", at, at, "declared", one) for one in (data, mended)]
    people = [HolderFacts(str(number), {"age": 40}, tuple(told[:number])) for number in (2, 0, 1, 0, 2)]
    assert both(pack, people, None) == {}
    assert [result.total for result in score_many(pack, people, AS_OF)] == [-1169, 0, -700, 0, -1169]
