"""The fixtures of a street with shops; see tests/redemption/street.py for what it can do."""

from uuid import UUID

import pytest

from kernel.clock import FixedClock
from kernel.db import Database
from kernel.ids import mint
from kernel.sealed import KeyFile
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
