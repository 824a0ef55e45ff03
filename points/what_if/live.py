"""Try another number, at once: everybody's past is read once a day and kept, then each try only prices it again.

The figures are those of `points.what_if.population` without the people who change most, for whose ids it would have to
ask. Nothing is saved; must never be what an approval rests on.
"""

import asyncio
from datetime import datetime
from pathlib import Path

from kernel.calendar import add_months, day_of, start_of
from kernel.db import Session
from points.what_if.comparing import Comparing
from points.what_if.figures import DIMENSIONS, Everybody, Figures, tally
from points.what_if.kept import Keeping, Kept
from points.what_if.pieces import Piece, pieces
from points.what_if.population import Side, frame_of, read_groups
from points.what_if.worth_columns import Span, priced, read, together
from rules.engine.column_reading import reads_alike
from rules.engine.model import Pack


async def try_out(session: Session, *, base: Side, draft: Pack, folder: Path, now: datetime) -> Figures:
    """What this draft would have given in the year before today began, beside the rules in force.

    The first try of a day reads the past, as known when the day began; the later ones only price it again.
    """
    today = day_of(now)
    span = Span(start_of(add_months(today, -12)), today)
    own = folder / f"{base.sha256.hex()}-{today.isoformat()}"
    kept = Kept.of(own) if Kept.there(own) else await _read_past(session, base, own, span)
    return await asyncio.to_thread(_tried, kept, base.pack, draft, span)


async def _read_past(session: Session, base: Side, folder: Path, span: Span) -> Kept:
    today = start_of(span.as_of)
    comparing, keeping = Comparing(None, base.pack, span), Keeping(folder)

    def keep(piece: Piece) -> None:
        keeping.add(piece.people, comparing.add(piece))

    async for piece in pieces(session, [base.pack], until=today, known_at=today):
        await asyncio.to_thread(keep, piece)
    groups, units = await read_groups(session, comparing, known_at=today)
    told = {**frame_of(base, base, comparing, today, today), "units": units}
    return await asyncio.to_thread(keeping.end, groups, comparing.sides()[1], told)


def _tried(kept: Kept, base: Pack, draft: Pack, span: Span) -> Figures:
    """Everybody under the draft. Only where it reads otherwise than the rules in force is anybody's past read again."""
    alike = reads_alike(base, draft)
    groups, before = kept.everybody(DIMENSIONS)
    found = []
    for number in range(kept.count):
        people = kept.people(number)
        frames = kept.frames(number) if alike else read(draft, people, span)
        found.append(priced(draft, frames, people, span))
    people_told = Everybody(before, together(draft, found), groups)
    return {**kept.told, "draft": {"version": draft.version, "sha256": None}, **tally(people_told, base, draft)}
