"""One transaction at a time over a real database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from access.actors import Grant
from access.people_register import create_staff
from kernel.clock import FixedClock
from kernel.db import Database, Scope, Session


class Desk:
    """A database with a clock, and officials on demand."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database = database
        self.clock = clock

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Session]:
        async with self.database.transaction(Scope()) as session:
            yield session

    async def official(self) -> UUID:
        async with self.open() as session:
            return await create_staff(session, label="official", grants=[Grant("official")], now=self.clock.now())


@pytest.fixture
def desk(database: Database, clock: FixedClock) -> Desk:
    return Desk(database, clock)
