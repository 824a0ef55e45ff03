"""What programs are told of residents is logged; a token has a purpose. Locks tokens and holders for an instant."""

from migrations.sql_files import run

revision = "0017_disclosures"
down_revision = "0016_recording"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the log, and add the purpose to tokens."""
    run("0017_disclosures")
