"""What holds of rules whatever the pack, the history and the text: order, caps, exactness, and no way to fall over."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kernel.calendar import day_of, local
from kernel.canonical import canonical_json
from rules import packs
from rules.catalogue.register import catalogue
from rules.engine.evaluate import evaluate, looks_back, standing_of
from rules.engine.limits import room_of
from rules.engine.model import EventView, Used
from rules.engine.needs import needs
from rules.engine.prices import half_up, price_of
from rules.engine.pricing import Band, Bands, Reading
from rules.engine.quantities import minutes_within
from rules.engine.tree import Amount
from rules.engine.words import UNITS
from rules.language.checker import check
from rules.language.loader import PackInvalid, load, pack_sha256
from tests.conformance.skeleton import pack_of

pytestmark = pytest.mark.thorough

VOLUNTEERING = (Path(packs.__file__).parent / "volunteering.yaml").read_text("utf-8")
PACK = load(VOLUNTEERING)
HEAD, REST = VOLUNTEERING.split("items:\n", 1)
ITEMS, TAIL = REST.split("# Minutes of service", 1)
TERMS, LEVELS = HEAD.split("expires:")[1].split("\n# What everybody")[0] + "\n", "levels:" + TAIL.split("levels:")[1]
START = datetime(2026, 11, 20, tzinfo=UTC)

minutes = st.integers(0, 5 * 24 * 60)
instants = minutes.map(lambda offset: START + timedelta(minutes=offset))


@st.composite
def events(draw: Callable[..., int]) -> EventView:
    """A stretch of service, or a referral, within five days."""
    at = START + timedelta(minutes=draw(minutes))
    if draw(st.booleans()):
        return EventView("referral", at, at, "declared", {})
    length = draw(st.integers(1, 1440))
    return EventView("service", at, at + timedelta(minutes=length), "scanned_twice", {"minutes": length})


def items_in_order(order: tuple[int, ...]) -> str:
    """The live pack with its items written in another order."""
    parts = ["  - code:" + part for part in re.split(r"(?m)^  - code:", ITEMS)[1:]]
    return HEAD + "items:\n" + "".join(parts[number] for number in order) + "#" + TAIL


@given(st.permutations(range(3)), st.lists(events(), max_size=12))
def test_the_order_of_items_changes_nothing(order: list[int], history: list[EventView]) -> None:
    other = load(items_in_order(tuple(order)))
    used: list[Used] = []
    for event in history:
        decision = evaluate(PACK, event, used)
        assert decision == evaluate(other, event, used)
        used += decision.used


def test_all_orders_of_the_live_pack_can_be_read() -> None:
    assert all(not check(load(items_in_order(order))) for order in permutations(range(3)))


@given(st.lists(events(), max_size=30))
def test_no_history_passes_a_cap(history: list[EventView]) -> None:
    used: list[Used] = []
    for event in history:
        used += evaluate(PACK, event, used).used
    days: dict[object, int] = {}
    for entry in used:
        if entry.item == "service":
            days[day_of(entry.occurred_at)] = days.get(day_of(entry.occurred_at), 0) + entry.points
    assert all(points <= 80 for points in days.values())
    assert sum(entry.item == "referral" for entry in used) <= 1
    true_minutes = sum(event.data["minutes"] for event in history if event.kind == "service")
    assert sum(entry.points for entry in used if entry.item == "hours") == true_minutes


@given(events(), st.lists(events(), max_size=20))
def test_nothing_before_the_look_back_changes_a_decision(event: EventView, history: list[EventView]) -> None:
    used: list[Used] = []
    for earlier in history:
        used += evaluate(PACK, earlier, used).used
    since = looks_back(PACK, event)
    near = [entry for entry in used if since is not None and entry.occurred_at >= since]
    assert evaluate(PACK, event, used) == evaluate(PACK, event, near)


WINDOWS = ("event", "day", "month", "year", "lifetime")
spread = st.builds(
    lambda days, offset: START + timedelta(days=days, minutes=offset),
    st.sampled_from([0, 0, 1, 2, 20, 45, 400]),
    st.integers(0, 24 * 60),
)


def caps_of(*windows: str) -> st.SearchStrategy[str]:
    """A cap as it is written, in points or in awards."""
    points = st.builds(
        lambda per, most: f"{{per: {per}, most: {most}}}", st.sampled_from(windows), st.integers(60, 200)
    )
    return points | st.builds(
        lambda per, times: f"{{per: {per}, times: {times}}}", st.sampled_from(windows), st.integers(1, 6)
    )


@given(
    st.tuples(caps_of("day", "month"), caps_of(*WINDOWS), caps_of("month", "year", "lifetime")),
    st.sampled_from([0, 0, 0, 1, 24 * 60, 40 * 24 * 60]),
    st.lists(st.tuples(spread, st.integers(1, 60)), min_size=2, max_size=10),
    spread,
    st.booleans(),
)
def test_earlier_awards_may_be_summed_by_the_grain_that_is_needed(
    written: tuple[str, ...], cooldown: int, history: list[tuple[datetime, int]], at: datetime, first: bool
) -> None:
    apart = f"cooldown: {{minutes: {cooldown}}}\n" if cooldown else ""
    pack = pack_of(f"quantity: {{data: minutes}}\nprice: {{every: 1, give: 1}}\ncaps: [{', '.join(written)}]\n{apart}")
    event = EventView("service", at, at + timedelta(hours=1), "scanned_twice", {"minutes": 60})
    used = [Used("x", earlier, points) for earlier, points in history]
    summed: list[Used] = []
    for need in needs(pack, event):
        groups: dict[object, list[Used]] = {}
        for entry in used:
            if need.since <= entry.occurred_at < need.until:
                groups.setdefault(grain_of(entry.occurred_at, need.grain), []).append(entry)
        for group in groups.values():
            somewhen = group[0 if first else -1].occurred_at
            summed.append(Used(need.item, somewhen, sum(entry.points for entry in group), len(group)))
    assert evaluate(pack, event, summed) == evaluate(pack, event, used)


def grain_of(at: datetime, grain: str) -> object:
    """What awards that may be summed have in common."""
    day = day_of(at)
    return {"event": object(), "day": day, "month": (day.year, day.month), "year": day.year, "lifetime": 0}[grain]


SHARED = """
limits:
  a: {title: {zh: 甲, en: A}, per: year, most: 100}
  b: {title: {zh: 乙, en: B}, per: month, by: place, most: 50}
  c: {title: {zh: 丙, en: C}, per: total, most: 70}
"""


@given(
    st.lists(st.sets(st.sampled_from("abc")).map(sorted), min_size=1, max_size=5),
    st.lists(st.integers(0, 60), min_size=3, max_size=3),
    st.booleans(),
    st.integers(0, 100_000),
)
def test_a_stored_decision_is_given_again_with_the_room_and_standing_it_kept(
    under: list[list[str]], left: list[int], placed: bool, stood: int
) -> None:
    items = "".join(
        f"  - {{code: i{number}, title: {{zh: 项, en: Item}}, on: service, quantity: {{data: minutes}},"
        f" price: {{every: {number + 1}, give: 3}}, limits: [{', '.join(codes)}], into: volunteer-points}}\n"
        for number, codes in enumerate(under)
    )
    pack = load(HEAD.split("parameters:")[0] + SHARED + "expires:" + TERMS + "items:\n" + items + LEVELS)
    data = {"minutes": 20} | ({"place": "in_city"} if placed else {})
    event = EventView("service", START, START, "declared", data)
    free = evaluate(pack, event, (), standing={"service-hours": stood})
    room = {ask.limit_id: amount for ask, amount in zip(free.asks, left, strict=False)}
    told = evaluate(pack, event, (), room=room, standing={"service-hours": stood})
    again = evaluate(pack, event, (), room=room_of(told.trace), standing=standing_of(told.trace))
    assert canonical_json(again.trace) == canonical_json(told.trace)
    assert again == told
    assert all(ask.points <= room[ask.limit_id] for ask in told.asks)
    ample = {ask.limit_id: ask.points for ask in free.asks}
    assert evaluate(pack, event, (), room=ample, standing={"service-hours": stood}) == free


@given(instants, st.integers(0, 3000), st.integers(0, 1439), st.integers(0, 1439))
def test_minutes_within_hours_are_what_counting_them_gives(start: datetime, length: int, first: int, last: int) -> None:
    def inside(at: datetime) -> bool:
        of_day = local(at).hour * 60 + local(at).minute
        return first <= of_day < last if first <= last else of_day >= first or of_day < last

    counted = sum(inside(start + timedelta(minutes=number)) for number in range(length))
    assert minutes_within(start, start + timedelta(minutes=length), first, last) == counted


@given(st.builds(Fraction, st.integers(-(10**9), 10**9), st.sampled_from([1, 2, 4, 5, 8, 10, 20, 25, 40, 125, 1000])))
@example(Fraction(-5, 2))
@example(Fraction(5, 2))
def test_half_up_is_what_decimals_call_half_up(exact: Fraction) -> None:
    as_decimal = Decimal(exact.numerator) / Decimal(exact.denominator)
    assert half_up(exact) == int(as_decimal.quantize(Decimal(1), ROUND_HALF_UP))


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6, unique=True), st.integers(0, 60))
def test_marginal_bands_are_the_sum_of_each_unit_alone(starts: list[int], quantity: int) -> None:
    starts.sort()
    ends = [*starts[1:], None]
    bands = tuple(
        Band(Fraction(start), True, None if end is None else Fraction(end), False, Amount(Fraction(start + 1)))
        for start, end in zip(starts, ends, strict=True)
    )
    alone = [next((b.give.value for b in bands if b.holds(unit)), Fraction(0)) for unit in range(1, quantity + 1)]
    assert price_of(Bands(bands, Reading.MARGINAL), quantity) == sum(alone, Fraction(0))


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_make_the_loader_fall_over(text: bytes) -> None:
    try:
        check(load(text))
    except PackInvalid as invalid:
        if not invalid.findings:
            raise AssertionError("a text is refused without a finding") from None


@given(st.integers(0, len(VOLUNTEERING) - 1), st.integers(0, 30), st.text(max_size=12))
def test_no_slip_of_the_pen_makes_the_loader_fall_over(at: int, length: int, instead: str) -> None:
    text = VOLUNTEERING[:at] + instead + VOLUNTEERING[at + length :]
    try:
        check(load(text))
        pack_sha256(text)
    except PackInvalid as invalid:
        if not invalid.findings:
            raise AssertionError("a text is refused without a finding") from None


def test_no_run_of_the_languages_own_words_makes_the_loader_fall_over(gates: bool) -> None:
    words = sorted(set(re.findall(r"\n +- |\n +|[\w.-]+:?|[^\w\s]", VOLUNTEERING)))
    chance = Random(9)
    for _ in range(1_000_000 if gates else 1_000):
        text = "items:" + " ".join(chance.choices(words, k=chance.randint(1, 12)))
        with pytest.raises(PackInvalid) as invalid:
            load(text)
        assert invalid.value.findings, text


def test_every_unit_of_the_catalogue_can_be_told_in_words() -> None:
    known = catalogue()
    fields = [fact.value for fact in known.facts.values()]
    fields += [field for kind in known.event_kinds.values() for field in kind.data.values()]
    assert {field.unit for field in fields} <= {"", "minute", *UNITS}
