"""A second city beside the first, to compare."""

import secrets
from collections.abc import AsyncIterator

import pytest

from kernel.db import Database
from kernel.postgres import Server
from kernel.roles import make_database
from tests.conftest import drop_database, on_database


@pytest.fixture
async def second_server(server: Server, admin_url: str) -> AsyncIterator[Server]:
    """Another fresh copy of the template: both its addresses."""
    name = f"test_{secrets.token_hex(6)}"
    await make_database(admin_url, name, template=server.owner_url.rpartition("/")[2])
    yield Server(on_database(server.owner_url, name), on_database(server.app_url, name), started_here=False)
    await drop_database(admin_url, name)


@pytest.fixture
async def second_database(second_server: Server) -> AsyncIterator[Database]:
    """The second city's database as the application's role sees it."""
    opened = Database(second_server.app_url)
    yield opened
    await opened.close()
