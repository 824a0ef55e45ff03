"""Everybody's assessment under both packs, from what is recorded of them as of a day, a batch at a time.

Reads only what either pack asks. Must never store a score.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from kernel.db import Session
from points.measured.events import read_events
from points.measured.reads import Reads, reads_of
from points.measured.score import gather_facts, pages_of
from points.what_if.past import Past
from points.what_if.worth import Earned
from rules.engine.assess import Score, assess, result_of
from rules.engine.model import EventView, Pack
from rules.engine.shares import Standing, share_out

Known = Mapping[UUID, Mapping[str, Any]]
SCORE: Final = "total"
"""Under this name a total stands among the figures, where an accrual has its point kinds."""


def both(base: Pack | None, draft: Pack) -> Reads:
    """All that either pack reads of a holder."""
    after = reads_of(draft)
    before = reads_of(base) if base else after
    return Reads(
        kinds=before.kinds | after.kinds,
        facts=before.facts | after.facts,
        balances=before.balances | after.balances,
        members=before.members | after.members,
        selections=tuple(dict.fromkeys((*before.selections, *after.selections))),
    )


def of_score(score: Score) -> Earned:
    """An assessment as the figures take it: its total, whether it meets the line, its level."""
    standing = Standing(score.total, score.keys, score.level, score.eligible)
    earned = Earned(eligible=score.eligible is True, level=score.level, standing=standing)
    earned.within[SCORE] = earned.ever[SCORE] = score.total
    return earned


async def everybody(session: Session, past: Past, *, as_of: date, known_at: datetime) -> None:
    """Put everybody's score under both packs into what is being read, with the homes that are known."""
    reads = both(past.base, past.draft)
    async for page in pages_of(session, past.draft.holder, known_at=known_at):
        facts = await gather_facts(session, reads, list(page), as_of=as_of, known_at=known_at)
        events = await read_events(session, list(page), reads.kinds, as_of=as_of, known_at=known_at)
        past.events_count += sum(len(own) for own in events.values())
        past.units |= {holder_id: unit_id for holder_id, unit_id in page.items() if unit_id is not None}
        await asyncio.to_thread(_score, past, facts, events, as_of)
    if past.base is not None:
        await asyncio.to_thread(keep_shares, past.base, [before for _, before, _ in past.people])
    await asyncio.to_thread(keep_shares, past.draft, [after for _, _, after in past.people])


def keep_shares(pack: Pack, everybody: Sequence[Earned]) -> None:
    """Lower levels until no more than their shares of everybody have them; whoever was not assessed is left out."""
    result = result_of(pack, None)
    assessed = [one for one in everybody if one.standing is not None]
    if result.scale is None or not result.shares:
        return
    shared = share_out(pack.scales[result.scale], result, [one.standing for one in assessed if one.standing])
    for one, (level, _) in zip(assessed, shared, strict=True):
        one.level = level


def _score(past: Past, facts: Known, events: Mapping[UUID, Sequence[EventView]], as_of: date) -> None:
    for own, known in facts.items():
        before = of_score(assess(past.base, known, events[own], as_of)) if past.base else Earned()
        past.put(own, before, of_score(assess(past.draft, known, events[own], as_of)), known, events[own])
