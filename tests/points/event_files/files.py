"""Files as departments write them, for tests: titles, rows of service, and a run of the import."""

import csv
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

from kernel.clock import Clock
from kernel.db import Database
from kernel.postgres import Server
from points.event_files.bring_in import bring_in
from points.event_files.store import EventFile

TITLES = (
    *("number", "kind", "business_key", "occurred_at", "ended_at", "evidence", "ref"),
    *("data.activity_id", "data.shift_id", "data.stretch", "data.minutes"),
)
SPACE = UUID("6b1f0000-0000-4000-8000-000000000000")
MONDAY = datetime.fromisoformat("2026-11-02T09:00:00+08:00")


def served(number: str, day: int, *, minutes: int = 60, ref: str = "") -> list[str]:
    """One row: an hour of service so many days after the first Monday of November."""
    shift, began = str(uuid5(SPACE, str(day))), MONDAY + timedelta(days=day)
    times = [began.isoformat(), (began + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M")]
    return [number, "service", f"{shift}/1", *times, "imported", ref, shift, shift, "1", str(minutes)]


def write(
    path: Path, rows: Sequence[Sequence[str]], *, titles: Sequence[str] = TITLES, encoding: str = "utf-8"
) -> Path:
    """A CSV file as a spreadsheet would save it."""
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows([titles, *rows])
    return path


async def take_in(
    database: Database, server: Server, clock: Clock, path: Path, source: str = "civil-affairs"
) -> EventFile:
    """Import a file in this process."""
    spool = path.parent / "spool"
    return await bring_in(database, server.app_url, path=path, source=source, spool_home=spool, clock=clock)


def counts(file: EventFile) -> tuple[int, int, int, int]:
    return file.rows_count, file.recorded, file.repeats, file.refused
