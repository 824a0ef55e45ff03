"""A pack as a workbook and back: nothing is lost, and what officials type is understood."""

import io
import re
import zipfile
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.language.loader import load, pack_sha256
from rules.language.sheet import read_sheet_pack, write_workbook
from rules.language.sheet.book import read_book
from rules.language.sheet.cells import Cell
from rules.language.sheet.flow import flow, written
from rules.language.sheet.forms import AMOUNT, CODES, DAY, Form
from rules.language.sheet.phrases import CONDITION, QUANTITY, WINDOW
from rules.language.sheet.reading import read_cells
from rules.language.sheet.rows import plain_cell, read_cell, same
from rules.language.sheet.words import READING
from rules.language.sheet.worths import CAPS, COOLDOWN, EXPIRES, MATURES, ORDER, POINTS
from rules.language.sheet.writing import cells_of
from rules.language.text import read_text
from tests.rules.sheet_trees import pack_trees, trees
from tests.rules.sheets import PACKS, RECORD, VOLUNTEERING, Book, book_of, bytes_of, column_of, put


@cache
def sent_and_read(name: str) -> Book:
    """The cells of a pack's workbook, from the file itself."""
    return read_book(write_workbook(PACKS[name]))


@pytest.mark.thorough
@pytest.mark.parametrize("name", sorted(PACKS))
def test_every_pack_of_ours_comes_back_from_its_workbook_the_same(name: str) -> None:
    read = read_cells(sent_and_read(name))
    assert read.findings == []
    assert pack_sha256(read.text) == pack_sha256(PACKS[name])
    assert load(read.text) == load(PACKS[name])


@pytest.mark.thorough
@pytest.mark.parametrize("name", sorted(PACKS))
def test_a_pack_that_nobody_changed_keeps_its_own_text(name: str) -> None:
    read = read_cells(sent_and_read(name), PACKS[name])
    assert (read.text, read.findings) == (PACKS[name], [])


@pytest.mark.thorough
@given(pack_trees())
def test_a_pack_of_any_nodes_comes_back_the_same(tree: dict[str, Any]) -> None:
    text = written(tree)
    assert same(read_text(text).tree, tree)
    book, found = cells_of(tree)
    assert found.findings == []
    assert len(book["计分项"].rows) == 2 + len(tree["items"]), "no table was needed as YAML"
    assert same(read_text(read_cells(book).text).tree, tree)
    assert pack_sha256(read_cells(book).text) == pack_sha256(text)


@pytest.mark.thorough
@given(st.dictionaries(st.text(max_size=8), trees(), min_size=1, max_size=5))
def test_a_text_that_is_no_pack_yet_comes_back_the_same(tree: dict[str, Any]) -> None:
    assert same(read_text(flow(tree)).tree, tree)
    assert same(cells_of(tree)[1].tree, tree)


@pytest.mark.thorough
@settings(
    max_examples=max(4, settings().max_examples // 25), suppress_health_check=[HealthCheck.too_slow], deadline=None
)
@given(pack_trees())
def test_a_pack_comes_back_the_same_from_the_file_itself(tree: dict[str, Any]) -> None:
    text = written(tree)
    assert pack_sha256(read_sheet_pack(write_workbook(text))[0]) == pack_sha256(text)


PHRASES: list[tuple[Form, Cell, Any]] = [
    (AMOUNT, "１０", 10),
    (AMOUNT, "'10", 10),
    (AMOUNT, " 1,000 ", 1000),
    (AMOUNT, "１．５", Decimal("1.5")),
    (AMOUNT, "－３", -3),
    (AMOUNT, "points_per_hour", {"parameter": "points_per_hour"}),
    (DAY, "2026年1月2日", date(2026, 1, 2)),
    (DAY, "2026/1/2", date(2026, 1, 2)),
    (CODES, "a-one；b、c,d", ["a-one", "b", "c", "d"]),
    (READING, "分段累加", "marginal"),
    (READING, "WHOLE", "whole"),
    (QUANTITY, "次数　blood_donation", {"count": "blood_donation"}),
    (QUANTITY, "sum service.minutes", {"sum": "minutes", "of": "service"}),
    (QUANTITY, "每次", {"each": "event"}),
    (QUANTITY, "{fact: age, whose: child}", {"fact": "age", "whose": "child"}),
    (QUANTITY, "取大： 事实 x ｜ 配偶的事实 x", {"greatest_of": [{"fact": "x"}, {"fact": "x", "whose": "spouse"}]}),
    (QUANTITY, "定数 1", {"number": 1}),
    (WINDOW, "近５年", {"years": 5}),
    (WINDOW, "近6月", {"months": 6}),
    (WINDOW, "2026-01-01 至 2026-12-31", {"from": date(2026, 1, 1), "to": date(2026, 12, 31)}),
    (CONDITION, "数据 x ≥ 24；凭证 a、b", {"all": [{"data": "x", "at_least": 24}, {"evidence": ["a", "b"]}]}),
    (CONDITION, "事实 y > 1 或 事实 x 属于 a", {"any": [{"fact": "y", "above": 1}, {"fact": "x", "in": ["a"]}]}),
    (CONDITION, "事实 residence_permit_valid = 是", {"fact": "residence_permit_valid", "is": True}),
    (POINTS, 10, {"give": 10}),
    (POINTS, -3, {"take": 3}),
    (POINTS, "扣 3 分", {"take": 3}),
    (POINTS, "1－4：4；5－：6", {"bands": [{"from": 1, "to": 4, "give": 4}, {"from": 5, "give": 6}]}),
    (POINTS, ">35-<46: -1", {"bands": [{"above": 35, "below": 46, "take": 1}]}),
    (POINTS, "3: 7", {"bands": [{"from": 3, "to": 3, "give": 7}]}),
    (POINTS, "bachelor＝80；junior_college＝60", {"choice": {"bachelor": 80, "junior_college": 60}}),
    (CAPS, "每日80分; 终身 1 次", [{"per": "day", "most": 80}, {"per": "lifetime", "times": 1}]),
    (COOLDOWN, "8 小时", {"hours": 8}),
    (EXPIRES, "永久", {"never": True}),
    (EXPIRES, "至2027年12月31日", {"on": date(2027, 12, 31)}),
    (MATURES, "7天内确认", {"on": "confirmation", "within_days": 7}),
    (ORDER, "总分；事实 months 降序", [{"by": "total"}, {"by": "fact", "of": "months", "order": "desc"}]),
]  # fmt: skip


@pytest.mark.parametrize(("form", "cell", "tree"), PHRASES, ids=[str(cell) for _, cell, _ in PHRASES])
def test_what_officials_type_is_understood(form: Form, cell: Cell, tree: Any) -> None:
    assert same(read_cell(form, cell), tree)
    shown = plain_cell(form, tree)
    assert shown is None or same(read_cell(form, shown), tree)


@pytest.mark.thorough
def test_what_spreadsheets_do_to_cells_changes_nothing() -> None:
    book = book_of(RECORD)
    put(book, "计分项", 3, "代码", " education \u3000")
    cap = column_of(book, "计分项", "封顶")
    for row in book["计分项"].rows[2:]:
        row[cap] = None if row[cap] is None else f"'{row[cap]}"
    turned = [row[::-1] for row in book["计分项"].rows]
    book["计分项"].rows = [["某市积分计分表"], *turned[:4], [], *turned[4:]]
    put(book, "方案", 5, "内容", "2016/1/1")
    book["资格"].rows[0] = [str(cell).split("\n")[1] for cell in book["资格"].rows[0]]
    book["资格"].rows.insert(3, [" ", None])
    needed = put(book, "结果", 4, "合格分", None)
    text, findings = read_sheet_pack(bytes_of(book, {needed: ("=50*2", 100)}))
    assert findings == []
    assert pack_sha256(text) == pack_sha256(RECORD)


@pytest.mark.thorough
def test_a_merged_cell_says_the_same_in_each_of_its_rows() -> None:
    book = book_of(RECORD)
    rows, column = book["计分项"].rows, column_of(book, "计分项", "依据")
    for row in rows[3:]:
        row[column] = None
    book["计分项"].merged = [(2, column, len(rows) - 1, column)]
    text, findings = read_sheet_pack(bytes_of(book))
    assert findings == []
    assert pack_sha256(text) == pack_sha256(RECORD)


@pytest.mark.thorough
def test_numbers_come_back_exactly() -> None:
    text = VOLUNTEERING.replace("value: 10\n", "value: 1.1\n").replace("max: 20\n", "max: 123456789012.000000000001\n")
    text = text.replace("min: 1\n", "min: 0.30\n")
    assert pack_sha256(read_sheet_pack(write_workbook(text))[0]) == pack_sha256(text)


@pytest.mark.thorough
def test_no_text_becomes_a_formula() -> None:
    titles = ["=1+1", "+86", "-3", "@now", "'=x", "＝1"]
    text = VOLUNTEERING
    for number, title in enumerate(titles):
        text = text.replace(
            "items:\n", f'items:\n  - {{code: x{number}, title: {{zh: "{title}", en: "{title}"}}}}\n', 1
        )
    data = write_workbook(text)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
        strings = archive.read("xl/sharedStrings.xml").decode()
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
    assert not re.search(r"<t[^>]*>[=+@-]", strings)
    assert pack_sha256(read_sheet_pack(data)[0]) == pack_sha256(text)
