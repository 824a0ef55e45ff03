"""`tongcheng doctor`: what is missing on this machine, and what to do about it. Changes nothing.

Exit code 0: nothing is missing. 3: something is. 4: the database must not be served from as it is.
"""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

from api.cli.prepare import PortTaken, require_port
from api.cli.terminal import FINDINGS, REFUSED, tell
from kernel.clock import SystemClock
from kernel.errors import DomainError
from kernel.locale import LANGUAGES, translate
from kernel.postgres import PostgresStopped, addresses, find_binaries
from kernel.sealed import KeyFile
from kernel.settings import Settings
from kernel.start_up import require_sound
from migrations.append_only import APPEND_ONLY
from migrations.migrate import require_current

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_DOWNLOADS = (".cache/ms-playwright", "Library/Caches/ms-playwright")
"""Where Playwright keeps its own Chromium, on Linux and macOS, unless PLAYWRIGHT_BROWSERS_PATH says otherwise."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: fine, or missing with a message of what to do. `refused` stops a start."""

    name: str
    fine: bool
    message_id: str = ""
    refused: bool = False


def doctor() -> None:
    """Say what is missing, and what to do about it · 检查缺少什么,并说明怎么办"""
    settings = Settings()
    checks = [*_machine(settings), *_database(settings)]
    for check in checks:
        typer.echo(f"{'ok  ' if check.fine else 'MISS'}  {check.name}")
        for language in () if check.fine else LANGUAGES:
            typer.echo(f"      {translate(language, check.message_id)}")
    if any(check.refused for check in checks):
        raise typer.Exit(REFUSED)
    if not all(check.fine for check in checks):
        raise typer.Exit(FINDINGS)
    tell("Nothing is missing.")


def _machine(settings: Settings) -> Iterator[Check]:
    yield Check("python", sys.version_info >= (3, 11), "Install Python 3.11 or newer.")
    yield Check(".venv", sys.prefix != sys.base_prefix, "Run `make env`.")
    yield Check("postgres", settings.database_url is not None or _has_binaries(),
                "Install PostgreSQL 15 or newer, or set DATABASE_URL.")  # fmt: skip
    yield Check("chromium", _has_chromium(), "Install Chromium to run the browser tests.")
    yield Check("font", _has_chinese_font(), "Install a Chinese font (fonts-noto-cjk) for screenshots and PDF files.")
    yield Check("port", _port_free(settings), "The port is taken: a Tongcheng is running, or choose another --port.")
    place = settings.data_dir if settings.data_dir.exists() else settings.data_dir.absolute().parent
    yield Check("disk", shutil.disk_usage(place).free > 500 << 20, "Make room on the disk: 500 MiB at least.")
    yield Check("key file", _is_private(settings), "Take everybody else's rights from the key file: chmod 600.")


def _has_binaries() -> bool:
    try:
        find_binaries()
    except DomainError:
        return False
    return True


def _has_chromium() -> bool:
    """The system's, else Playwright's own download: the same two that `make test` looks for."""
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    homes = [Path(named)] if named else [Path.home() / place for place in _DOWNLOADS]
    return any(map(shutil.which, _BROWSERS)) or any(any(home.glob("chromium-*")) for home in homes)


def _has_chinese_font() -> bool:
    tool = shutil.which("fc-list")
    return bool(tool and subprocess.run([tool, ":lang=zh"], capture_output=True).stdout.strip())


def _port_free(settings: Settings) -> bool:
    try:
        require_port(settings.host, settings.port)
    except PortTaken:
        return False
    return True


def _is_private(settings: Settings) -> bool:
    """A missing key file is fine: the first start makes it."""
    if not settings.key_path.exists():
        return True
    return os.stat(settings.key_path).st_mode & 0o077 == 0


def _database(settings: Settings) -> Iterator[Check]:
    """What a start would refuse; a trial that is not running is nothing missing."""
    try:
        url = addresses(settings).app_url
        asyncio.run(require_current(url))
        if settings.key_path.exists():
            keys = KeyFile.open(settings.key_path)
            durable = not settings.may_forget
            now = SystemClock().now()
            asyncio.run(require_sound(url, append_only=APPEND_ONLY, keys=keys, now=now, durable=durable))
    except PostgresStopped:
        return
    except DomainError as error:
        yield Check(f"database [{error.code}]", False, error.next_step_id(), refused=True)
    except OSError:
        yield Check("database", False, "The database does not answer: check DATABASE_URL and whether it is running.")
    else:
        yield Check("database", True)
