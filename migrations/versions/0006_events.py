"""Events with their decisions. Locks nothing: all tables are new."""

from migrations.sql_files import run

revision = "0006_events"
down_revision = "0005_people"


def upgrade() -> None:
    run("0006_events")
