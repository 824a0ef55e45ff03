"""The register of residents, organisations and units. Locks nothing: all tables are new."""

from migrations.sql_files import run

revision = "0005_people"
down_revision = "0004_ledger"


def upgrade() -> None:
    run("0005_people")
