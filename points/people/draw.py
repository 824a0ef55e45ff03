"""Draw numbers for newcomers: one of their own each, also when somebody has the one that was drawn.

A large city has taken a million of 32^7 numbers: one newcomer in 34,000 then draws a number that another has.
Must never ask person by person: a round draws for all who are still without.
"""

from collections.abc import Sequence
from uuid import UUID

from kernel.db import Session
from kernel.errors import DomainError, Kind
from kernel.ids import random_bytes
from kernel.sql import named
from points.people.numbers import Letter, new_number

ROUNDS = 8
"""Two are enough for all but one newcomer in a thousand million; all eight fail only where the randomness does."""
_TAKE = {"V": "take_resident_numbers", "H": "take_household_numbers"}


class NoNumberFound(DomainError):
    """Each number that was drawn belongs to somebody already. Nothing was recorded.

    Try again. If it happens once more, tell the person who looks after the server: its random numbers repeat.
    """

    kind, code = Kind.BUSY, "NO_NUMBER_FOUND"


async def draw_numbers(session: Session, letter: Letter, holder_ids: Sequence[UUID]) -> dict[UUID, str]:
    """A number for each of these holders, unique over the city and written down as theirs.

    Refuses with NoNumberFound.
    """
    found: dict[UUID, str] = {}
    for _ in range(ROUNDS):
        waiting = [holder_id for holder_id in holder_ids if holder_id not in found]
        if not waiting:
            break
        drawn = [new_number(letter, random_bytes(5)) for _ in waiting]
        rows = await session.execute(named(__file__, _TAKE[letter]), {"numbers": drawn, "holder_ids": waiting})
        found |= {row.holder_id: row.number for row in rows}
    if len(found) < len(holder_ids):
        raise NoNumberFound()
    return found
