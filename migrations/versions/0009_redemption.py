"""Spending: merchants, offers, stocks, redemptions, vouchers. Locks nothing, every table is new."""

from migrations.sql_files import run

revision = "0009_redemption"
down_revision = "0008_imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    run("0009_redemption")
