"""The gate's answer as a value: what is shown full-screen, kept on the ticket, and sent to a program. Pure."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kernel.errors import DomainError, Kind
from points.activity.gate import AlreadyIn, AlreadyOut, NotInYet, Overlaps, TooEarly, TooLate
from points.activity.model import ActivityCalledOff
from points.people.recording import RecordingDeclined


class NotRecorded(DomainError):
    """This scan could not be recorded. Nothing was changed.

    Scan again; if it happens once more, ask the organiser to log your hours.
    """

    kind, code = Kind.CONFLICT, "NOT_RECORDED"


MESSAGES = {
    "CHECKED_IN": "Checked in at {at}.",
    "CHECKED_OUT": "Checked out at {at}.",
    "LEFT_UNRECORDED": "Checked out at {at}. Your service is not recorded.",
}
NEXT_STEPS = {
    "CHECKED_IN": "Scan once more when you leave: points follow the time you were there.",
    "CHECKED_OUT": "Thank you. Your hours are on your points page.",
    "LEFT_UNRECORDED": "Thank you all the same. You chose this under Privacy and choices, and can change it there.",
}
_AT_THE_TAP: dict[str, type[DomainError]] = {
    error.code: error
    for error in (
        AlreadyIn,
        AlreadyOut,
        NotInYet,
        Overlaps,
        TooEarly,
        TooLate,
        ActivityCalledOff,
        NotRecorded,
        RecordingDeclined,
    )
}


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """What the gate said. `code` is CHECKED_IN, CHECKED_OUT or the refusal's; `values` fill its sentence.

    `service_event_id` is the service recorded on leaving; None when no minute counted.
    """

    code: str
    good: bool
    values: dict[str, Any] = field(default_factory=dict)
    ticket_id: UUID | None = None
    service_event_id: UUID | None = None
    refusal: DomainError | None = None

    @property
    def message_id(self) -> str:
        return self.refusal.message_id() if self.refusal else MESSAGES[self.code]

    @property
    def next_step_id(self) -> str:
        return self.refusal.next_step_id() if self.refusal else NEXT_STEPS[self.code]

    def kept(self) -> dict[str, Any]:
        """The form that is kept on the ticket."""
        service = str(self.service_event_id) if self.service_event_id else None
        return {"code": self.code, "good": self.good, "values": self.values, "service_event_id": service}


def refused(error: DomainError, ticket_id: UUID | None = None) -> GateAnswer:
    """A refusal as the gate's answer."""
    return GateAnswer(error.code, False, dict(error.values), ticket_id, refusal=error)


def stored_answer(ticket_id: UUID, kept: dict[str, Any]) -> GateAnswer:
    """The answer again, from the form that was kept."""
    if not kept["good"]:
        return refused(_AT_THE_TAP.get(kept["code"], NotRecorded)(**kept["values"]), ticket_id)
    service = kept["service_event_id"]
    return GateAnswer(kept["code"], True, kept["values"], ticket_id, UUID(service) if service else None)
