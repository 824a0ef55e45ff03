"""Households with dated memberships, kept beside the member, because an event looks for its member's household.

Locks nothing that is used: `memberships` never held a row.
"""

from migrations.sql_files import run

revision = "0011_households"
down_revision = "0010_ledger_whole"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    run("0011_households")
