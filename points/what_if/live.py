"""Try another number, at once: everybody's past is read once a day and kept, then each try only prices it again.

    Year.kept     what was read of the year before today; none before the first try of a day
    read_past     reads it, which takes a while in a large city
    try_out       prices it under a draft

The figures are those of `points.what_if.population` without the people who change most, for whose ids it would have to
ask. Nothing is saved; must never be what an approval rests on.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kernel.calendar import add_months, day_of, start_of
from kernel.db import Session
from points.what_if.comparing import Comparing
from points.what_if.figures import DIMENSIONS, Everybody, Figures, tally
from points.what_if.kept import Keeping, Kept
from points.what_if.looks import Step, untold
from points.what_if.pieces import Piece, pieces
from points.what_if.population import Side, frame_of, read_groups
from points.what_if.worth_columns import Span, priced, read, together
from rules.engine.column_reading import reads_alike
from rules.engine.model import Pack


@dataclass(frozen=True, slots=True)
class Year:
    """The year before a day began, as known then, under the rules in force; and where it is kept."""

    base: Side
    span: Span
    folder: Path

    @classmethod
    def before(cls, now: datetime, base: Side, folder: Path) -> "Year":
        """The one that tries of this day look at, somewhere below a folder."""
        today = day_of(now)
        span = Span(start_of(add_months(today, -12)), today)
        return cls(base, span, folder / f"{base.sha256.hex()}-{today.isoformat()}")

    @property
    def kept(self) -> Kept | None:
        """What was read of it, if it was."""
        return Kept.of(self.folder) if Kept.there(self.folder) else None


async def read_past(session: Session, year: Year, step: Step = untold) -> Kept:
    """Read the year once, and keep it."""
    today = start_of(year.span.as_of)
    comparing = Comparing(None, year.base.pack, year.span)

    def keep(piece: Piece) -> None:
        keeping.add(piece.people, comparing.add(piece))

    with Keeping(year.folder, year.base.pack) as keeping:
        async for piece in pieces(session, [year.base.pack], until=today, known_at=today):
            await asyncio.to_thread(keep, piece)
            step(piece.percent)
        groups, units = await read_groups(session, comparing, known_at=today)
        told = {**frame_of(year.base, year.base, comparing, today, today), "units": units}
        return await asyncio.to_thread(lambda: keeping.end(groups, comparing.sides()[1], told))


def try_out(kept: Kept, year: Year, draft: Pack) -> Figures:
    """What a draft would have given in that year, beside the rules in force.

    Only where it reads otherwise than they do is anybody's past read again, from what was kept.
    """
    base = year.base.pack
    alike = reads_alike(base, draft)
    groups, before = kept.everybody(DIMENSIONS)
    found = []
    for number in range(kept.count):
        people = kept.people(number)
        frames = kept.frames(number) if alike else read(draft, people, year.span)
        found.append(priced(draft, frames, people, year.span))
    told = tally(Everybody(before, together(draft, found), groups), base, draft)
    return {**kept.told, "draft": {"version": draft.version, "sha256": None}, **told}
