"""Who ran what an event tells of: the organisation that it names, or that of its activity."""

from uuid import UUID

from access.authorize import NotFoundHere
from kernel.db import Session
from points.activity.organise import find_activity
from points.events.model import StoredEvent


async def organisation_of(session: Session, event: StoredEvent) -> UUID | None:
    """The organisation behind an event, or none where nobody ran it."""
    if named := event.data.get("organisation_id"):
        return UUID(named)
    if activity_id := event.data.get("activity_id"):
        try:
            return (await find_activity(session, UUID(activity_id))).organisation_id
        except NotFoundHere:  # another body's activity: we have no record of it
            return None
    return None
