"""The database's two roles: the owner, who migrates, and the application, which may not rewrite history.

Makes the application's role and its database where the owner may. Must never weaken a role, and never
print a password.
"""

import asyncpg

from kernel.errors import DomainError, Kind
from kernel.postgres import APP_ROLE, DATABASE_NAME


class RoleMissing(DomainError):
    """This database has no role for the application, and the address given may not create one.

    Let the database's administrator run these two lines, then set DATABASE_URL to the new role and
    TONGCHENG_MIGRATE_URL to the owner's: {statements}
    """

    kind, code = Kind.REFUSED, "ROLE_MISSING"


def statements_for(database: str) -> tuple[str, str]:
    """The two lines that an administrator runs where we may not."""
    return (
        f"create role {APP_ROLE} login password 'choose-a-long-one';",
        f"grant connect on database {database} to {APP_ROLE};",
    )


async def may_create_roles(url: str) -> bool:
    """Whether the role of this address may make the application's."""
    connection = await asyncpg.connect(url)
    try:
        question = "select rolsuper or rolcreaterole from pg_roles where rolname = current_user"
        return bool(await connection.fetchval(question))
    finally:
        await connection.close()


async def make_app_role(owner_url: str, password: str) -> None:
    """Make the application's role, or give it this password; safe to repeat."""
    connection = await asyncpg.connect(owner_url)
    try:
        if not await connection.fetchval("select true from pg_roles where rolname = $1", APP_ROLE):
            await connection.execute(f"create role {APP_ROLE} login")
        quoted = await connection.fetchval("select quote_literal($1::text)", password)
        await connection.execute(f"alter role {APP_ROLE} password {quoted}")
        database = await connection.fetchval("select quote_ident(current_database())")
        await connection.execute(f"grant connect on database {database} to {APP_ROLE}")
    finally:
        await connection.close()


async def make_database(admin_url: str, name: str = DATABASE_NAME, template: str | None = None) -> None:
    """Create a database unless it is there; `admin_url` names another database of the same server."""
    connection = await asyncpg.connect(admin_url)
    try:
        if not await connection.fetchval("select true from pg_database where datname = $1", name):
            await connection.execute(f'create database "{name}"' + (f' template "{template}"' if template else ""))
    finally:
        await connection.close()
