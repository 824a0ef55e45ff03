"""How much room a workbook's cells need: the height of a row, and how many pages of paper side by side. Pure.

Some spreadsheet programs trust a file's own heights and show a wrapped text cut off, so they are worked out here.
Widths are in letters of the workbook's own face. Must never change what a cell says.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from rules.language.sheet.cells import Broken, Cell, told

LINE = 15  # points
SMALL = 12  # points, of the help under a header; its letters take five sixths of the room
MOST = 405  # points; a workbook allows 409
PAPER = 230  # letters on a page across, small but read without a glass
_SLACK = 2  # letters that borders and the breaking between words cost


def lines_of(text: str, width: int) -> int:
    """How many lines a text takes in a column; a Chinese letter is as wide as two."""
    room = max(width - _SLACK, 2)
    return sum(max(1, -(-_wide(line) // room)) for line in text.split("\n"))


def _wide(line: str) -> int:
    if line.isascii():
        return len(line)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


def height_of(row: Sequence[Cell], widths: Mapping[int, int], *, small: bool = False) -> int:
    """The height of a row, in points, so that each cell is read whole; columns without a width do not count."""
    texts = {column: cell.shown if isinstance(cell, Broken) else told(cell) for column, cell in enumerate(row)}
    rooms = {column: width * 6 // 5 if small else width for column, width in widths.items()}
    lines = (lines_of(text, rooms[column]) for column, text in texts.items() if column in rooms)
    return min(MOST, (SMALL if small else LINE) * max(lines, default=1))


def pages_across(widths: Iterable[int]) -> int:
    """How many pages side by side keep the letters large enough."""
    return max(1, -(-sum(widths) // PAPER))
