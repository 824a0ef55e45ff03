"""The ledger: holders, accounts, postings, lots and holds. Locks nothing: all tables are new."""

from migrations.sql_files import run

revision = "0004_ledger"
down_revision = "0003_rules"


def upgrade() -> None:
    run("0004_ledger")
    run("0004_holds")
