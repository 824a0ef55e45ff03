"""Who stands where, and who is within a quota: order out of exact values.

    rank      competition ranks (1, 2, 2, 4) under several keys, each with its direction; what is missing stands last
    admit     who is within a quota when a tie stands across its line

Columns in, a column out: one entry a row, in the rows' own order, a million rows at once. Pure; must never break a
tie that the keys leave (a draw decides a seat, never a rank), and never compare floats.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256
from typing import Any

Value = int | Decimal | Fraction | str | date
_NUMBERS = frozenset({int, Decimal, Fraction})
_FAMILIES = (_NUMBERS, frozenset({str}), frozenset({date}), frozenset({datetime}))


class Ties(StrEnum):
    """What becomes of a tie that the quota's line would cut."""

    STRICT = "strict"
    INCLUSIVE = "inclusive"
    LOTTERY = "lottery"


@dataclass(frozen=True, slots=True)
class Key:
    """One column to order by: numbers, texts, dates or instants, never two of these; None where it is missing."""

    values: Sequence[Value | None]
    descending: bool = False


def rank(keys: Sequence[Key], within: Sequence[Hashable] | None = None) -> list[int]:
    """Each row's competition rank: one more than the number of rows before it, counted within its group.

    The first key that differs decides. A missing value stands last, whichever the key's direction. TypeError for
    floats, truth values and columns of two sorts; ValueError for NaN and for columns of unequal length.
    """
    codes = _folded(keys)
    groups: Sequence[Hashable] = [None] * len(codes) if within is None else within
    before: Counter[Hashable] = Counter()
    ranks = [0] * len(codes)
    tied: dict[Hashable, tuple[int, int]] = {}
    for row in sorted(range(len(codes)), key=codes.__getitem__):
        group, code = groups[row], codes[row]
        before[group] += 1
        if group not in tied or tied[group][0] != code:
            tied[group] = (code, before[group])
        ranks[row] = tied[group][1]
    return ranks


def admit(
    ranks: Sequence[int],
    quota: int | Mapping[Hashable, int],
    ties: Ties,
    *,
    within: Sequence[Hashable] | None = None,
    draw: Callable[[int], bytes] | None = None,
) -> list[bool]:
    """Whether each row is within the quota: the whole quota, the same in every group, or one of its own for each.

    STRICT leaves a tie out that does not fit whole, INCLUSIVE takes all of it; LOTTERY fills the seats that are left
    from it, smallest `draw(row)` first (see `lot`). ValueError for a lottery without a draw, KeyError for a group
    without a quota.
    """
    if ties is Ties.LOTTERY and draw is None:
        raise ValueError("a lottery needs a draw")
    groups: Sequence[Hashable] = [None] * len(ranks) if within is None else within
    seats = {group: quota if isinstance(quota, int) else quota[group] for group in set(groups)}
    if ties is Ties.INCLUSIVE:
        return [place <= seats[group] for place, group in zip(ranks, groups, strict=True)]
    sizes = Counter(zip(groups, ranks, strict=True))
    admitted = [place + sizes[group, place] - 1 <= seats[group] for place, group in zip(ranks, groups, strict=True)]
    if draw is not None and ties is Ties.LOTTERY:
        cut: dict[Hashable, list[int]] = {}
        for row, (place, group) in enumerate(zip(ranks, groups, strict=True)):
            if place <= seats[group] and not admitted[row]:
                cut.setdefault(group, []).append(row)
        for group, rows in cut.items():
            for row in sorted(rows, key=draw)[: seats[group] - ranks[rows[0]] + 1]:
                admitted[row] = True
    return admitted


def lot(seed: str, identity: str) -> bytes:
    """What a row draws: the SHA-256 of the seed, one line feed and the row's identity, in UTF-8; the smallest wins.

    It depends on nothing else, so the order of the file cannot move it, and anybody can repeat it:
    `printf '%s\\n%s' SEED IDENTITY | sha256sum`. The seed must be fixed after the list is, and be kept with it.
    """
    return sha256(f"{seed}\n{identity}".encode()).digest()


def _folded(keys: Sequence[Key]) -> list[int]:
    """One whole number a row: the smaller, the better; equal when every key is."""
    if not keys:
        raise ValueError("there is no key to order by")
    folded = [0] * len(keys[0].values)
    for key in keys:
        places = _places(key)
        folded = [code * len(places) + places[value] for code, value in zip(folded, key.values, strict=True)]
    return folded


def _places(key: Key) -> dict[Value | None, int]:
    """Where each value of a key stands among the others, best first, 0 the best; a missing one behind them all."""
    sorts = {type(value) for value in key.values} - {type(None)}
    if not any(sorts <= family for family in _FAMILIES):
        raise TypeError(f"not values of one exact sort: {', '.join(sorted(one.__name__ for one in sorts))}")
    distinct: set[Any] = set(key.values) - {None}
    if any(isinstance(value, Decimal) and value.is_nan() for value in distinct):
        raise ValueError("NaN has no place in an order")
    best_first = sorted(distinct, reverse=key.descending)
    return {value: place for place, value in enumerate([*best_first, None])}
