"""Departments' files of events: what came in, how far it was taken, which rows were refused. Locks nothing."""

from migrations.sql_files import run

revision = "0012_event_files"
down_revision = "0011_households"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    run("0012_event_files")
