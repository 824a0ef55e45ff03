"""Settings, read once at the entry point from `TONGCHENG_*` (and `DATABASE_URL`), then handed down.

Must never be read at import time. Without `DATABASE_URL` this is a trial: an embedded Postgres under
`.local/`, a movable clock, a made-up city and sign-ins that anyone may see.
"""

from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything an installation may choose."""

    model_config = SettingsConfigDict(env_prefix="TONGCHENG_", extra="ignore")

    database_url: str | None = Field(
        default=None, validation_alias=AliasChoices("DATABASE_URL", "TONGCHENG_DATABASE_URL")
    )
    """The application's role. None: a trial on the embedded Postgres."""
    migrate_url: str | None = None
    """The owner's role, for migrations; by default the same address."""
    data_dir: Path = Path(".local")
    """Keys, trial data and trial sign-ins; made with mode 0700."""
    host: str = "127.0.0.1"
    port: int = 8321
    public_url: str | None = None
    """The address in QR codes; by default http://host:port."""
    origin: str = "tongcheng.local"
    lanes: int = 2
    """Group-commit lanes a process."""
    late_scan_days: int = 60
    """How long after a shift a signed scan may still be uploaded (docs/decisions)."""

    may_forget: bool = False
    """Start although fsync is off: for tests only, whose Postgres may lose what it confirmed."""

    @property
    def trial(self) -> bool:
        return self.database_url is None

    @property
    def base_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def key_path(self) -> Path:
        return self.data_dir / "keys" / "master.key"

    @property
    def clock_path(self) -> Path:
        return self.data_dir / "clock.json"

    @property
    def sign_ins_path(self) -> Path:
        return self.data_dir / "sign-ins.json"
