"""`tongcheng doctor`: each thing that is missing is named, with what to do about it, and nothing is changed."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import doctor
from api.cli.main import app


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine without browser, font, Postgres or disk, whose port is taken and whose keys anybody may read."""
    home = tmp_path / "home"
    keys = home / ".local" / "keys"
    keys.mkdir(parents=True)
    (keys / "master.key").write_bytes(bytes(32))
    (keys / "master.key").chmod(0o644)
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1 << 20))
    monkeypatch.setattr(doctor, "_has_binaries", lambda: False)
    for name in ("DATABASE_URL", "PLAYWRIGHT_BROWSERS_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PATH", str(home))
    monkeypatch.setenv("TONGCHENG_DATA_DIR", str(home / ".local"))
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        monkeypatch.setenv("TONGCHENG_PORT", str(holder.getsockname()[1]))
        yield home


def missing(result: Result) -> list[str]:
    """The names of what is missing."""
    return [line.split(maxsplit=1)[1] for line in result.stdout.splitlines() if line.startswith("MISS")]


def test_all_that_is_missing_is_said_at_once_in_both_languages(machine: Path) -> None:
    before = sorted(machine.rglob("*"))
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 3
    assert missing(result) == ["postgres", "chromium", "font", "port", "disk", "key file"]
    for words in (
        "Install PostgreSQL 15 or newer",
        "PostgreSQL 15",
        "Install Chromium",
        "500 MiB",
        "端口",
        "chmod 600",
    ):
        assert words in result.stdout
    assert sorted(machine.rglob("*")) == before


@pytest.mark.parametrize("place", [".cache/ms-playwright", "Library/Caches/ms-playwright"])
def test_a_chromium_that_playwright_fetched_is_found(machine: Path, place: str) -> None:
    (machine / place / "chromium-1234").mkdir(parents=True)
    assert "chromium" not in missing(CliRunner().invoke(app, ["doctor"]))
