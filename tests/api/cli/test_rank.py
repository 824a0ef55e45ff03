"""`tongcheng rank` as other programs call it: order, quota, ties, and what it refuses to order."""

import csv
import json
import random
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from kernel.files.writer import Column, SheetOut, write_workbook

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT.parent / "shared/data/settlement-2020.csv"
"""A city's published list of 2020, without any personal field. It is no part of the repository."""
COMPONENTS = ("work", "housing", "education", "area", "law")


def run(*arguments: object) -> Result:
    """One call in this process."""
    return CliRunner().invoke(app, ["rank", *map(str, arguments)])


def lines_of(result: Result) -> list[dict[str, Any]]:
    """Its JSON lines, in the order in which they were printed."""
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def written(path: Path, text: str) -> Path:
    """A file with a text in it."""
    path.write_text(text, "utf-8")
    return path


def a_list_like_the_published(path: Path) -> Path:
    """6,032 rows, shuffled, whose quota of 6,000 falls into a tie that begins at 5,979."""
    totals = [Decimal(12417 - index) / 100 for index in range(5978)] + [Decimal(1234) / 100] * 54
    chance = random.Random(2020)
    rows = []
    for index, total in enumerate(totals):
        parts = [Decimal(chance.randrange(-200, 3000)) / 100 for _ in COMPONENTS[1:]]
        rows.append([f"A{index:05}", total - sum(parts), *parts, total, min(index + 1, 5979)])
    chance.shuffle(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["applicant", *COMPONENTS, "published_total", "published_rank"], *rows])
    return path


@pytest.fixture(params=["the published list", "a list like it"])
def settlement(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The published list where it lies beside the project; and always one of the same shape, made here."""
    if request.param == "a list like it":
        return a_list_like_the_published(tmp_path / "settlement.csv")
    if not PUBLISHED.is_file():
        pytest.skip(f"{PUBLISHED.relative_to(ROOT.parent)} does not lie beside the project; the list like it is ranked")
    return PUBLISHED


@pytest.mark.parametrize(("ties", "admitted"), [("inclusive", 6032), ("strict", 5978), ("lottery", 6000)])
def test_a_published_list_is_ranked_as_published_and_its_tie_at_the_line_as_asked(
    settlement: Path, ties: str, admitted: int
) -> None:
    asked = ("--by", "published_total:desc", "--quota", 6000, "--ties", ties, "--seed", "2020")
    rows = lines_of(run(settlement, *asked, "--json"))
    assert len(rows) == 6032
    assert sum(row["admitted"] for row in rows) == admitted
    assert [row["rank"] for row in rows] == [int(row["published_rank"]) for row in rows]
    parts = [
        name for name in rows[0] if name not in ("applicant", "published_total", "published_rank", "rank", "admitted")
    ]
    assert all(sum(Decimal(row[part]) for part in parts) == Decimal(row["published_total"]) for row in rows)


TIED = [("R1", "9"), ("R2", "8"), ("R3", "8.0"), ("R4", "8"), ("R5", "7")]


@pytest.mark.parametrize("turned", [False, True])
def test_a_lottery_can_be_repeated_by_hand_and_the_order_of_the_file_does_not_matter(
    tmp_path: Path, turned: bool
) -> None:
    lines = [",".join(row) for row in (TIED[::-1] if turned else TIED)]
    path = written(tmp_path / "t.csv", "\n".join(["holder,total", *lines]))
    rows = lines_of(run(path, "--by", "total:desc", "--quota", 3, "--ties", "lottery", "--seed", "种子", "--json"))
    drawn = sorted(("R2", "R3", "R4"), key=lambda name: sha256(f"种子\n{name}".encode()).hexdigest())[:2]
    assert {row["holder"]: row["rank"] for row in rows} == {"R1": 1, "R2": 2, "R3": 2, "R4": 2, "R5": 5}
    assert {row["holder"] for row in rows if row["admitted"]} == {"R1", *drawn}


def test_the_keys_decide_one_after_another_and_what_is_missing_stands_last(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    people = [
        {"holder": "late", "total": 90, "months": 20, "applied_at": "2026-05-01T08:00:00+08:00"},
        {"holder": "early", "total": 90, "months": 20, "applied_at": "2026-04-30T23:59:00Z"},
        {"holder": "none", "total": None, "months": 99, "applied_at": "2026-01-01"},
        {"holder": "long", "total": 90.0, "months": 21, "applied_at": "2026-05-02T00:00"},
        {"holder": "unknown", "total": 90, "applied_at": "2026-01-01T00:00"},
        {"holder": "best", "total": 90.01, "months": 0, "applied_at": "2026-05-02T00:00"},
    ]
    people[2]["applied_at"] = "2026-01-01T00:00"
    written(path, "\n".join(map(json.dumps, people)))
    result = run(path, "--by", "total:desc,months:desc,applied_at:asc", "--lang", "en", "--json")
    rows = lines_of(result)
    assert [row["holder"] for row in rows] == ["best", "long", "early", "late", "unknown", "none"]
    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert {row["admitted"] for row in rows} == {None}
    assert (rows[0]["total"], rows[2]["total"], rows[4]["months"]) == ("90.01", 90, None)
    assert result.stderr.splitlines() == [
        "Rows with nothing in column total: 1. There they stand last.",
        "Rows with nothing in column months: 1. There they stand last.",
    ]


def test_towns_are_ranked_by_themselves_each_with_its_quota(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", "holder,town,total\nA,虎门,5\nB,石龙,9\nC,虎门,7\nD,石龙,9\nE,虎门,6\n")
    by = (path, "--by", "total:desc", "--within", "town")
    rows = lines_of(run(*by, "--quota", "虎门=2,石龙=1", "--json"))
    assert {row["holder"]: (row["rank"], row["admitted"]) for row in rows} == {
        "A": (3, False),
        "B": (1, False),
        "C": (1, True),
        "D": (1, False),
        "E": (2, True),
    }
    assert sum(row["admitted"] for row in lines_of(run(*by, "--quota", 1, "--ties", "inclusive", "--json"))) == 3
    refused = run(*by, "--quota", "虎门=2")
    assert (refused.exit_code, refused.stderr) == (4, "没有为 石龙 设定名额。\n")


def test_a_workbook_and_a_csv_from_excel_are_ranked_alike(tmp_path: Path) -> None:
    rows = [["甲", 97.54], ["乙", 101], ["丙", 97.6]]
    workbook, text = tmp_path / "t.xlsx", tmp_path / "t.csv"
    workbook.write_bytes(write_workbook([SheetOut("名单", [Column("编号"), Column("总分")], rows)]))
    text.write_bytes("编号,总分\r\n甲,97.54\r\n\r\n乙,101\r\n丙,97.6\r\n".encode("gb18030"))
    for path in (workbook, text):
        assert [row["编号"] for row in lines_of(run(path, "--by", "总分:desc", "--json"))] == ["乙", "丙", "甲"]


def test_the_list_for_people_is_aligned_and_counted(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", "编号,总分\n甲,9\n乙乙,10\n")
    assert run(path, "--by", "总分:desc", "--quota", 1).stdout.splitlines() == [
        "编号  总分  名次  入围",
        "乙乙  10    1     是",
        "甲    9     2     否",
        "共 2 行,入围 1 行。",
    ]
    assert run(path, "--by", "总分:desc", "--lang", "en").stdout.splitlines()[-1] == "Rows: 2."


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ("total\n9\n8\n9分\n", (), "row 4.total: 9分 is not a number, as the others in this column are. [NOT_ORDERED]"),
        ('total\n"1,200"\n', (), "row 2.total: 1,200 is neither a number, nor a date such as 2026-11-22"),
        ("total\n2026/1/5\n2026-11-05\n", (), "row 2.total: 2026/1/5 is not a date such as 2026-11-22"),
        ("total\n2026-11-05\n2026-11-05T08:30\n2026-11-06\n", (), "row 3.total: 2026-11-05T08:30 is not a date"),
        ("total\nA\nB\n3\n", (), "row 4.total: 3 is not a text"),
        ("points\n9\n", (), "There is no column total; there is: points."),
        ("total,total\n9,8\n", (), "Two columns have the name total."),
        ("total,rank\n9,1\n", (), "The file has a column rank already; give it another name."),
        ("total\n9,8\n", (), "Row 2 has more cells than the header has columns."),
        ("total,town\n9,\n", ("--within", "town"), "row 2.town: town is missing. [MISSING]"),
        ("total\n9\n", ("--quota", "1", "--ties", "lottery"), "A lottery needs --seed"),
        ("total\n9\n9\n", ("--quota", "1", "--ties", "lottery", "--seed", "1"), "9 stands twice in column total"),
        ("", (), "t.csv cannot be read."),
    ],
)
def test_what_cannot_be_ordered_exactly_is_refused_with_its_place(
    tmp_path: Path, text: str, arguments: tuple[str, ...], message: str
) -> None:
    result = run(written(tmp_path / "t.csv", text), "--by", "total:desc", *arguments, "--lang", "en")
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith(message), result.stderr


@pytest.mark.parametrize("value", ["true", "NaN", "[1]", '{"a": 1}'])
def test_json_that_is_no_value_is_refused(tmp_path: Path, value: str) -> None:
    path = written(tmp_path / "t.json", f'[{{"total": 1}}, {{"total": {value}}}]')
    result = run(path, "--by", "total:desc", "--lang", "en")
    assert (result.exit_code, "row 2.total" in result.stderr) == (4, True)
    assert run(written(tmp_path / "t.jsonl", "[1]"), "--by", "total:desc").exit_code == 4


def test_many_faults_are_counted_and_only_the_first_are_told(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", "total\n" + "1\n" * 60 + "?\n" * 50)
    assert run(path, "--by", "total:desc").stderr.splitlines()[20:] == ["另有 30 处。"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--by", "total"),
        ("--by", "total:down"),
        ("--by", "total:desc,total:asc"),
        ("--by", "total:desc", "--quota", "-1"),
        ("--by", "total:desc", "--quota", "many"),
        ("--by", "total:desc", "--quota", "A=1"),
        ("--by", "total:desc", "--ties", "loose"),
        (),
    ],
)
def test_a_wrong_call_ends_with_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert run(written(tmp_path / "t.csv", "total\n1\n"), *arguments).exit_code == 2
    assert run(tmp_path / "none.csv", "--by", "total:desc").exit_code == 2
    assert run(written(tmp_path / "t.txt", "total\n1\n"), "--by", "total:desc").exit_code == 2


def test_a_heading_without_rows_is_an_empty_list(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", "holder,total\n")
    asked = (path, "--by", "total:desc", "--quota", 5, "--ties", "lottery", "--seed", "1")
    assert lines_of(run(*asked, "--json")) == []
