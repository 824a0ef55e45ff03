"""A town hall: officials, an auditor, residents with a year of service, and the whole application over it."""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal
from uuid import UUID

import httpx2
import pytest

from access.actors import Grant
from access.people_register import create_resident_actor, create_staff
from access.tokens import issue
from api.app import build_templates, create_app
from api.web.runtime import Runtime
from kernel.clock import FixedClock
from kernel.db import Database, Scope, Session
from kernel.sealed import KeyFile
from kernel.settings import Settings
from points.events.model import EventDraft
from points.intake import Intake
from points.ledger.statement import balances
from points.people.register import NewResident, Resident, register_residents
from points.submission import Outcome, Submission
from points.what_if.looks import Looks
from rules.governance.registry import Published
from tests.builders import publish_volunteering, service

LONG_AGO = date(2025, 1, 1)


@dataclass(slots=True)
class Hall:
    """What a test needs of the city, built through the use cases."""

    database: Database
    clock: FixedClock
    keys: KeyFile
    intake: Intake
    looks: Looks = field(default_factory=Looks)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def transaction(self, actor_id: UUID | None = None) -> AbstractAsyncContextManager[Session]:
        return self.database.transaction(Scope(actor_id, "test"))

    async def publish(self) -> Published:
        """The volunteering pack, in force since long ago."""
        return await publish_volunteering(self.database, self.clock, since=LONG_AGO)

    async def staff(
        self, role: Literal["official", "auditor", "organiser"], label: str, organisation_id: UUID | None = None
    ) -> tuple[UUID, str]:
        """A member of staff: the actor's id and a token."""
        async with self.transaction() as session:
            grants = [Grant(role, organisation_id)]
            actor_id = await create_staff(session, label=label, grants=grants, now=self.now)
            token = await issue(
                session, actor_id=actor_id, kind="api", scopes=None, ttl=timedelta(days=365), now=self.now
            )
        return actor_id, token

    async def token_of(self, holder_id: UUID) -> str:
        """A token of this resident's own."""
        async with self.transaction() as session:
            await create_resident_actor(session, holder_id=holder_id, now=self.now)
            return await issue(
                session, actor_id=holder_id, kind="api", scopes=None, ttl=timedelta(days=3_650), now=self.now
            )

    async def residents(self, count: int) -> list[Resident]:
        """So many residents without a point."""
        people = [NewResident(f"测试{number:03d}") for number in range(count)]
        async with self.transaction() as session:
            return await register_residents(session, people, keys=self.keys, now=self.now)

    async def serve(self, holder_id: UUID, *, days_ago: int = 0, minutes: int = 120) -> Outcome:
        """A scanned service that ended so many days ago and is recorded now."""
        draft = service(holder_id, ended_at=self.now - timedelta(days=days_ago), minutes=minutes)
        return await self.record(draft)

    async def record(self, *drafts: EventDraft) -> Outcome:
        """Events of one holder, through the intake as a scan does."""
        outcome = await self.intake.submit(Submission(drafts))
        assert outcome.status == "recorded", outcome.findings
        return outcome

    async def points_of(self, holder_id: UUID, kind: str = "volunteer-points") -> int:
        async with self.transaction() as session:
            held = await balances(session, holder_id=holder_id, now=self.now)
        return sum(one.posted for one in held if one.point_kind == kind)


@pytest.fixture
async def hall(database: Database, clock: FixedClock, keys: KeyFile) -> AsyncIterator[Hall]:
    """A fresh database with nothing but the point kinds and rules a test publishes."""
    built = Hall(database, clock, keys, Intake(database, clock, lanes=1))
    yield built
    await built.looks.close()
    await built.intake.close()


@pytest.fixture
async def site(hall: Hall, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """The whole application over this hall's database; who asks is said by a bearer token."""
    runtime = Runtime(
        settings=Settings(data_dir=tmp_path / "data"),
        database=hall.database,
        clock=hall.clock,
        keys=hall.keys,
        intake=hall.intake,
        templates=build_templates(),
        looks=hall.looks,
    )
    transport = httpx2.ASGITransport(app=create_app(runtime))
    async with httpx2.AsyncClient(transport=transport, base_url=runtime.settings.base_url) as client:
        yield client


def signed(token: str, key: str | None = None) -> dict[str, str]:
    """The headers of a request in somebody's name, with its request key."""
    return {"authorization": f"Bearer {token}"} | ({"idempotency-key": key} if key else {})


def forms_of(html: str, action: str) -> list[dict[str, str]]:
    """The hidden fields of every form that posts to `action`."""
    forms = re.findall(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', html, re.DOTALL)
    return [dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)) for form in forms]
