"""Workbooks that came in, row by row. Locks nothing: all tables are new."""

from migrations.sql_files import run

revision = "0008_imports"
down_revision = "0007_activity"


def upgrade() -> None:
    run("0008_imports")
