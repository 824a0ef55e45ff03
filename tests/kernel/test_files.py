"""Files in: bounded and refused whole. Files out: no text becomes a formula, and what we write comes back."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.files import (
    Cell,
    Column,
    FileTooLarge,
    FileTooManyColumns,
    FileTooManyRows,
    FileUnreadable,
    FileUnsafe,
    SheetOut,
    plain_text,
    read_sheet,
    safe_text,
    write_csv,
    write_workbook,
)
from kernel.files.limits import MAX_FILE_BYTES

pytestmark = pytest.mark.thorough


def archive(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return out.getvalue()


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return out.getvalue()


def test_what_we_write_comes_back_as_the_same_cells() -> None:
    moment = datetime.fromisoformat("2026-11-15T09:30")
    row: list[Cell] = ["V-7Q2K9X", "=1+1", 90, 1.5, moment.date(), moment, moment.time(), "end"]
    data = write_workbook([SheetOut("hours", [Column(f"c{n}") for n in range(len(row))], [row])])
    sheet = read_sheet(data, "hours.xlsx", max_rows=10)
    assert sheet.header == [f"c{n}" for n in range(8)]
    assert sheet.rows == [row]


def test_equal_content_gives_equal_bytes() -> None:
    sheet = SheetOut("a", [Column("n", note="why", choices=("x", "y"))], [["x"]], {(0, 0): "look here"})
    assert write_workbook([sheet]) == write_workbook([sheet])


@settings(max_examples=5 * settings().max_examples)
@given(st.text())
def test_a_safe_text_never_starts_a_formula_and_comes_back(text: str) -> None:
    safe = safe_text(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠"))
    assert plain_text(safe) == text


def test_hostile_text_goes_through_both_file_kinds_unharmed() -> None:
    rows: list[list[Cell]] = [
        [text] for text in ("=cmd|' /C calc'!A0", "'=1", "''=1", "@SUM(A1)", "＝1", "-1+1", "'plain", "李四")
    ]
    made = write_workbook([SheetOut("a", [Column("t")], rows)])
    assert read_sheet(made, "a.xlsx", max_rows=10).rows == rows
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        assert b"<f>" not in file.read("xl/worksheets/sheet1.xml")
    assert read_sheet(write_csv(["t"], rows), "a.csv", max_rows=10).rows == rows


def test_a_zip_bomb_is_refused_before_it_is_unpacked_in_memory() -> None:
    bomb = archive({"xl/worksheets/sheet1.xml": b"0" * (60 << 20)})
    assert len(bomb) < 100_000
    with pytest.raises(FileTooLarge):
        read_sheet(bomb, "hours.xlsx", max_rows=10)


def test_a_bomb_whose_header_lies_about_its_size_is_refused() -> None:
    honest = archive({"a.xml": b"0" * (30 << 20)})
    lying = honest.replace((30 << 20).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    with pytest.raises((FileUnreadable, FileTooLarge)):
        read_sheet(lying, "hours.xlsx", max_rows=10)


def test_a_sheet_that_claims_a_cell_at_its_far_corner_is_refused() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook([["a"], ["z"]]))) as file:
        entries = {name: file.read(name) for name in file.namelist()}
    page = entries["xl/worksheets/sheet1.xml"]
    assert page.count(b'"A2"') == 1
    moved = page.replace(b'"A2"', b'"XFD1048576"').replace(b'<row r="2"', b'<row r="1048576"')
    entries["xl/worksheets/sheet1.xml"] = moved.replace(b"A1:A2", b"A1:XFD1048576")
    with pytest.raises((FileTooLarge, FileTooManyRows)):
        read_sheet(archive(entries), "hours.xlsx", max_rows=10)


@pytest.mark.parametrize(
    ("entries", "refusal"),
    [
        ({"xl/vbaProject.bin": b"x"}, FileUnsafe),
        ({"xl/externalLinks/externalLink1.xml": b"x"}, FileUnsafe),
        ({"a.dat": archive({"b": b"c"})}, FileUnsafe),
        ({f"n{n}": b"" for n in range(2_001)}, FileTooLarge),
        ({"hello.txt": b"not a workbook"}, FileUnreadable),
    ],
    ids=["macro", "external link", "archive in archive", "too many entries", "no workbook"],
)
def test_archives_that_hold_more_than_sheets_are_refused(entries: dict[str, bytes], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        read_sheet(archive(entries), "hours.xlsx", max_rows=10)


def test_a_file_is_bounded_in_bytes_rows_and_columns() -> None:
    with pytest.raises(FileTooLarge):
        read_sheet(b"a" * (MAX_FILE_BYTES + 1), "hours.csv", max_rows=10)
    with pytest.raises(FileTooManyRows):
        read_sheet(workbook([["n"], *[[n] for n in range(11)]]), "hours.xlsx", max_rows=10)
    with pytest.raises(FileTooManyRows):
        read_sheet(b"n\n" + b"1\n" * 11, "hours.csv", max_rows=10)
    with pytest.raises(FileTooManyColumns):
        read_sheet(workbook([list(range(65))]), "hours.xlsx", max_rows=10)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04garbage", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1garbage", b"%PDF-1.7"])
def test_what_is_no_workbook_is_unreadable(data: bytes) -> None:
    with pytest.raises(FileUnreadable):
        read_sheet(data, "hours.xlsx", max_rows=10)


def test_csv_is_read_as_utf8_with_or_without_bom_and_as_gb18030() -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        sheet = read_sheet("编号,时长\r\nV-1,90\r\n".encode(encoding), "hours.csv", max_rows=10)
        assert (sheet.header, sheet.rows) == (["编号", "时长"], [["V-1", "90"]])


def test_text_that_changes_its_reading_direction_is_refused() -> None:
    with pytest.raises(FileUnsafe):
        read_sheet("n\nabc\u202etxt".encode(), "hours.csv", max_rows=10)


def test_empty_rows_inside_keep_their_place_and_those_at_the_end_do_not_count() -> None:
    sheet = read_sheet(workbook([["n", "m"], [1], [], [2, 3], ["", ""]]), "hours.xlsx", max_rows=10)
    assert sheet.rows == [[1, None], [None, None], [2, 3]]


def test_a_damaged_archive_is_unreadable() -> None:
    data = bytearray(workbook([["n"], [1]]))
    data[60:90] = bytes(30)
    with pytest.raises((FileUnreadable, FileTooLarge)):
        read_sheet(bytes(data), "hours.xlsx", max_rows=10)
