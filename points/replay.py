"""What if: the city's past events under the rules in force and under a draft, side by side.

The same pure `evaluate` that awards points reads the same stored events, a holder at a time in recorded
order. Nothing is posted, no decision is stored, and no name is read. Small groups are told as "fewer than five".
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from kernel.calendar import add_months, day_of, rfc3339, start_of
from kernel.db import Session
from kernel.sql import named
from rules.engine.evaluate import ENGINE_VERSION, evaluate, looks_back
from rules.engine.levels import level_of
from rules.engine.model import EventView, Pack, Scale, Used
from rules.governance.drafts import find_draft
from rules.governance.figures import WhatIfRun, save_figures
from rules.governance.registry import load_registry

FEWEST: Final = 5
"""Groups of fewer people than this are never told exactly."""
TOP: Final = 10
BARS_MOST: Final = 8
_PEOPLE_A_BAR: Final = 10
"""Fewer people, fewer bars: a bar of one or two would tell on them, and is kept back anyway."""
_ROWS_A_CHUNK: Final = 2_000
SETTLED: Final = timedelta(seconds=60)
"""How far back a pinned `known_at` lies: no batch older than half of it commits."""

Titles = Mapping[UUID, Mapping[str, str]]
Figures = dict[str, Any]
"""Canonical JSON: integers, strings, null. Points are in minor units of their kind; null means fewer than five."""


@dataclass(frozen=True, slots=True)
class Side:
    """One pack of the comparison, with the digest that names it."""

    pack: Pack
    sha256: bytes


@dataclass(slots=True)
class Earned:
    """What one holder's events are worth under one pack: within the span, and since the beginning."""

    within: Counter[str] = field(default_factory=Counter)
    ever: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Compared:
    """One holder under both packs."""

    holder_id: UUID
    unit_id: UUID | None
    before: Earned
    after: Earned


async def run_what_if(session: Session, *, draft_id: UUID, now: datetime) -> WhatIfRun:
    """Compare a saved draft with the version it started from, over the year before `now`, and keep the figures.

    Known at a minute before `now`, when no batch can still be on its way. Refuses with DraftMissing.
    """
    draft = await find_draft(session, draft_id)
    base = (await load_registry(session)).by_sha256[draft.base_sha256]
    figures = await what_if(
        session,
        base=Side(base.pack, base.sha256),
        draft=Side(draft.pack, draft.draft_sha256),
        since=start_of(add_months(day_of(now), -12)),
        until=now,
        known_at=now - SETTLED,
    )
    return await save_figures(session, draft=draft, figures=figures, now=now)


async def what_if(
    session: Session, *, base: Side, draft: Side, since: datetime, until: datetime, known_at: datetime
) -> Figures:
    """Who would have gained and lost in `since .. until` (by when it happened, half-open), and what it would cost.

    Events before `since` are read too, because limits for life look back at them; they are not counted.
    One query is streamed; the evaluation runs in a thread, so that other requests are not kept waiting.
    """
    kinds = sorted({*base.pack.by_kind, *draft.pack.by_kind})
    binds = {"kinds": kinds, "holder_kind": draft.pack.holder, "known_at": known_at, "until": until}
    result = await session.stream(named(__file__, "past_events"), binds, execution_options={"yield_per": _ROWS_A_CHUNK})
    people: list[Compared] = []
    events_count = 0
    carried: list[Any] = []
    async for rows in result.partitions():
        events_count += sum(1 for row in rows if row.occurred_at >= since)
        carried.extend(rows)
        # The last holder may go on in the next chunk.
        last = carried[-1].holder_id
        whole = [row for row in carried if row.holder_id != last]
        carried = [row for row in carried if row.holder_id == last]
        people.extend(await asyncio.to_thread(_compare_rows, whole, base.pack, draft.pack, since))
    people.extend(await asyncio.to_thread(_compare_rows, carried, base.pack, draft.pack, since))
    return {
        "programme": base.pack.programme,
        "base": {"version": base.pack.version, "sha256": base.sha256.hex()},
        "draft": {"version": draft.pack.version, "sha256": draft.sha256.hex()},
        "since": rfc3339(since),
        "until": rfc3339(until),
        "known_at": rfc3339(known_at),
        "engine": ENGINE_VERSION,
        "holders": len(people),
        "events": events_count,
        **tally(people, base.pack, draft.pack, await _unit_titles(session, people)),
    }


_UNITS = text("select unit_id, title from units where unit_id = any(cast(:unit_ids as uuid[]))")


async def _unit_titles(session: Session, people: Sequence[Compared]) -> Titles:
    """What the home units of these people are called."""
    unit_ids = sorted({one.unit_id for one in people if one.unit_id})
    if not unit_ids:
        return {}
    rows = await session.execute(_UNITS, {"unit_ids": unit_ids})
    return {row.unit_id: row.title for row in rows}


def _compare_rows(rows: Sequence[Any], before: Pack, after: Pack, since: datetime) -> list[Compared]:
    found = []
    for (holder_id, unit_id), theirs in groupby(rows, key=lambda row: (row.holder_id, row.unit_id)):
        events = [_view(row) for row in theirs]
        found.append(Compared(holder_id, unit_id, earned(before, events, since), earned(after, events, since)))
    return found


def _view(row: Any) -> EventView:
    return EventView(row.kind, row.occurred_at, row.ended_at, row.evidence, row.data)


def earned(pack: Pack, events: Iterable[EventView], since: datetime) -> Earned:
    """What a holder's events, given in recorded order, are worth under one pack: exactly as award would have it."""
    total = Earned()
    used: list[Used] = []
    for event in events:
        earliest = looks_back(pack, event)
        seen = [one for one in used if earliest is not None and one.occurred_at >= earliest]
        decision = evaluate(pack, event, seen)
        used.extend(decision.used)
        for grant in decision.grants:
            total.ever[grant.point_kind] += grant.amount
            if event.occurred_at >= since:
                total.within[grant.point_kind] += grant.amount
    return total


def tally(people: Sequence[Compared], base: Pack, draft: Pack, units: Titles) -> Figures:
    """The city's figures from everybody's: by point kind, by level, by home unit."""
    kinds = sorted({kind for one in people for side in (one.before, one.after) for kind in side.within})
    return {
        "kinds": [_by_kind(people, kind) for kind in kinds],
        "levels": _by_level(people, base, draft),
        "groups": _by_group(people, kinds, units),
    }


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
    counts = [Counter(min(max(value, 0) // width, bars - 1) for value in side) for side in (before, after)]
    return [
        {
            "from": bar * width,
            "to": (bar + 1) * width if bar < bars - 1 else None,
            "before": shown(counts[0][bar]),
            "after": shown(counts[1][bar]),
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


def _by_level(people: Sequence[Compared], base: Pack, draft: Pack) -> list[Figures]:
    """How many people stand on each level, and how many come to it or leave it; read from what was ever earned."""
    told = []
    for code, scale in sorted(base.scales.items()):
        after = draft.scales.get(code, scale)
        moves = [(_level(scale, one.before), _level(after, one.after)) for one in people]
        for level in scale.levels:
            told.append(
                {
                    "scale": code,
                    "level": level.code,
                    "before": shown(sum(1 for move in moves if move[0] == level.code)),
                    "after": shown(sum(1 for move in moves if move[1] == level.code)),
                    "come": shown(sum(1 for move in moves if move[0] != level.code == move[1])),
                    "leave": shown(sum(1 for move in moves if move[1] != level.code == move[0])),
                }
            )
    return told


def _level(scale: Scale, earned_points: Earned) -> str:
    return level_of(scale, max(0, earned_points.ever[scale.of])).code


def _by_group(people: Sequence[Compared], kinds: Sequence[str], units: Titles) -> list[Figures]:
    """Totals by home unit, where one is known. A group of fewer than five is named, its figures are kept back."""
    groups: dict[UUID, list[Compared]] = {}
    for one in people:
        if one.unit_id is not None and one.unit_id in units:
            groups.setdefault(one.unit_id, []).append(one)
    return [
        {
            "unit_id": str(unit_id),
            "title": dict(units[unit_id]),
            "holders": shown(len(members)),
            "kinds": [
                {
                    "point_kind": kind,
                    "before": sum(one.before.within[kind] for one in members),
                    "after": sum(one.after.within[kind] for one in members),
                }
                for kind in kinds
                if len(members) >= FEWEST
            ],
        }
        for unit_id, members in sorted(groups.items())
    ]


def shown(count: int) -> int | None:
    """A count that may be told: zero, or five and more."""
    return count if count == 0 or count >= FEWEST else None
