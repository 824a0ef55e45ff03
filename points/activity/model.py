"""The shapes of activities and of the answers at the gate. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from kernel.errors import DomainError, Kind
from points.activity.hours import Interval, Stretch

State = Literal["draft", "open", "called_off"]
Text = dict[str, str]
"""One text in both languages: {"zh": ..., "en": ...}."""


class ActivityTimesInvalid(DomainError):
    """A shift must end after it starts, on whole minutes, and last 16 hours at most. Nothing was saved.

    Correct the times and save again.
    """

    kind, code = Kind.INVALID, "ACTIVITY_TIMES_INVALID"


class ActivityTextMissing(DomainError):
    """An activity needs a title and a place. Nothing was saved.

    Fill in both and save again.
    """

    kind, code = Kind.INVALID, "ACTIVITY_TEXT_MISSING"


class CapacityInvalid(DomainError):
    """The number of places must be between 1 and 100,000. Nothing was saved.

    Correct the number and save again.
    """

    kind, code = Kind.INVALID, "CAPACITY_INVALID"


class ActivityCalledOff(DomainError):
    """This activity was called off. Nothing was recorded.

    Look for another one in the list of activities.
    """

    kind, code = Kind.REFUSED, "CALLED_OFF"


class ActivityOver(DomainError):
    """This activity has already begun, so it can't be called off any more. Nothing was changed.

    Hours of those who came are kept; tell the others yourself.
    """

    kind, code = Kind.REFUSED, "ACTIVITY_OVER"


class ScannedTooOften(DomainError):
    """That was tried too often in the last minute. Nothing was recorded.

    Wait a minute, then scan the code on the screen.
    """

    kind, code = Kind.LIMITED, "SCANNED_TOO_OFTEN"


@dataclass(frozen=True, slots=True)
class Shift:
    """A time in which people serve; `capacity` is how many places there are."""

    shift_id: UUID
    activity_id: UUID
    starts_at: datetime
    ends_at: datetime
    capacity: int

    @property
    def interval(self) -> Interval:
        return Interval(self.starts_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class Activity:
    """Something people come to, with its shifts in order of time."""

    activity_id: UUID
    code: str
    organisation_id: UUID
    title: Text
    place: Text
    state: State
    key_epoch: int
    created_by: UUID
    shifts: tuple[Shift, ...]

    @property
    def starts_at(self) -> datetime:
        return min(shift.starts_at for shift in self.shifts)

    @property
    def ends_at(self) -> datetime:
        return max(shift.ends_at for shift in self.shifts)

    def shift_of(self, shift_id: UUID | None, at: datetime) -> Shift:
        """The shift of this id, or the one that matters at an instant when it is no shift of ours."""
        return next((shift for shift in self.shifts if shift.shift_id == shift_id), self.shift_at(at))

    def shift_at(self, at: datetime) -> Shift:
        """The shift that goes on then, else the next one, else the last."""
        return next((shift for shift in self.shifts if at < shift.ends_at), self.shifts[-1])


@dataclass(frozen=True, slots=True)
class Attended:
    """One person's stretches at one shift, in order."""

    shift_id: UUID
    activity_id: UUID
    shift: Interval
    stretches: tuple[Stretch, ...]
