"""Writes workbooks and CSV files in which no text can become a formula when somebody opens them.

A text that a spreadsheet would take for a formula gets an apostrophe in front; our reader takes it off
again, so that what we write comes back unchanged. Must never write a number as text or a text as number.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

import xlsxwriter

Value = str | int | float | date | datetime | time | None
_WRITTEN_AT = datetime(2000, 1, 1)  # noqa: DTZ001 - a fixed date, so that equal content gives equal bytes
_FORMULA_START = "=+\\-@\t\r\n\x00＝＋－＠"
_RISKY = re.compile(f"'*[{_FORMULA_START}]")
_MADE_SAFE = re.compile(f"'+[{_FORMULA_START}]")
_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, its width in characters, a note on the title, and the choices of its drop-down list."""

    title: str
    width: int = 16
    note: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetOut:
    """A sheet to write. `comments[(row, column)]` hangs on a data cell, both counted from 0."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]] = ()
    comments: Mapping[tuple[int, int], str] = field(default_factory=dict)
    spare_rows: int = 500
    """How many rows below the data the drop-down lists reach to."""


def safe_text(text: str) -> str:
    """The text as a cell may hold it: never the beginning of a formula."""
    return f"'{text}" if _RISKY.match(text) else text


def plain_text(text: str) -> str:
    """The text again, as it was before `safe_text`."""
    return text[1:] if _MADE_SAFE.match(text) else text


def write_workbook(sheets: Sequence[SheetOut]) -> bytes:
    """An .xlsx file: header frozen and bold, comments, drop-down lists; dates and times as such."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        workbook.set_properties({"created": _WRITTEN_AT})
        formats = {
            "head": workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            datetime: workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            date: workbook.add_format({"num_format": "yyyy-mm-dd"}),
            time: workbook.add_format({"num_format": "hh:mm"}),
            "marked": workbook.add_format({"bg_color": "#FFE9A8"}),
        }
        for sheet in sheets:
            _write_sheet(workbook.add_worksheet(sheet.title[:31]), sheet, formats)
    return buffer.getvalue()


def _write_sheet(page: xlsxwriter.worksheet.Worksheet, sheet: SheetOut, formats: Mapping[object, object]) -> None:
    page.freeze_panes(1, 0)
    last_row = len(sheet.rows) + sheet.spare_rows
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, column.width)
        page.write_string(0, index, safe_text(column.title), formats["head"])
        if column.note:
            page.write_comment(0, index, column.note)
        if column.choices:
            page.data_validation(1, index, last_row, index, {"validate": "list", "source": list(column.choices)})
    for number, row in enumerate(sheet.rows):
        for index, value in enumerate(row):
            comment = sheet.comments.get((number, index))
            _write_cell(page, (number + 1, index), value, formats, marked=comment is not None)
            if comment is not None:
                page.write_comment(number + 1, index, comment)


def _write_cell(
    page: xlsxwriter.worksheet.Worksheet,
    place: tuple[int, int],
    value: Value,
    formats: Mapping[object, object],
    *,
    marked: bool,
) -> None:
    mark = formats["marked"] if marked else None
    match value:
        case None:
            page.write_blank(*place, None, mark)
        case datetime() | date() | time():
            page.write_datetime(*place, value, formats[type(value)])
        case int() | float() if abs(value) < _EXACT:
            page.write_number(*place, value, mark)
        case _:
            page.write_string(*place, safe_text(str(value)), mark)


def write_csv(header: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    """A CSV file that Excel opens rightly in China: UTF-8 with BOM, CRLF, quoted where needed."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in (header, *rows):
        writer.writerow([safe_text(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")
