"""The schema moves forward along one chain, twice the same, and never from what this program does not know."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from kernel.db import Database, Scope
from kernel.postgres import Server
from migrations import migrate as migrations
from migrations.migrate import SchemaNewer, SchemaOlder, current_revision, migrate, newest_revision, require_current

VERSIONS = sorted((Path(migrations.__file__).parent / "versions").glob("0*.py"))


async def stamp(owner_database: Database, revision: str) -> None:
    async with owner_database.transaction(Scope()) as session:
        await session.execute(text("update alembic_version set version_num = :revision"), {"revision": revision})


def test_the_chain_is_one_line() -> None:
    names = [path.stem for path in VERSIONS]
    assert names[-1] == newest_revision()
    for before, path in zip(names, VERSIONS[1:], strict=False):
        assert f'down_revision = "{before}"' in path.read_text()


def test_every_migration_says_what_it_locks() -> None:
    assert [path.stem for path in VERSIONS if not {"lock", "block"} & _words(path)] == []


def _words(path: Path) -> set[str]:
    said = path.read_text("utf-8").split('"""')[1].lower()
    return {word for word in ("lock", "block") if word in said}


async def test_migrating_again_changes_nothing(fresh: Server) -> None:
    assert await asyncio.to_thread(migrate, fresh.owner_url) == await current_revision(fresh.owner_url)
    await require_current(fresh.app_url)


async def test_a_schema_that_is_not_this_programs_is_refused(fresh: Server, owner_database: Database) -> None:
    await stamp(owner_database, "9999_future")
    with pytest.raises(SchemaNewer):
        await asyncio.to_thread(migrate, fresh.owner_url)
    with pytest.raises(SchemaNewer):
        await require_current(fresh.app_url)
    await stamp(owner_database, "0001_kernel")
    with pytest.raises(SchemaOlder):
        await require_current(fresh.app_url)
