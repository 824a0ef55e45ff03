"""A request that waits between two others who lock each other out is told to come back, and has done nothing."""

import asyncio
from datetime import timedelta
from uuid import UUID

import httpx2
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kernel.db import Session
from kernel.postgres import Server
from tests.hall import Hall, hall
from tests.programs import giving, program, published, server

__all__ = ["hall"]

WISH = {"point_kind": "volunteer-points", "amount": "1", "purpose": "bus"}


async def lock(session: Session, holder_id: UUID) -> None:
    await session.execute(text("select from holders where holder_id = :one for update"), {"one": holder_id})


async def waiting(hall: Hall, count: int) -> None:
    """Until so many wait for a lock."""
    query = text("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
    for _ in range(200):
        async with hall.transaction() as session:
            if await session.scalar(query) == count:
                return
        await asyncio.sleep(0.002)
    raise AssertionError("nobody waits")


async def test_who_stands_between_two_that_lock_each_other_out_is_told_as_busy(hall: Hall, fresh: Server) -> None:
    await published(hall, giving())
    mine, other = [one.holder_id for one in await hall.residents(2)]
    until = (hall.now + timedelta(hours=1)).isoformat()
    async with server(hall, fresh.app_url) as site:
        vendor = await program(hall, site, may=("hold_points",))

        async def ask() -> httpx2.Response:
            return await vendor.post(f"/api/v1/holders/{mine}/holds", WISH | {"expires_at": until})

        async with hall.transaction() as one, hall.transaction() as two:
            await lock(one, mine)
            await lock(two, other)
            asked = asyncio.create_task(ask())
            await waiting(hall, 1)
            crossing = [asyncio.create_task(lock(two, mine))]
            await waiting(hall, 2)
            crossing.append(asyncio.create_task(lock(one, other)))
            answer = await asked
            ends = await asyncio.gather(*crossing, return_exceptions=True)
        assert any(isinstance(end, DBAPIError) for end in ends), "the two still lock each other out"
    assert (answer.status_code, answer.json()["code"]) == (503, "STILL_LOCKED")
    assert int(answer.headers["retry-after"]) > 0
