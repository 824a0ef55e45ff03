"""The past events of many holders as of a day, as the rules see them; one query a batch.

The pure reader of quantities reads these. Must never name a person: an event of the rules has none.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from kernel.calendar import start_of
from kernel.db import Session
from kernel.sql import named
from points.ledger.model import Pairs
from rules.engine.model import EventView


async def read_events(
    session: Session, holder_ids: Collection[UUID], kinds: Collection[str], *, as_of: date, known_at: datetime
) -> dict[UUID, list[EventView]]:
    """The events of these kinds that stand, begun by the end of a day, in recorded order; who has none has []."""
    pairs = Pairs.of(list(holder_ids))
    found: dict[UUID, list[EventView]] = {holder_id: [] for holder_id in pairs.holder_ids}
    if not pairs.holder_ids or not kinds:
        return found
    bind = {
        "slices": pairs.slices,
        "holder_ids": pairs.holder_ids,
        "kinds": sorted(set(kinds)),
        "until": start_of(as_of + timedelta(days=1)),
        "known_at": known_at,
    }
    for row in await session.execute(named(__file__, "past"), bind):
        whose = row.data.get("whose", "")
        found[row.holder_id].append(EventView(row.kind, row.occurred_at, row.ended_at, row.evidence, row.data, whose))
    return found
