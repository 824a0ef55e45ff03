"""The shapes of what happened, before and after it is recorded. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.calendar import rfc3339
from kernel.canonical import canonical_json

Key = tuple[UUID, str, str, int]
"""Holder, kind, business key, number of the correction (0: the first record)."""


@dataclass(frozen=True, slots=True)
class EventDraft:
    """Something that happened to one holder, not yet recorded.

    `business_key` is what makes the fact the same fact, by kind: a service is `<shift_id>/<stretch>`.
    `ref` is the sender's own number for it, unique with `source` over the whole city. `event_id` is only a
    handle within a submission, so that a sibling may say `derived_from`: the ledger mints its own ids.
    `subject_id` is whom it happened to, where that is not the holder: a household's member, a merged register.
    A correction names the event it replaces; its number follows from that one's.
    """

    holder_id: UUID
    kind: str
    business_key: str
    occurred_at: datetime
    ended_at: datetime
    evidence: str
    source: str
    data: dict[str, Any]
    ref: str | None = None
    event_id: UUID | None = None
    derived_from: UUID | None = None
    corrects_event_id: UUID | None = None
    correction_no: int = 0
    subject_id: UUID | None = None

    @property
    def key(self) -> Key:
        """What may stand once in the ledger: holder, kind, business key, correction."""
        return (self.holder_id, self.kind, self.business_key, self.correction_no)

    def fingerprint(self) -> bytes:
        """SHA-256 of what the fact says, whoever sends it: neither source, ref nor evidence takes part."""
        content = {
            "kind": self.kind,
            "key": self.business_key,
            "no": self.correction_no,
            "from": rfc3339(self.occurred_at),
            "to": rfc3339(self.ended_at),
            "data": self.data,
        }
        return hashlib.sha256(canonical_json(content)).digest()


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it was recorded, with its decisions by programme."""

    holder_id: UUID
    event_id: UUID
    kind: str
    business_key: str
    correction_no: int
    fingerprint: bytes
    occurred_at: datetime
    ended_at: datetime
    recorded_at: datetime
    evidence: str
    source: str
    derived_from: UUID | None
    data: dict[str, Any]
    decisions: dict[str, Any]
    corrected: bool

    @property
    def key(self) -> Key:
        """What stands once in the ledger."""
        return (self.holder_id, self.kind, self.business_key, self.correction_no)


@dataclass(frozen=True, slots=True)
class Redecision:
    """A programme's decision about an event that was made again, as it was recorded."""

    recorded_at: datetime
    decision: dict[str, Any]


def service_data(
    organisation_id: UUID, activity_id: UUID, shift_id: UUID, stretch: int | None, minutes: int | None
) -> dict[str, Any]:
    """What a service says of itself: the same from a scan, a late scan and a workbook, so that it pays once."""
    return {
        "organisation_id": str(organisation_id),
        "activity_id": str(activity_id),
        "shift_id": str(shift_id),
        "stretch": stretch,
        "minutes": minutes,
    }
