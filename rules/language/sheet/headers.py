"""A sheet's header, found wherever it stands, and the rows below it; what has no known heading is a finding. Pure.

Columns are found by their names, in any order; empty rows and notes are passed over. Must never drop a cell silently.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from kernel.errors import Finding
from rules.language.sheet.cells import NOTE, Broken, Cell, Place, Unreadable, address, short, told
from rules.language.sheet.pages import CODE, KIND, SCALE, Column
from rules.language.text import Path, spoken

MOST_ABOVE = 10  # rows above the header
UNKNOWN_COLUMN = "The column “{name}” is not read. Delete it, or correct its heading."
NO_HEADING = "Something stands here in a column without a heading; it is not read."
NO_HEADER = "This sheet has no row of headings that is known."
TWICE = "{name} stands here twice."


@dataclass(slots=True)
class SheetCells:
    """A sheet as it was read: its rows, and what is merged (first row, first column, last row, last column)."""

    rows: list[list[Cell]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def holds_anything(sheet: SheetCells) -> bool:
    """Whether any cell is filled."""
    return any(cell is not None for row in sheet.rows for cell in row)


def shown(cell: Cell) -> str:
    """A cell's text in one line, for a heading or a message; nothing where it is broken."""
    return "" if cell is None or isinstance(cell, Broken) else told(cell).replace("\n", " ")


@dataclass(slots=True)
class Found:
    """What the cells say, where each path stands, and the faults."""

    tree: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    sheets: set[str] = field(default_factory=set)

    def fault(self, place: Place, path: Path, message: str, *, blocking: bool = True, **values: object) -> None:
        """Remember a fault of a cell, and what of the pack it would have said."""
        told_path = {"pack_path": spoken(path)} if path else {}
        self.findings.append(Finding("CELL", address(place), message, {**values, **told_path}, blocking))

    def unreadable(self, place: Place, path: Path, fault: Unreadable) -> None:
        """The same for what a form could not read."""
        told_path = {"pack_path": spoken(path)} if path else {}
        self.findings.append(Finding("CELL", address(place), fault.message_id, {**fault.values, **told_path}))


def folded(text: str) -> str:
    """A heading or a name without what people change about it."""
    return re.sub(r"[\s*:_()/-]+", "", unicodedata.normalize("NFKC", text)).casefold()


@cache
def names_of(column: Column) -> frozenset[str]:
    """The ways in which a column may be headed."""
    texts = (column.zh, column.en, column.heading, column.en + column.zh, column.name)
    return frozenset(folded(text) for text in texts)


@dataclass(slots=True)
class Headed:
    """A sheet's header as it was found: which column is where, and the rows below."""

    name: str
    at: dict[str, int]
    first: int
    rows: list[list[Cell]]

    def place(self, row: int, column: str) -> Place:
        """A cell's place; the row's first known column where that column was taken out."""
        return self.name, row, self.at.get(column, min(self.at.values()))


def header(found: Found, columns: Sequence[Column], name: str, sheet: SheetCells) -> Headed | None:
    """The row in which most columns are named; what is headed otherwise is a finding."""
    wanted = {known: column.name for column in reversed(columns) for known in names_of(column)}
    best, at_best = -1, 1
    for number, row in enumerate(sheet.rows[:MOST_ABOVE]):
        count = sum(isinstance(cell, str) and folded(cell) in wanted for cell in row)
        if count > at_best:
            best, at_best = number, count
    if best < 0:
        if holds_anything(sheet):
            found.fault((name, 0, 0), (), NO_HEADER)
        return None
    rows = [list(row) for row in sheet.rows]
    for top, left, bottom, right in sheet.merged:
        if best < top < bottom < len(rows) and left == right and left < len(rows[top]):
            for row in rows[top : bottom + 1]:
                row[left] = rows[top][left]
    table = Headed(name, {}, best + 1, rows)
    for column, cell in enumerate(rows[best]):
        text = shown(cell)
        known = wanted.get(folded(text))
        if known is not None and known not in table.at:
            table.at[known] = column
        elif known is not None:
            found.fault((name, best, column), (), TWICE, name=short(text))
        elif text:
            found.fault((name, best, column), (), UNKNOWN_COLUMN, blocking=False, name=short(text))
        else:
            below = (at for at, row in enumerate(rows) if at > best and column < len(row) and row[column] is not None)
            if (at := next(below, None)) is not None:
                found.fault((name, at, column), (), NO_HEADING, blocking=False)
    return table


def filled_rows(table: Headed) -> Iterator[tuple[int, dict[str, Cell]]]:
    """The rows that say something, by the names of their columns."""
    for number in range(table.first, len(table.rows)):
        row = table.rows[number]
        cells = {name: row[at] for name, at in table.at.items() if at < len(row) and row[at] is not None}
        codes = (cells.get(name) for name in (KIND, SCALE, CODE))
        if cells and not any(isinstance(code, str) and code.startswith(NOTE) for code in codes):
            yield number, cells
