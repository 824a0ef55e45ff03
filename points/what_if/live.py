"""Try another number, at once: everybody's past is read once a day and kept, then each try only prices it again.

The figures are those of `points.what_if.population` without the people who change most, for whose ids it would have to
ask. Nothing is saved; must never be what an approval rests on.
"""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from kernel.calendar import add_months, day_of, start_of
from kernel.db import Session
from points.what_if import kept
from points.what_if.assessed import keep_shares, of_score
from points.what_if.figures import Compared, Figures, tally
from points.what_if.kept import Person
from points.what_if.population import Side, frame_of, read_past
from points.what_if.worth import Earned, earned
from rules.engine.assess import assess
from rules.engine.model import Pack

NOBODY: Final = UUID(int=0)


async def try_out(session: Session, *, base: Side, draft: Pack, folder: Path, now: datetime) -> Figures:
    """What this draft would have given in the year before today began, beside the rules in force.

    The first try of a day reads the past, as known when the day began; the later ones only price it again.
    """
    today = start_of(day_of(now))
    path = folder / f"{base.sha256.hex()}-{day_of(now).isoformat()}.parquet"
    since = start_of(add_months(day_of(now), -12))
    told = kept.told(path)
    if told is None:
        past = await read_past(session, base=None, draft=base.pack, since=since, until=today, known_at=today, keep=True)
        people = [Person(one.groups, one.after, *read) for one, read in zip(past.people, past.read, strict=True)]
        told = {
            **frame_of(base, base, since, today, today),
            "holders": len(people),
            "events": past.events_count,
            "units": past.units,
        }
        await asyncio.to_thread(kept.write, path, people, told)
    return await asyncio.to_thread(_priced, path, base.pack, draft, since, told)


def _priced(path: Path, base: Pack, draft: Pack, since: datetime, told: Figures) -> Figures:
    """Everybody under the draft; who has no event that a changed item reads keeps what they have."""
    touched = changed_kinds(base, draft)
    as_of = day_of(datetime.fromisoformat(told["until"]))
    people = [
        Compared(
            NOBODY,
            one.before,
            of_score(assess(draft, one.facts, one.events, as_of))
            if draft.mode == "assessment"
            else _earned(draft, one, since, touched),
            one.groups,
        )
        for one in kept.read(path)
    ]
    if draft.mode == "assessment":
        keep_shares(draft, [one.after for one in people])
    figures = {**told, "draft": {"version": draft.version, "sha256": None}, **tally(people, base, draft)}
    for kind in figures["kinds"]:
        kind["top"] = []
    return figures


def _earned(draft: Pack, one: Person, since: datetime, touched: frozenset[str]) -> Earned:
    if not any(event.kind in touched for event in one.events):
        return one.before
    return earned(draft, one.events, since)


def changed_kinds(base: Pack, draft: Pack) -> frozenset[str]:
    """The kinds of events that an item reads which is not the same in both, or a limit over it."""
    if base.limits != draft.limits:
        return frozenset({*base.by_kind, *draft.by_kind})
    differ = [item for item in base.items if item not in draft.items]
    differ += [item for item in draft.items if item not in base.items]
    return frozenset(item.on for item in differ if item.on is not None)
