"""The ledger, whole: debts, grace, due dates, corrections, pending points, closed periods, rolled-up contras.

Locks `accounts`, `lots`, `lot_uses`, `corrections` and `pending` while their columns are added and filled:
minutes on 10^7 rows.
"""

from migrations.sql_files import run

revision = "0010_ledger_whole"
down_revision = "0009_redemption"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and tables, and fill them from what is there."""
    run("0010_ledger_whole")
