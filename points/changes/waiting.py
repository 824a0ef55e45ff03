"""What still waits for a holder. Reads only."""

from uuid import UUID

from kernel.db import Session
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger.pending import Waiting


async def waiting_of(session: Session, holder_id: UUID) -> list[Waiting]:
    """The holder's points that mature or lapse on a day to come, the next first."""
    bind = {"slice": slice_of(holder_id), "holder_id": holder_id}
    return [Waiting(*row) for row in await session.execute(named(__file__, "waiting_of_holder"), bind)]
