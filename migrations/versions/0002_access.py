"""Actors, roles, tokens, devices and approvals, so that every act has somebody who did it.

Locks nothing: all tables are new.
"""

from migrations.sql_files import run

revision = "0002_access"
down_revision = "0001_kernel"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of `access`."""
    run("0002_access")
