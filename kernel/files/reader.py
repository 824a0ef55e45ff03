"""Reads one sheet of a .xlsx, .xls, .ods or .csv file into plain cells.

A workbook is parsed in a process of its own, with bounded memory and time, so that a hostile file can
stop that process and nothing else. Must never guess at a file that breaks a limit: it is refused whole.
"""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from kernel.files.limits import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SECONDS,
    FileTooLarge,
    FileTooManyColumns,
    FileTooManyRows,
    FileUnreadable,
    clean_text,
    require_bounded,
    require_safe_archive,
)
from kernel.files.writer import plain_text

Cell = str | int | float | date | datetime | time | None
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CSV_ENCODINGS = ("utf-8-sig", "gb18030")
csv.field_size_limit(32_767)  # what one cell of a workbook can hold


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first sheet: its header, and rows as long as the header. `rows[i]` stands in row i + 2 of the file."""

    header: list[str]
    rows: list[list[Cell]]


def read_sheet(data: bytes, filename: str, *, max_rows: int) -> Sheet:
    """Read a file by what it is, its name only telling CSV from the rest; it blocks, so call it in a thread.

    Empty cells are None, numbers without a fraction are int, CSV cells are all text. Refuses with
    FileTooLarge, FileUnreadable, FileUnsafe, FileTooManyRows, FileTooManyColumns.
    """
    require_bounded(data)
    most = min(max_rows, MAX_ROWS)
    if data.startswith((_ZIP, _OLE)):
        if data.startswith(_ZIP):
            require_safe_archive(data)
        rows = json.loads(read_apart("kernel.files.child", data, most))
        return _sheet([[_typed(cell) for cell in row] for row in rows], most)
    if filename.lower().endswith((".csv", ".txt")):
        return _sheet(_csv_rows(data, most), most)
    raise FileUnreadable()


def _sheet(rows: Iterable[list[Cell]], most: int) -> Sheet:
    cleaned = [[_clean(cell) for cell in row] for row in rows]
    while cleaned and not any(cell is not None for cell in cleaned[-1]):
        cleaned.pop()
    if not cleaned:
        raise FileUnreadable()
    if len(cleaned) - 1 > most:
        raise FileTooManyRows(most=most)
    width = max(_filled(row) for row in cleaned)
    if width > MAX_COLUMNS:
        raise FileTooManyColumns()
    header, *body = ([*row, *[None] * (width - len(row))][:width] for row in cleaned)
    return Sheet(["" if cell is None else str(cell) for cell in header], body)


def _filled(row: list[Cell]) -> int:
    """How many columns a row reaches to."""
    return max((index + 1 for index, cell in enumerate(row) if cell is not None), default=0)


def _clean(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return plain_text(clean_text(cell)) or None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return int(cell)
    return cell


def _csv_rows(data: bytes, most: int) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(_decoded(data), newline="")):
            rows.append(list(row))
            if len(rows) > most + 1 and any(row):
                raise FileTooManyRows(most=most)
    except csv.Error as error:
        raise FileUnreadable() from error
    return rows


def _decoded(data: bytes) -> str:
    """UTF-8 with or without BOM, else what Excel writes in China: found by trying, not by guessing."""
    for encoding in _CSV_ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileUnreadable()


def read_apart(module: str, data: bytes, most: int, *limits: int) -> bytes:
    """What a child process prints of a file, of bounded memory and time. Refuses as `read_sheet` does."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, *(str(limit) for limit in (most, MAX_COLUMNS, *limits))],
            input=data,
            capture_output=True,
            cwd=Path(__file__).parents[2],
            timeout=MAX_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise FileTooLarge() from error
    match done.returncode:
        case 0:
            return done.stdout
        case 10:
            raise FileTooManyRows(most=most)
        case 11:
            raise FileTooManyColumns()
        case 12:
            raise FileUnreadable()
        case _:  # out of memory, or stopped by the system
            raise FileTooLarge()


def _typed(cell: str | float | list[str] | None) -> Cell:
    """A cell as the child wrote it: dates and times travel as [kind, ISO text]."""
    if not isinstance(cell, list):
        return cell
    kind, text = cell
    match kind:
        case "date":
            return date.fromisoformat(text)
        case "datetime":
            return datetime.fromisoformat(text)
        case _:
            return time.fromisoformat(text)
