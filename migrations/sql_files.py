"""Runs the DDL that stands in `migrations/sql/<name>.sql`, many statements in one go.

Must never build SQL from values: what a file says is what runs, in alembic's own transaction.
"""

from pathlib import Path

from alembic import op

SQL_FOLDER = Path(__file__).parent / "sql"


def run(name: str) -> None:
    """Execute every statement of one file."""
    source = (SQL_FOLDER / f"{name}.sql").read_text("utf-8")
    # The first statement through SQLAlchemy opens the transaction; the driver's own `execute` then
    # takes a whole script, which a prepared statement can not.
    op.execute("select 1")
    connection = op.get_bind().connection.dbapi_connection
    assert connection is not None
    connection.run_async(lambda driver: driver.execute(source))
