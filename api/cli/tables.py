"""A table that somebody gave a command: .csv, .xlsx, .json or .jsonl, read within bounds into rows of one width.

Numbers stay exact: JSON's are Decimals, CSV cells are texts. Must never hold more than one copy of a cell, guess at
a file that breaks a limit, or drop a cell that its header does not name.
"""

import csv
import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from api.cli.findings import Lang, refuse_with, usage
from kernel.errors import DomainError
from kernel.files.limits import MAX_COLUMNS, FileTooManyColumns, FileTooManyRows, clean_text
from kernel.files.reader import read_sheet
from kernel.files.writer import plain_text
from kernel.locale import translate

_SUFFIXES = (".json", ".jsonl", ".csv", ".xlsx")
_ENCODINGS = ("utf-8-sig", "gb18030")
_SHORT, _MOST_SHORT = 8, 1 << 16


@dataclass(frozen=True, slots=True)
class Table:
    """Its columns in order, its rows as wide as they are, and where each row stands in the file, as people count."""

    columns: Sequence[str]
    rows: list[tuple[Any, ...]]
    numbers: Sequence[int]

    def named(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each row by its columns' names, with its place: `row 2`."""
        for number, row in zip(self.numbers, self.rows, strict=True):
            yield f"row {number}", dict(zip(self.columns, row, strict=True))


def read_table(path: Path, lang: Lang, *, most_rows: int, most_bytes: int) -> Table:
    """The table in a file. Ends the command with a sentence: 2 without such a file, 4 where it cannot be taken."""
    if not path.is_file():
        usage(lang, "There is no file {name}.", name=str(path))
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        usage(lang, "{name} must be a .json, .jsonl, .csv or .xlsx file.", name=path.name)
    if path.stat().st_size > most_bytes:
        refuse_with(translate(lang.value, "{name} is larger than {most} MiB.", name=path.name, most=most_bytes >> 20))
    try:
        match suffix:
            case ".csv":
                return _from_csv(path, lang, most_rows)
            case ".xlsx":
                sheet = read_sheet(path.read_bytes(), path.name, max_rows=most_rows)
                return _of_rows(sheet.header, sheet.rows, lang, most_rows)
            case _:
                return _of_objects(path, lang, most_rows)
    except DomainError as error:
        values = {key: str(value) for key, value in error.values.items()}
        refuse_with(translate(lang.value, error.message_id(), **values))
    except (ValueError, RecursionError, csv.Error):
        refuse_with(translate(lang.value, "{name} cannot be read.", name=path.name))


def _from_csv(path: Path, lang: Lang, most_rows: int) -> Table:
    """UTF-8 with or without BOM, else what Excel writes in China: found by trying, as files that are sent to us are."""
    for encoding in _ENCODINGS[:-1]:
        try:
            return _csv_rows(path, encoding, lang, most_rows)
        except UnicodeDecodeError:
            continue
    return _csv_rows(path, _ENCODINGS[-1], lang, most_rows)


def _csv_rows(path: Path, encoding: str, lang: Lang, most_rows: int) -> Table:
    with path.open(encoding=encoding, newline="") as lines:
        rows = csv.reader(lines)
        header = [_cell(cell, {}) or "" for cell in next(rows, [])]
        short: dict[str, str] = {}
        return _of_rows(header, ([_cell(cell, short) for cell in row] for row in rows), lang, most_rows)


def _cell(text: str, short: dict[str, str]) -> str | None:
    """A cell without what is not seen; None when it is empty. Short texts, which repeat, are kept once."""
    if not (text.isascii() and text.isprintable()):
        text = clean_text(text)
    text = plain_text(text.strip())
    if len(text) <= _SHORT and len(short) <= _MOST_SHORT:
        text = short.setdefault(text, text)
    return text or None


def _of_rows(header: Sequence[str], rows: Iterable[Sequence[Any]], lang: Lang, most_rows: int) -> Table:
    """Rows under a header: shorter ones filled up, empty ones left out. The first stands in row 2."""
    width = max((place for place, name in enumerate(header, 1) if name), default=0)
    if not width:
        raise ValueError("no header")
    if width > MAX_COLUMNS:
        raise FileTooManyColumns()
    kept: list[tuple[Any, ...]] = []
    numbers = array("L")
    for number, row in enumerate(rows, 2):
        if not any(cell is not None for cell in row):
            continue
        if any(cell is not None for cell in row[width:]):
            refuse_with(translate(lang.value, "Row {row} has more cells than the header has columns.", row=number))
        if len(kept) == most_rows:
            raise FileTooManyRows(most=most_rows)
        kept.append((*row[:width], *[None] * (width - len(row))))
        numbers.append(number)
    return Table(header[:width], kept, numbers)


def _objects(path: Path) -> Iterator[Any]:
    """The entries of a JSON array, or of a file with one object a line."""
    with path.open(encoding="utf-8-sig", newline="\n") as lines:
        if path.suffix.lower() == ".jsonl":
            yield from (json.loads(line, parse_float=Decimal) for line in lines if line.strip())
            return
        whole = json.loads(lines.read(), parse_float=Decimal)
    yield from whole if isinstance(whole, list) else [whole]


def _of_objects(path: Path, lang: Lang, most_rows: int) -> Table:
    """Objects as rows: the columns are all their names, in the order in which they first appear."""
    columns: dict[str, int] = {}
    kept: list[tuple[Any, ...]] = []
    for entry in _objects(path):
        if not isinstance(entry, dict):
            refuse_with(translate(lang.value, "{name} must hold one JSON object a holder.", name=path.name))
        if len(kept) == most_rows:
            raise FileTooManyRows(most=most_rows)
        for name in entry:
            columns.setdefault(name, len(columns))
        kept.append(tuple(map(entry.get, columns)))
    width = len(columns)
    filled = [row if len(row) == width else (*row, *[None] * (width - len(row))) for row in kept]
    return Table(list(columns), filled, range(1, len(filled) + 1))
