"""What every process asks before it serves anybody: can this database be trusted to keep what it confirms?

Refuses a role that could rewrite history, a server that may forget after a power cut, and a key file
other than the one under which this database's people were sealed. Must never repair what it finds.
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from kernel.errors import DomainError, Kind
from kernel.sealed import KeyFile


class HistoryWritable(DomainError):
    """The application's role may change history in {tables}. The server does not start.

    Start with an application role that does not own the tables, and run `tongcheng db migrate` with the owner's.
    """

    kind, code = Kind.REFUSED, "HISTORY_WRITABLE"


class NotDurable(DomainError):
    """This Postgres could lose what it has confirmed: {settings} is off. The server does not start.

    Turn it on in postgresql.conf and restart Postgres.
    """

    kind, code = Kind.REFUSED, "NOT_DURABLE"


class KeyFileOther(DomainError):
    """This key file is not the one under which this database was sealed. Nothing was started.

    Put the right key file back (docs/operations.md says where), or start a new trial with `make up ARGS=--fresh`.
    """

    kind, code = Kind.REFUSED, "KEY_FILE_OTHER"


async def require_sound(
    url: str, *, append_only: Sequence[str], keys: KeyFile, now: datetime, durable: bool = True
) -> None:
    """All three, as the application's role. `durable=False` is for tests, whose Postgres may forget.

    Refuses with HistoryWritable, NotDurable, KeyFileOther.
    """
    connection = await asyncpg.connect(url)
    try:
        await require_history_safe(connection, append_only)
        if durable:
            await require_durable(connection)
        await require_same_key_file(connection, keys, now)
    finally:
        await connection.close()


async def require_history_safe(connection: asyncpg.Connection, append_only: Sequence[str]) -> None:
    """Refuse with HistoryWritable when this role could update, delete or truncate an append-only table."""
    writable = await connection.fetch(
        """
        select t.name from unnest($1::text[]) as t (name)
        where to_regclass(t.name) is not null and (
            has_table_privilege(t.name, 'update') or has_any_column_privilege(t.name, 'update')
            or has_table_privilege(t.name, 'delete') or has_table_privilege(t.name, 'truncate'))
        """,
        list(append_only),
    )
    if writable:
        raise HistoryWritable(tables=", ".join(row["name"] for row in writable))


async def require_durable(connection: asyncpg.Connection) -> None:
    """Refuse with NotDurable a server that may forget what it has confirmed."""
    rows = await connection.fetch(
        """
        select name from pg_settings
        where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'
        """
    )
    if rows:
        raise NotDurable(settings=", ".join(row["name"] for row in rows))


async def require_same_key_file(connection: asyncpg.Connection, keys: KeyFile, now: datetime) -> None:
    """Refuse with KeyFileOther; the first process on a new database leaves the fingerprint there."""
    await connection.execute(
        "insert into key_fingerprints (purpose, fingerprint, since) values ('master', $1, $2) on conflict do nothing",
        keys.fingerprint(),
        now,
    )
    known = await connection.fetchval("select fingerprint from key_fingerprints where purpose = 'master'")
    if known != keys.fingerprint():
        raise KeyFileOther()
