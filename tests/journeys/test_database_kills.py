"""The database dies under load, by kill -9 and by an immediate stop, and comes back: nothing acknowledged is lost."""

import asyncio
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kernel import postgres
from kernel.db import Database
from kernel.ports import free_port
from kernel.postgres import APP_ROLE, OWNER_ROLE, Cluster, PostgresFailed, Server, with_role
from kernel.roles import make_app_role, make_database
from kernel.sealed import KeyFile
from migrations.migrate import migrate
from tests.conftest import APP_PASSWORD, on_database
from tests.journeys.load import Load
from tests.journeys.servers import ServerProcess

KILLS, KILLS_OF_GATES = 2, 50
RESTARTS_WITHIN_SECONDS = 60


class Mortal:
    """A durable Postgres of this test's own, on a port that stays the same."""

    def __init__(self, home: Path) -> None:
        self.cluster = Cluster(home, durable=True)

    def kill(self) -> None:
        """SIGKILL to the postmaster: its children find themselves orphans."""
        os.kill(int((self.cluster.data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)

    def stop_at_once(self) -> None:
        """No farewell to anybody, no checkpoint."""
        self.cluster._run("pg_ctl", "-D", str(self.cluster.data), "-m", "immediate", "-w", "stop")

    def revive(self) -> None:
        """Start again; orphans of the last one may hold its memory for a moment."""
        give_up = time.monotonic() + RESTARTS_WITHIN_SECONDS
        while True:
            try:
                self.cluster.start()
                return
            except PostgresFailed:
                assert time.monotonic() < give_up, "the database did not come back"
                time.sleep(0.2)


@pytest.fixture
def mortal(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Mortal, Server]]:
    """It, with a migrated database."""
    port = free_port()
    monkeypatch.setattr(postgres, "free_port", lambda: port)
    home = Path(tempfile.mkdtemp(prefix="tongcheng-mortal-"))
    found = Mortal(home)
    try:
        found.cluster.make("for-tests-only")
        found.cluster.start()
        admin_url = f"postgresql://{OWNER_ROLE}:for-tests-only@127.0.0.1:{port}/postgres"
        owner_url = on_database(admin_url, "mortal")
        asyncio.run(make_database(admin_url, "mortal"))
        asyncio.run(make_app_role(owner_url, APP_PASSWORD))
        migrate(owner_url)
        yield found, Server(owner_url, with_role(owner_url, APP_ROLE, APP_PASSWORD), started_here=True)
    finally:
        with suppress(PostgresFailed, subprocess.SubprocessError):
            found.stop_at_once()
        shutil.rmtree(home, ignore_errors=True)


@pytest.mark.db
async def test_a_database_that_dies_under_load_loses_nothing_acknowledged(
    mortal: tuple[Mortal, Server], keys: KeyFile, tmp_path: Path, gates: bool
) -> None:
    found, addresses = mortal
    database = Database(addresses.app_url)
    load, chance = await Load.make(database, keys), random.Random(5)
    await database.close()
    servers = [ServerProcess(addresses.app_url, tmp_path) for _ in range(2)]
    enough = asyncio.Event()
    try:
        for server in servers:
            server.start()
        posts = asyncio.gather(*(load.post(server.url, enough.is_set, patient=True) for server in servers))
        for number in range(KILLS_OF_GATES if gates else KILLS):
            await load.reaches(len(load.acknowledged) + 200, posts)
            await asyncio.sleep(chance.uniform(0, 0.5))
            await asyncio.to_thread(found.kill if number % 2 == 0 else found.stop_at_once)
            await asyncio.to_thread(found.revive)
        enough.set()
        await posts
        await load.send_all_again([server.url for server in servers])
        database = Database(addresses.app_url)
        await load.prove(database)
        await database.close()
    finally:
        for server in servers:
            server.stop()
