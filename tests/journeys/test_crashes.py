"""kill -9 under load: what was acknowledged stands, nothing stands twice, and a retry gets the same bytes."""

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import text

from access.people_register import create_vendor
from access.tokens import issue
from kernel.clock import SystemClock
from kernel.db import Database, Scope
from kernel.postgres import Server
from kernel.sealed import KeyFile
from points.verify import verify
from rules.governance.registry import load_registry
from tests.builders import publish_volunteering, residents
from tests.journeys.servers import ServerProcess

KILLS, KILLS_OF_GATES = 5, 200
POSTERS = 24


@pytest.fixture
def victim(fresh: Server, tmp_path: Path, keys: KeyFile) -> Iterator[ServerProcess]:
    """A server over this test's database and key file."""
    server = ServerProcess(fresh.app_url, tmp_path)
    yield server
    server.stop()


async def a_vendor(database: Database) -> str:
    """A token that may record events."""
    now = datetime.now(UTC)
    async with database.transaction(Scope()) as session:
        actor_id = await create_vendor(session, label="test vendor", now=now)
        scopes = frozenset({"record_events"})
        return await issue(session, actor_id=actor_id, kind="api", scopes=scopes, ttl=timedelta(days=1), now=now)


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


@pytest.mark.feature("L6")
async def test_kills_under_load_lose_nothing_acknowledged_and_double_nothing(
    database: Database, keys: KeyFile, victim: ServerProcess, gates: bool
) -> None:
    kills = KILLS_OF_GATES if gates else KILLS
    await publish_volunteering(database, SystemClock())
    people = await residents(database, SystemClock(), keys, 40)
    token = await a_vendor(database)
    acknowledged: dict[int, bytes] = {}
    bodies: dict[int, dict[str, Any]] = {}
    chance = random.Random(9)

    async def poster(client: httpx2.AsyncClient, numbers: Iterator[int]) -> None:
        """Send new posts until the server dies under us."""
        for number in numbers:
            bodies[number] = a_service(people[number % 40].holder_id, number // 40)
            try:
                answer = await send(client, token, number, bodies[number])
            except httpx2.TransportError:
                return
            assert answer.status_code == 201, answer.text
            acknowledged[number] = answer.content

    numbers = iter(range(1_000_000))
    for _ in range(kills):
        victim.start()
        async with httpx2.AsyncClient(base_url=victim.url, timeout=30) as client:
            load = asyncio.gather(*(poster(client, numbers) for _ in range(POSTERS)))
            await asyncio.sleep(chance.uniform(0.6, 1.4))
            victim.kill()
            await load
    victim.start()
    async with httpx2.AsyncClient(base_url=victim.url, timeout=30) as client:
        retries = iter(bodies.items())

        async def retrier() -> None:
            """Send every request again, whether it was answered or not."""
            for number, body in retries:
                answer = await send(client, token, number, body)
                assert answer.status_code == 201
                assert acknowledged.setdefault(number, answer.content) == answer.content

        await asyncio.gather(*(retrier() for _ in range(POSTERS)))
    assert len(acknowledged) == len(bodies) > kills * POSTERS
    async with database.transaction(Scope()) as session:
        assert await session.scalar(text("select count(*) from events")) == len(bodies)
        assert (await verify(session, registry=await load_registry(session))).findings == []


async def test_a_kill_between_commit_and_answer_leaves_the_same_bytes_for_the_retry(
    database: Database, keys: KeyFile, victim: ServerProcess
) -> None:
    await publish_volunteering(database, SystemClock())
    [resident] = await residents(database, SystemClock(), keys)
    token = await a_vendor(database)
    body = a_service(resident.holder_id, 1)
    victim.start("tests.journeys.dying_server")
    async with httpx2.AsyncClient(base_url=victim.url, timeout=30) as client:
        with pytest.raises(httpx2.TransportError):
            await send(client, token, 1, body)
    async with database.transaction(Scope()) as session:
        stored = await session.scalar(text("select body from request_keys"))
        assert await session.scalar(text("select count(*) from postings")) == 2
    victim.start()
    async with httpx2.AsyncClient(base_url=victim.url, timeout=30) as client:
        answers = [await send(client, token, 1, body) for _ in range(2)]
    assert {answer.content for answer in answers} == {bytes(stored)}
    assert {answer.headers["idempotency-replayed"] for answer in answers} == {"true"}
    async with database.transaction(Scope()) as session:
        assert await session.scalar(text("select count(*) from postings")) == 2
