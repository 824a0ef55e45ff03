"""The city's figures from everybody's, under both packs: by point kind, by level, by shared limit, by group. Pure.

Canonical JSON: integers, strings, null. Points are in minor units of their kind; null is what is kept back so that
nobody can be found (points.what_if.groups).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from points.what_if.groups import Member, by_group, shown, shown_all
from points.what_if.worth import Earned
from rules.engine.levels import level_of
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

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Compared:
    """One holder under both packs, and to which group of each dimension they belong, where it is known."""

    holder_id: UUID
    before: Earned
    after: Earned
    groups: Mapping[str, str] = field(default_factory=dict)


def tally(people: Sequence[Compared], base: Pack | None, draft: Pack) -> Figures:
    """All that a what-if tells, from all whom it looked at."""
    kinds = sorted({kind for one in people for side in (one.before, one.after) for kind in side.within})
    return {
        "kinds": [_by_kind(people, kind) for kind in kinds],
        "eligible": _eligible(people) if draft.mode == "assessment" else None,
        "levels": _by_level(people, base, draft),
        "limits": _by_limit(people, base, draft),
        "dimensions": [
            {
                "by": by,
                "kinds": [{"point_kind": kind, "groups": by_group(_members(people, by, kind))} for kind in kinds],
            }
            for by in DIMENSIONS
            if any(by in one.groups for one in people)
        ],
    }


def _members(people: Sequence[Compared], by: str, kind: str) -> list[Member]:
    return [Member(one.groups.get(by, ""), one.before.within[kind], one.after.within[kind]) for one in people]


def _by_kind(people: Sequence[Compared], kind: str) -> Figures:
    pairs = [(one.holder_id, one.before.within[kind], one.after.within[kind]) for one in people]
    changed = sorted((p for p in pairs if p[1] != p[2]), key=lambda p: (-abs(p[2] - p[1]), p[0].hex))
    before, after = sum(p[1] for p in pairs), sum(p[2] for p in pairs)
    return {
        "point_kind": kind,
        "gain": sum(1 for p in pairs if p[2] > p[1]),
        "lose": sum(1 for p in pairs if p[2] < p[1]),
        "same": len(pairs) - len(changed),
        "before": before,
        "after": after,
        "cost": after - before,
        "top": [{"holder_id": str(p[0]), "before": p[1], "after": p[2]} for p in changed[:TOP]],
        "distribution": _distribution([p[1] for p in pairs], [p[2] for p in pairs]),
    }


def _distribution(before: Sequence[int], after: Sequence[int]) -> list[Figures]:
    """How many people have how many points: equal bars from zero, the last one without an upper end."""
    bars = min(BARS_MOST, max(2, len(before) // _PEOPLE_A_BAR))
    width = _bar_width(max([0, *before, *after]), bars)
    found = [Counter(min(max(value, 0) // width, bars - 1) for value in side) for side in (before, after)]
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


def _bar_width(highest: int, bars: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50, ... with which so many bars reach the highest value."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if factor * step * bars > highest:
                return factor * step
        step *= 10


def _eligible(people: Sequence[Compared]) -> Figures:
    """How many meet the line, and how many come to it or fall below it."""
    moves = [(one.before.eligible, one.after.eligible) for one in people]
    return _row([sum(move[side] for move in moves) for side in (0, 1)], moves, True)


def _row(stand: Sequence[int | None], moves: Sequence[tuple[Any, Any]], there: Any) -> Figures:
    """Before, after, who comes and who leaves: before + come - leave = after, so that none of the four that is kept
    back may be worked out from the others.
    """
    before, after = (None if count is None else shown(count) for count in stand)
    come: int | None = sum(1 for move in moves if move[0] != there == move[1])
    leave: int | None = sum(1 for move in moves if move[1] != there == move[0])
    if None in (before, after) or shown(come or 0) is None or shown(leave or 0) is None:
        come, leave = (0, 0) if come == leave == 0 and before == after else (None, None)
    return {"before": before, "after": after, "come": come, "leave": leave}


def _by_level(people: Sequence[Compared], base: Pack | None, draft: Pack) -> list[Figures]:
    """How many people stand on each level, and how many come to it or leave it; read from what was ever earned."""
    told = []
    for code, scale in sorted(draft.scales.items()):
        old = base.scales.get(code, scale) if base else scale
        moves = [(_level(old, one.before), _level(scale, one.after)) for one in people]
        stand = [shown_all([sum(1 for m in moves if m[side] == each.code) for each in scale.levels]) for side in (0, 1)]
        for place, level in enumerate(scale.levels):
            row = _row([stand[0][place], stand[1][place]], moves, level.code)
            told.append({"scale": code, "level": level.code, **row})
    return told


def _level(scale: Scale, earned_points: Earned) -> str:
    return earned_points.level or level_of(scale, max(0, earned_points.ever[scale.of])).code


def _by_limit(people: Sequence[Compared], base: Pack | None, draft: Pack) -> list[Figures]:
    """Shared limits of which more is asked than there is, under either pack: what is beyond would not be paid."""
    asked = [Counter[str](), Counter[str]()]
    for one in people:
        asked[0].update(one.before.asked)
        asked[1].update(one.after.asked)
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
