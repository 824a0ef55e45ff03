"""A deed of the plan as the event that a scanner, an organiser or a department would send. Pure.

Both roads into the ledger take their events from here, so that they can differ in nothing else.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from api.seed.circumstances import Told
from api.seed.generator import Deed
from kernel.calendar import start_of
from points.events.model import EventDraft

HolderOf = Callable[[int], UUID]
"""The holder of a resident, by the resident's number in the plan."""


def event_of(deed: Deed, holder_of: HolderOf) -> EventDraft:
    """What is recorded of a deed at first."""
    return _event(deed, holder_of, deed.minutes)


def correction_of(deed: Deed, holder_of: HolderOf) -> EventDraft:
    """What is recorded in its place, once somebody has looked again."""
    return _event(deed, holder_of, deed.minutes_then)


def fact_of(told: Told, holder_id: UUID) -> EventDraft:
    """What a department tells of somebody."""
    at, since = start_of(told.valid_from), told.valid_from.isoformat()
    data = {
        "name": told.name,
        "value": told.value,
        "valid_from": since,
        "standing": "verified",
        "department": told.department,
    }
    return EventDraft(holder_id, "fact_recorded", f"{told.name}/{since}", at, at, "imported", "department", data)


def _event(deed: Deed, holder_of: HolderOf, minutes: int) -> EventDraft:
    if isinstance(deed.on, Told):
        return fact_of(deed.on, holder_of(deed.resident))
    if isinstance(deed.on, int):
        friend = str(holder_of(deed.on))
        key, data, ended_at = friend, {"referred_id": friend}, deed.ended_at
        return EventDraft(
            holder_of(deed.resident), deed.kind, key, deed.occurred_at, ended_at, deed.evidence, "register", {**data}
        )
    shift = str(deed.on)
    attendance: dict[str, object] = {"activity_id": shift, "shift_id": shift, "stretch": 1}
    if minutes:
        attendance["minutes"] = minutes
    return EventDraft(
        holder_id=holder_of(deed.resident),
        kind=deed.kind,
        business_key=f"{shift}/1",
        occurred_at=deed.occurred_at,
        ended_at=deed.occurred_at + timedelta(minutes=minutes),
        evidence=deed.evidence,
        source="department" if deed.evidence == "imported" else "scan",
        data=attendance,
    )
