"""Find the people of a town, for what is scored of them together. Locks holders against writes for the build."""

from migrations.sql_files import run

revision = "0013_facts"
down_revision = "0012_event_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index."""
    run("0013_facts")
