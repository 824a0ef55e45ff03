"""What is wrong in a workbook is told with its cell, all at once; findings hang on their cells; nothing falls over."""

import io
import zipfile
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError, Finding
from kernel.files.limits import FileTooLarge, FileTooManyRows, FileUnreadable
from rules.language.checker import check
from rules.language.loader import PackInvalid, load, pack_sha256
from rules.language.sheet import open_sheet_pack, read_sheet_pack, write_workbook
from rules.language.sheet.cells import ERROR_VALUE, Broken, Cell, place_of
from rules.language.sheet.headers import SheetCells
from rules.language.sheet.reading import read_cells
from tests.rules.sheets import RECORD, VOLUNTEERING, Book, book_of, bytes_of, column_of, put

SLIPS: list[tuple[str, int, str, Cell, str]] = [
    ("计分项", 3, "分值", "八十", "CELL"),
    ("计分项", 3, "分值", "bachelor=80; junior_college", "CELL"),
    ("计分项", 3, "分值", "{give: ", "CELL"),
    ("计分项", 5, "单位(每满)", "每年", "CELL"),
    ("计分项", 6, "分档读法", "大概", "CELL"),
    ("计分项", 9, "期限", "最近", "CELL"),
    ("计分项", 9, "哪些事件", "在莞", "CELL"),
    ("计分项", 3, "计什么", "学历", "CELL"),
    ("计分项", 3, "计什么", "事实 no_such_fact", "UNKNOWN_NAME"),
    ("计分项", 3, "代码", "education 2", "WRONG_SHAPE"),
    ("计分项", 4, "代码", "education", "TWICE"),
    ("计分项", 3, "代码", None, "MISSING_KEY"),
    ("计分项", 3, "事件", "service", "WRONG_MODE"),
    ("计分项", 3, "依据", "no-such-decree", "UNKNOWN_NAME"),
    ("计分项", 16, "分组", "no-such-group", "CELL"),
    ("计分项", 3, "其他(YAML)", "code: x", "CELL"),
    ("计分项", 3, "其他(YAML)", "{colour: red}", "UNKNOWN_KEY"),
    ("计分项", 3, "封顶", -5, "SIGN"),
    ("方案", 5, "内容", "明年", "CELL"),
    ("方案", 4, "内容", "草稿", "CELL"),
    ("方案", 2, "内容", None, "MISSING_KEY"),
    ("资格", 3, "类别", "规定", "CELL"),
    ("资格", 3, "后果", "不予通过", "CELL"),
    ("资格", 3, "条件", "事实 residence_permit_valid = 也许", "TYPE_MISMATCH"),
    ("结果", 4, "合格分", "一百", "CELL"),
]


@pytest.mark.parametrize(("sheet", "row", "heading", "cell", "code"), SLIPS)
def test_a_slip_is_told_with_its_cell(sheet: str, row: int, heading: str, cell: Cell, code: str) -> None:
    book = book_of(RECORD)
    address = put(book, sheet, row, heading, cell)
    assert (address, code) in {(finding.path, finding.code) for finding in read_cells(book).findings}


def test_all_slips_are_told_at_once() -> None:
    book = book_of(RECORD)
    wrong = {
        put(book, "计分项", 3, "分值", "八十"),
        put(book, "计分项", 9, "期限", "最近"),
        put(book, "方案", 4, "内容", "草稿"),
    }
    assert {finding.path for finding in read_cells(book).findings} == wrong


def test_what_is_not_read_is_told() -> None:
    book = book_of(RECORD)
    rows = book["计分项"].rows
    rows[0] += ["备注", None, "分值"]
    rows[2] += ["看看", "这里", "10"]
    book["草稿"] = SheetCells([["x"]])
    width = len(rows[0])
    found = {finding.path: (finding.message_id[:12], finding.blocking) for finding in read_cells(book).findings}
    assert found == {
        f"计分项!A{chr(64 + width - 26 - 2)}1": ("The column “", False),
        f"计分项!A{chr(64 + width - 26 - 1)}3": ("Something st", False),
        f"计分项!A{chr(64 + width - 26)}1": ("{name} stand", True),
        "草稿!A1": ("The sheet “{", False),
    }


@pytest.mark.thorough
def test_a_formula_gives_its_value_and_its_error_a_finding() -> None:
    book = book_of(RECORD)
    wrong = put(book, "计分项", 9, "封顶", None)
    fine = put(book, "计分项", 10, "封顶", None)
    text, findings = read_sheet_pack(bytes_of(book, {wrong: ("=1/0", "#DIV/0!"), fine: ("=5*2", 10)}))
    assert [(finding.path, finding.message_id) for finding in findings] == [(wrong, ERROR_VALUE)]
    assert load(text).item("blood").price == load(RECORD).item("blood").price


def test_a_row_of_a_mapping_needs_its_own_code() -> None:
    book = book_of(VOLUNTEERING)
    twice, without = put(book, "参数", 4, "代码", "points_per_hour"), put(book, "参数", 5, "代码", None)
    lost = put(book, "等级", 4, "序列", "no-such-scale")
    assert {twice, without, lost} <= {finding.path for finding in read_cells(book).findings}


def test_what_the_workbook_has_no_sheet_for_is_taken_from_the_base() -> None:
    book = book_of(VOLUNTEERING)
    items: Book = {"计分项": book["计分项"]}
    assert read_cells(items, VOLUNTEERING).text == VOLUNTEERING
    put(items, "计分项", 3, "单位(每满)", 30)
    read = read_cells(items, VOLUNTEERING)
    assert read.findings == []
    assert pack_sha256(read.text) == pack_sha256(VOLUNTEERING.replace("every: 60", "every: 30"))
    assert {"NO_SHEET"} <= {finding.code for finding in read_cells(items).findings}


def comments_of(data: bytes) -> dict[str, str]:
    """The comments of all sheets, by their cells."""
    found: dict[str, str] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/comments"):
                for comment in ElementTree.fromstring(archive.read(name)).iter():
                    if comment.tag.endswith("}comment"):
                        found[str(comment.get("ref"))] = "".join(comment.itertext())
    return found


@pytest.mark.thorough
def test_findings_hang_on_their_cells_in_both_languages() -> None:
    text = RECORD.replace("{from: 5, give: 6}", "{from: 7, give: 6}").replace(
        "{from: 1, give: 4}", "{from: 1, to: 4, give: 4}"
    )
    findings = [*check(load(text)), Finding("LOST", "elsewhere", "The sheet “{name}” is missing.", {"name": "x"})]
    gap = next(finding for finding in findings if finding.code == "GAP")
    data = write_workbook(text, findings)
    book = book_of(text)
    rows = [str(row[0]) for row in book["计分项"].rows]
    cell = f"{chr(65 + column_of(book, '计分项', '分值'))}{rows.index('employment') + 1}"
    assert gap.path == "items.employment.price.bands.1"
    assert "Nothing covers 5 to 6." in comments_of(data)[cell]
    assert "5" in comments_of(data)[cell].split("\n")[0]
    assert pack_sha256(read_sheet_pack(data)[0]) == pack_sha256(text), "comments and the sheet of findings are not read"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert "LOST" in archive.read("xl/sharedStrings.xml").decode()


@pytest.mark.thorough
def test_a_workbook_that_was_sent_comes_back_with_its_own_cells_and_comments() -> None:
    book = book_of(RECORD)
    for name, sheet in book.items():
        if name != "方案":
            sheet.rows = [row[::-1] for row in sheet.rows]
    at = len(book["计分项"].rows[0]) - 1
    price = next(number for number, cell in enumerate(book["计分项"].rows[0]) if str(cell).startswith("分值"))
    book["计分项"].rows[2][price] = "八十"
    read = open_sheet_pack(bytes_of(book))
    again = open_sheet_pack(read.commented(read.findings))
    assert [finding.path for finding in read.findings] == [finding.path for finding in again.findings]
    assert again.book["计分项"].rows[2][price] == "八十"
    assert again.book["计分项"].rows[2][at] == "education"
    assert any("八十" in comment for comment in comments_of(read.commented(read.findings)).values())


@pytest.mark.thorough
def test_a_file_that_is_too_much_or_no_workbook_is_refused_whole() -> None:
    with pytest.raises(FileUnreadable):
        read_sheet_pack(b"code,title\n")
    with pytest.raises(FileUnreadable):
        read_sheet_pack(b"PK\x03\x04 broken")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (120 << 20))
    with pytest.raises(FileTooLarge):
        read_sheet_pack(bomb.getvalue())
    with pytest.raises(FileTooManyRows):
        read_sheet_pack(bytes_of({"计分项": SheetCells([["x"]] * 5_000)}))


def test_a_text_that_is_no_mapping_has_no_workbook() -> None:
    for text in ("- a", "{", "just words"):
        with pytest.raises(PackInvalid) as invalid:
            write_workbook(text)
        assert invalid.value.findings


@pytest.mark.thorough
def test_what_no_cell_can_hold_stands_in_pieces() -> None:
    gives = ", ".join(f"{{code: g{number}, title: {{zh: {'长' * 150}, en: {'long' * 40}}}}}" for number in range(200))
    text = VOLUNTEERING.replace(
        "{code: star-5, at_least: 90000,", f"{{code: star-5, at_least: 90000, gives: [{gives}],"
    )
    assert pack_sha256(read_sheet_pack(write_workbook(text))[0]) == pack_sha256(text)


GARBAGE = [
    "{",
    "[",
    "{a: b}",
    "{{}}",
    "&a",
    "*b",
    "1-",
    "1-4: ;",
    "=",
    "; ;",
    "扣",
    "每日",
    "※",
    "近",
    "至",
    "数据",
    "[1, 2]",
]
GARBAGE += [
    "{price: {give: 2}}",
    "{items: 3}",
    "{quantity: 3}",
    "a: b",
    "9" * 400,
    "0/0",
    "１２３",
    "2026-13-45",
    "\u3000",
]
BOOKS = [book_of(VOLUNTEERING), book_of(RECORD)]
TYPED = [cell for book in BOOKS for sheet in book.values() for row in sheet.rows for cell in row if cell is not None]
garbage: st.SearchStrategy[Any] = st.one_of(
    st.text(max_size=20),
    st.sampled_from([*GARBAGE, *TYPED]),
    st.integers(-(10**15), 10**15) | st.decimals(allow_nan=False, allow_infinity=False, places=3) | st.none(),
    st.dates(date(1901, 1, 1)) | st.just(Broken(ERROR_VALUE, "#")),
)
edits = st.lists(st.tuples(*[st.integers(0, 40)] * 3, garbage), min_size=1, max_size=5)


@pytest.mark.thorough
@given(st.sampled_from(BOOKS), edits)
def test_whatever_is_typed_gives_a_pack_or_findings_with_cells(
    book: Book, typed: list[tuple[int, int, int, Any]]
) -> None:
    spoilt = {name: SheetCells([list(row) for row in sheet.rows]) for name, sheet in book.items()}
    for sheet, row, column, cell in typed:
        rows = list(spoilt.values())[sheet % len(spoilt)].rows
        if cells := rows[row % len(rows)]:
            cells[column % len(cells)] = cell
    read = read_cells(spoilt)
    assert all(place_of(finding.path) for finding in read.findings)
    try:
        load(read.text)
    except PackInvalid:
        assert read.findings


@pytest.mark.thorough
@given(st.binary(max_size=300))
def test_no_bytes_are_more_than_refused(data: bytes) -> None:
    with pytest.raises(DomainError):
        read_sheet_pack(data)
