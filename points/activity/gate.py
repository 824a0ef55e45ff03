"""What a scan at a gate means for one person: come, go, or a refusal with its next step.

Pure: the activity, what the person attended so far, and the instant of the scan are handed in. Must never
decide by what a device says: the instant is the server's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kernel.calendar import local
from kernel.errors import DomainError, Kind
from points.activity.hours import Stretch, last_open, next_no
from points.activity.model import Activity, ActivityCalledOff, Attended, Shift
from points.activity.tokens import Gate

OPENS_BEFORE = timedelta(minutes=30)
"""How long before the start people may check in; minutes count from the start all the same."""

CLOSES_AFTER = timedelta(hours=2)
"""How long after the end people may still check out; minutes count up to the end all the same."""


class WrongCode(DomainError):
    """This is not a code of ours, or it belongs to another place. Nothing was recorded.

    Scan the code on the organiser's screen, or type its six letters.
    """

    kind, code = Kind.REFUSED, "WRONG_CODE"


class CodeExpired(DomainError):
    """This code has expired (older than 20 seconds). Nothing was recorded.

    Scan the new code on the screen.
    """

    kind, code = Kind.REFUSED, "CODE_EXPIRED"


class AlreadyIn(DomainError):
    """You are checked in already, since {at}. Nothing was recorded again.

    Scan the check-out code when you leave.
    """

    kind, code = Kind.REFUSED, "ALREADY_IN"


class AlreadyOut(DomainError):
    """You checked out already, at {at}. Nothing was recorded again.

    If the time is wrong, ask the organiser to correct it.
    """

    kind, code = Kind.REFUSED, "ALREADY_OUT"


class NotInYet(DomainError):
    """You have not checked in here yet, so there is nothing to check out from. Nothing was recorded.

    Scan the check-in code first, or ask the organiser to log your hours.
    """

    kind, code = Kind.REFUSED, "NOT_IN_YET"


class TooEarly(DomainError):
    """It is too early to check in. Nothing was recorded.

    Come back and scan from {opens_at} on.
    """

    kind, code = Kind.REFUSED, "TOO_EARLY"


class TooLate(DomainError):
    """This ended at {ended_at}, so it is too late to scan. Nothing was recorded.

    If you were there, ask the organiser to log your hours.
    """

    kind, code = Kind.REFUSED, "TOO_LATE"


class Overlaps(DomainError):
    """You are checked in at another activity that lasts until {until}. Nothing was recorded.

    Check out there first; if you forgot to, ask its organiser.
    """

    kind, code = Kind.REFUSED, "OVERLAPS"


@dataclass(frozen=True, slots=True)
class Passage:
    """A scan that is good: whose shift, which stretch, and since when for somebody who leaves."""

    organisation_id: UUID
    shift: Shift
    stretch: int
    gate: Gate
    in_at: datetime


def hour(at: datetime, seen_from: datetime | None = None) -> str:
    """`14:02` in Shanghai, with the date (`11-23 14:02`) where that is another day; the same in both languages."""
    other_day = seen_from is not None and local(at).date() != local(seen_from).date()
    return local(at).strftime("%m-%d %H:%M" if other_day else "%H:%M")


def pass_gate(activity: Activity, gate: Gate, attended: Sequence[Attended], at: datetime) -> Passage | DomainError:
    """Let a person in or out at the instant of the scan, or say why not.

    The very same scan (the same instant) passes again with the same result, so that a retry is a repeat.
    """
    if activity.state == "called_off":
        return ActivityCalledOff()
    here = {visit.shift_id: visit.stretches for visit in attended if visit.activity_id == activity.activity_id}
    if gate is Gate.IN:
        return _come(activity, here, attended, at)
    return _go(activity, here, at)


def _come(
    activity: Activity, here: dict[UUID, tuple[Stretch, ...]], attended: Sequence[Attended], at: datetime
) -> Passage | DomainError:
    shift = activity.shift_at(at)
    stretches = here.get(shift.shift_id, ())
    for stretch in stretches:
        if stretch.in_at == at:
            return Passage(activity.organisation_id, shift, stretch.no, Gate.IN, at)
    if at >= shift.ends_at:
        return TooLate(ended_at=hour(shift.ends_at, at))
    if waiting := last_open(stretches):
        return AlreadyIn(at=hour(waiting.in_at, at))
    if at < shift.starts_at - OPENS_BEFORE:
        before = [one for one in activity.shifts if one.ends_at <= at < one.ends_at + CLOSES_AFTER]
        if before:
            return TooLate(ended_at=hour(before[-1].ends_at, at))
        return TooEarly(opens_at=hour(shift.starts_at - OPENS_BEFORE, at))
    for visit in attended:
        if visit.shift_id != shift.shift_id and last_open(visit.stretches) and at < visit.shift.ends_at:
            return Overlaps(until=hour(visit.shift.ends_at, at))
    return Passage(activity.organisation_id, shift, next_no(stretches), Gate.IN, at)


def _go(activity: Activity, here: dict[UUID, tuple[Stretch, ...]], at: datetime) -> Passage | DomainError:
    last_out: datetime | None = None
    for shift in reversed(activity.shifts):
        stretches = here.get(shift.shift_id, ())
        for stretch in stretches:
            if stretch.out_at == at:
                return Passage(activity.organisation_id, shift, stretch.no, Gate.OUT, stretch.in_at)
        if waiting := last_open(stretches):
            if at > shift.ends_at + CLOSES_AFTER:
                return TooLate(ended_at=hour(shift.ends_at, at))
            return Passage(activity.organisation_id, shift, waiting.no, Gate.OUT, waiting.in_at)
        for stretch in stretches:
            last_out = max(stretch.out_at, last_out) if stretch.out_at and last_out else stretch.out_at or last_out
    if last_out is not None:
        return AlreadyOut(at=hour(last_out, at))
    return NotInYet()
