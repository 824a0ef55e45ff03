"""What stands in one cell, as a person wrote it and as we read it. Pure.

Must never hold a float: a workbook's numbers are read with the fifteen digits that it shows.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal

SHOWN = Context(prec=15)
MOST_LETTERS = 32_000  # a cell holds 32,767
NOTE = "※"
"""A row whose code begins with this is a note for people."""

_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_UNSEEN = "\ufeff\u200b\u200c\u200d\u2060"
ESCAPE = re.compile(r"_x[0-9A-Fa-f]{4}_")  # a workbook's own way of writing a character
_SAME = str.maketrans("−–—≥≤“”‘’，；：。", "---><\"\"'',;:.")


class Unreadable(ValueError):
    """A cell that says nothing we know; the message is a finding's."""

    def __init__(self, message_id: str, **values: object) -> None:
        super().__init__(message_id)
        self.message_id, self.values = message_id, values


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that holds no value: a formula's error, or characters that no text has."""

    message_id: str
    shown: str


Cell = str | int | Decimal | date | Broken | None
Place = tuple[str, int, int]
"""Sheet, row and column, counted from 0."""

ERROR_VALUE = "This formula gives an error. Write the value instead."
UNSAFE_TEXT = "This text has characters that are not seen. Type it again."


def number(written: Decimal) -> Cell:
    """A number as a workbook shows it: 10.0 is 10, and 1.5 is exactly 1.5."""
    if not written.is_finite() or abs(written) >= 10**15:
        return str(written)
    exact = SHOWN.create_decimal(written)
    return int(exact) if exact == exact.to_integral_value() else Decimal(format(exact, "f"))


def cleaned(text: str) -> Cell:
    """A text as it is read: composed, without blanks around it; None when nothing is left."""
    if _UNSAFE.search(text):
        return Broken(UNSAFE_TEXT, _UNSAFE.sub("?", text)[:60])
    return unicodedata.normalize("NFC", text).strip().strip(_UNSEEN).strip() or None


def keeps(text: str) -> bool:
    """Whether a text comes back from a cell as it was."""
    stable = text.isprintable() and not ESCAPE.search(text) and len(text) <= MOST_LETTERS
    return stable and cleaned(text) == text


def told(cell: Cell) -> str:
    """A cell as the text that a person sees."""
    match cell:
        case None:
            return ""
        case Broken():
            raise Unreadable(cell.message_id)
        case Decimal():
            return format(cell, "f")
        case date():
            return cell.isoformat()
    return str(cell)


def plainly(cell: Cell) -> str:
    """A cell's text for reading numbers and codes: full-width letters and signs are the plain ones."""
    text = unicodedata.normalize("NFKC", told(cell)).replace("≥", ">=").replace("≤", "<=").translate(_SAME)
    return text.strip().lstrip("'").strip()


def short(text: str) -> str:
    """The beginning of what somebody wrote, for a message."""
    return text if len(text) <= 40 else f"{text[:39]}…"


def letters(column: int) -> str:
    """A for 0, Z for 25, AA for 26."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(place: Place) -> str:
    """`计分项!E7` for a cell."""
    sheet, row, column = place
    return f"{sheet}!{letters(column)}{row + 1}"


def place_of(spoken: str) -> Place | None:
    """The cell that an address names; None when it names none."""
    found = re.fullmatch(r"([^!]{1,31})!([A-Z]{1,3})([1-9][0-9]{0,6})", spoken)
    if not found:
        return None
    column = 0
    for letter in found[2]:
        column = column * 26 + ord(letter) - 64
    return found[1], int(found[3]) - 1, column - 1
