"""Posts under load, each kept until it is known what became of it: answered with which bytes, or never heard of."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx2
from sqlalchemy import text

from access.people_register import create_vendor
from access.tokens import issue
from kernel.clock import SystemClock
from kernel.db import Database, Scope
from kernel.sealed import KeyFile
from points.verify import verify
from rules.governance.registry import load_registry
from tests.builders import publish_volunteering, residents

POSTERS = 24
PEOPLE = 100


async def a_vendor(database: Database) -> str:
    """A token that may record events."""
    now = datetime.now(UTC)
    async with database.transaction(Scope()) as session:
        actor_id = await create_vendor(session, label="test vendor", now=now)
        scopes = frozenset({"record_events"})
        ttl = timedelta(days=1)
        return await issue(
            session, actor_id=actor_id, kind="api", scopes=scopes, purpose="service-records", ttl=ttl, now=now
        )


def a_service(holder_id: UUID, number: int) -> dict[str, Any]:
    """One service of an hour; no two numbers share time."""
    shift = str(uuid4())
    began = datetime(2026, 1, 1, 2, tzinfo=UTC) + timedelta(days=number % 300, hours=number // 300)
    return {
        "holder_id": str(holder_id),
        "kind": "service",
        "business_key": f"{shift}/1",
        "occurred_at": began.isoformat(),
        "ended_at": (began + timedelta(hours=1)).isoformat(),
        "data": {"activity_id": shift, "shift_id": shift, "stretch": 1, "minutes": 60},
    }


async def send(client: httpx2.AsyncClient, token: str, number: int, body: dict[str, Any]) -> httpx2.Response:
    headers = {"authorization": f"Bearer {token}", "idempotency-key": f"crash-test-{number:010d}"}
    return await client.post("/api/v1/events", json=body, headers=headers)


@dataclass(slots=True)
class Load:
    """Services of a hundred residents, no two alike, sent by many clients at once."""

    token: str
    holder_ids: list[UUID]
    numbers: "count[int]" = field(default_factory=count)
    bodies: dict[int, dict[str, Any]] = field(default_factory=dict)
    acknowledged: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    async def make(cls, database: Database, keys: KeyFile) -> "Load":
        await publish_volunteering(database, SystemClock())
        people = await residents(database, SystemClock(), keys, PEOPLE)
        return cls(await a_vendor(database), [one.holder_id for one in people])

    async def reaches(self, count: int, posts: "asyncio.Future[Any]") -> None:
        """Wait until so many posts were answered, or nobody posts any more."""
        while len(self.acknowledged) < count and not posts.done():  # noqa: ASYNC110 - there is nothing to wait for
            await asyncio.sleep(0.02)

    async def post(self, url: str, until: Callable[[], bool], *, patient: bool = False) -> None:
        """Send new posts until it is enough or the server dies under us. `patient`: it may be without database."""
        async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
            await asyncio.gather(*(self._poster(client, until, patient) for _ in range(POSTERS)))

    async def _poster(self, client: httpx2.AsyncClient, until: Callable[[], bool], patient: bool) -> None:
        while not until():
            number = next(self.numbers)
            self.bodies[number] = a_service(self.holder_ids[number % PEOPLE], number // PEOPLE)
            try:
                answer = await send(client, self.token, number, self.bodies[number])
            except httpx2.TransportError:
                return
            if patient and answer.status_code == 503:  # nobody knows whether it was recorded
                await asyncio.sleep(0.5)
                continue
            assert answer.status_code == 201, answer.text
            self.acknowledged[number] = answer.content

    async def send_all_again(self, urls: list[str]) -> None:
        """Send every request again, to any of the servers: who was answered before hears the same bytes."""
        left = iter(list(self.bodies.items()))

        async def again(client: httpx2.AsyncClient) -> None:
            for number, body in left:
                answer = await send(client, self.token, number, body)
                assert answer.status_code == 201, answer.text
                assert self.acknowledged.setdefault(number, answer.content) == answer.content

        clients = [httpx2.AsyncClient(base_url=url, timeout=60) for url in urls]
        try:
            await asyncio.gather(*(again(clients[number % len(clients)]) for number in range(POSTERS)))
        finally:
            for client in clients:
                await client.aclose()

    async def prove(self, database: Database) -> None:
        """Everything is there, once, and the ledger proves itself."""
        assert len(self.acknowledged) == len(self.bodies)
        async with database.transaction(Scope()) as session:
            assert await session.scalar(text("select count(*) from events")) == len(self.bodies)
            assert (await verify(session, registry=await load_registry(session))).findings == []
