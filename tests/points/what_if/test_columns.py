"""What everybody has, in columns, is what the single reader says of each: whatever the pack and the past."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from points.what_if.worth import SCORE, Earned, earned, of_score
from points.what_if.worth_columns import Frames, Read, Span, priced, read, together
from rules.engine.assess import assess
from rules.engine.column_reading import reads_alike
from rules.engine.model import Pack
from rules.engine.terms import Limit
from tests.properties.packs_drawn import AS_OF, accrual, assessment, fitting
from tests.properties.people_drawn import BEGAN, person

pytestmark = pytest.mark.thorough

PEOPLE = 9
seen: Counter[str] = Counter()


def told(pack: Pack, one: Read, span: Span) -> Earned:
    if pack.mode == "assessment":
        return of_score(assess(pack, one.facts, one.events, span.as_of))
    return earned(pack, one.events, span.since)


def held_equal(pack: Pack, people: list[Read], span: Span, frames: Frames) -> None:
    """Both readers, compared holder by holder and in what all of them ask of shared limits."""
    had = priced(pack, frames, people, span)
    single = [told(pack, one, span) for one in people]
    kinds = [SCORE] if pack.mode == "assessment" else sorted({item.into for item in pack.items if item.into})
    for one, row in zip(single, had.rows.iter_rows(named=True), strict=True):
        for kind in kinds:
            assert (row[f"within/{kind}"], row[f"ever/{kind}"]) == (one.within[kind], one.ever[kind]), pack
        assert (row["eligible"], row["level"]) == (one.eligible, one.level), pack
    asked: Counter[str] = Counter()
    for one in single:
        asked.update(one.asked)
    assert +had.asked == +asked, pack
    seen["asked"] += bool(+asked)
    seen["singly"] += bool(frames.singly)


@given(st.integers(0, 10**9))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_everybody_in_columns_is_each_by_themselves(seed: int) -> None:
    chance = Random(seed)
    pack = (accrual if seed % 2 else assessment)(chance)
    people = [Read(one.facts, one.events) for one in (person(chance, number) for number in range(PEOPLE))]
    span = Span(BEGAN + timedelta(days=chance.choice([-1, 4, 40, 400])), AS_OF)
    held_equal(pack, people, span, read(pack, people, span))


@given(st.integers(0, 10**9))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_another_price_is_told_from_what_was_read_for_the_first(seed: int) -> None:
    chance = Random(seed)
    pack = (accrual if seed % 2 else assessment)(chance)
    first = pack.items[0]
    if pack.mode == "assessment":
        other = replace(fitting(chance, pack, first), cap=None, floor=None)
    else:
        again = accrual(chance).items[0]
        other = replace(first, price=again.price, caps=again.caps, into=again.into)
    items = (other, *pack.items[1:])
    draft = replace(pack, version="2", items=items, by_kind=dict.fromkeys(pack.by_kind, items))
    people = [Read(one.facts, one.events) for one in (person(chance, number) for number in range(PEOPLE))]
    span = Span(BEGAN, AS_OF)
    if reads_alike(pack, draft):
        seen["alike"] += 1
        held_equal(draft, people, span, read(pack, people, span))


def test_the_examples_before_reached_shared_limits_and_prices_alone() -> None:
    assert seen["asked"]
    assert seen["alike"]


@pytest.mark.parametrize("part", ["when", "quantity", "cooldown_minutes", "limits"])
def test_a_change_of_what_is_read_is_no_change_of_prices(part: str) -> None:
    pack = next(one for one in (accrual(Random(seed)) for seed in range(999)) if getattr(one.items[0], part))
    plain = replace(pack.items[0], **{part: None if part == "when" else (0 if part == "cooldown_minutes" else ())})
    assert not reads_alike(pack, replace(pack, items=(plain, *pack.items[1:])))
    assert reads_alike(pack, replace(pack, version="2", title={"zh": "另", "en": "Other"}))


def test_a_limit_by_another_window_is_read_anew() -> None:
    pack = accrual(Random(1))
    city = pack.limits["city"]
    other = Limit(city.code, city.title, "year", city.by, city.most)
    assert not reads_alike(pack, replace(pack, limits={**pack.limits, "city": other}))


def test_pieces_side_by_side_are_one_piece() -> None:
    chance = Random(5)
    pack = accrual(chance)
    people = [Read(one.facts, one.events) for one in (person(chance, number) for number in range(PEOPLE))]
    span = Span(BEGAN, AS_OF)
    parts = [priced(pack, read(pack, some, span), some, span) for some in (people[:4], people[4:], [])]
    whole = priced(pack, read(pack, people, span), people, span)
    assert together(pack, parts).rows.equals(whole.rows)
    assert together(pack, parts).asked == whole.asked
