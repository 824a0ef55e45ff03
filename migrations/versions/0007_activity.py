"""Activities, shifts, tickets, refused scans. Builds one index on events, which blocks writers there while it runs."""

from migrations.sql_files import run

revision = "0007_activity"
down_revision = "0006_events"


def upgrade() -> None:
    run("0007_activity")
