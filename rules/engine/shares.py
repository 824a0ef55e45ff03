"""Forced distribution: at most so large a share of everybody reaches a level, over all who are scored together.

A level is reached by points first; a share only takes away. Everybody counts as the whole, whoever is not eligible too,
but only who may still be eligible takes one of the places. Pure; must never split a tie, nor lift anybody.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rules.engine.model import Scale
from rules.engine.outcome import Result
from rules.engine.ranking import Key, Ties, admit, rank


@dataclass(frozen=True, slots=True)
class Ranked:
    """What of a score says where somebody stands: `keys` are the values of the result's order, in its order."""

    total: int
    keys: tuple[Any, ...] = ()
    level: str | None = None
    eligible: bool | None = True


@dataclass(frozen=True, slots=True)
class Step:
    """One level with a share, as it was asked of somebody who had reached it; without `place` for who takes none."""

    level: str
    places: int
    everybody: int
    place: int | None = None
    tied: int = 1
    stays: bool = False


def ranks_of(result: Result, everybody: Sequence[Ranked]) -> list[int]:
    """Competition ranks under the order of a result; by the total, the greater first, where it names none.

    A yes stands above a no where the greater comes first. TypeError for keys that have no exact order.
    """
    if not result.order:
        return rank([Key([one.total for one in everybody], descending=True)])
    columns = ([_plain(one.keys[place]) for one in everybody] for place in range(len(result.order)))
    return rank([Key(values, key.descending) for values, key in zip(columns, result.order, strict=True)])


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


def share_out(scale: Scale, result: Result, everybody: Sequence[Ranked]) -> list[tuple[str | None, tuple[Step, ...]]]:
    """Each one's level once the shares of a result are kept, and the levels that were asked on the way, highest first.

    The best of the order keep a level while all of a tie fit into its places: so many percent of everybody, rounded
    down. Who does not fit falls one level, and is asked there with those who are on it.
    """
    percents = {share.level: share.most_percent for share in result.shares}
    levels = [one.level for one in everybody]
    told: list[tuple[Step, ...]] = [()] * len(everybody)
    for code, below in pairwise([level.code for level in reversed(scale.levels)]):
        if code not in percents:
            continue
        places = int(len(everybody) * percents[code] / 100)
        at = [row for row, level in enumerate(levels) if level == code]
        may = [row for row in at if everybody[row].eligible is not False]
        found = _asked(code, places, result, everybody, may)
        for row in at:
            step = found.get(row, Step(code, places, len(everybody)))
            told[row] += (step,)
            levels[row] = code if step.stays else below
    return list(zip(levels, told, strict=True))


def _asked(code: str, places: int, result: Result, everybody: Sequence[Ranked], may: Sequence[int]) -> dict[int, Step]:
    """The step of each row that may take one of the places."""
    if not may:
        return {}
    ranks = ranks_of(result, [everybody[row] for row in may])
    stay = admit(ranks, places, Ties.STRICT)
    sizes = Counter(ranks)
    return {
        row: Step(code, places, len(everybody), place, sizes[place], stays)
        for row, place, stays in zip(may, ranks, stay, strict=True)
    }
