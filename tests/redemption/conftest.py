"""The fixtures of a street with shops; see tests/redemption/street.py for what it can do."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx2
import pytest

from api.app import build_templates, create_app
from api.web.runtime import Runtime
from kernel.clock import FixedClock
from kernel.db import Database
from kernel.ids import mint
from kernel.sealed import KeyFile
from kernel.settings import Settings
from points.intake import Intake
from tests.redemption.street import Street


@pytest.fixture
async def street(database: Database, clock: FixedClock, keys: KeyFile) -> Street:
    """Two shops on a fresh database."""
    built = Street(database, clock, keys)
    await built.open_shops()
    return built


@pytest.fixture
def shopkeeper(clock: FixedClock) -> UUID:
    """The actor id of whoever stands at the till."""
    return mint(clock.now())


@pytest.fixture
async def site(street: Street) -> AsyncIterator[httpx2.AsyncClient]:
    """The whole application over this street's database; who asks is said by a bearer token."""
    runtime = Runtime(
        settings=Settings(),
        database=street.database,
        clock=street.clock,
        keys=street.keys,
        intake=Intake(street.database, street.clock, lanes=1),
        templates=build_templates(),
    )
    transport = httpx2.ASGITransport(app=create_app(runtime))
    async with httpx2.AsyncClient(transport=transport, base_url=runtime.settings.base_url) as client:
        yield client
