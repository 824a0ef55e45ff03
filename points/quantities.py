"""What already happened, as the rules need it: events become quantities, for many holders in one query.

Its pure twin is `rules.engine.quantities`. Must never decide anything.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from kernel.db import Session
from points.events.record import history
from rules.engine.model import Used

UsedRoom = Mapping[tuple[UUID, str], Sequence[Used]]
"""By holder and programme: what earlier events took of caps, in recorded order."""


async def used_room(session: Session, *, since: Mapping[UUID, datetime], programmes: Sequence[str]) -> UsedRoom:
    """What each holder's awarded events since its own instant took of caps, per programme."""
    used: dict[tuple[UUID, str], list[Used]] = defaultdict(list)
    if since and programmes:
        for holder_id, programme, occurred_at, trace in await history(session, since=since, programmes=programmes):
            for item in trace["items"]:
                if item["points"]:
                    used[(holder_id, programme)].append(Used(item["code"], occurred_at, item["points"]))
    return used
