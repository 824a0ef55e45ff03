"""Residents may decline to have their good deeds recorded. Locks holders for an instant, for the foreign key."""

from migrations.sql_files import run

revision = "0016_recording"
down_revision = "0015_governance"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of choices."""
    run("0016_recording")
