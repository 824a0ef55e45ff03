"""One signed record of a device against what is known of the person: events, or the reason why not. Pure."""

from datetime import datetime, timedelta
from uuid import UUID

from points.activity.device_records import DeviceRecord
from points.activity.hours import Interval, Stretch, last_open, next_no
from points.activity.model import Activity, Attended
from points.activity.visit import Visit
from points.events.model import EventDraft

CLOCK_SKEW = timedelta(seconds=90)
"""How far a device's clock may run ahead of ours."""

ALREADY_RECORDED = "ALREADY_RECORDED"
CLOCK_AHEAD = "CLOCK_AHEAD"
"""Not final: the device keeps the record, and it counts once its time has come."""


def late_fault(
    activity: Activity, shift: Interval, record: DeviceRecord, *, now: datetime, late_days: int
) -> str | None:
    """Why a genuine record can't count, as a code of `late_scans.REASONS`; None when it may."""
    if activity.state == "called_off":
        return "CALLED_OFF"
    if record.out_at > now + CLOCK_SKEW:
        return CLOCK_AHEAD
    if record.out_at <= record.in_at:
        return "BAD_TIMES"
    if not Interval(record.in_at, record.out_at).overlaps(shift):
        return "OUTSIDE_SHIFT"
    if now > shift.ends_at + timedelta(days=late_days):
        return "UPLOADED_TOO_LATE"
    return None


def late_events(
    record: DeviceRecord,
    activity: Activity,
    shift: Interval,
    holder_id: UUID,
    visits: list[Attended],
    now: datetime,
) -> tuple[EventDraft, ...] | str:
    """The events of one record, or a reason: ALREADY_RECORDED, OVERLAPS.

    A whole stretch, or the missing check-out of one that was scanned in online. `visits` learns the new
    stretch, so that the next record of the same upload gets the next number.
    """
    here = next((visit for visit in visits if visit.shift_id == record.shift_id), None)
    stretches = here.stretches if here else ()
    logged = Interval(record.in_at, record.out_at)
    if any(old.out_at and Interval(old.in_at, old.out_at).overlaps(logged) for old in stretches):
        return ALREADY_RECORDED
    waiting = last_open(stretches)
    if waiting and waiting.in_at >= record.out_at:
        return "OVERLAPS"
    no, in_at = (waiting.no, waiting.in_at) if waiting else (next_no(stretches), record.in_at)
    visit = Visit(
        holder_id=holder_id,
        organisation_id=activity.organisation_id,
        activity_id=activity.activity_id,
        shift_id=record.shift_id,
        shift=shift,
        stretch=no,
        source=f"device:{record.device_id}",
        ref=record.ref,
        device_id=record.device_id,
    )
    kept = tuple(old for old in stretches if old.no != no)
    seen = Attended(record.shift_id, activity.activity_id, shift, (*kept, Stretch(no, in_at, record.out_at)))
    visits[:] = [*(visit for visit in visits if visit.shift_id != record.shift_id), seen]
    events = visit.went(in_at, record.out_at, "scanned_late", minted_at=now)
    return events if waiting else (visit.came(in_at, "scanned_late"), *events)
