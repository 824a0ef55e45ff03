"""Further shifts of an activity: the same work again on other days. Adds only; a shift is never moved."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from kernel.db import Session
from kernel.ids import mint
from points.activity.hours import Interval
from points.activity.model import Shift

_INSERT = text("""
    insert into shifts (shift_id, activity_id, starts_at, ends_at, capacity)
    select r.shift_id, cast(:activity_id as uuid), r.starts_at, r.ends_at, cast(:capacity as integer)
    from unnest(cast(:shift_ids as uuid[]), cast(:starts as timestamptz[]), cast(:ends as timestamptz[]))
        as r (shift_id, starts_at, ends_at)
""")


async def add_shifts(
    session: Session, *, activity_id: UUID, spans: Sequence[Interval], capacity: int, now: datetime
) -> list[Shift]:
    """One more shift for each span, in the order given."""
    shifts = [Shift(mint(now), activity_id, span.starts_at, span.ends_at, capacity) for span in spans]
    await session.execute(
        _INSERT,
        {
            "activity_id": activity_id,
            "capacity": capacity,
            "shift_ids": [shift.shift_id for shift in shifts],
            "starts": [shift.starts_at for shift in shifts],
            "ends": [shift.ends_at for shift in shifts],
        },
    )
    return shifts
