"""The cells of one column as exact values of one sort, so that a command can order by them.

A column holds numbers, dates, times or texts. Must never compare two sorts, nor take a text that only looks like a
number or a date (`1,200`, `97.5 分`, `2026/1/5`) for a text: ordered by its letters, it would stand somewhere wrong.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from kernel.calendar import SHANGHAI, instant

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_LIKE_A_NUMBER = re.compile(r"[+\-−.,¥$￥]*\s*\d")
_MOST_SHOWN = 40
_NOT_AMONG: Mapping[type, str] = {
    Decimal: "{value} is not a number, as the others in this column are.",
    date: "{value} is not a date such as 2026-11-22, as the others in this column are.",
    datetime: "{value} is not a time such as 2026-11-22T08:30, as the others in this column are.",
    str: "{value} is not a text, as the others in this column are.",
    type(None): "{value} is neither a number, nor a date such as 2026-11-22, nor a text to order by.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be ordered with the others: its row, counted from 0, and the sentence that says why."""

    row: int
    message_id: str
    value: str


def read_column(cells: Sequence[Any]) -> tuple[list[Any], list[Fault]]:
    """Each cell's exact value, None where it is empty; and every cell that is not of the sort that most are."""
    values = [_value(cell) for cell in cells]
    sorts = Counter(type(value) for value in values if value is not None)
    sort = max(sorts, key=sorts.__getitem__, default=type(None))
    faults = [
        Fault(row, _NOT_AMONG[sort], str(plain(cells[row]))[:_MOST_SHOWN])
        for row, value in enumerate(values)
        if (value is None or type(value) is not sort) and cells[row] not in (None, "")
    ]
    return values, faults


def plain(cell: Any) -> Any:
    """A cell as JSON and people have it: exact numbers as decimal text, days and times by ISO 8601."""
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, Decimal) else cell


def _value(cell: Any) -> Decimal | date | str | None:
    """A number, date, UTC instant or text; None for what is neither. A time without offset is Shanghai's."""
    match cell:
        case bool() | None:
            return None
        case int() | Decimal():
            return Decimal(cell)
        case float():
            number = Decimal(repr(cell))
            return number if number.is_finite() else None
        case datetime():
            return (cell if cell.tzinfo else cell.replace(tzinfo=SHANGHAI)).astimezone(UTC)
        case date():
            return cell
        case str() if cell:
            return _text(cell)
        case _:
            return None


def _text(cell: str) -> Decimal | date | str | None:
    if _NUMBER.fullmatch(cell):
        return Decimal(cell)
    if not _LIKE_A_NUMBER.match(cell):
        return cell
    try:
        return date.fromisoformat(cell) if len(cell) == len("2026-11-22") else instant(cell)
    except (ValueError, OverflowError):
        return None
