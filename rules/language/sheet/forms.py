"""The plain ways in which a cell says a value: a text, a code, a number, a day, a choice, a list. Pure.

Each form shows a value (None where it cannot) and reads a cell. Must never lose anything: a value is only shown so when
reading gives the same value back; `rows` asks.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from rules.language.sheet.cells import Cell, Unreadable, keeps, number, plainly, short, told
from rules.language.text import DECIMAL, INTEGER

CODE = r"[a-z][a-z0-9_-]{0,62}"
_CODE = re.compile(CODE)
_DIGITS = re.compile(r"[+-]?[0-9]{1,15}")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_BETWEEN = re.compile(r"[;,、\s]+")

NOT_A_NUMBER = "“{text}” is neither a number nor the name of a parameter."
NOT_A_DAY = "“{text}” is not a day. Write it like 2026-11-22."
A_DAY = "The spreadsheet program has made a day of what was typed here. Format the cell as text, and type it again."
NOT_A_CHOICE = "“{text}” is not one of: {choices}."
NOT_SO = "“{text}” cannot be read here. Write it like: {example}"


@dataclass(frozen=True, slots=True)
class Form:
    """How values are shown in a cell and read from it; `node`: a cell that begins with a bracket is YAML."""

    show: Callable[[Any], Cell]
    read: Callable[[Cell], Any]
    node: bool = True
    choices: tuple[str, ...] = ()
    of: str = ""
    """Which of the catalogue's lists the cell is taken from."""


def _shown_text(value: Any) -> Cell:
    return value if isinstance(value, str) and keeps(value) else None


def _read_text(cell: Cell) -> str:
    if isinstance(cell, date):  # `2026-11` and `2026-11-01` are the same day by now
        raise Unreadable(A_DAY)
    return told(cell)


TEXT = Form(_shown_text, _read_text, node=False)
KEY = Form(_shown_text, plainly, node=False)


def key(of: str) -> Form:
    """A code that comes from one of the catalogue's lists."""
    return Form(_shown_text, plainly, node=False, of=of)


def amount_of(text: str) -> Any:
    """A number or a parameter's name in a text."""
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    if _DIGITS.fullmatch(text):
        return int(text)
    if INTEGER.fullmatch(text):
        return int(text)
    if DECIMAL.fullmatch(text):
        return Decimal(text)
    if _CODE.fullmatch(text):
        return {"parameter": text}
    raise Unreadable(NOT_A_NUMBER, text=short(text))


def amount_text(value: Any) -> str | None:
    """A number or a parameter as a text."""
    match value:
        case bool():
            return None
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case {"parameter": str() as name} if len(value) == 1 and _CODE.fullmatch(name):
            return name
    return None


def read_amount(cell: Cell) -> Any:
    """A number or a parameter's name."""
    return cell if isinstance(cell, int | Decimal) else amount_of(plainly(cell))


def shown_amount(value: Any) -> Cell:
    """A number as a number, where a workbook holds it exactly; a parameter by its name."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        exact = number(Decimal(value))
        return value if type(exact) is type(value) and exact == value else amount_text(value)
    return amount_text(value)


AMOUNT = Form(shown_amount, read_amount)


def read_day(cell: Cell) -> Any:
    """A day: a date, or a text such as 2026-11-22, 2026/11/22 or 2026年11月22日."""
    if isinstance(cell, date):
        return cell
    text = plainly(cell)
    if found := _DAY.fullmatch(text):
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            pass
    raise Unreadable(NOT_A_DAY, text=short(text))


def _shown_day(value: Any) -> Cell:
    return value if isinstance(value, date) and value.year > 1900 else None


DAY = Form(_shown_day, read_day)


def choice(**words: str) -> Form:
    """One of a closed list: `取档 step`; read by either word, or both."""
    labels = {code: f"{word} {code}" for code, word in words.items()}
    by_word = {_folded(word): code for code, label in labels.items() for word in (code, words[code], label)}

    def show(value: Any) -> Cell:
        return labels.get(value) if isinstance(value, str) else None

    def read(cell: Cell) -> Any:
        text = plainly(cell)
        found = by_word.get(_folded(text))
        if found is None:
            raise Unreadable(NOT_A_CHOICE, text=short(text), choices=" · ".join(labels.values()))
        return found

    return Form(show, read, choices=tuple(labels.values()))


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()


def _read_yes(cell: Cell) -> bool:
    text = plainly(cell).casefold()
    if text in ("是", "true", "yes", "对", "有", "1"):
        return True
    if text in ("否", "false", "no", "错", "无", "0"):
        return False
    raise Unreadable(NOT_A_CHOICE, text=short(text), choices="是 · 否")


YES = Form(
    lambda value: ("是" if value else "否") if isinstance(value, bool) else None, _read_yes, choices=("是", "否")
)


def _read_codes(cell: Cell) -> list[str]:
    return [part for part in _BETWEEN.split(plainly(cell)) if part]


def _shown_codes(value: Any) -> Cell:
    good = isinstance(value, list) and value and all(isinstance(part, str) and _CODE.fullmatch(part) for part in value)
    return "; ".join(value) if good else None


CODES = Form(_shown_codes, _read_codes)


def codes(of: str) -> Form:
    """Several codes of one of the catalogue's lists."""
    return Form(_shown_codes, _read_codes, of=of)


def worth_text(value: Any) -> str | None:
    """A mapping of codes to amounts as `bachelor=80; junior_college=60`."""
    if not isinstance(value, dict) or not value:
        return None
    parts = [(name, amount_text(worth)) for name, worth in value.items()]
    if any(not _CODE.fullmatch(name) or text is None for name, text in parts):
        return None
    return "; ".join(f"{name}={text}" for name, text in parts)


def read_worth(cell: Cell) -> dict[str, Any]:
    """`bachelor=80; junior_college=60` as a mapping."""
    found: dict[str, Any] = {}
    for part in filter(None, (part.strip() for part in re.split(r"[;\n]|,(?![0-9]{3}\b)", plainly(cell)))):
        name, equals, worth = (piece.strip() for piece in part.partition("="))
        if not equals or not _CODE.fullmatch(name) or name in found:
            raise Unreadable(NOT_SO, text=short(part), example="bachelor=80; junior_college=60")
        found[name] = amount_of(worth)
    return found


WORTH = Form(worth_text, read_worth)


def _only_node(cell: Cell) -> Any:
    raise Unreadable(NOT_SO, text=short(told(cell)), example="{...}")


NODE = Form(lambda _: None, _only_node)
