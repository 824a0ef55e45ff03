"""The cells of a workbook -> an .xlsx file for officials: headings, help, lists to choose from, comments.

Findings hang on their cells in both languages. No text can become a formula. Must never write a cell that reads back as
something else.
"""

import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from kernel.errors import Finding
from kernel.files import safe_text
from kernel.locale import LANGUAGES, translate
from rules.language.sheet.cells import NOTE, Broken, Cell, Place, letters
from rules.language.sheet.head_page import FIELD, HEAD, HEAD_COLUMNS, HEAD_ROWS, HEAD_SLOTS, HELP, VALUE
from rules.language.sheet.headers import Found, Headed, SheetCells, folded, header, names_of, shown
from rules.language.sheet.layout import PAGES
from rules.language.sheet.pages import CODE, KIND, Column, Page
from rules.language.sheet.tabular import PROBLEMS, VOCABULARY
from rules.language.sheet.vocabulary import LISTS, Vocabulary

_WRITTEN_AT = datetime(2000, 1, 1)  # noqa: DTZ001 - a fixed date, so that equal content gives equal bytes
_MOST_LIST = 255  # letters of a list that stands in the validation itself
_MOST_COMMENT = 3_000
_SPARE_ROWS = 300
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_BODY = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#D0D4DA"}
_MARKED = {"bg_color": "#FFE9A8"}
_FORMATS: dict[str, dict[str, object]] = {
    "head": {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#1F4E79", "font_color": "#FFFFFF"},
    "note": {"italic": True, "text_wrap": True, "valign": "top", "font_color": "#5F6B7A", "font_size": 9},
    "label": {**_BODY, "bold": True, "bg_color": "#F3F6FA"},
    "body": _BODY,
    "marked": {**_BODY, **_MARKED},
    "day": {**_BODY, "num_format": "yyyy-mm-dd", "align": "left"},
    "marked day": {**_BODY, **_MARKED, "num_format": "yyyy-mm-dd", "align": "left"},
}
ALL_FOUND = (
    Column("code", "代码", "Code", 18),
    Column("place", "位置", "Place", 26),
    Column("zh", "问题(中文)", "Finding in Chinese", 60),
    Column("en", "问题(英文)", "Finding in English", 60),
)

Comments = Mapping[Place, Sequence[Finding]]


def write_paper(
    book: Mapping[str, SheetCells], comments: Comments, told: Sequence[tuple[str, Finding]], words: Vocabulary
) -> bytes:
    """The file: these sheets, the words to choose from, and a sheet of all findings where there are any."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, _OPTIONS) as workbook:
        workbook.set_properties({"created": _WRITTEN_AT})
        formats = {name: workbook.add_format(look) for name, look in _FORMATS.items()}
        taken = {PROBLEMS.casefold(), VOCABULARY.casefold()}
        for number, (name, sheet) in enumerate(book.items()):
            if name not in (PROBLEMS, VOCABULARY):
                page = workbook.add_worksheet(_sheet_name(name, number, taken))
                here = {place[1:]: found for place, found in comments.items() if place[0] == name}
                _Sheet(page, formats, words, here).write(name, sheet)
        _vocabulary(workbook.add_worksheet(VOCABULARY), formats, words)
        if told:
            page = workbook.add_worksheet(PROBLEMS)
            _problems(page, formats, told)
            page.activate()
    return buffer.getvalue()


def _sheet_name(name: str, number: int, taken: set[str]) -> str:
    """A sheet's own name, where a workbook allows it and no other has it."""
    good = re.fullmatch(r"[^\[\]:*?/\\']{1,31}", name) and name.casefold() not in taken
    named = name if good else f"Sheet {number + 1}"
    taken.add(named.casefold())
    return named


def in_both(finding: Finding) -> list[str]:
    """A finding's sentence in each language."""
    values = {key: str(value) for key, value in finding.values.items()}
    return [translate(language, finding.message_id, **values) for language in LANGUAGES]


class _Sheet:
    """One sheet on its way out."""

    def __init__(self, page: Any, formats: Mapping[str, Any], words: Vocabulary, comments: Mapping[Any, Any]) -> None:
        self.page, self.formats, self.words, self.comments = page, formats, words, comments

    def write(self, name: str, sheet: SheetCells) -> None:
        """Header, rows, comments; widths and lists where the sheet is one of ours."""
        ours = next((page for page in PAGES if folded(name) in (folded(page.zh), folded(page.en))), None)
        is_head = folded(name) == folded(HEAD)
        columns = HEAD_COLUMNS if is_head else ours.columns if ours else ()
        headed = header(Found(), columns, name, sheet) if columns else None
        top = headed.first - 1 if headed else 0
        for number, row in enumerate(sheet.rows):
            self._row(number, row, top, headed, is_head)
        for row, column in self.comments:
            if row >= len(sheet.rows) or column >= len(sheet.rows[row]):
                self._cell(row, column, None, "body")
        if headed:
            self._looks(headed, columns)
            if ours:
                self._lists(headed, ours)
            else:
                self._head_lists(headed)

    def _row(self, number: int, row: Sequence[Cell], top: int, headed: Headed | None, is_head: bool) -> None:
        first = next((cell for cell in row if cell is not None), None)
        note = isinstance(first, str) and first.startswith(NOTE)
        for column, cell in enumerate(row):
            aside = headed is not None and is_head and column in (headed.at.get(FIELD), headed.at.get(HELP))
            look = "head" if number <= top else "note" if note else "body"
            if aside and number > top:
                look = "label" if headed and column == headed.at.get(FIELD) else "note"
            self._cell(number, column, cell, look)

    def _cell(self, row: int, column: int, cell: Cell, look: str) -> None:
        found = self.comments.get((row, column))
        kind = "marked" if found and look != "head" else look
        match cell:
            case None:
                self.page.write_blank(row, column, None, self.formats[kind])
            case int() | Decimal():
                self.page.write_number(row, column, cell, self.formats[kind])
            case date() if cell.year > 1900:
                self.page.write_datetime(row, column, cell, self.formats["marked day" if found else "day"])
            case Broken():
                self.page.write_string(row, column, safe_text(cell.shown), self.formats[kind])
            case _:
                self.page.write_string(row, column, safe_text(str(cell)), self.formats[kind])
        if found:
            text = "\n\n".join("\n".join([*in_both(one), f"[{one.code}]"]) for one in found)[:_MOST_COMMENT]
            size = {"width": 320, "height": min(60 + 18 * (text.count("\n") + len(text) // 40), 420)}
            self.page.write_comment(row, column, text, {"author": "Tongcheng", **size})

    def _looks(self, headed: Headed, columns: Sequence[Column]) -> None:
        """Widths, what is hidden, what stays in sight."""
        by_name = {column.name: column for column in columns}
        for name, at in headed.at.items():
            used = any(
                at < len(row) and row[at] is not None and not _is_note(row) for row in headed.rows[headed.first :]
            )
            hidden = by_name[name].rare and not used and not any(column == at for _, column in self.comments)
            self.page.set_column(at, at, by_name[name].width, None, {"hidden": hidden})
        code = headed.at.get(CODE, headed.at.get(FIELD, 0))
        self.page.freeze_panes(headed.first, code + 1 if code < 3 else 0)
        self.page.set_landscape()
        self.page.set_paper(9)
        self.page.fit_to_pages(1, 0)
        self.page.repeat_rows(headed.first - 1)

    def _lists(self, headed: Headed, page: Page) -> None:
        last = len(headed.rows) + _SPARE_ROWS
        for name, at in headed.at.items():
            slot = page.slot_of(name)
            if name == KIND:
                self._list(headed.first, last, at, [table.label for table in page.tables])
            elif slot is not None and slot.form.choices:
                self._list(headed.first, last, at, list(slot.form.choices))
            elif slot is not None and slot.form.of and not slot.form.node:
                column = letters(self.words.column_of(slot.form.of))
                end = len(self.words.lists[slot.form.of]) + 1
                self._list(headed.first, last, at, f"='{VOCABULARY}'!${column}$2:${column}${end}")

    def _head_lists(self, headed: Headed) -> None:
        wanted = {known: column.name for column in HEAD_ROWS for known in names_of(column)}
        forms = {slot.name: slot.form for slot in HEAD_SLOTS}
        if FIELD in headed.at and VALUE in headed.at:
            for number in range(headed.first, len(headed.rows)):
                row = headed.rows[number]
                label = shown(row[headed.at[FIELD]]) if headed.at[FIELD] < len(row) else ""
                form = forms.get(wanted.get(folded(label), ""))
                if form is not None and form.choices:
                    self._list(number, number, headed.at[VALUE], list(form.choices))

    def _list(self, first: int, last: int, column: int, source: list[str] | str) -> None:
        """A list to choose from; whatever else is typed is asked about, not refused: the reader tells what is wrong."""
        if isinstance(source, str) or len(",".join(source)) <= _MOST_LIST:
            self.page.data_validation(
                first, column, last, column, {"validate": "list", "source": source, "error_type": "warning"}
            )


def _is_note(row: Sequence[Cell]) -> bool:
    first = next((cell for cell in row if cell is not None), None)
    return isinstance(first, str) and first.startswith(NOTE)


def _vocabulary(page: Any, formats: Mapping[str, Any], words: Vocabulary) -> None:
    for name, entries in words.lists.items():
        at = words.column_of(name)
        page.set_column(at, at, 28)
        page.set_column(at + 1, at + 1, 44)
        page.write_string(0, at, LISTS[name], formats["head"])
        page.write_blank(0, at + 1, None, formats["head"])
        for number, (code, title) in enumerate(entries):
            page.write_string(number + 1, at, safe_text(code), formats["body"])
            page.write_string(number + 1, at + 1, safe_text(title), formats["body"])
    page.freeze_panes(1, 0)


def _problems(page: Any, formats: Mapping[str, Any], told: Sequence[tuple[str, Finding]]) -> None:
    for number, column in enumerate(ALL_FOUND):
        page.set_column(number, number, column.width)
        page.write_string(0, number, column.heading, formats["head"])
    for number, (place, finding) in enumerate(told):
        chinese, english = in_both(finding)
        for at, text in enumerate((finding.code, place or finding.path, chinese, english)):
            page.write_string(number + 1, at, safe_text(text), formats["body"])
    page.freeze_panes(1, 0)
