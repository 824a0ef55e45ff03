"""The second wall: whatever our code does, the application's role can not rewrite history."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from kernel.db import Database, Scope
from migrations.append_only import APPEND_ONLY


async def tables(owner_database: Database) -> set[str]:
    async with owner_database.transaction(Scope()) as session:
        rows = await session.execute(text("select tablename from pg_tables where schemaname = 'public'"))
        return set(rows.scalars())


async def test_every_append_only_table_exists(owner_database: Database) -> None:
    assert set(APPEND_ONLY) - await tables(owner_database) == set()


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("rewriting", ["update {0} set {1} = {1}", "delete from {0}", "truncate {0}"])
async def test_the_application_can_not_rewrite(
    database: Database, owner_database: Database, table: str, rewriting: str
) -> None:
    async with owner_database.transaction(Scope()) as session:
        column = await session.scalar(
            text("select column_name from information_schema.columns where table_name = :table limit 1"),
            {"table": table},
        )
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        async with database.transaction(Scope()) as session:
            await session.execute(text(rewriting.format(table, f'"{column}"')))


async def test_the_application_may_read_and_insert_everywhere_and_edit_the_rest(
    database: Database, owner_database: Database
) -> None:
    for table in await tables(owner_database) - {"alembic_version"}:
        async with database.transaction(Scope()) as session:
            rights = {
                right: await session.scalar(text(f"select has_table_privilege('\"{table}\"', '{right}')"))
                for right in ("select", "insert", "update", "delete")
            }
        editable = table not in APPEND_ONLY
        assert rights == {"select": True, "insert": True, "update": editable, "delete": editable}, table
