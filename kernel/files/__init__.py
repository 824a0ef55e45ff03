"""Files from people and for people: bounded readers, safe writers.

    read_sheet      a workbook or CSV in, as plain cells; refused whole when it is too much or not what it claims
    write_workbook  a workbook out, in which no text can become a formula

Must never trust a file's own figures, and never open one twice in different ways.
"""

from kernel.files.limits import (
    FileTooLarge,
    FileTooManyColumns,
    FileTooManyRows,
    FileUnreadable,
    FileUnsafe,
)
from kernel.files.reader import Cell, Sheet, read_sheet
from kernel.files.writer import Column, SheetOut, plain_text, safe_text, write_csv, write_workbook

__all__ = [
    "Cell",
    "Column",
    "FileTooLarge",
    "FileTooManyColumns",
    "FileTooManyRows",
    "FileUnreadable",
    "FileUnsafe",
    "Sheet",
    "SheetOut",
    "plain_text",
    "read_sheet",
    "safe_text",
    "write_csv",
    "write_workbook",
]
