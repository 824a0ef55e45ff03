"""Everybody: the city's past under the rules in force and under a draft, side by side.

The same rules that award points, in columns, over the same stored events in recorded order. Nothing is posted, no
decision is stored, and no name is read; small groups are kept back.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import polars as pl
from sqlalchemy import text

from kernel.calendar import day_of, rfc3339
from kernel.db import Session
from points.measured.facts import read_facts
from points.what_if.comparing import Comparing
from points.what_if.figures import DIMENSIONS, FACTS, Everybody, Figures, tally
from points.what_if.looks import Step, untold
from points.what_if.pieces import pieces
from points.what_if.worth_columns import Span
from rules.engine.evaluate import ENGINE_VERSION
from rules.engine.model import Pack

_HOLDERS_AT_ONCE: Final = 5_000
SETTLED: Final = timedelta(seconds=60)
"""How far back a pinned `known_at` lies: no batch older than half of it commits."""


@dataclass(frozen=True, slots=True)
class Side:
    """One pack of the comparison, with the digest that names it."""

    pack: Pack
    sha256: bytes


async def what_if(
    session: Session,
    *,
    base: Side | None,
    draft: Side,
    since: datetime,
    until: datetime,
    known_at: datetime,
    step: Step = untold,
) -> Figures:
    """Who would have gained and lost in `since .. until` (by when it happened, half-open), and what it would cost.

    Events before `since` are read too, because limits for life look back at them; they are not counted. `base` is none
    where nothing was in force. The evaluation runs in a thread, so that others go on meanwhile.
    """
    before = base.pack if base else None
    packs = [draft.pack] if before is None else [before, draft.pack]
    comparing = Comparing(before, draft.pack, Span(since, day_of(until)))
    async for piece in pieces(session, packs, until=until, known_at=known_at):
        await asyncio.to_thread(comparing.add, piece)
        step(piece.percent)
    groups, units = await read_groups(session, comparing, known_at=known_at)
    people = Everybody(*await asyncio.to_thread(comparing.sides), groups, comparing.holder_ids)
    return {
        **frame_of(base, draft, comparing, until, known_at),
        "units": units,
        **await asyncio.to_thread(tally, people, before, draft.pack),
    }


def frame_of(base: Side | None, draft: Side, found: Comparing, until: datetime, known_at: datetime) -> Figures:
    """Which packs, which days, which knowledge and how many people and events figures are about."""
    return {
        "format": 2,
        "programme": draft.pack.programme,
        "base": {"version": base.pack.version, "sha256": base.sha256.hex()} if base else None,
        "draft": {"version": draft.pack.version, "sha256": draft.sha256.hex()},
        "since": rfc3339(found.span.since),
        "until": rfc3339(until),
        "known_at": rfc3339(known_at),
        "engine": ENGINE_VERSION,
        "holders": len(found.holder_ids),
        "events": found.events_count,
    }


_UNITS = text("select unit_id, title from units where unit_id = any(cast(:unit_ids as uuid[]))")


async def read_groups(
    session: Session, found: Comparing, *, known_at: datetime
) -> tuple[pl.DataFrame, dict[str, Mapping[str, str]]]:
    """The groups of each holder, as recorded facts and home units tell, and what those units are called."""
    told: list[Mapping[str, Any]] = []
    for first in range(0, len(found.holder_ids), _HOLDERS_AT_ONCE):
        asked = found.holder_ids[first : first + _HOLDERS_AT_ONCE]
        facts = await read_facts(session, asked, as_of=found.span.as_of, known_at=known_at, keys=FACTS)
        told += [facts.get(holder_id, {}) for holder_id in asked]
    rows = await session.execute(_UNITS, {"unit_ids": sorted({home for home in found.homes if home is not None})})
    units: dict[str, Mapping[str, str]] = {str(row.unit_id): row.title for row in rows}
    return grouped(told, [str(home) if str(home) in units else None for home in found.homes]), units


def grouped(told: Sequence[Mapping[str, Any]], homes: Sequence[str | None]) -> pl.DataFrame:
    """Facts by which people are grouped, and homes, as a frame: a row a holder, null where it is not known."""
    columns: dict[str, list[str | None]] = {
        name: [str(one[name]) if name in one else None for one in told] for name in FACTS
    }
    return pl.DataFrame({**columns, "unit": list(homes)}, schema=dict.fromkeys(DIMENSIONS, pl.String))
