"""Reads the sheet of hours: which column is which, and what each cell says. All faults at once, by cell. Pure.

Must never read more than it needs: the free note, and any other column, is left where it is.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from kernel.calendar import SHANGHAI
from kernel.errors import Finding
from kernel.files import Cell, Sheet
from points.imports.model import ColumnsMissing, SheetEmpty, SheetRow
from points.people.numbers import read_number

COLUMNS: dict[str, tuple[str, str]] = {
    "number": ("志愿者编号", "Volunteer number"),
    "date": ("日期", "Date"),
    "start": ("开始", "Start"),
    "end": ("结束", "End"),
    "minutes": ("分钟", "Minutes"),
    "note": ("备注", "Note"),
}
"""Our columns with their headings in Chinese and English; both are read."""

REQUIRED = ("number", "date", "start", "end")
READ = ("number", "date", "start", "end", "minutes")

_DATE = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_TIME = re.compile(r"^(\d{1,2})[:\uff1a点时](\d{1,2})(?:[:\uff1a]\d{1,2})?分?$")

_IDENTITY = re.compile(r"\d{14,17}[\dXx]")
"""What looks like an identity number, in a column where none belongs: it is neither kept nor shown."""

BAD_NUMBER = "This is not a volunteer number: a character is missing or wrong."
BAD_DATE = "This is not a date. Write it like 2026-11-22."
BAD_TIME = "This is not a time of day. Write it like 14:00."
BAD_MINUTES = "Minutes must be a whole number from 1 to 1440."
ENDS_BEFORE_START = "The end is not after the start."
TOO_MANY_MINUTES = "There are only {most} minutes between start and end."


def read_rows(sheet: Sheet) -> list[SheetRow]:
    """Every row that is not empty. Refuses with ColumnsMissing or SheetEmpty; a faulty cell is a finding."""
    where = _columns(sheet.header)
    missing = [column for column in REQUIRED if column not in where]
    if missing:
        raise ColumnsMissing(columns=" · ".join("{} ({})".format(*COLUMNS[column]) for column in missing))
    rows = [
        _row(index + 2, {column: cells[at] for column, at in where.items()})
        for index, cells in enumerate(sheet.rows)
        if any(cells[at] not in (None, "") for at in where.values())
    ]
    if not rows:
        raise SheetEmpty()
    return rows


def shown(value: Cell) -> str:
    """A cell as a person wrote it, 60 characters at most."""
    match value:
        case None:
            return ""
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M") if value.time() != time() else value.strftime("%Y-%m-%d")
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M")
        case _:
            return str(value)[:60]


def _columns(header: Sequence[str]) -> dict[str, int]:
    wanted = {name.casefold(): column for column in READ for name in COLUMNS[column]}
    found: dict[str, int] = {}
    for at, title in enumerate(header):
        column = wanted.get(re.sub(r"\s+", " ", title).strip().casefold())
        if column is not None:
            found.setdefault(column, at)
    return found


def _row(row_no: int, cells: dict[str, Cell]) -> SheetRow:
    findings: list[Finding] = []

    def fault(column: str, code: str, message_id: str, **values: object) -> None:
        findings.append(Finding(code, column, message_id, values))

    number = read_number(shown(cells["number"]))
    if number is None:
        fault("number", "BAD_NUMBER", BAD_NUMBER)
    day = _date(cells["date"])
    if day is None:
        fault("date", "BAD_DATE", BAD_DATE)
    start, end = _time(cells["start"]), _time(cells["end"])
    for column, read in (("start", start), ("end", end)):
        if read is None:
            fault(column, "BAD_TIME", BAD_TIME)
    starts_at = datetime.combine(day, start, SHANGHAI) if day and start else None
    ends_at = datetime.combine(day, end, SHANGHAI) if day and end else None
    whole = (ends_at - starts_at) // timedelta(minutes=1) if starts_at and ends_at else None
    if whole is not None and whole <= 0:
        fault("end", "ENDS_BEFORE_START", ENDS_BEFORE_START)
    minutes, said = whole, cells.get("minutes")
    if said not in (None, ""):
        minutes = _minutes(said)
        if minutes is None:
            fault("minutes", "BAD_MINUTES", BAD_MINUTES)
        elif whole is not None and 0 < whole < minutes:
            fault("minutes", "TOO_MANY_MINUTES", TOO_MANY_MINUTES, most=whole)
    texts = {column: _IDENTITY.sub("***", shown(cell)) for column, cell in cells.items()}
    return SheetRow(row_no, texts, number, starts_at, ends_at, minutes, tuple(findings))


def _date(cell: Cell) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = _DATE.match(cell.strip()) if isinstance(cell, str) else None
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def _time(cell: Cell) -> time | None:
    if isinstance(cell, datetime):
        cell = cell.time()
    if isinstance(cell, time):
        return cell.replace(second=0, microsecond=0)
    found = _TIME.match(cell.strip()) if isinstance(cell, str) else None
    try:
        return time(int(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


def _minutes(cell: Cell) -> int | None:
    text = shown(cell).strip()
    value = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0
    return value if 1 <= value <= 1440 else None
