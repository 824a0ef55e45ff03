"""Workbooks for tests: the cells of a pack's workbook, typed into by officials, and written by another program."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from rules import packs
from rules.language.sheet.cells import Broken, Cell, letters
from rules.language.sheet.headers import SheetCells
from rules.language.sheet.writing import cells_of
from rules.language.text import read_text

HOME = Path(packs.__file__).parent
PACKS = {path.stem: path.read_text("utf-8") for path in HOME.rglob("*.yaml") if not path.name.endswith(".cases.yaml")}
VOLUNTEERING = PACKS["volunteering"]
RECORD = PACKS["household-registration-2016"]
Book = dict[str, SheetCells]


def book_of(text: str) -> Book:
    """The cells of a pack's workbook."""
    return cells_of(read_text(text).tree)[0]


def bytes_of(book: Book, formulas: dict[str, tuple[str, Any]] | None = None) -> bytes:
    """A workbook as another program writes it: plain cells, numbers as binary fractions. Formulas by their cells."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for name, sheet in book.items():
            page = workbook.add_worksheet(name)
            for area in sheet.merged:
                page.merge_range(*area, "")
            for number, row in enumerate(sheet.rows):
                for column, cell in enumerate(row):
                    formula = (formulas or {}).get(f"{name}!{letters(column)}{number + 1}")
                    if formula is not None:
                        page.write_formula(number, column, formula[0], None, formula[1])
                    elif isinstance(cell, date):
                        page.write_datetime(number, column, cell, day)
                    elif isinstance(cell, int | Decimal):
                        page.write_number(number, column, float(cell))
                    elif isinstance(cell, str):
                        page.write_string(number, column, cell)
    return out.getvalue()


def column_of(book: Book, sheet: str, heading: str) -> int:
    """Where the column with this heading stands."""
    return [str(cell).split("\n")[0] for cell in book[sheet].rows[0]].index(heading)


def put(book: Book, sheet: str, row: int, heading: str, cell: Cell | Broken) -> str:
    """Type something into a cell of a row, counted as people do; gives the cell's address."""
    column = column_of(book, sheet, heading)
    book[sheet].rows[row - 1][column] = cell
    return f"{sheet}!{letters(column)}{row}"
