"""Rule packs governed whole: drafts of any shape, public drafts with what people say of them, versions that end.

Locks drafts, whatif_runs and approval_decisions for an instant.
"""

from migrations.sql_files import run

revision = "0015_governance"
down_revision = "0014_re_rate"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and loosen what a draft must have."""
    run("0015_governance")
