"""Everybody: the city's past events under the rules in force and under a draft, side by side.

The same pure `evaluate` that awards points reads the same stored events, a holder at a time in recorded
order. Nothing is posted, no decision is stored, and no name is read; small groups are kept back.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text

from kernel.calendar import add_months, day_of, rfc3339, start_of
from kernel.db import Session
from kernel.sql import named
from points.measured.facts import read_facts
from points.what_if.assessed import everybody
from points.what_if.figures import FACTS, Compared, Figures, tally
from points.what_if.past import Past, Read
from rules.engine.evaluate import ENGINE_VERSION
from rules.engine.model import Pack
from rules.governance.drafts import base_of, find_draft
from rules.governance.figures import WhatIfRun, save_figures
from rules.governance.registry import load_registry

_IN_CHUNKS: Final = {"yield_per": 2_000}
_HOLDERS_AT_ONCE: Final = 5_000
SETTLED: Final = timedelta(seconds=60)
"""How far back a pinned `known_at` lies: no batch older than half of it commits."""


@dataclass(frozen=True, slots=True)
class Side:
    """One pack of the comparison, with the digest that names it."""

    pack: Pack
    sha256: bytes


async def run_what_if(session: Session, *, draft_id: UUID, now: datetime) -> WhatIfRun:
    """Compare a saved draft with the version it started from, over the year before `now`, and keep the figures.

    Known at a minute before `now`, when no batch can still be on its way. Refuses with DraftMissing, DraftHasFindings.
    """
    draft = await find_draft(session, draft_id)
    base = base_of(await load_registry(session), draft)
    figures = await what_if(
        session,
        base=Side(base.pack, base.sha256) if base else None,
        draft=Side(draft.pack, draft.sha256),
        since=start_of(add_months(day_of(now), -12)),
        until=now,
        known_at=now - SETTLED,
    )
    return await save_figures(session, draft=draft, figures=figures, now=now)


async def what_if(
    session: Session, *, base: Side | None, draft: Side, since: datetime, until: datetime, known_at: datetime
) -> Figures:
    """Who would have gained and lost in `since .. until` (by when it happened, half-open), and what it would cost.

    Events before `since` are read too, because limits for life look back at them; they are not counted. `base` is none
    where nothing was in force. One query is streamed; the evaluation runs in a thread, so that others go on meanwhile.
    """
    before = base.pack if base else None
    found = await read_past(session, base=before, draft=draft.pack, since=since, until=until, known_at=known_at)
    return {
        **frame_of(base, draft, since, until, known_at),
        "holders": len(found.people),
        "events": found.events_count,
        "units": found.units,
        **await asyncio.to_thread(tally, found.people, before, draft.pack),
    }


def frame_of(base: Side | None, draft: Side, since: datetime, until: datetime, known_at: datetime) -> Figures:
    """Which packs, which days and which knowledge figures are about."""
    return {
        "format": 2,
        "programme": draft.pack.programme,
        "base": {"version": base.pack.version, "sha256": base.sha256.hex()} if base else None,
        "draft": {"version": draft.pack.version, "sha256": draft.sha256.hex()},
        "since": rfc3339(since),
        "until": rfc3339(until),
        "known_at": rfc3339(known_at),
        "engine": ENGINE_VERSION,
    }


@dataclass(frozen=True, slots=True)
class Found:
    """Everybody under both packs; `read` is what the rules read of each, in the same order, where it was asked for."""

    people: Sequence[Compared]
    events_count: int
    units: Mapping[str, Mapping[str, str]]
    read: Sequence[Read]


async def read_past(
    session: Session,
    *,
    base: Pack | None,
    draft: Pack,
    since: datetime,
    until: datetime,
    known_at: datetime,
    keep: bool = False,
) -> Found:
    """Everybody under both packs: an assessment from what is recorded of them, an accrual from their events."""
    past = Past(base, draft, since, keep)
    if draft.mode == "assessment":
        await everybody(session, past, as_of=day_of(until), known_at=known_at)
    else:
        packs = [draft] if base is None else [base, draft]
        binds = {
            "kinds": sorted({kind for pack in packs for kind in pack.by_kind}),
            "holder_kind": draft.holder,
            "known_at": known_at,
            "until": until,
        }
        found = await session.stream(named(__file__, "past_events"), binds, execution_options=_IN_CHUNKS)
        async for rows in found.partitions():
            await asyncio.to_thread(past.add, rows)
        await asyncio.to_thread(past.end)
    people, units = await _grouped(session, past, until, known_at)
    return Found(people, past.events_count, units, past.read)


_UNITS = text("select unit_id, title from units where unit_id = any(cast(:unit_ids as uuid[]))")


async def _grouped(
    session: Session, past: Past, until: datetime, known_at: datetime
) -> tuple[list[Compared], dict[str, Mapping[str, str]]]:
    """Everybody with their groups, as recorded facts and home units tell, and what those units are called."""
    holder_ids = [holder_id for holder_id, _, _ in past.people]
    groups: dict[UUID, dict[str, str]] = {holder_id: {} for holder_id in holder_ids}
    for first in range(0, len(holder_ids), _HOLDERS_AT_ONCE):
        asked = holder_ids[first : first + _HOLDERS_AT_ONCE]
        facts = await read_facts(session, asked, as_of=day_of(until), known_at=known_at, keys=FACTS)
        for holder_id, found in facts.items():
            groups[holder_id] |= {name: str(value) for name, value in found.items()}
    rows = await session.execute(_UNITS, {"unit_ids": sorted(set(past.units.values()))})
    units: dict[str, Mapping[str, str]] = {str(row.unit_id): row.title for row in rows}
    for holder_id in holder_ids:
        if (unit_id := str(past.units.get(holder_id))) in units:
            groups[holder_id]["unit"] = unit_id
    return [Compared(one, before, after, groups[one]) for one, before, after in past.people], units
