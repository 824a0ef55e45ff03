"""Re-rates: which are going on, and which of their pieces are done. Locks nothing."""

from migrations.sql_files import run

revision = "0014_re_rate"
down_revision = "0013_facts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    run("0014_re_rate")
