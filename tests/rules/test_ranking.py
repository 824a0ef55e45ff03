"""Order and quotas against definitions too slow to be used and too simple to be wrong."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine.ranking import Key, Ties, admit, lot, rank

NUMBERS = st.integers(0, 40) | st.sampled_from(
    [None, 0, 1, -1, Decimal("0.5"), Decimal("0.50"), Fraction(1, 2), Decimal("97.13"), 10**30]
)
TEXTS = st.sampled_from([None, *"ABCDEFGHIJKLMNOP", "一类"])
ROWS = st.lists(st.tuples(NUMBERS, TEXTS, st.sampled_from(["Humen", "Shilong"])), max_size=30)
DIRECTIONS = st.tuples(st.booleans(), st.booleans())
SCORES = st.lists(st.integers(0, 6), max_size=40)
QUOTAS = st.integers(0, 45)


def before(one: object, other: object, descending: bool) -> bool:
    """One value stands before another: a missing one before none."""
    if one is None or other is None:
        return one is not None and other is None
    return one > other if descending else one < other  # type: ignore[operator]


def stands_before(one: tuple[object, ...], other: tuple[object, ...], directions: tuple[bool, ...]) -> bool:
    """The first key that differs decides."""
    for mine, theirs, descending in zip(one, other, directions, strict=False):
        if before(mine, theirs, descending) or before(theirs, mine, descending):
            return before(mine, theirs, descending)
    return False


@pytest.mark.thorough
@given(ROWS, DIRECTIONS)
def test_a_rank_is_one_more_than_the_rows_before_it_in_its_group(
    rows: list[tuple[object, object, str]], directions: tuple[bool, bool]
) -> None:
    keys = [Key([row[index] for row in rows], directions[index]) for index in (0, 1)]  # type: ignore[misc]
    slow = [1 + sum(other[2] == row[2] and stands_before(other, row, directions) for other in rows) for row in rows]
    assert rank(keys, [row[2] for row in rows]) == slow


@pytest.mark.thorough
@given(SCORES, QUOTAS)
def test_strict_never_passes_the_quota_and_inclusive_never_leaves_an_equal_out(scores: list[int], quota: int) -> None:
    ranks = rank([Key(scores, descending=True)])
    strict, inclusive = admit(ranks, quota, Ties.STRICT), admit(ranks, quota, Ties.INCLUSIVE)
    drawn = admit(ranks, quota, Ties.LOTTERY, draw=lambda row: lot("seed", str(row)))
    assert sum(strict) <= sum(drawn) == min(quota, len(scores)) <= sum(inclusive)
    for admitted in (strict, inclusive):
        assert len({(place, taken) for place, taken in zip(ranks, admitted, strict=True)}) == len(set(ranks))
    assert all(
        taken <= maybe <= all_of_them for taken, maybe, all_of_them in zip(strict, drawn, inclusive, strict=True)
    )
    last = max((place for place, taken in zip(ranks, inclusive, strict=True) if taken), default=0)
    assert last <= quota
    left_out = min((place for place, taken in zip(ranks, strict, strict=True) if not taken), default=None)
    assert left_out is None or left_out - 1 + ranks.count(left_out) > quota


@pytest.mark.thorough
@given(st.lists(st.integers(0, 2), min_size=2, max_size=30), st.data())
def test_the_draw_does_not_depend_on_the_order_of_the_file(scores: list[int], data: st.DataObject) -> None:
    def winners(rows: list[tuple[str, int]]) -> set[str]:
        ranks = rank([Key([score for _, score in rows], descending=True)])
        taken = admit(ranks, quota, Ties.LOTTERY, draw=lambda row: lot("2026-11-22", rows[row][0]))
        return {name for (name, _), admitted in zip(rows, taken, strict=True) if admitted}

    quota = data.draw(st.integers(1, len(scores) - 1))
    rows = [(f"A{index}", score) for index, score in enumerate(scores)]
    assert winners(rows) == winners(data.draw(st.permutations(rows))) == winners(rows[::-1])


def test_a_lot_is_what_sha256sum_says() -> None:
    assert lot("种子", "A00001") == sha256("种子\nA00001".encode()).digest()
    assert lot("seed", "A1").hex() == "33755efe082a94baa3600896f14f4b6cee738fb01e5e3ef1921c3261a5c97824"


def test_each_group_has_its_own_quota() -> None:
    groups = ["Humen", "Humen", "Shilong", "Humen", "Shilong"]
    ranks = rank([Key([5, 5, 4, 3, 2], descending=True)], groups)
    assert ranks == [1, 1, 1, 3, 2]
    assert admit(ranks, {"Humen": 1, "Shilong": 1}, Ties.STRICT, within=groups) == [False, False, True, False, False]
    assert admit(ranks, {"Humen": 1, "Shilong": 1}, Ties.INCLUSIVE, within=groups) == [True, True, True, False, False]
    with pytest.raises(KeyError):
        admit(ranks, {"Humen": 1}, Ties.STRICT, within=groups)


@pytest.mark.parametrize("values", [[1.5, 2.5], [True, False], [1, "1"], [date(2026, 1, 1), "2026-01-02"]])
def test_what_has_no_exact_order_is_refused(values: list[object]) -> None:
    with pytest.raises(TypeError):
        rank([Key(values)])  # type: ignore[arg-type]


def test_nan_unequal_columns_and_a_lottery_without_a_draw_are_refused() -> None:
    with pytest.raises(ValueError, match="NaN"):
        rank([Key([Decimal("NaN"), Decimal(1)])])
    with pytest.raises(ValueError):
        rank([Key([1, 2]), Key([1])])
    with pytest.raises(ValueError):
        rank([])
    with pytest.raises(ValueError, match="draw"):
        admit([1], 1, Ties.LOTTERY)
