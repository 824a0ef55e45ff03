"""What other bodies' programs were told of a resident: logged where it is told, and shown to the resident (CH-28).

Whoever tells a program anything of a holder calls `disclose` in the very transaction of the reading. Must never hold
what was told: only to whose program, for which purpose, which kind of data, and when.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from access.purposes import Recipient
from kernel.db import Session
from kernel.ids import mint_beside, slice_of
from kernel.sql import named
from points.ledger.model import Pairs
from points.people.around import read_around

Position = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One telling: whose program, for which purpose, which kind of data, and when."""

    disclosure_id: UUID
    label: str
    purpose: str
    data: str
    disclosed_at: datetime

    @property
    def position(self) -> Position:
        return self.disclosed_at, self.disclosure_id


async def disclose(session: Session, told: Iterable[tuple[Recipient, UUID]], now: datetime) -> None:
    """Log who is told of whom: a row each however often they are named, in one statement."""
    pairs = sorted(set(told), key=lambda one: (slice_of(one[1]), one[1], one[0].actor_id, one[0].data))
    if not pairs:
        return
    await session.execute(
        named(__file__, "insert_disclosures"),
        {
            "slices": [slice_of(holder_id) for _, holder_id in pairs],
            "holder_ids": [holder_id for _, holder_id in pairs],
            "disclosure_ids": [mint_beside(holder_id, now) for _, holder_id in pairs],
            "actor_ids": [recipient.actor_id for recipient, _ in pairs],
            "purposes": [recipient.purpose for recipient, _ in pairs],
            "datas": [recipient.data for recipient, _ in pairs],
            "now": now,
        },
    )


async def disclosures_of(
    session: Session, *, holder_id: UUID, before: Position | None = None, most: int
) -> list[Disclosure]:
    """What programs were told of a resident, newest first; of a register that was merged into this one as well."""
    around = await read_around(session, [holder_id])
    pairs = Pairs.of([holder_id, *around.beside(holder_id)])
    before_at, before_id = before or (None, None)
    bind = {"slices": pairs.slices, "holder_ids": pairs.holder_ids, "before_at": before_at, "before_id": before_id}
    rows = await session.execute(named(__file__, "disclosures"), {**bind, "most": most})
    return [Disclosure(*row) for row in rows]
