"""A draft compared with what is in force, for whoever asks on a page or by program.

The look goes on behind the answer when it takes longer than people wait. Must never compute a figure.
"""

from datetime import date
from typing import Final
from uuid import UUID

from api.web.door import Door
from points.rerate.beforehand import declare_reach, run_what_if
from points.what_if.looks import PATIENCE, GoesOn, Step
from rules.governance.drafts import Draft
from rules.governance.figures import WhatIfRun

PROGRAMS_WAIT: Final = 20.0
"""Seconds for which a program waits before it is told to ask again."""

DECLARED_LASTS: Final = 3600.0
"""Seconds for which an author who went away meanwhile still learns what became of a declaration."""


async def compare(door: Door, draft_id: UUID, patience: float = PATIENCE) -> WhatIfRun | GoesOn:
    """Compare a draft over the past year as it is known now, and keep the figures. Refuses as `run_what_if` does."""

    async def look(step: Step) -> WhatIfRun:
        async with door.transaction() as session:
            return await run_what_if(session, draft_id=draft_id, now=door.now, step=step)

    return await door.runtime.looks.ask(look_at(draft_id), look, patience)


async def declare(door: Door, draft_id: UUID, since: date, reason: str, patience: float = PATIENCE) -> Draft | GoesOn:
    """Have a draft reach back to a day, once everybody's past has been looked at. Refuses as `declare_reach` does."""

    async def look(step: Step) -> Draft:
        async with door.transaction() as session:
            return await declare_reach(
                session,
                draft_id=draft_id,
                since=since,
                reason=reason,
                author_id=door.actor_id,
                now=door.now,
                step=step,
            )

    return await door.runtime.looks.ask(reach_at(draft_id, since), look, patience, DECLARED_LASTS)


def reach_at(draft_id: UUID, since: date) -> str:
    """By which name the look goes on that a declaration waits for."""
    return f"{look_at(draft_id)}/{since.isoformat()}"


def look_at(draft_id: UUID) -> str:
    """By which name the look at a draft goes on."""
    return f"draft/{draft_id}"
