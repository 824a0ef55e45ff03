"""The audit log, request keys, firings, the key file's fingerprint and the job queue. Locks nothing."""

from migrations.sql_files import run

revision = "0001_kernel"
down_revision: str | None = None


def upgrade() -> None:
    run("0001_kernel")
    run("0001_queue")
