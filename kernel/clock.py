"""What time it is, asked in one place and handed down. Instants are aware UTC datetimes.

Must never be asked by pure code: `now` is an argument there. A trial's clock may be moved for every
process at once (`tongcheng clock set`); a real city's may not.
"""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Whoever knows the time."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A time that stands still until it is set: for seeds and tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


class TrialClock:
    """The machine's time plus an offset that all processes read from one small file.

    The file is looked at on each call (a stat, about a microsecond) and read again when it changed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset()

    def offset(self) -> timedelta:
        """How far this clock is ahead of the machine's."""
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return timedelta()
        seen = (stat.st_mtime_ns, stat.st_ino)
        if seen != self._seen:
            self._offset = timedelta(seconds=float(json.loads(self._path.read_text())["offset_seconds"]))
            self._seen = seen
        return self._offset

    def set(self, at: datetime) -> None:
        """Make every process of this trial believe that it is `at` now."""
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps({"offset_seconds": (at - datetime.now(UTC)).total_seconds()}))
        os.replace(fresh, self._path)
