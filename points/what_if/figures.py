"""The city's figures from everybody's, under both packs: by point kind, by level, by shared limit, by group. Pure.

Canonical JSON: integers, strings, null. Points are in minor units of their kind; null is what is kept back so that
nobody can be found (points.what_if.groups). Everybody is a frame, a row a holder; no figure walks over people.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any, Final
from uuid import UUID

import polars as pl

from points.what_if.groups import Group, by_group, shown, shown_all
from points.what_if.worth_columns import Had
from rules.engine.assess import result_of
from rules.engine.column_outcome import level_column
from rules.engine.model import Pack, Scale

TOP: Final = 10
BARS_MOST: Final = 8
LIMITS_MOST: Final = 20
_PEOPLE_A_BAR: Final = 10
"""Fewer people, fewer bars: a bar of one or two would tell on them, and is kept back anyway."""
FACTS: Final = ("registration", "sex", "age_band", "district")
"""The recorded facts by which people are grouped."""
DIMENSIONS: Final = (*FACTS, "unit")
"""By what people are grouped: those facts, and the home unit."""
BEFORE, AFTER = 0, 1

Figures = dict[str, Any]
Moves = Mapping[tuple[Any, Any], int]
"""How many people go from the one to the other."""


@dataclass(frozen=True, slots=True)
class Everybody:
    """All who were looked at, in one order: what each has under either pack, and their groups, null where unknown.

    `before` is none where nothing was in force. `holder_ids` are none where nobody may be told who changes most.
    """

    before: Had | None
    after: Had
    groups: pl.DataFrame
    holder_ids: Sequence[UUID] | None = None

    def side(self, which: int, name: str) -> pl.Series:
        """A column of one side; zeros where a pack has nothing of the kind."""
        had = (self.before, self.after)[which]
        if had is None or name not in had.rows.columns:
            return pl.zeros(self.after.rows.height, dtype=pl.Int64, eager=True)
        return had.rows[name]

    def asked(self, which: int) -> Mapping[str, int]:
        """What is asked of shared limits on one side."""
        had = (self.before, self.after)[which]
        return had.asked if had else {}


def tally(people: Everybody, base: Pack | None, draft: Pack) -> Figures:
    """All that a what-if tells, from all whom it looked at."""
    kinds = _kinds(people, draft)
    told = [by for by in DIMENSIONS if by in people.groups.columns and people.groups[by].is_not_null().any()]
    return {
        "kinds": [_by_kind(people, kind) for kind in kinds],
        "eligible": _eligible(people) if draft.mode == "assessment" else None,
        "levels": _by_level(people, base, draft),
        "limits": _by_limit(people, base, draft),
        "dimensions": [
            {"by": by, "kinds": [{"point_kind": kind, "groups": _by_group(people, by, kind)} for kind in kinds]}
            for by in told
        ],
    }


def _kinds(people: Everybody, draft: Pack) -> list[str]:
    """What anybody has within the span, on either side; an assessment's total is always told."""
    names = {name for had in (people.before, people.after) if had for name in had.rows.columns}
    found = {name.removeprefix("within/") for name in names if name.startswith("within/")}
    if draft.mode == "assessment":
        return sorted(found) if people.after.rows.height else []
    return sorted(kind for kind in found if any((people.side(side, f"within/{kind}") != 0).any() for side in (0, 1)))


def _by_kind(people: Everybody, kind: str) -> Figures:
    before, after = (people.side(side, f"within/{kind}") for side in (BEFORE, AFTER))
    gain, lose = int((after > before).sum()), int((after < before).sum())
    return {
        "point_kind": kind,
        "gain": gain,
        "lose": lose,
        "same": before.len() - gain - lose,
        "before": int(before.sum()),
        "after": int(after.sum()),
        "cost": int(after.sum()) - int(before.sum()),
        "top": _top(before, after, people.holder_ids),
        "distribution": _distribution(before, after),
    }


def _top(before: pl.Series, after: pl.Series, holder_ids: Sequence[UUID] | None) -> list[Figures]:
    """The people who change most; of equals, those whose id is smaller."""
    if holder_ids is None:
        return []
    frame = pl.DataFrame({"before": before, "after": after, "by": (after - before).abs()}).with_row_index("place")
    least = frame["by"].top_k(TOP).min()
    most = frame.filter((pl.col("by") > 0) & (pl.col("by") >= (least or 0))).rows(named=True)
    first = nsmallest(TOP, most, key=lambda row: (-row["by"], holder_ids[row["place"]].hex))
    return [{"holder_id": str(holder_ids[r["place"]]), "before": r["before"], "after": r["after"]} for r in first]


def _distribution(before: pl.Series, after: pl.Series) -> list[Figures]:
    """How many people have how many points: equal bars from zero, the last one without an upper end."""
    bars = min(BARS_MOST, max(2, before.len() // _PEOPLE_A_BAR))
    highest = max(0, *(int(side.max() or 0) for side in (before, after)))  # type: ignore[arg-type]
    width = _bar_width(highest, bars)
    found = [_counted((side.clip(0) // width).clip(0, bars - 1)) for side in (before, after)]
    told = [shown_all([counts[bar] for bar in range(bars)]) for counts in found]
    return [
        {
            "from": bar * width,
            "to": (bar + 1) * width if bar < bars - 1 else None,
            "before": told[0][bar],
            "after": told[1][bar],
        }
        for bar in range(bars)
    ]


def _counted(values: pl.Series) -> Counter[Any]:
    return Counter(dict(values.alias("value").value_counts(name="count").iter_rows()))


def _bar_width(highest: int, bars: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50, ... with which so many bars reach the highest value."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if factor * step * bars > highest:
                return factor * step
        step *= 10


def _moves(before: pl.Series, after: pl.Series) -> Moves:
    """How many people stand on which value before and after."""
    frame = pl.DataFrame([before.alias("before"), after.alias("after")])
    return {(one, other): count for one, other, count in frame.group_by("before", "after").len().iter_rows()}


def _eligible(people: Everybody) -> Figures:
    """How many meet the line, and how many come to it or fall below it."""
    moves = _moves(*(people.side(side, "eligible").cast(pl.Boolean) for side in (BEFORE, AFTER)))
    return _row([_standing(moves, side, True) for side in (BEFORE, AFTER)], moves, True)


def _standing(moves: Moves, side: int, there: Any) -> int:
    return sum(count for move, count in moves.items() if move[side] == there)


def _row(stand: Sequence[int | None], moves: Moves, there: Any) -> Figures:
    """Before, after, who comes and who leaves: before + come - leave = after, so that none of the four that is kept
    back may be worked out from the others.
    """
    before, after = (None if count is None else shown(count) for count in stand)
    come: int | None = sum(count for move, count in moves.items() if move[0] != there == move[1])
    leave: int | None = sum(count for move, count in moves.items() if move[1] != there == move[0])
    if None in (before, after) or shown(come or 0) is None or shown(leave or 0) is None:
        come, leave = (0, 0) if come == leave == 0 and before == after else (None, None)
    return {"before": before, "after": after, "come": come, "leave": leave}


def _by_level(people: Everybody, base: Pack | None, draft: Pack) -> list[Figures]:
    """How many people stand on each level, and how many come to it or leave it; read from what was ever earned."""
    told = []
    for code, scale in sorted(draft.scales.items()):
        old = base.scales.get(code, scale) if base else scale
        moves = _moves(_levels(people, BEFORE, base, old), _levels(people, AFTER, draft, scale))
        stand = [shown_all([_standing(moves, side, each.code) for each in scale.levels]) for side in (BEFORE, AFTER)]
        for place, level in enumerate(scale.levels):
            row = _row([stand[0][place], stand[1][place]], moves, level.code)
            told.append({"scale": code, "level": level.code, **row})
    return told


def _levels(people: Everybody, which: int, pack: Pack | None, scale: Scale) -> pl.Series:
    """Everybody's level: what an assessment's first result says of its own levels, else by what was ever earned."""
    earned = people.side(which, f"ever/{scale.of}").alias("earned")
    reached = earned.to_frame().select(level_column(scale, pl.col("earned"), []).alias("level"))["level"]
    if pack is None or result_of(pack, None).scale != scale.code:
        return reached
    return pl.select(pl.coalesce(people.side(which, "level"), reached)).to_series()


def _by_limit(people: Everybody, base: Pack | None, draft: Pack) -> list[Figures]:
    """Shared limits of which more is asked than there is, under either pack: what is beyond would not be paid."""
    asked = [Counter(people.asked(side)) for side in (BEFORE, AFTER)]
    told = []
    for limit_id in sorted(asked[0].keys() | asked[1].keys()):
        ceilings = [_ceiling(pack, limit_id) for pack in (base, draft)]
        if any(ceiling is not None and of[limit_id] > ceiling for of, ceiling in zip(asked, ceilings, strict=True)):
            told.append(
                {
                    "limit_id": limit_id,
                    "before": asked[0][limit_id],
                    "after": asked[1][limit_id],
                    "ceiling_before": ceilings[0],
                    "ceiling_after": ceilings[1],
                }
            )
    return told[:LIMITS_MOST]


def _ceiling(pack: Pack | None, limit_id: str) -> int | None:
    limit = pack.limits.get(limit_id.split("/")[1]) if pack else None
    return limit.ceiling if limit else None


def _by_group(people: Everybody, by: str, kind: str) -> list[Figures]:
    frame = pl.DataFrame(
        {
            "group": people.groups[by].fill_null(""),
            "before": people.side(BEFORE, f"within/{kind}"),
            "after": people.side(AFTER, f"within/{kind}"),
        }
    )
    sums = frame.group_by("group").agg(
        pl.len(),
        (pl.col("after") > pl.col("before")).sum().alias("gain"),
        (pl.col("after") < pl.col("before")).sum().alias("lose"),
        pl.col("before", "after").sum(),
    )
    return by_group([Group(*row) for row in sums.iter_rows()])
