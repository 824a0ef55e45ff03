"""What holders have of other programmes' points as of a day, and what each of their people has; a few queries a batch.

Points are in minor units, without what had lapsed by the end of the day; what is held still counts. Must never be read
by a writer instead of its own claimed accounts.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from kernel.calendar import day_of, start_of
from kernel.db import Session
from kernel.sql import named
from points.ledger.model import Minor, Pairs


async def read_balances(
    session: Session, holder_ids: Collection[UUID], point_kinds: Collection[str], *, as_of: date, known_at: datetime
) -> dict[UUID, dict[str, Minor]]:
    """What each holder had of each of these kinds; nothing is 0.

    The date on which points lapse by inactivity is kept as it is today; it counts unless a day of the past is asked.
    """
    pairs = Pairs.of(list(holder_ids))
    found: dict[UUID, dict[str, Minor]] = {own: dict.fromkeys(point_kinds, 0) for own in pairs.holder_ids}
    if not pairs.holder_ids or not point_kinds:
        return found
    bind = {
        "slices": pairs.slices,
        "holder_ids": pairs.holder_ids,
        "kinds": sorted(point_kinds),
        "until": start_of(as_of + timedelta(days=1)),
        "known_at": known_at,
        "inactivity": as_of >= day_of(known_at),
    }
    for holder_id, point_kind, amount in await session.execute(named(__file__, "balances"), bind):
        found[holder_id][point_kind] = amount
    return found


async def read_members_balances(
    session: Session, holder_ids: Collection[UUID], point_kinds: Collection[str], *, as_of: date, known_at: datetime
) -> dict[UUID, dict[str, list[Minor]]]:
    """What each person of these households and towns had of each kind, in no order; who has no people has no entry."""
    if not holder_ids or not point_kinds:
        return {}
    bind = {"holder_ids": sorted(set(holder_ids)), "as_of": as_of}
    members: dict[UUID, list[UUID]] = defaultdict(list)
    for holder_id, member_id in await session.execute(named(__file__, "members"), bind):
        members[holder_id].append(member_id)
    everybody = {one for people in members.values() for one in people}
    had = await read_balances(session, everybody, point_kinds, as_of=as_of, known_at=known_at)
    return {
        holder_id: {kind: sorted(had[one][kind] for one in people) for kind in point_kinds}
        for holder_id, people in members.items()
    }
