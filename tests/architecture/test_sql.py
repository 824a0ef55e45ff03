"""Every named statement says what it does, is used, and can be planned on the schema as migrated."""

import asyncpg

from kernel.postgres import Server
from tests.architecture import statements
from tests.architecture.tree import Source, named_sql, sql_files


def test_every_statement_opens_with_what_it_answers_binds_gives_and_locks() -> None:
    faults = [fault for source in named_sql() for fault in statements.header_faults(source)]
    assert not faults, "\n".join(faults)


def test_every_migration_says_why_and_what_it_locks() -> None:
    scripts = [source for source in sql_files() if source.room == "migrations"]
    assert not [source.path for source in scripts if "ocks" not in " ".join(statements.header_of(source))]


def test_every_statement_is_used_and_every_used_one_exists() -> None:
    assert not [*statements.unused(), *statements.absent()]


def test_a_header_without_its_locks_is_found() -> None:
    seeded = Source("points/sql/seeded.sql", "-- What is due.\n-- binds: now timestamptz\n-- gives: seq\nselect 1")
    assert statements.header_faults(seeded)


def test_a_bind_that_the_header_does_not_tell_is_found() -> None:
    told = "-- What is due.\n-- binds: now timestamptz\n-- gives: seq\n-- locks: nothing\nselect :now"
    assert not statements.header_faults(Source("points/sql/seeded.sql", told))
    assert statements.header_faults(Source("points/sql/seeded.sql", f"{told}, :most"))


def test_binds_are_numbered_and_strings_left_alone() -> None:
    seeded = Source("points/sql/seeded.sql", "select ':a', cast(:b as date), :c, :b, x::int /* slices: p */")
    assert statements.numbered(seeded, distributed=False) == ("select ':a', cast($1 as date), $2, $1, x::int", 2)
    assert "p.slice = any($3)" in statements.numbered(seeded, distributed=True)[0]


async def test_every_statement_is_planned_on_the_migrated_schema(fresh: Server) -> None:
    connection = await asyncpg.connect(fresh.owner_url)
    try:
        await connection.execute("set plan_cache_mode = force_generic_plan")
        assert await _explained(connection, Source("points/sql/seeded.sql", "select nothing from nowhere"))
        faults = [fault for source in named_sql() if (fault := await _explained(connection, source))]
    finally:
        await connection.close()
    assert not faults, "\n".join(faults)


async def _explained(connection: asyncpg.Connection, source: Source) -> str | None:
    """The reason why Postgres cannot plan it, in either form; None where it can."""
    for distributed in (False, True):
        text, bind_count = statements.numbered(source, distributed=distributed)
        nulls = f"({', '.join(['null'] * bind_count)})" if bind_count else ""
        try:
            await connection.execute(f"prepare seeded as {text}")
            await connection.execute(f"explain execute seeded{nulls}")
            await connection.execute("deallocate seeded")
        except asyncpg.PostgresError as error:
            await connection.execute("deallocate all")
            return f"{source.path}: {error}"
    return None
