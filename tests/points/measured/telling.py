"""Facts as departments tell them, through the real path."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from kernel.calendar import start_of
from kernel.clock import FixedClock
from kernel.db import Database
from points.events.model import EventDraft
from points.submission import Outcome
from tests.builders import award_all


def fact(
    holder_id: UUID,
    name: str,
    value: str | int | bool,
    since: date,
    until: date | None = None,
    standing: str = "verified",
) -> EventDraft:
    """A fact that is true from one day to another, both counted."""
    data = {"name": name, "value": value, "valid_from": since.isoformat(), "standing": standing}
    if until is not None:
        data["valid_to"] = until.isoformat()
    at = start_of(since)
    return EventDraft(holder_id, "fact_recorded", f"{name}/{since}", at, at, "imported", "department", data)


async def tell(database: Database, clock: FixedClock, *facts: EventDraft) -> list[UUID]:
    """Record these facts now; gives the events' ids. A minute later they are known."""
    outcomes = await award_all(database, clock, *facts)
    assert all(isinstance(one, Outcome) and one.status == "recorded" for one in outcomes), outcomes
    clock.advance(timedelta(minutes=1))
    return [one.events[0].event_id for one in outcomes if isinstance(one, Outcome)]


def corrected(draft: EventDraft, event_id: UUID, value: str | int | bool) -> EventDraft:
    """The same fact with another value, in place of the one that was recorded."""
    return replace(draft, corrects_event_id=event_id, data={**draft.data, "value": value})
