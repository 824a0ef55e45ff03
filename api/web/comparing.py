"""A draft compared with what is in force, for whoever asks on a page or by program.

The look goes on behind the answer when it takes longer than people wait. Must never compute a figure.
"""

from typing import Final
from uuid import UUID

from api.web.door import Door
from points.what_if.looks import PATIENCE, GoesOn, Step
from points.what_if.population import run_what_if
from rules.governance.figures import WhatIfRun

PROGRAMS_WAIT: Final = 20.0
"""Seconds for which a program waits before it is told to ask again."""


async def compare(door: Door, draft_id: UUID, patience: float = PATIENCE) -> WhatIfRun | GoesOn:
    """Compare a draft over the past year as it is known now, and keep the figures. Refuses as `run_what_if` does."""

    async def look(step: Step) -> WhatIfRun:
        async with door.transaction() as session:
            return await run_what_if(session, draft_id=draft_id, now=door.now, step=step)

    return await door.runtime.looks.ask(look_at(draft_id), look, patience)


def look_at(draft_id: UUID) -> str:
    """By which name the look at a draft goes on."""
    return f"draft/{draft_id}"
