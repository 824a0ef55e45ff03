"""Moves a database to this program's schema and says what the application's role may do there.

Forward only. Refuses a database that a newer program has already moved: running on a schema it does
not know could lose what it does not see. Must never drop or rewrite data.
"""

import asyncio
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from kernel.errors import DomainError, Kind
from kernel.postgres import APP_ROLE
from migrations.append_only import APPEND_ONLY

_GRANTS = Path(__file__).parent / "grants.sql"


class SchemaNewer(DomainError):
    """This database has schema {found}, which is newer than this program knows. Nothing was changed.

    Install the newer version of Tongcheng, or point this one at another database.
    """

    kind, code = Kind.REFUSED, "SCHEMA_NEWER"


class SchemaOlder(DomainError):
    """This database has schema {found}, and this program needs {needed}. Nothing was changed.

    Run `tongcheng db migrate` with the owner's address, then start again.
    """

    kind, code = Kind.REFUSED, "SCHEMA_OLDER"


def _config(owner_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["owner_url"] = owner_url
    return config


def newest_revision() -> str:
    """The revision that this program's chain ends with."""
    return ScriptDirectory.from_config(_config("")).get_current_head() or ""


async def current_revision(url: str) -> str:
    """The revision a database stands at; empty for a new one."""
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval("select to_regclass('alembic_version')") is None:
            return ""
        return await connection.fetchval("select version_num from alembic_version") or ""
    finally:
        await connection.close()


def require_known(found: str) -> None:
    """Refuse with SchemaNewer a revision that is not in this program's chain."""
    known = {script.revision for script in ScriptDirectory.from_config(_config("")).walk_revisions()}
    if found and found not in known:
        raise SchemaNewer(found=found)


async def require_current(url: str) -> None:
    """What a server asks before it serves: the schema is exactly this program's. Refuses otherwise."""
    found = await current_revision(url)
    require_known(found)
    if found != newest_revision():
        raise SchemaOlder(found=found or "-", needed=newest_revision())


async def grant(owner_url: str, app_role: str) -> None:
    """Give the application's role its rights on every table as it stands now; safe to repeat."""
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("select set_config('tongcheng.app_role', $1, true)", app_role)
            await connection.execute("select set_config('tongcheng.append_only', $1, true)", ",".join(APPEND_ONLY))
            await connection.execute(_GRANTS.read_text("utf-8"))
    finally:
        await connection.close()


def migrate(owner_url: str, app_role: str = APP_ROLE) -> str:
    """Run what is pending, then the grants; gives the revision reached. Refuses with SchemaNewer.

    For synchronous callers: alembic runs an event loop of its own. The role must exist already.
    """
    require_known(asyncio.run(current_revision(owner_url)))
    command.upgrade(_config(owner_url), "head")
    asyncio.run(grant(owner_url, app_role))
    return newest_revision()
