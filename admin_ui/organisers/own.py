"""An organiser's own activity: somebody else's reads like a missing one. Must never be skipped by a route here."""

from uuid import UUID

from access.authorize import Target
from api.web.door import Door
from kernel.db import Session
from points.activity.model import Activity
from points.activity.organise import find_activity, find_by_shift


async def own_activity(session: Session, door: Door, activity_id: UUID, action: str = "manage_activity") -> Activity:
    """The activity, checked against the caller's organisations. Refuses with NotFoundHere."""
    activity = await find_activity(session, activity_id)
    door.check(action, Target(organisation_id=activity.organisation_id))
    return activity


async def own_shift(session: Session, door: Door, shift_id: UUID, action: str) -> Activity:
    """The activity of a shift, checked likewise."""
    activity = await find_by_shift(session, shift_id)
    door.check(action, Target(organisation_id=activity.organisation_id))
    return activity


def organisations(door: Door) -> list[UUID]:
    """The organisations for which the caller organises, in a fixed order."""
    return sorted(door.actor.organisations()) if door.actor else []
