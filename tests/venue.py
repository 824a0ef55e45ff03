"""A venue: an organisation with two organisers, an activity that goes on now, residents who scan. Over a hall."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text

from access.actors import Grant
from access.people_register import create_resident_actor, create_staff
from access.tokens import issue
from kernel.db import Session
from points.activity.model import Activity
from points.activity.organise import create_activity, find_activity, open_activity
from points.activity.tokens import Gate, SignedStep, activity_key, sign, step_of
from points.people.register import Resident, create_organisation
from tests.hall import Hall, signed


@dataclass(slots=True)
class Venue:
    """What a test of activities needs, built through the use cases."""

    hall: Hall
    site: httpx2.AsyncClient
    organisation_id: UUID = field(default=UUID(int=0))
    organiser: str = ""
    colleague: str = ""
    organiser_id: UUID = field(default=UUID(int=0))

    async def settle(self) -> None:
        """Publish the rules, and found an organisation with two organisers."""
        await self.hall.publish()
        async with self.hall.transaction() as session:
            self.organisation_id = await create_organisation(
                session, code="lake-group", title={"zh": "护湖队", "en": "Lake group"}, now=self.hall.now
            )
        self.organiser_id, self.organiser = await self.staff_of(self.organisation_id)
        _, self.colleague = await self.staff_of(self.organisation_id)

    async def staff_of(self, organisation_id: UUID) -> tuple[UUID, str]:
        """An organiser of an organisation: actor id and token."""
        grant = Grant("organiser", organisation_id=organisation_id)
        async with self.hall.transaction() as session:
            actor_id = await create_staff(session, label="organiser", grants=[grant], now=self.hall.now)
            return actor_id, await self._token(session, actor_id)

    async def resident(self) -> tuple[Resident, str]:
        """Somebody who can sign in, and a token."""
        found = (await self.hall.residents(1))[0]
        async with self.hall.transaction() as session:
            await create_resident_actor(session, holder_id=found.holder_id, now=self.hall.now)
            return found, await self._token(session, found.holder_id)

    async def _token(self, session: Session, actor_id: UUID) -> str:
        ttl = timedelta(days=365)
        return await issue(session, actor_id=actor_id, kind="api", scopes=None, ttl=ttl, now=self.hall.now)

    async def activity(
        self, *, starts: timedelta = timedelta(), hours: int = 3, opened: bool = True, at: datetime | None = None
    ) -> Activity:
        """An activity that starts `starts` from now (or at an instant)."""
        starts_at = at or self.hall.now + starts
        async with self.hall.transaction(self.organiser_id) as session:
            made = await create_activity(
                session,
                organisation_id=self.organisation_id,
                title={"zh": "松山湖护湖", "en": "Songshan Lake care"},
                place={"zh": "松山湖北门", "en": "North gate"},
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=hours),
                capacity=30,
                created_by=self.organiser_id,
                now=self.hall.now,
            )
            if opened:
                await open_activity(session, activity=made, now=self.hall.now)
            return await find_activity(session, made.activity_id)

    def code(self, activity: Activity, gate: Gate = Gate.IN) -> SignedStep:
        """What the screen shows just now."""
        return sign(
            activity_key(self.hall.keys, activity.activity_id, activity.key_epoch),
            base_url="http://t",
            activity_id=activity.activity_id,
            activity_code=activity.code,
            gate=gate,
            step=step_of(self.hall.now),
        )

    async def open_scan(self, token: str, code: str) -> httpx2.Response:
        """Scan over the API: the ticket, or the problem."""
        body = {"code": code.rpartition("/")[2]}
        return await self.site.post("/api/v1/scans", json=body, headers=signed(token))

    async def scan(self, token: str, activity: Activity, gate: Gate = Gate.IN) -> httpx2.Response:
        """Scan what the screen shows and confirm."""
        opened = await self.open_scan(token, self.code(activity, gate).text)
        if opened.status_code != 201:
            return opened
        return await self.site.post(f"/api/v1/scans/{opened.json()['ticket']}/confirm", headers=signed(token))

    async def attend(self, token: str, activity: Activity, minutes: int) -> httpx2.Response:
        """In, so many minutes later out."""
        assert (await self.scan(token, activity)).status_code == 200
        self.hall.clock.advance(timedelta(minutes=minutes))
        return await self.scan(token, activity, Gate.OUT)

    async def events(self, holder_id: UUID, kind: str) -> int:
        query = text("select count(*) from events where holder_id = :holder_id and kind = :kind")
        async with self.hall.transaction() as session:
            return int(await session.scalar(query, {"holder_id": holder_id, "kind": kind}) or 0)


@pytest.fixture
async def venue(hall: Hall, site: httpx2.AsyncClient) -> Venue:
    """Organisation, organisers and rules on a fresh database."""
    made = Venue(hall, site)
    await made.settle()
    return made
