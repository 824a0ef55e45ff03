"""Makes a database ready to serve: roles, schema, grants, key file, and what a start refuses.

Every step may be repeated. Must never run as the application's role, and never touch another's trial.
"""

import asyncio
import shutil
import socket

from kernel.clock import Clock
from kernel.errors import DomainError, Kind
from kernel.postgres import APP_ROLE, Server, secret, with_role
from kernel.roles import RoleMissing, make_app_role, make_database, may_create_roles, statements_for
from kernel.sealed import KeyFile
from kernel.settings import Settings
from kernel.start_up import require_sound
from migrations.append_only import APPEND_ONLY
from migrations.migrate import migrate, require_current

_NEEDED_BYTES = 500 * (1 << 20)


class PortTaken(DomainError):
    """Port {port} is taken: another program listens there, or a Tongcheng is already running. Nothing was started.

    Open http://{host}:{port} to see which, or choose another port: make up ARGS="--port {other}".
    """

    kind, code = Kind.REFUSED, "PORT_TAKEN"


class DiskFull(DomainError):
    """The disk that holds {place} has only {free_mib} MiB left; {needed_mib} are needed. Nothing was started.

    Make room, then start again; what was there is untouched.
    """

    kind, code = Kind.REFUSED, "DISK_FULL"


class FreshRefused(DomainError):
    """--fresh throws a trial's data away, and this is no trial, or the trial is running elsewhere. Nothing was changed.

    Stop the running trial first; a real city's data are never thrown away from here.
    """

    kind, code = Kind.REFUSED, "FRESH_REFUSED"


def require_port(host: str, port: int) -> None:
    """Refuse with PortTaken when nothing more can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(host=host, port=port, other=port + 1) from error


def require_room(settings: Settings) -> None:
    """Refuse with DiskFull where a start would soon fail halfway."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    for place in {settings.data_dir.resolve(), (settings.data_dir / "pg").resolve()}:
        free = shutil.disk_usage(place if place.exists() else settings.data_dir).free
        if free < _NEEDED_BYTES:
            raise DiskFull(free_mib=free >> 20, needed_mib=_NEEDED_BYTES >> 20, place=place)


def throw_away(settings: Settings) -> None:
    """Remove a stopped trial: its data, its keys, its sign-ins, its clock. Refuses with FreshRefused."""
    home = settings.data_dir / "pg"
    if not settings.trial or (home / "data" / "postmaster.pid").exists():
        raise FreshRefused()
    shutil.rmtree(home.resolve(), ignore_errors=True)
    if home.is_symlink():
        home.unlink()
    shutil.rmtree(settings.key_path.parent, ignore_errors=True)
    settings.sign_ins_path.unlink(missing_ok=True)
    settings.clock_path.unlink(missing_ok=True)


def ready(settings: Settings, server: Server, clock: Clock) -> Server:
    """Roles, schema, grants and the start-up refusals; gives the addresses to serve with.

    Refuses with RoleMissing, SchemaNewer, HistoryWritable, NotDurable, KeyFileOther.
    """
    server = _with_roles(settings, server)
    if role_of(server.app_url) == role_of(server.owner_url):
        # The application's own role alone: somebody else migrates, we only look.
        asyncio.run(require_current(server.app_url))
    else:
        migrate(server.owner_url, role_of(server.app_url))
    keys = KeyFile.open(settings.key_path)
    asyncio.run(
        require_sound(
            server.app_url, append_only=APPEND_ONLY, keys=keys, now=clock.now(), durable=not settings.may_forget
        )
    )
    return server


def _with_roles(settings: Settings, server: Server) -> Server:
    if settings.trial:
        asyncio.run(make_database(f"{server.owner_url.rpartition('/')[0]}/postgres"))
        asyncio.run(make_app_role(server.owner_url, secret(settings, APP_ROLE)))
        return server
    if settings.migrate_url is not None:
        return server
    if asyncio.run(may_create_roles(server.owner_url)):
        password = secret(settings, APP_ROLE)
        asyncio.run(make_app_role(server.owner_url, password))
        return Server(server.owner_url, with_role(server.owner_url, APP_ROLE, password), started_here=False)
    try:
        asyncio.run(require_current(server.app_url))
    except DomainError as error:
        name = server.app_url.rpartition("/")[2].partition("?")[0]
        raise RoleMissing(statements=" ".join(statements_for(name))) from error
    return server


def role_of(url: str) -> str:
    """The role that an address names."""
    return url.partition("://")[2].rpartition("@")[0].partition(":")[0]
