"""Rule packs, their drafts and what-if figures, so that every award can name the exact text it followed.

Locks nothing: all tables are new.
"""

from migrations.sql_files import run

revision = "0003_rules"
down_revision = "0002_access"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0003_rules")
