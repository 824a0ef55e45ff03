"""From scans to minutes: clipped by the shift, never minted, open until a check-out."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from points.activity.hours import Interval, Stretch, counted, last_open, minutes, next_no, stretches

START = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
SHIFT = Interval(START, START + timedelta(hours=3))
seconds = st.integers(-4 * 3600, 8 * 3600).map(lambda value: START + timedelta(seconds=value))


def test_minutes_are_those_between_in_and_out_as_the_clock_on_the_wall_shows_them() -> None:
    served = counted(SHIFT, START + timedelta(minutes=2, seconds=31), START + timedelta(minutes=152, seconds=10))
    assert served is not None
    assert minutes(served) == 150


def test_who_comes_early_and_leaves_late_gets_the_shift_and_nothing_more() -> None:
    served = counted(SHIFT, START - timedelta(minutes=20), START + timedelta(hours=5))
    assert served == SHIFT


def test_a_stretch_outside_the_shift_counts_nothing() -> None:
    assert counted(SHIFT, START - timedelta(hours=1), START) is None


@given(seconds, seconds)
def test_never_more_minutes_than_the_shift_has(in_at: datetime, out_at: datetime) -> None:
    served = counted(SHIFT, in_at, out_at)
    assert served is None or 0 < minutes(served) <= 180


@given(st.lists(st.tuples(st.integers(0, 180), st.integers(1, 60)), max_size=8))
def test_stretches_that_follow_each_other_never_sum_to_more_than_the_shift(parts: list[tuple[int, int]]) -> None:
    at, total = START, 0
    for gap, length in parts:
        in_at = at + timedelta(minutes=gap)
        at = in_at + timedelta(minutes=length)
        served = counted(SHIFT, in_at, at)
        total += minutes(served) if served else 0
    assert total <= 180


def test_a_forgotten_check_out_stays_open() -> None:
    found = stretches([(1, START), (2, START + timedelta(hours=1))], [(1, START + timedelta(minutes=30))])
    assert found[0].out_at == START + timedelta(minutes=30)
    assert last_open(found) == Stretch(2, START + timedelta(hours=1), None)
    assert next_no(found) == 3
