"""The cells of a workbook -> an .xlsx file for officials: headings, help, lists to choose from, comments.

Findings hang on their cells in both languages. No text can become a formula. Must never write a cell that reads back as
something else.
"""

import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from kernel.errors import Finding
from kernel.files import safe_text
from kernel.locale import LANGUAGES, translate
from rules.language.sheet.cells import NOTE, Broken, Cell, Place, letters
from rules.language.sheet.forms import Form
from rules.language.sheet.head_page import FIELD, HEAD, HEAD_COLUMNS, HEAD_ROWS, HEAD_SLOTS, HELP, VALUE
from rules.language.sheet.headers import Found, Headed, SheetCells, folded, header, names_of, shown
from rules.language.sheet.layout import PAGES
from rules.language.sheet.pages import CODE, KIND, Column, Page
from rules.language.sheet.sizes import height_of, pages_across
from rules.language.sheet.tabular import PROBLEMS, VOCABULARY
from rules.language.sheet.vocabulary import LISTS, Vocabulary

_WRITTEN_AT = datetime(2000, 1, 1)  # noqa: DTZ001 - a fixed date, so that equal content gives equal bytes
_MOST_LIST = 255  # letters of a list that stands in the validation itself
_MOST_COMMENT = 3_000
_SPARE_ROWS = 300
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_FRESH = {"valign": "top", "text_wrap": True}
_BODY = {**_FRESH, "border": 1, "border_color": "#D0D4DA"}
_MARKED = {"bg_color": "#FFE9A8"}
_TEXT = {
    "num_format": 49
}  # a workbook's own number for text: so that `2026-11`, typed as a version, does not become a day
_FORMATS: dict[str, dict[str, object]] = {
    "head": {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#1F4E79", "font_color": "#FFFFFF"},
    "note": {"italic": True, "text_wrap": True, "valign": "top", "font_color": "#5F6B7A", "font_size": 9},
    "label": {**_BODY, "bold": True, "bg_color": "#F3F6FA"},
    "body": _BODY,
    "marked": {**_BODY, **_MARKED},
    "text": {**_BODY, **_TEXT},
    "marked text": {**_BODY, **_MARKED, **_TEXT},
    "fresh": _FRESH,
    "fresh text": {**_FRESH, **_TEXT},
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


class _Page(Worksheet):  # type: ignore[misc]
    """A sheet whose rows have a height, and grow when somebody types more."""

    def _xml_start_tag_unencoded(self, tag: str, attributes: Any = ()) -> None:
        kept = [one for one in attributes if one[0] != "customHeight"]
        super()._xml_start_tag_unencoded(tag, kept)


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
                page = workbook.add_worksheet(_sheet_name(name, number, taken), _Page)
                here = {place[1:]: found for place, found in comments.items() if place[0] == name}
                _Sheet(page, formats, words, here).write(name, sheet)
        _vocabulary(workbook.add_worksheet(VOCABULARY, _Page), formats, words)
        if told:
            page = workbook.add_worksheet(PROBLEMS, _Page)
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
        self.headed: Headed | None = None
        self.columns: Sequence[Column] = ()
        self.forms: dict[tuple[int, int], Form] = {}  # by cell on the sheet of the head; by column, row 0, on others

    def write(self, name: str, sheet: SheetCells) -> None:
        """Header, rows, comments; widths and lists where the sheet is one of ours."""
        ours = next((page for page in PAGES if folded(name) in (folded(page.zh), folded(page.en))), None)
        is_head = folded(name) == folded(HEAD)
        self.columns = HEAD_COLUMNS if is_head else ours.columns if ours else ()
        self.headed = header(Found(), self.columns, name, sheet) if self.columns else None
        if self.headed:
            self.forms = _head_forms(self.headed) if is_head else _forms(self.headed, ours)
            self._lists(self.headed, ours)
            self._looks(self.headed, sheet)
        for number, row in enumerate(sheet.rows):
            self._row(number, row, is_head)
        for row, column in self.comments:
            if row >= len(sheet.rows) or column >= len(sheet.rows[row]):
                self._cell(row, column, None, "body")

    def _row(self, number: int, row: Sequence[Cell], is_head: bool) -> None:
        headed = self.headed
        usual = "head" if number < (headed.first if headed else 1) else "note" if _is_note(row) else "body"
        for column, cell in enumerate(row):
            look = usual
            aside = headed is not None and is_head and column in (headed.at.get(FIELD), headed.at.get(HELP))
            if headed and aside and look == "body":
                look = "label" if column == headed.at.get(FIELD) else "note"
            form = self.forms.get((number if is_head else 0, column))
            self._cell(number, column, cell, "text" if look == "body" and form and not form.node else look)

    def _cell(self, row: int, column: int, cell: Cell, look: str) -> None:
        found = self.comments.get((row, column))
        kind = look if not found or look == "head" else "marked text" if look == "text" else "marked"
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

    def _looks(self, headed: Headed, sheet: SheetCells) -> None:
        """Widths and heights, what is hidden, what stays in sight, and how it is printed."""
        by_name = {column.name: column for column in self.columns}
        body = [row for row in headed.rows[headed.first :] if not _is_note(row)]
        widths: dict[int, int] = {}
        for name, at in headed.at.items():
            column, form = by_name[name], self.forms.get((0, at))
            used = any(at < len(row) and row[at] is not None for row in body)
            hidden = column.rare and not used and not any(place[1] == at for place in self.comments)
            fresh = self.formats["fresh text" if form and not form.node else "fresh"]
            self.page.set_column(at, at, column.width, fresh, {"hidden": hidden})
            widths |= {} if hidden else {at: column.width}
        code = headed.at.get(CODE, headed.at.get(FIELD, 0))
        kept = code + 1 if code < 3 else 0
        self.page.freeze_panes(headed.first, kept)
        _heights(self.page, sheet.rows, widths)
        _printed(self.page, headed.first - 1, kept, pages_across(widths.values()))

    def _lists(self, headed: Headed, ours: Page | None) -> None:
        last = len(headed.rows) + _SPARE_ROWS
        for (row, column), form in self.forms.items():
            first, to = (row, row) if row else (headed.first, last)
            if form.choices:
                self._list(first, to, column, list(form.choices))
            elif not row and form.of and not form.node:
                codes = letters(self.words.column_of(form.of))
                end = len(self.words.lists[form.of]) + 1
                self._list(first, to, column, f"='{VOCABULARY}'!${codes}$2:${codes}${end}")
        if ours and KIND in headed.at:
            self._list(headed.first, last, headed.at[KIND], [table.label for table in ours.tables])

    def _list(self, first: int, last: int, column: int, source: list[str] | str) -> None:
        """A list to choose from; whatever else is typed is asked about, not refused: the reader tells what is wrong."""
        if isinstance(source, str) or len(",".join(source)) <= _MOST_LIST:
            self.page.data_validation(
                first, column, last, column, {"validate": "list", "source": source, "error_type": "warning"}
            )


def _forms(headed: Headed, page: Page | None) -> dict[tuple[int, int], Form]:
    """How each column of a table is said."""
    slots = {at: page.slot_of(name) for name, at in headed.at.items()} if page else {}
    return {(0, at): slot.form for at, slot in slots.items() if slot is not None}


def _head_forms(headed: Headed) -> dict[tuple[int, int], Form]:
    """How each key of the head is said, by the cell beside its label."""
    wanted = {known: column.name for column in HEAD_ROWS for known in names_of(column)}
    forms = {slot.name: slot.form for slot in HEAD_SLOTS}
    label, value = headed.at.get(FIELD), headed.at.get(VALUE)
    if label is None or value is None:
        return {}
    below = list(enumerate(headed.rows))[headed.first :]
    named = {number: wanted.get(folded(shown(row[label]))) for number, row in below if label < len(row)}
    return {(number, value): forms[name] for number, name in named.items() if name in forms}


def _heights(page: Any, rows: Sequence[Sequence[Cell]], widths: Mapping[int, int]) -> None:
    for number, row in enumerate(rows):
        page.set_row(number, height_of(row, widths, small=_is_note(row)))


def _printed(page: Any, header_row: int, kept: int, across: int) -> None:
    """On A4, lying; the header on each page, and what names a row where a sheet is broad."""
    page.set_landscape()
    page.set_paper(9)
    page.set_footer("&L&A&R&P / &N")
    page.fit_to_pages(across, 0)
    page.repeat_rows(header_row)
    if across > 1 and kept:
        page.repeat_columns(0, kept - 1)


def _is_note(row: Sequence[Cell]) -> bool:
    first = next((cell for cell in row if cell is not None), None)
    return isinstance(first, str) and first.startswith(NOTE)


def _vocabulary(page: Any, formats: Mapping[str, Any], words: Vocabulary) -> None:
    columns: list[list[Cell]] = []
    for name, entries in words.lists.items():
        columns += [[LISTS[name], *(code for code, _ in entries)], [None, *(title for _, title in entries)]]
    _table(page, formats, list(zip_longest(*columns)), [28, 60] * len(words.lists))


def _problems(page: Any, formats: Mapping[str, Any], told: Sequence[tuple[str, Finding]]) -> None:
    rows: list[list[Cell]] = [[column.heading for column in ALL_FOUND]]
    rows += [[finding.code, place or finding.path, *in_both(finding)] for place, finding in told]
    _table(page, formats, rows, [column.width for column in ALL_FOUND])


def _table(page: Any, formats: Mapping[str, Any], rows: Sequence[Sequence[Cell]], widths: Sequence[int]) -> None:
    """A sheet that is only read: its header in the first row."""
    for at, width in enumerate(widths):
        page.set_column(at, at, width)
    _heights(page, rows, dict(enumerate(widths)))
    for number, row in enumerate(rows):
        for at, cell in enumerate(row):
            look = formats["body" if number else "head"]
            if cell is not None:
                page.write_string(number, at, safe_text(str(cell)), look)
            elif not number:
                page.write_blank(number, at, None, look)
    page.freeze_panes(1, 0)
    _printed(page, 0, 0, pages_across(widths))
