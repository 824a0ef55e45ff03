"""Figures by group: nobody can be found in them, not even by subtracting; a group that gains too little is flagged."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from points.what_if.groups import FEWEST, Group, by_group, kept_back, shown_all

Members = list[tuple[str, int, int]]
"""Each one's group, and points before and after."""
MEMBERS = st.lists(
    st.tuples(st.sampled_from(["", "a", "b", "c", "d"]), st.integers(0, 9), st.integers(0, 9)), max_size=60
)


def grouped(members: Members) -> list[dict[str, Any]]:
    """The members of each group, counted and told."""
    own = {code: [one[1:] for one in members if one[0] == code] for code, _, _ in members}
    groups = [
        Group(
            code,
            len(them),
            sum(b > a for a, b in them),
            sum(b < a for a, b in them),
            *map(sum, zip(*them, strict=True)),
        )
        for code, them in own.items()
    ]
    return by_group(groups)


@given(MEMBERS)
def test_a_group_kept_back_can_not_be_worked_out_from_the_total(members: Members) -> None:
    rows = grouped(members)
    sizes = Counter(one[0] for one in members)
    hidden = [row["group"] for row in rows if row["holders"] is None]
    assert all(row["holders"] >= FEWEST for row in rows if row["holders"] is not None)
    told = [row for row in rows if row["holders"] is not None]
    if hidden and told:
        assert len(hidden) >= 2
        assert sum(sizes[group] for group in hidden) >= FEWEST


@given(MEMBERS)
def test_winners_and_losers_of_a_group_are_told_whole_or_not_at_all(members: Members) -> None:
    rows = [row for row in grouped(members) if row["holders"] is not None]
    few = [row for row in rows if row["gain"] is None]
    assert all((row["lose"], row["same"]) == (None, None) for row in few)
    for row in rows:
        if row["gain"] is not None:
            assert row["gain"] + row["lose"] + row["same"] == row["holders"]
            assert all(count == 0 or count >= FEWEST for count in (row["gain"], row["lose"], row["same"]))
    kept_whole = len(rows) == len({one[0] for one in members})
    assert not few or not kept_whole or len(few) >= 2 or len(rows) == 1


@given(st.lists(st.integers(0, 30), max_size=10))
def test_counts_that_add_up_to_a_known_total_never_leave_one_alone(counts: list[int]) -> None:
    told = shown_all(counts)
    hidden = [count for count, said in zip(counts, told, strict=True) if said is None]
    assert all(said is None or said == count for count, said in zip(counts, told, strict=True))
    assert len(hidden) != 1 or sum(count > 0 for count in counts) == 1


def test_nothing_is_kept_back_where_every_group_is_large_enough() -> None:
    assert kept_back({"a": 5, "b": 7, "c": 0}) == set()
    assert kept_back({"a": 4, "b": 7, "c": 30}) == {"a", "b"}


def test_a_group_that_gains_less_than_four_fifths_of_everybody_is_flagged() -> None:
    members = [("local", 0, 10)] * 10 + [("other", 0, 7)] * 10
    local, other = grouped(members)
    assert (local["ratio"], local["unfair"]) == ("1.17", False)
    assert (other["ratio"], other["unfair"]) == ("0.82", False)
    worse = grouped([("local", 0, 10)] * 10 + [("other", 0, 6)] * 10)[1]
    assert (worse["ratio"], worse["unfair"]) == ("0.75", True)


def test_there_is_no_ratio_where_nobody_gains_on_the_whole() -> None:
    assert [row["ratio"] for row in grouped([("a", 5, 5)] * 5 + [("b", 5, 4)] * 5)] == [None, None]
