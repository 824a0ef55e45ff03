"""What every test may ask for: a real Postgres, a fresh database each, a clock that stands still, a key file.

One server a run, in a folder of its own, so that several runs may go on side by side; TONGCHENG_TEST_URL
(an owner's address that may create roles and databases) is used instead where it is set. Must never
touch a database that it did not create.
"""

import asyncio
import gc
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from hypothesis import settings

from kernel.clock import FixedClock
from kernel.db import Database
from kernel.postgres import APP_ROLE, OWNER_ROLE, Cluster, Server, with_role
from kernel.roles import make_app_role, make_database
from kernel.sealed import KeyFile
from migrations.migrate import migrate
from tests.trial import Trial, trial

pytest_plugins = ["tests.plugins.scoreboard"]
APP_PASSWORD = "for-tests-only"
NOON = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
"""Sunday, 22 November 2026, 14:00 in Shanghai."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--gates", action="store_true", help="full sizes: hundreds of kills, a million inputs")


def pytest_configure(config: pytest.Config) -> None:
    """How many examples a drawn test takes unless it asks for a share of them; a busy machine may be slow."""
    settings.register_profile("tongcheng", deadline=None, max_examples=10_000 if config.getoption("gates") else 100)
    settings.load_profile("tongcheng")


@pytest.fixture(scope="session")
def gates(request: pytest.FixtureRequest) -> bool:
    """Whether this is `make gates`: tests that count rounds then take their full size."""
    return bool(request.config.getoption("--gates"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs Postgres, so that `make fast` can leave it out; what is loaded by now is never garbage."""
    gc.freeze()
    for item in items:
        if {"server", "city"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.db)


@pytest.fixture(scope="session", autouse=True)
def no_trial_left_behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For root a trial's cluster lives outside the temporary folder: it goes with the run all the same."""
    yield
    for link in (*tmp_path_factory.getbasetemp().glob("*/pg"), *tmp_path_factory.getbasetemp().glob("*/*/pg")):
        if link.is_symlink() and Cluster(link).port() is None:
            shutil.rmtree(link.resolve(), ignore_errors=True)


def on_database(url: str, name: str) -> str:
    """The same server's other database."""
    return f"{url.rpartition('/')[0]}/{name}"


@pytest.fixture(scope="session")
def admin_url() -> Iterator[str]:
    """The owner's address of this run's server, its `postgres` database."""
    if given := os.environ.get("TONGCHENG_TEST_URL"):
        yield given
        return
    home = Path(tempfile.mkdtemp(prefix="tongcheng-tests-"))
    cluster = Cluster(home, durable=False)
    password = secrets.token_urlsafe(12)
    try:
        cluster.make(password)
        yield f"postgresql://{OWNER_ROLE}:{password}@127.0.0.1:{cluster.start()}/postgres"
    finally:
        if cluster.port():
            cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def server(admin_url: str) -> Iterator[Server]:
    """This run's migrated template database; tests get copies of it, never the template itself."""
    name = f"template_{secrets.token_hex(4)}"
    owner_url = on_database(admin_url, name)
    asyncio.run(make_database(admin_url, name))
    asyncio.run(make_app_role(owner_url, APP_PASSWORD))
    migrate(owner_url)
    yield Server(owner_url, with_role(owner_url, APP_ROLE, APP_PASSWORD), started_here=True)
    asyncio.run(drop_database(admin_url, name))


async def drop_database(admin_url: str, name: str) -> None:
    """Remove a database of ours, whoever is still connected."""
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(f'drop database if exists "{name}" with (force)')
    finally:
        await connection.close()


@pytest.fixture
async def fresh(server: Server, admin_url: str) -> AsyncIterator[Server]:
    """A database of this test's own: both addresses of a copy of the template."""
    name = f"test_{secrets.token_hex(6)}"
    await make_database(admin_url, name, template=server.owner_url.rpartition("/")[2])
    yield Server(on_database(server.owner_url, name), on_database(server.app_url, name), started_here=False)
    await drop_database(admin_url, name)


@pytest.fixture
async def database(fresh: Server) -> AsyncIterator[Database]:
    """This test's database as the application's role sees it."""
    opened = Database(fresh.app_url)
    yield opened
    await opened.close()


@pytest.fixture
async def owner_database(fresh: Server) -> AsyncIterator[Database]:
    """The same database as its owner: only for looking, and for damage on purpose."""
    opened = Database(fresh.owner_url, pool_size=2)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FixedClock:
    """A Sunday afternoon that stands still until it is advanced."""
    return FixedClock(NOON)


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    """A key file of this test's own."""
    return KeyFile.open(tmp_path / "keys" / "master.key")


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """The small city, up and running in processes of its own, one a run: `city.base_url`, `city.sign_ins["resident"]`.

    Its data are shared by the tests that ask for it; one that moves its clock or damages it makes its own
    with `tests.trial.trial`.
    """
    with trial(tmp_path_factory.mktemp("city") / "local", "--workers", "2") as running:
        yield running
