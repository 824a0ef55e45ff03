"""What an organiser does with an activity: write it down, open it, call it off, and look at the list.

Must never edit the times of an activity that has people at it: what they earned rests on them.
"""

from base64 import b32encode
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from access.authorize import NotFoundHere
from kernel.audit import audit
from kernel.canonical import dumps
from kernel.db import Session
from kernel.ids import mint, random_bytes
from points.activity.hours import whole_minute
from points.activity.model import (
    Activity,
    ActivityCalledOff,
    ActivityOver,
    ActivityTextMissing,
    ActivityTimesInvalid,
    CapacityInvalid,
    Shift,
    Text,
)

LONGEST_SHIFT = timedelta(hours=16)
LIVE_BEFORE, LIVE_AFTER = timedelta(hours=2), timedelta(hours=12)
"""How long before its start and after its end an activity's codes are looked up at all."""

_SELECT = """
    select a.activity_id, a.code, a.organisation_id, a.title, a.place, a.state, a.key_epoch, a.created_by,
           s.shift_id, s.starts_at, s.ends_at, s.capacity
    from activities a join shifts s using (activity_id)
"""
_BY_ID = text(_SELECT + "where a.activity_id = :activity_id order by s.starts_at")
_BY_CODE = text(_SELECT + "where a.code = :code order by s.starts_at")
_BY_SHIFTS = text(
    _SELECT
    + """where a.activity_id in (select activity_id from shifts where shift_id = any(cast(:shift_ids as uuid[])))
         order by s.starts_at"""
)
_NEXT = """
    select a.activity_id, a.code, a.organisation_id, a.title, a.place, a.state, a.key_epoch, a.created_by,
           s.shift_id, s.starts_at, s.ends_at, s.capacity
    from activities a join lateral (
        select * from shifts one where one.activity_id = a.activity_id
        order by (one.ends_at > :now) desc, abs(extract(epoch from one.ends_at - :now)) limit 1
    ) s on true
"""
"""Each activity with the one shift that matters now: the one going on, else the next, else the last."""
_OF_ORGANISATIONS = text(
    _NEXT
    + """where a.organisation_id = any(cast(:organisation_ids as uuid[]))
         order by s.starts_at desc, a.activity_id limit :most"""
)
_OPEN = text(
    _NEXT
    + """where a.state = 'open' and s.ends_at > :now and s.starts_at < :before
         order by s.starts_at, a.activity_id limit :most"""
)
_LIVE = text(
    _SELECT
    + """where a.state = 'open' and s.ends_at > :after and s.starts_at < :before
         order by s.starts_at, a.activity_id limit :most"""
)
_INSERT_ACTIVITY = text("""
    insert into activities (activity_id, code, organisation_id, unit_id, title, place, created_by, created_at)
    values (:activity_id, :code, :organisation_id, :unit_id, cast(:title as jsonb), cast(:place as jsonb),
            :created_by, :now)
""")
_INSERT_SHIFT = text("""
    insert into shifts (shift_id, activity_id, starts_at, ends_at, capacity)
    values (:shift_id, :activity_id, :starts_at, :ends_at, :capacity)
""")
_SET_OPEN = text("""
    update activities set state = 'open', opened_at = :now where activity_id = :activity_id and state = 'draft'
""")
_CALL_OFF = text("""
    update activities set state = 'called_off', called_off_at = :now
    where activity_id = :activity_id and state <> 'called_off'
""")


async def create_activity(
    session: Session,
    *,
    organisation_id: UUID,
    title: Text,
    place: Text,
    starts_at: datetime,
    ends_at: datetime,
    capacity: int,
    created_by: UUID,
    now: datetime,
    unit_id: UUID | None = None,
) -> Activity:
    """Write down an activity with one shift, as a draft that nobody else sees.

    Refuses with ActivityTextMissing, ActivityTimesInvalid or CapacityInvalid. A missing English text takes the Chinese.
    """
    title, place = _both(title), _both(place)
    if starts_at != whole_minute(starts_at) or not timedelta() < ends_at - starts_at <= LONGEST_SHIFT:
        raise ActivityTimesInvalid()
    if not 1 <= capacity <= 100_000:
        raise CapacityInvalid()
    activity_id, code = mint(now), b32encode(random_bytes(5)).decode()
    await session.execute(
        _INSERT_ACTIVITY,
        {
            "activity_id": activity_id,
            "code": code,
            "organisation_id": organisation_id,
            "unit_id": unit_id,
            "title": dumps(title),
            "place": dumps(place),
            "created_by": created_by,
            "now": now,
        },
    )
    shift = Shift(mint(now), activity_id, starts_at, whole_minute(ends_at), capacity)
    await session.execute(_INSERT_SHIFT, asdict(shift))
    await audit(
        session, at=now, action="activity_created", object_kind="activity", object_id=activity_id, data={"code": code}
    )
    return Activity(activity_id, code, organisation_id, title, place, "draft", 1, created_by, (shift,))


async def open_activity(session: Session, *, activity: Activity, now: datetime) -> None:
    """Show a draft to everybody and let people check in. Opening it twice changes nothing."""
    if activity.state == "called_off":
        raise ActivityCalledOff()
    done: Any = await session.execute(_SET_OPEN, {"activity_id": activity.activity_id, "now": now})
    if done.rowcount:
        await audit(
            session,
            at=now,
            action="activity_opened",
            object_kind="activity",
            object_id=activity.activity_id,
            data={"before": activity.state, "after": "open"},
        )


async def call_off(session: Session, *, activity: Activity, now: datetime) -> None:
    """Call an activity off before it begins. Doing it twice changes nothing; refuses with ActivityOver."""
    if activity.state == "open" and activity.starts_at <= now:
        raise ActivityOver()
    done: Any = await session.execute(_CALL_OFF, {"activity_id": activity.activity_id, "now": now})
    if done.rowcount:
        await audit(
            session,
            at=now,
            action="activity_called_off",
            object_kind="activity",
            object_id=activity.activity_id,
            data={"before": activity.state, "after": "called_off"},
        )


async def find_activity(session: Session, activity_id: UUID) -> Activity:
    """One activity with its shifts. Refuses with NotFoundHere."""
    rows = (await session.execute(_BY_ID, {"activity_id": activity_id})).all()
    return _one(rows)


async def find_by_code(session: Session, code: str) -> Activity | None:
    """The activity whose eight letters these are."""
    found = _activities((await session.execute(_BY_CODE, {"code": code})).all())
    return found[0] if found else None


async def find_by_shift(session: Session, shift_id: UUID) -> Activity:
    """The activity that a shift belongs to. Refuses with NotFoundHere."""
    rows = (await session.execute(_BY_SHIFTS, {"shift_ids": [shift_id]})).all()
    return _one(rows)


async def find_by_shifts(session: Session, shift_ids: Iterable[UUID]) -> dict[UUID, Activity]:
    """The activities of many shifts, by shift."""
    rows = (await session.execute(_BY_SHIFTS, {"shift_ids": list(shift_ids)})).all()
    return {shift.shift_id: activity for activity in _activities(rows) for shift in activity.shifts}


async def activities_of(
    session: Session, *, organisation_ids: Iterable[UUID], now: datetime, most: int = 200
) -> list[Activity]:
    """An organiser's activities in every state, each with its current, next or last shift, the latest first."""
    parameters = {"organisation_ids": list(organisation_ids), "now": now, "most": most}
    return _activities((await session.execute(_OF_ORGANISATIONS, parameters)).all())


async def open_activities(session: Session, *, now: datetime, most: int = 100) -> list[Activity]:
    """What a resident may come to in the next 60 days, each with its next shift, the soonest first."""
    parameters = {"now": now, "before": now + timedelta(days=60), "most": most}
    return _activities((await session.execute(_OPEN, parameters)).all())


async def live_activities(session: Session, *, now: datetime) -> list[Activity]:
    """Those whose codes may be on a screen just now: the candidates for six typed letters."""
    parameters = {"after": now - LIVE_AFTER, "before": now + LIVE_BEFORE, "most": 5000}
    return _activities((await session.execute(_LIVE, parameters)).all())


def _both(value: Text) -> Text:
    zh, en = (value.get(language, "").strip() for language in ("zh", "en"))
    if not (zh or en) or max(len(zh), len(en)) > 200:
        raise ActivityTextMissing()
    return {"zh": zh or en, "en": en or zh}


def _one(rows: Sequence[Any]) -> Activity:
    found = _activities(rows)
    if not found:
        raise NotFoundHere()
    return found[0]


def _activities(rows: Sequence[Any]) -> list[Activity]:
    """One activity from each run of rows, in the order of first appearance."""
    shifts: dict[UUID, list[Shift]] = {}
    firsts: dict[UUID, Any] = {}
    for row in rows:
        firsts.setdefault(row.activity_id, row)
        shifts.setdefault(row.activity_id, []).append(
            Shift(row.shift_id, row.activity_id, row.starts_at, row.ends_at, row.capacity)
        )
    return [
        Activity(
            activity_id=activity_id,
            code=row.code,
            organisation_id=row.organisation_id,
            title=row.title,
            place=row.place,
            state=row.state,
            key_epoch=row.key_epoch,
            created_by=row.created_by,
            shifts=tuple(sorted(shifts[activity_id], key=lambda shift: shift.starts_at)),
        )
        for activity_id, row in firsts.items()
    ]
