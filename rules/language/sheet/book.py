"""Reads a pack's workbook into the cells of its sheets: bounded, and in a process of its own.

The same limits as every file that a person sends (`kernel.files.limits`). Must never guess at a file that breaks one:
it is refused whole.
"""

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from kernel.files.limits import (
    MAX_COLUMNS,
    FileUnreadable,
    require_bounded,
    require_safe_archive,
)
from kernel.files.reader import read_apart
from kernel.files.writer import plain_text
from rules.language.sheet.cells import ERROR_VALUE, Broken, Cell, cleaned, number, place_of
from rules.language.sheet.headers import SheetCells

MOST_ROWS = 3_000
MOST_SHEETS = 32
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_book(data: bytes) -> dict[str, SheetCells]:
    """Every sheet's cells. Refuses with FileTooLarge, FileUnreadable, FileUnsafe, FileTooManyRows or -Columns."""
    require_bounded(data)
    if data.startswith(_ZIP):
        require_safe_archive(data)
    elif not data.startswith(_OLE):
        raise FileUnreadable()
    return {name: _sheet(name, entry) for name, entry in _parsed(data).items()}


def _parsed(data: bytes) -> dict[str, Any]:
    told = read_apart("rules.language.sheet_child", data, MOST_ROWS, MOST_SHEETS)
    found: dict[str, Any] = json.loads(told, parse_float=Decimal, parse_constant=Decimal)
    return found


def _sheet(name: str, entry: dict[str, Any]) -> SheetCells:
    rows = [[_cell(cell) for cell in row] for row in entry["rows"]]
    for written in entry["errors"]:
        place = place_of(f"x!{written}")
        if place is not None and place[1] < MOST_ROWS and place[2] < MAX_COLUMNS:
            _, row, column = place
            rows += [[] for _ in range(row + 1 - len(rows))]
            rows[row] += [None] * (column + 1 - len(rows[row]))
            rows[row][column] = Broken(ERROR_VALUE, "#")
    return SheetCells(rows, [tuple(area) for area in entry["merged"]])


def _cell(cell: Any) -> Cell:
    match cell:
        case int() | Decimal():
            return number(Decimal(cell))
        case ["date", str() as text]:
            return date.fromisoformat(text)
        case ["datetime", str() as text]:
            at = datetime.fromisoformat(text)
            return at.date() if at.time() == time() else at.isoformat(" ")
        case [_, str() as text]:
            return text
        case str():
            read = cleaned(cell)
            return cleaned(plain_text(read)) if isinstance(read, str) else read
    return None
