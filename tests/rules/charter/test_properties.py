"""What holds whatever the pack and the history: earning and objecting never harm, and a score can be redone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kernel.canonical import canonical_json
from rules.catalogue.charter_register import charter
from rules.catalogue.register import catalogue
from rules.engine.assess import assess
from rules.engine.model import EventView, Item, Pack
from rules.engine.outcome import Requirement, Result
from rules.engine.prices import price_of
from rules.engine.pricing import Add, Band, Bands, Capped, Every, Flat, Floored, Highest, Price, Reading, Share
from rules.engine.quantities import JUDGE
from rules.engine.subject import Subject
from rules.engine.tree import (
    AllOf,
    Amount,
    AnyOf,
    Balance,
    Combined,
    Comparison,
    Condition,
    Count,
    IfThen,
    Measured,
    NoneOf,
    Quantity,
    Scored,
)
from rules.language.charter.purposes import check_purposes
from rules.language.charter.reads import reads_of
from rules.language.charter.scope import scope_of
from rules.language.charter.ways import Way, of_price, takes
from rules.language.loader import load
from tests.rules.charter.changing import HOME
from tests.rules.charter.test_moments import CONDUCT, event_of

pytestmark = pytest.mark.thorough

START = datetime(2026, 7, 1, 4, tzinfo=UTC)
AS_OF = date(2026, 11, 22)
ENROLMENT = load((HOME / "packs" / "enrolment.yaml").read_bytes())
REGISTRATION = load((HOME / "packs" / "registration.yaml").read_bytes())
seen = {"kept": 0, "broken": 0}

numbers = st.integers(-4, 6).map(Fraction)
amounts = numbers.map(Amount)


@st.composite
def bands(draw: Callable[..., Any]) -> Bands:
    """Up to three bands that meet; the last may be closed."""
    cuts = sorted(draw(st.sets(st.integers(0, 8), min_size=2, max_size=4)))
    ends = [*map(Fraction, cuts[1:]), *([] if draw(st.booleans()) else [None])]
    lowers = [Fraction(cut) for cut in cuts][: len(ends)]
    made = tuple(Band(lower, True, end, False, draw(amounts)) for lower, end in zip(lowers, ends, strict=True))
    return Bands(made, draw(st.sampled_from(list(Reading))))


def _deeper(inner: st.SearchStrategy[Price]) -> st.SearchStrategy[Price]:
    several = st.lists(inner, min_size=2, max_size=2).map(tuple)
    return (
        several.map(Add)
        | several.map(Highest)
        | st.builds(Capped, inner, st.integers(1, 9).map(Fraction).map(Amount))
        | st.builds(Floored, inner, amounts)
    )


every = st.builds(Every, st.integers(1, 3).map(Fraction).map(Amount), amounts, amounts, st.booleans(), st.booleans())
prices = st.recursive(
    st.builds(Flat, amounts)
    | every
    | bands()
    | st.builds(Share, st.integers(1, 9).map(Fraction).map(Amount), st.just(1)),
    _deeper,
    max_leaves=4,
)
service = st.just(Count(kind="service"))
balance = st.just(Balance("service-hours"))
plain: st.SearchStrategy[Quantity] = service | balance
quantities: st.SearchStrategy[Quantity] = plain | st.builds(
    Combined, st.sampled_from(["total", "greatest", "least", "difference", "product"]), st.tuples(plain, plain)
)
tests = st.sampled_from(list(set(Comparison) - {Comparison.IN}))
measured = st.builds(Measured, quantities, tests, amounts)
conditions: st.SearchStrategy[Condition] = st.recursive(
    measured,
    lambda inner: (
        inner.map(lambda one: NoneOf((one,)))
        | st.tuples(inner, inner).map(AllOf)
        | st.tuples(inner, inner).map(AnyOf)
        | st.builds(IfThen, inner, inner, st.none() | inner)
    ),
    max_leaves=3,
)
asked = conditions | st.builds(Scored, st.just("a"), tests, amounts)


@st.composite
def packs(draw: Callable[..., Any]) -> Pack:
    """Two items, a requirement and a line, over deeds and balances."""
    items = tuple(
        Item(
            code,
            {"zh": code, "en": code},
            draw(quantities),
            draw(prices),
            when=draw(st.none() | st.builds(Measured, quantities, tests, amounts)),
        )
        for code in ("a", "b")
    )
    need = Requirement("need", draw(asked), {"zh": "要", "en": "needed"})
    use = Result(
        "total",
        {"zh": "总分", "en": "Total"},
        requires=(need,) if draw(st.booleans()) else (),
        threshold=Amount(draw(numbers)),
    )
    return replace(REGISTRATION, requires=(), items=items, shown=("a", "b"), results=(use,))


def deeds(count: int) -> list[EventView]:
    return [
        EventView("service", START + timedelta(days=n), START + timedelta(days=n, hours=1), "declared", {})
        for n in range(count)
    ]


def step(lower: int, give: int) -> Bands:
    """Nothing below, so much from there on."""
    return Bands((Band(Fraction(lower), True, None, False, Amount(Fraction(give))),), Reading.STEP)


@given(prices)
@example(step(2, -3))
def test_a_price_goes_only_the_ways_that_are_told_and_takes_only_where_it_is_told(price: Price) -> None:
    item = replace(REGISTRATION.item("hours"), price=price)
    worth = [price_of(price, quantity) for quantity in range(20)]
    way = of_price(REGISTRATION, price)
    assert Way.DOWN in way or worth == sorted(worth)
    assert Way.UP in way or worth == sorted(worth, reverse=True)
    assert takes(REGISTRATION, item) or min(worth) >= 0


LESS = Combined("difference", (Count(kind="service"), Balance("service-hours")))


@given(conditions)
@example(Measured(LESS, Comparison.AT_LEAST, Amount(Fraction(1))))
def test_a_condition_is_lost_by_more_only_where_it_is_told(condition: Condition) -> None:
    pack = replace(REGISTRATION, requires=(Requirement("need", condition, {}),), items=(), shown=(), results=())
    falls = {read.name for read in reads_of(pack) if read.falls}
    held = {
        (service, hours): JUDGE.holds(condition, Subject({"balance:service-hours": hours}, deeds(service), AS_OF))
        for service in range(7)
        for hours in range(7)
    }
    for (service, hours), one in held.items():
        if one and "service" not in falls:
            assert held.get((service + 1, hours), True)
        if one and "service-hours" not in falls:
            assert held.get((service, hours + 1), True)


@given(packs(), st.integers(0, 8), st.integers(0, 3), st.integers(0, 8), st.integers(0, 3))
def test_under_a_pack_that_keeps_the_charter_earning_more_never_lowers_a_score_or_loses_what_was_reached(
    pack: Pack, service: int, more_service: int, hours: int, more_hours: int
) -> None:
    broken = [one for one in check_purposes(scope_of(pack, catalogue(), charter())) if one.code == "CH-21"]
    before = assess(pack, {"balance:service-hours": hours}, deeds(service), AS_OF)
    after = assess(pack, {"balance:service-hours": hours + more_hours}, deeds(service + more_service), AS_OF)
    worse = after.total < before.total or (before.eligible and not after.eligible)
    seen["broken" if broken else "kept"] += 1
    assert broken or not worse


def test_the_examples_before_were_of_both_sorts() -> None:
    assert min(seen.values()) > 5, seen


facts = st.fixed_dictionaries(
    {"residence_permit_valid": st.booleans()}, optional={"balance:service-hours": st.integers(-(10**6), 10**6)}
)
gravities = st.lists(
    st.tuples(st.integers(1, 1000), st.booleans(), st.sampled_from(["none", "paid", "course"])), max_size=6
)


@given(facts, st.integers(-(10**6), 10**6), st.integers(0, 6))
def test_who_is_served_by_a_basic_service_never_depends_on_points_or_on_what_speaks_against_them(
    known: dict[str, Any], other: int, decisions: int
) -> None:
    against = [event_of({"data": {"document_no": str(n)}}) for n in range(decisions)]
    first = assess(ENROLMENT, known, [], AS_OF)
    second = assess(ENROLMENT, {**known, "balance:service-hours": other}, against, AS_OF)
    assert first.eligible == second.eligible == known["residence_permit_valid"]
    assert assess(ENROLMENT, known, against, AS_OF).total == first.total


@given(gravities, st.integers(0, 5), st.sampled_from([12, 14, 40]))
def test_an_objection_never_increases_what_is_taken(past: list[tuple[int, bool, str]], number: int, age: int) -> None:
    def total(objected: set[int]) -> int:
        events = [
            event_of(
                {
                    "data": {
                        "document_no": str(n),
                        "gravity": gravity,
                        "disputed": open_ or n in objected,
                        "repaired_by": way,
                    }
                }
            )
            for n, (gravity, open_, way) in enumerate(past)
        ]
        return assess(CONDUCT, {"age": age}, events, date(2026, 9, 1)).total

    assert total({number}) >= total(set())
    assert total(set(range(6))) == 100


@given(gravities, st.integers(0, 150))
def test_a_score_can_be_worked_out_again_bit_by_bit(past: list[tuple[int, bool, str]], age: int) -> None:
    events = [
        event_of({"data": {"document_no": str(n), "gravity": one[0], "disputed": one[1]}}) for n, one in enumerate(past)
    ]
    again = load((HOME / "packs" / "conduct.yaml").read_bytes())
    first, second = (assess(pack, {"age": age}, events, date(2026, 9, 1)) for pack in (CONDUCT, again))
    assert canonical_json(first.trace) == canonical_json(second.trace)
    assert first == second
