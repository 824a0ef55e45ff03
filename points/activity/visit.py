"""One person's stretch at one shift, as the events that say so. Pure.

Must never put anything into a service that another sender of the same attendance would not: a scan and a
workbook of one attendance have to say the same, so that it pays once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.ids import mint_beside
from points.activity.hours import Interval, counted, minutes
from points.events.model import EventDraft, service_data


@dataclass(frozen=True, slots=True)
class Visit:
    """Whose stretch it is, where, and who says so (`source`, and the sender's own `ref`)."""

    holder_id: UUID
    organisation_id: UUID
    activity_id: UUID
    shift_id: UUID
    shift: Interval
    stretch: int
    source: str
    ref: str | None = None
    device_id: UUID | None = None

    def came(self, at: datetime, evidence: str) -> EventDraft:
        """The check-in."""
        return self._event("checked_in", at, at, evidence, self._scan_data())

    def went(self, in_at: datetime, out_at: datetime, evidence: str, minted_at: datetime) -> tuple[EventDraft, ...]:
        """The check-out and the service derived from it; the check-out alone when no minute of the shift counts."""
        served = counted(self.shift, in_at, out_at)
        if served is None:
            return (self._event("checked_out", out_at, out_at, evidence, self._scan_data(), ref=self.ref),)
        out_id = mint_beside(self.holder_id, minted_at)
        left = self._event("checked_out", out_at, out_at, evidence, self._scan_data(), event_id=out_id)
        data = service_data(self.organisation_id, self.activity_id, self.shift_id, self.stretch, minutes(served))
        service = self._event(
            "service", served.starts_at, served.ends_at, evidence, data, ref=self.ref, derived_from=out_id
        )
        return (left, service)

    def _scan_data(self) -> dict[str, Any]:
        data = {"activity_id": str(self.activity_id), "shift_id": str(self.shift_id), "stretch": self.stretch}
        return data | ({"device_id": str(self.device_id)} if self.device_id else {})

    def _event(
        self,
        kind: str,
        starts_at: datetime,
        ends_at: datetime,
        evidence: str,
        data: dict[str, Any],
        *,
        ref: str | None = None,
        event_id: UUID | None = None,
        derived_from: UUID | None = None,
    ) -> EventDraft:
        return EventDraft(
            holder_id=self.holder_id,
            kind=kind,
            business_key=f"{self.shift_id}/{self.stretch}",
            occurred_at=starts_at,
            ended_at=ends_at,
            evidence=evidence,
            source=self.source,
            data=data,
            ref=ref,
            event_id=event_id,
            derived_from=derived_from,
        )
