"""Every writer locks its holders in the same order, so that two batches with people in common never cross."""

import asyncio
from uuid import UUID

from sqlalchemy import text

from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.ids import slice_of
from kernel.sealed import KeyFile
from points.ledger.posting import claim, claim_all_now, read_holders
from tests.builders import residents
from tests.conftest import NOON

_LOCK = text("select from holders where (slice, holder_id) = (:slice, :holder_id) for update")
_FREE = text("select holder_id from holders for update skip locked")
_WAITING = text("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")


async def free_while_waiting_for(database: Database, awaited: UUID, claiming: str, people: list[UUID]) -> set[UUID]:
    """Whom a claim of all has not locked yet while it waits for one of them."""
    async with database.transaction(Scope()) as rival:
        await rival.execute(_LOCK, {"slice": slice_of(awaited), "holder_id": awaited})
        task = asyncio.create_task(claimed(database, claiming, people))
        async with asyncio.timeout(8):
            while not await waiting(database):  # noqa: ASYNC110 - it is another connection that waits
                await asyncio.sleep(0.002)
        async with database.transaction(Scope()) as session:
            found = set(await session.scalars(_FREE))
    await task
    return found


async def waiting(database: Database) -> bool:
    async with database.transaction(Scope()) as session:
        return bool(await session.scalar(_WAITING))


async def claimed(database: Database, claiming: str, people: list[UUID]) -> None:
    async with database.transaction(Scope()) as session:
        if claiming == "later":
            states = await read_holders(session, people)
            assert await claim(session, list(states.values()), NOON) == set(people)
        else:
            await claim_all_now(session, people, NOON)


async def test_a_claim_waits_for_the_first_before_it_locks_a_second(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    people = [one.holder_id for one in await residents(database, clock, keys, 40)]
    ordered = sorted(people, key=lambda one: (slice_of(one), one))
    for claiming in ("later", "now"):
        for place in (0, 20, 39):
            free = await free_while_waiting_for(database, ordered[place], claiming, people)
            assert free == set(ordered[place + 1 :]), (claiming, place)
