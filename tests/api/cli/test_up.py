"""`tongcheng up`: from nothing to a page, twice the same, and a clear refusal for each thing in its way."""

import asyncio
import json
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner

from api.cli.main import app
from kernel.ports import free_port
from kernel.postgres import OWNER_ROLE, Cluster, Server, running
from kernel.settings import Settings
from migrations.migrate import newest_revision
from tests.trial import environment, tongcheng, trial

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.db  # every one of them starts processes


def is_up(data_dir: Path) -> bool:
    return Cluster(data_dir / "pg").port() is not None


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated trial without a city, not running."""
    data_dir = tmp_path_factory.mktemp("stopped") / "local"
    assert tongcheng("db", "migrate", data_dir=data_dir).returncode == 0
    return data_dir


def test_up_serves_a_page_keeps_to_itself_and_ends_only_what_it_started(tmp_path: Path) -> None:
    data_dir = tmp_path / "local"
    with trial(data_dir, "--no-city") as city:
        with urllib.request.urlopen(f"{city.base_url}/sign-in", timeout=10) as page:
            assert page.status == 200
        assert data_dir.stat().st_mode & 0o777 == 0o700
        assert (data_dir / "keys" / "master.key").stat().st_mode & 0o777 == 0o600
        rival = city.run("up", "--port", city.base_url.rpartition(":")[2])
        assert rival.returncode == 13
        assert "端口" in rival.stderr
        assert "is taken" in rival.stderr
        assert city.run("up", "--fresh", "--port", str(free_port())).returncode == 4  # never a running trial's data
        assert city.process.poll() is None
        assert city.interrupt() == 0
    assert not is_up(data_dir)
    with running(Settings(data_dir=data_dir)):  # a Postgres that was there before is left running
        with trial(data_dir, "--no-city") as city:
            assert city.interrupt() == 0
        assert is_up(data_dir)
    assert not is_up(data_dir)


def test_a_child_that_dies_ends_the_start_with_a_message(stopped: Path) -> None:
    with trial(stopped, "--no-city") as city:
        children = Path(f"/proc/{city.process.pid}/task/{city.process.pid}/children").read_text().split()
        commands = {child: Path(f"/proc/{child}/cmdline").read_text() for child in children}
        worker = next(child for child, command in commands.items() if "api.worker" in command)
        subprocess.run(["kill", "-9", worker], check=True)
        assert city.process.wait(60) == 1
    assert not is_up(stopped)


def test_a_newer_schema_is_refused_and_nothing_changes(stopped: Path) -> None:
    with running(Settings(data_dir=stopped)) as server:
        asyncio.run(execute(server.owner_url, "update alembic_version set version_num = '9999_future'"))
        try:
            done = tongcheng("up", "--no-city", "--port", str(free_port()), data_dir=stopped)
        finally:
            asyncio.run(execute(server.owner_url, f"update alembic_version set version_num = '{newest_revision()}'"))
    assert done.returncode == 15
    assert "9999_future" in done.stderr
    assert "Nothing was changed" in done.stderr


def test_another_key_file_is_refused(stopped: Path, tmp_path: Path) -> None:
    key = stopped / "keys" / "master.key"
    kept = key.read_bytes()
    key.write_bytes(bytes(32))
    try:
        done = tongcheng("up", "--no-city", "--port", str(free_port()), data_dir=stopped)
    finally:
        key.write_bytes(kept)
    assert done.returncode == 21
    assert "密钥文件" in done.stderr


def test_a_full_disk_is_said_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGCHENG_DATA_DIR", str(tmp_path / "local"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1 << 20))
    done = CliRunner().invoke(app, ["up", "--port", str(free_port())])
    assert done.exit_code == 14
    assert "DISK_FULL" in done.stderr
    assert list((tmp_path / "local").iterdir()) == []


@pytest.mark.feature("L2")
def test_an_application_role_that_could_rewrite_postings_is_refused(fresh: Server, tmp_path: Path) -> None:
    asyncio.run(execute(fresh.owner_url, "grant update (amount) on postings to tongcheng_app"))
    addresses = {"DATABASE_URL": fresh.app_url, "TONGCHENG_MAY_FORGET": "1"}
    done = tongcheng("up", "--port", str(free_port()), data_dir=tmp_path, **addresses)
    assert done.returncode == 19
    assert "postings" in done.stderr
    looked = tongcheng("doctor", data_dir=tmp_path, **addresses)
    assert looked.returncode == 4
    # The owner's address says again what the role may do, and then the start is fine.
    repaired = tongcheng("db", "migrate", data_dir=tmp_path, TONGCHENG_MIGRATE_URL=fresh.owner_url, **addresses)
    assert repaired.returncode == 0
    assert tongcheng("doctor", data_dir=tmp_path, **addresses).returncode in {0, 3}


@pytest.mark.feature("L2")
def test_serving_as_the_owner_of_the_tables_is_refused(fresh: Server, tmp_path: Path) -> None:
    both = {"DATABASE_URL": fresh.owner_url, "TONGCHENG_MIGRATE_URL": fresh.owner_url, "TONGCHENG_MAY_FORGET": "1"}
    done = tongcheng("up", "--port", str(free_port()), data_dir=tmp_path, **both)
    assert done.returncode == 19


def test_a_postgres_that_may_forget_is_refused(fresh: Server, tmp_path: Path) -> None:
    done = tongcheng("up", "--port", str(free_port()), data_dir=tmp_path, DATABASE_URL=fresh.app_url)
    assert done.returncode == 20
    assert "fsync" in done.stderr


def test_one_address_that_may_create_roles_is_enough(fresh: Server, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    (keys / "tongcheng_app.json").write_text(json.dumps({"password": "for-tests-only"}))
    addresses = {"DATABASE_URL": fresh.owner_url, "TONGCHENG_MAY_FORGET": "1"}
    done = tongcheng("db", "migrate", data_dir=tmp_path, **addresses)
    assert done.returncode == 0, done.stderr


def test_an_address_that_may_neither_create_roles_nor_find_its_schema_gets_two_lines_to_run(
    fresh: Server, admin_url: str, tmp_path: Path
) -> None:
    asyncio.run(execute(fresh.owner_url, "update alembic_version set version_num = '0001_kernel'"))
    done = tongcheng("db", "migrate", data_dir=tmp_path, DATABASE_URL=fresh.app_url, TONGCHENG_MAY_FORGET="1")
    assert done.returncode == 18
    assert "create role tongcheng_app login password" in done.stderr
    assert "grant connect on database" in done.stderr


@pytest.mark.parametrize(
    ("script", "code", "words"),
    [
        ('#!/bin/sh\ncase "$2" in *version_info*) exit 1;; esac\nexit 0\n', 10, "Python 3.11"),
        ('#!/bin/sh\ncase "$2" in *"import venv"*) exit 1;; esac\nexit 0\n', 11, "venv"),
    ],
    ids=["Python too old", "no venv module"],
)
def test_make_says_what_python_lacks(tmp_path: Path, script: str, code: int, words: str) -> None:
    (tmp_path / ".ci").mkdir()
    for name in (".ci/env", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    python = tmp_path / "python3"
    python.write_text(script)
    python.chmod(0o755)
    done = subprocess.run(
        [tmp_path / ".ci" / "env"],
        env=environment(tmp_path, PYTHON=str(python)),
        capture_output=True,
        text=True,
    )
    assert done.returncode == code
    assert words in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_packages_that_cannot_be_installed_end_with_a_message_and_may_be_tried_again(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    for name in (".ci/env", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    python = tmp_path / "python3"
    makes_a_broken_one = (
        "mkdir -p .venv/bin; printf '#!/bin/sh\\nexit 1\\n' > .venv/bin/python; chmod +x .venv/bin/python"
    )
    python.write_text(f'#!/bin/sh\nif [ "$1" = -m ]; then {makes_a_broken_one}; fi\n')
    python.chmod(0o755)
    for _ in range(2):
        done = subprocess.run(
            [tmp_path / ".ci" / "env"], env=environment(tmp_path, PYTHON=str(python)), capture_output=True, text=True
        )
        assert done.returncode == 12
        assert "Installing the packages" in done.stderr
        assert "could not be installed" in done.stderr
        assert not (tmp_path / ".venv" / "installed.sha256").exists()


def test_a_port_that_another_program_holds_is_named(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        done = tongcheng("up", "--port", str(port), data_dir=tmp_path / "local")
    assert done.returncode == 13
    assert str(port) in done.stderr
    assert not (tmp_path / "local").exists()


def test_the_trials_owner_is_a_role_of_its_own(stopped: Path) -> None:
    with running(Settings(data_dir=stopped)) as server:
        assert f"//{OWNER_ROLE}:" in server.owner_url
        assert "//tongcheng_app:" in server.app_url


def test_a_server_started_by_itself_asks_the_same_questions(fresh: Server, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "uvicorn", "--factory", "api.app:serve", "--port", str(free_port())]
    settings = environment(tmp_path, DATABASE_URL=fresh.app_url)
    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "NOT_DURABLE" in done.stderr
