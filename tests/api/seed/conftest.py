"""A second city beside the first, to compare."""

import secrets
from collections.abc import AsyncIterator

import pytest

from kernel.db import Database
from kernel.postgres import Server
from kernel.roles import make_database
from tests.conftest import drop_database, on_database


@pytest.fixture
async def second_database(server: Server, admin_url: str) -> AsyncIterator[Database]:
    """Another fresh copy of the template."""
    name = f"test_{secrets.token_hex(6)}"
    await make_database(admin_url, name, template=server.owner_url.rpartition("/")[2])
    opened = Database(on_database(server.app_url, name))
    yield opened
    await opened.close()
    await drop_database(admin_url, name)
