"""The few things that most tests begin with: a published pack, a resident, a service. Through the real path only."""

from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from kernel.clock import Clock
from kernel.db import Database, Scope
from kernel.sealed import KeyFile
from points.award import award
from points.events.model import EventDraft
from points.people.register import NewResident, Resident, register_residents
from points.submission import Moved, Outcome, Submission
from rules.governance.publish import publish
from rules.governance.registry import Published, load_registry

VOLUNTEERING = Path("rules/packs/volunteering.yaml")


async def publish_volunteering(database: Database, clock: Clock, since: date = date(2025, 1, 1)) -> Published:
    """The volunteering pack, in force since a day that lies before all events of a test."""
    async with database.transaction(Scope()) as session:
        return await publish(
            session, text=VOLUNTEERING.read_text("utf-8"), approval_id=None, now=clock.now(), effective_from=since
        )


async def residents(database: Database, clock: Clock, keys: KeyFile, count: int = 1) -> list[Resident]:
    """So many made-up residents."""
    people = [NewResident(f"测试{index:03d}") for index in range(count)]
    async with database.transaction(Scope()) as session:
        return await register_residents(session, people, keys=keys, now=clock.now())


def service(holder_id: UUID, *, ended_at: datetime, minutes: int = 120, shift_id: UUID | None = None) -> EventDraft:
    """A scanned service of so many minutes that ended at an instant."""
    shift_id = shift_id or uuid4()
    return EventDraft(
        holder_id=holder_id,
        kind="service",
        business_key=f"{shift_id}/1",
        occurred_at=ended_at - timedelta(minutes=minutes),
        ended_at=ended_at,
        evidence="scanned_twice",
        source="scan",
        data={"activity_id": str(shift_id), "shift_id": str(shift_id), "stretch": 1, "minutes": minutes},
    )


async def award_all(database: Database, clock: Clock, *drafts: EventDraft) -> list[Outcome | Moved]:
    """Award these events as one batch, each a submission of its own."""
    async with database.transaction(Scope()) as session:
        registry = await load_registry(session)
        submissions = [Submission((draft,)) for draft in drafts]
        return await award(session, submissions=submissions, now=clock.now(), registry=registry)
