"""kill -9 under load: what was acknowledged stands, nothing stands twice, and a retry gets the same bytes."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from kernel.clock import SystemClock
from kernel.db import Database, Scope
from kernel.postgres import Server
from kernel.sealed import KeyFile
from tests.builders import publish_volunteering, residents
from tests.journeys.load import POSTERS, Load, a_service, a_vendor, send
from tests.journeys.servers import ServerProcess

KILLS, KILLS_OF_GATES = 5, 200
POSTS_OF_GATES = 100_000


@pytest.fixture
def victims(fresh: Server, tmp_path: Path) -> Iterator[list[ServerProcess]]:
    """Two servers over this test's database and one key file."""
    servers = [ServerProcess(fresh.app_url, tmp_path) for _ in range(2)]
    yield servers
    for server in servers:
        server.stop()


@pytest.mark.feature("L6")
async def test_kills_under_load_lose_nothing_acknowledged_and_double_nothing(
    database: Database, keys: KeyFile, victims: list[ServerProcess], gates: bool
) -> None:
    kills = KILLS_OF_GATES if gates else KILLS
    load, chance = await Load.make(database, keys), random.Random(9)
    for server in victims:
        server.start()
    for number in range(1, kills + 1):
        # Both share the residents; each round one of them dies, and the other ends its requests.
        victim, enough = chance.choice(victims), asyncio.Event()
        at_least = POSTS_OF_GATES * number // kills if gates else 0
        posts = asyncio.gather(*(load.post(server.url, enough.is_set) for server in victims))
        await asyncio.sleep(chance.uniform(0.3, 1.0))
        await load.reaches(at_least, posts)
        victim.kill()
        enough.set()
        await posts
        victim.start()
    await load.send_all_again([server.url for server in victims])
    assert len(load.bodies) > max(kills * POSTERS, POSTS_OF_GATES if gates else 0)
    await load.prove(database)


async def test_a_kill_between_commit_and_answer_leaves_the_same_bytes_for_the_retry(
    database: Database, keys: KeyFile, victims: list[ServerProcess]
) -> None:
    await publish_volunteering(database, SystemClock())
    [resident] = await residents(database, SystemClock(), keys)
    token = await a_vendor(database)
    body = a_service(resident.holder_id, 1)
    victim = victims[0]
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
