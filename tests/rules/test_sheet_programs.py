"""What spreadsheet programs do to a workbook changes nothing in the pack, and the workbook can be read and printed."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter

from kernel.errors import Finding
from rules.language.loader import pack_sha256
from rules.language.sheet import read_sheet_pack, write_workbook
from rules.language.sheet.forms import A_DAY
from rules.language.sheet.head_page import HEAD, HEAD_EN
from rules.language.sheet.headers import SheetCells
from rules.language.sheet.layout import PAGES
from rules.language.sheet.sizes import LINE, MOST, height_of, lines_of, pages_across
from tests.rules.sheets import RECORD, VOLUNTEERING, Book, book_of, bytes_of, column_of, put

ENGLISH = {page.zh: page.en for page in PAGES} | {HEAD: HEAD_EN}


def turned_round(book: Book) -> Book:
    return dict(reversed(book.items()))


def named_in_english(book: Book) -> Book:
    return {f" {ENGLISH[name].upper()}": sheet for name, sheet in book.items()}


def with_an_empty_column(book: Book) -> Book:
    return {
        name: SheetCells([[None, *row[:2], None, *row[2:], " "] for row in sheet.rows]) for name, sheet in book.items()
    }


def with_blank_rows_and_a_sheet(book: Book) -> Book:
    rows = {name: SheetCells([*sheet.rows, *[["  ", None, "\u3000"]] * 500]) for name, sheet in book.items()}
    return {"Sheet1": SheetCells([]), **rows}


def with_the_help_taken_out(book: Book) -> Book:
    return {
        name: SheetCells(sheet.rows if name == HEAD else [sheet.rows[0], *sheet.rows[2:]])
        for name, sheet in book.items()
    }


@pytest.mark.thorough
@pytest.mark.parametrize(
    "change",
    [turned_round, named_in_english, with_an_empty_column, with_blank_rows_and_a_sheet, with_the_help_taken_out],
)
@pytest.mark.parametrize("text", [RECORD, VOLUNTEERING], ids=["record", "live"])
def test_sheets_rows_and_columns_may_be_moved_about(text: str, change: Callable[[Book], Book]) -> None:
    read, findings = read_sheet_pack(bytes_of(change(book_of(text))))
    assert findings == []
    assert pack_sha256(read) == pack_sha256(text)


@pytest.mark.thorough
def test_cells_with_a_border_and_nothing_in_them_are_no_rows() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        border, day = workbook.add_format({"border": 1}), workbook.add_format({"num_format": "yyyy/m/d"})
        for name, sheet in book_of(RECORD).items():
            page = workbook.add_worksheet(name)
            for number in range(4_000):
                page.write_blank(number, 0, None, border)
            for number, row in enumerate(sheet.rows):
                page.write_blank(number, 700, None, border)
                for column, cell in enumerate(row):
                    if isinstance(cell, date):
                        page.write_datetime(number, column, cell, day)
                    elif cell is not None:
                        page.write(number, column, cell if isinstance(cell, str) else float(cell), border)
    text, findings = read_sheet_pack(out.getvalue())
    assert findings == []
    assert pack_sha256(text) == pack_sha256(RECORD)


@pytest.mark.thorough
def test_a_version_typed_anew_is_a_number_to_the_program_and_the_same_to_us() -> None:
    book = book_of(RECORD)
    put(book, HEAD, 3, "内容", Decimal("2016.0"))
    assert pack_sha256(read_sheet_pack(bytes_of(book))[0]) == pack_sha256(RECORD)


@pytest.mark.thorough
def test_a_version_that_the_program_made_a_day_of_is_told_with_its_cell() -> None:
    book = book_of(VOLUNTEERING)
    place = put(book, HEAD, 3, "内容", date(2026, 11, 1))
    findings = read_sheet_pack(bytes_of(book))[1]
    assert [(finding.path, finding.message_id) for finding in findings] == [(place, A_DAY)]


def parts_of(data: bytes) -> dict[str, str]:
    """The texts of a workbook's parts."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def sheet_of(data: bytes, name: str) -> str:
    """The text of one sheet."""
    parts = parts_of(data)
    number = re.findall(r'<sheet name="([^"]+)"', parts["xl/workbook.xml"]).index(name) + 1
    return parts[f"xl/worksheets/sheet{number}.xml"]


def test_texts_are_cells_of_text_so_that_a_program_keeps_what_is_typed() -> None:
    data = write_workbook(VOLUNTEERING)
    styles = re.findall(r"<xf [^>]*?>", parts_of(data)["xl/styles.xml"].split("<cellXfs")[1])
    looks = dict(re.findall(r'<c r="([A-Z]+[0-9]+)" s="([0-9]+)"', sheet_of(data, HEAD)))
    text = 'numFmtId="49"'
    rows = {str(row[0]).split()[0]: number + 1 for number, row in enumerate(book_of(VOLUNTEERING)[HEAD].rows)}
    wanted = {"版本": True, "施行日期": False, "名称(中文)": True}
    assert {name: text in styles[int(looks[f"B{rows[name]}"])] for name in wanted} == wanted
    columns = re.findall(r'<col min="([0-9]+)" max="[0-9]+" width="[0-9.]+" style="([0-9]+)"', sheet_of(data, "计分项"))
    fresh = {int(at) - 1: text in styles[int(style)] for at, style in columns}
    book = book_of(VOLUNTEERING)
    assert [fresh[column_of(book, "计分项", name)] for name in ("代码", "名称(中文)", "分值")] == [True, True, False]


def test_each_row_is_high_enough_for_its_longest_cell_and_grows_with_it() -> None:
    sheet = sheet_of(write_workbook(VOLUNTEERING), "计分项")
    heights = dict(re.findall(r'<row r="([0-9]+)"[^>]* ht="([0-9.]+)"', sheet))
    assert heights["1"] == "30", "both languages of a heading"
    assert int(heights["3"]) >= 4 * LINE, "the extra shares are YAML in one cell"
    assert "4" not in heights or heights["4"] == "15"
    assert "customHeight" not in sheet


def test_a_chinese_letter_takes_the_room_of_two() -> None:
    assert [lines_of("一二三四五六", width) for width in (14, 13, 8)] == [1, 2, 2]
    assert [lines_of("abcdef", width) for width in (8, 7)] == [1, 2]
    assert lines_of("a\n\nb", 10) == 3
    assert height_of(["一" * 9, "x" * 900], {0: 20}) == LINE
    assert height_of(["一" * 9_000], {0: 20}) == MOST
    assert [pages_across([230]), pages_across([230, 1]), pages_across([])] == [1, 2, 1]


def test_a_broad_sheet_is_printed_on_pages_side_by_side_each_naming_its_rows() -> None:
    data = write_workbook(VOLUNTEERING, [Finding("GAP", "items.service.price", "Nothing covers 5 to 6.")])
    items, head = sheet_of(data, "计分项"), sheet_of(data, HEAD)
    assert '<pageSetup paperSize="9" fitToWidth="2" fitToHeight="0" orientation="landscape"/>' in items
    assert '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>' in head
    assert "计分项!$A:$A,计分项!$1:$1" in parts_of(data)["xl/workbook.xml"]
    assert "fitToPage" in sheet_of(data, "问题")
