"""`tongcheng rules` as other programs call it: what it prints, and the code it ends with."""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from api.cli.main import app
from rules import packs

HOME = Path(packs.__file__).parent
VOLUNTEERING = (HOME / "volunteering.yaml").read_text("utf-8")
BACHELOR = {
    "holder": "R1",
    "residence_permit_valid": True,
    "insured_in_province": True,
    "without_criminal_record": True,
    "education": "bachelor",
    "insured_years": {"pension": 3, "medical": 3, "unemployment": 3, "work_injury": 3, "maternity": 3},
    "employed_years": 3,
    "age": 30,
}


def run(*arguments: str) -> Result:
    """One call in this process."""
    return CliRunner().invoke(app, ["rules", *arguments])


def lines_of(result: Result) -> list[dict[str, Any]]:
    """Its JSON lines."""
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Writes a file and gives its path."""

    def write_file(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write_file


def age_bands(bands: str) -> str:
    """A pack with one scale over age."""
    return f"""
programme: ages
version: "1"
status: example
effective_from: 2026-01-01
title: {{zh: 年龄, en: Ages}}
holder: resident
mode: assessment
purpose: benefit
catalogue: 2026-11
basis: [city-default-2026]
items:
  - code: age
    title: {{zh: 年龄, en: Age}}
    quantity: {{fact: age}}
    price: {{bands: [{bands}], reading: step}}
"""


CASES = "cases: [{name: one, as_of: 2026-11-22, facts: {age: 20}, expect: {items: {age: 5}}}]"


@pytest.mark.feature("R25")
@pytest.mark.parametrize(
    ("bands", "code", "words"),
    [
        ("{below: 36, give: 5}, {above: 36, give: 1}", "GAP", "Nothing covers 36."),
        ("{to: 35, give: 5}, {from: 38, give: 1}", "GAP", "Nothing covers 36 to 37."),
        ("{to: 36, give: 5}, {from: 36, give: 1}", "OVERLAP", "36 lies in two bands."),
        ("{from: 0, to: 150, give: 5}, {from: 151, give: 1}", "UNREACHABLE", "No possible quantity lies in this band."),
    ],
)
def test_a_hole_an_overlap_or_a_band_nobody_reaches_is_found(write: Any, bands: str, code: str, words: str) -> None:
    write("ages.cases.yaml", CASES)
    result = run("check", write("ages.yaml", age_bands(bands)), "--json")
    (finding,) = lines_of(result)
    assert (result.exit_code, finding["code"], finding["en"]) == (3, code, words)
    assert finding["path"].startswith("items.age.price.bands.1")


@pytest.mark.feature("R25")
def test_bands_that_meet_are_without_a_finding(write: Any) -> None:
    write("ages.cases.yaml", CASES)
    result = run("check", write("ages.yaml", age_bands("{to: 36, give: 5}, {above: 36, give: 1}")), "--json")
    assert (result.exit_code, result.stdout) == (0, "")


@pytest.mark.feature("R25")
def test_a_condition_that_can_never_hold_is_found(write: Any) -> None:
    never = "    when: {all: [{data: minutes, above: 60}, {data: minutes, at_most: 60}]}\n    into: service-hours"
    write("v.cases.yaml", (HOME / "volunteering.cases.yaml").read_text("utf-8"))
    result = run("check", write("v.yaml", VOLUNTEERING.replace("    into: service-hours", never)), "--json")
    assert (result.exit_code, [one["path"] for one in lines_of(result)]) == (3, ["items.hours.when"])


def test_the_packs_that_come_with_the_program_are_without_findings() -> None:
    assert run("check", "volunteering").exit_code == 0
    for name in ("volunteering", "household-registration"):
        assert run("cases", name).exit_code == 0


def test_a_decree_of_the_past_is_told_what_the_charter_forbids_today() -> None:
    result = run("check", "household-registration-2016", "--json")
    codes = {finding["code"] for finding in lines_of(result)}
    assert (result.exit_code, {code[:3] for code in codes}) == (3, {"CH-"})
    assert codes >= {"CH-01", "CH-02", "CH-04", "CH-05", "CH-06", "CH-07", "CH-08"}


def test_a_case_that_fails_is_told_with_what_came_out(write: Any) -> None:
    write("ages.cases.yaml", CASES.replace("{age: 5}", "{age: 6}"))
    result = run("cases", write("ages.yaml", age_bands("{to: 36, give: 5}, {above: 36, give: 1}")), "--json")
    (case,) = lines_of(result)
    assert (result.exit_code, case["passed"]) == (3, False)
    assert case["differences"][0]["en"] == "Expected {age: 6}, got {age: 5}."


@pytest.mark.parametrize("suffix", ["json", "jsonl", "csv", "xlsx"])
def test_a_file_of_facts_is_scored_whatever_its_kind(write: Any, suffix: str) -> None:
    flat = {key: json.dumps(value) if isinstance(value, dict) else str(value) for key, value in BACHELOR.items()}
    contents: dict[str, str | bytes] = {
        "json": json.dumps([BACHELOR]),
        "jsonl": json.dumps(BACHELOR) + "\n",
        "csv": ",".join(flat) + "\n" + ",".join('"' + value.replace('"', '""') + '"' for value in flat.values()),
        "xlsx": workbook(flat),
    }
    path = write(f"facts.{suffix}", contents[suffix])
    result = run("score", "household-registration-2016", "--facts", path, "--as-of", "2016-05-31", "--json")
    (row,) = lines_of(result)
    assert result.exit_code == 0, result.stderr
    assert {key: row[key] for key in ("holder", "eligible", "total", "reasons", "as_of")} == {
        "holder": "R1",
        "eligible": True,
        "total": "127",
        "reasons": [],
        "as_of": "2016-05-31",
    }
    assert row["items"]["insurance"] == "30"
    assert set(row) == {"holder", "eligible", "total", "items", "reasons", "as_of"}


def workbook(flat: dict[str, str]) -> bytes:
    """One row under its header, as officials send it."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    for column, (name, value) in enumerate(flat.items()):
        sheet.write_string(0, column, name)
        sheet.write_number(1, column, int(value)) if value.isdigit() else sheet.write_string(1, column, value)
    book.close()
    return buffer.getvalue()


def test_whoever_is_not_eligible_is_told_why_in_both_languages(write: Any) -> None:
    facts = write("facts.json", json.dumps({**BACHELOR, "residence_permit_valid": False, "education": "other"}))
    (row,) = lines_of(run("score", "household-registration-2016", "--facts", facts, "--as-of", "2016-05-31", "--json"))
    assert (row["eligible"], row["total"]) == (False, "47")
    assert row["reasons"] == [
        {"code": "permit", "zh": "未持有有效居住证", "en": "No valid residence permit"},
        {"code": "below_threshold", "zh": "总分未达到规定分数", "en": "The total is below the required points"},
    ]


def test_a_row_with_a_wrong_cell_is_named_and_the_others_are_scored(write: Any) -> None:
    facts = write("facts.jsonl", json.dumps({"holder": "A", "age": "old"}) + "\n" + json.dumps({"holder": "B"}) + "\n")
    result = run("score", "household-registration-2016", "--facts", facts, "--json")
    assert (result.exit_code, [row["holder"] for row in lines_of(result)]) == (3, ["B"])
    assert json.loads(result.stderr)["path"] == "row 1.age"


HISTORY = {
    "holder": "V",
    "events": [
        {
            "kind": "service",
            "occurred_at": "2026-11-22T18:30:00+08:00",
            "ended_at": "2026-11-22T23:00:00+08:00",
            "data": {"minutes": 270},
        },
        {
            "kind": "service",
            "occurred_at": "2026-11-22T08:00",
            "ended_at": "2026-11-22T12:00",
            "data": {"minutes": 240},
        },
        {"kind": "service", "occurred_at": "2026-11-22T13:00", "ended_at": "2026-11-22T14:00", "data": {"minutes": 60}},
        {"kind": "referral", "occurred_at": "2026-11-22"},
        {"kind": "referral", "occurred_at": "2026-11-22"},
    ],
}


@pytest.mark.feature("R22")
def test_each_award_and_each_refusal_is_explained_as_a_person_would_do_the_sum(write: Any) -> None:
    facts = write("facts.json", json.dumps(HISTORY))
    told = run("explain", "volunteering", "--facts", facts, "--holder", "V", "--as-of", "2026-11-22").stdout
    for words in (
        "志愿服务:4 小时 30 分钟 × 每小时 10 分 = 45 · 夜间加成(1 小时 × 20%)+2 · 当日上限 80,已用 0 → +47",
        "志愿服务:4 小时 × 每小时 10 分 = 40 · 当日上限 80,已用 47 → +33",
        "没有得分:当日上限 80,已用 80,已没有余量",
        "没有得分:总共最多计 1 次,此前已计 1 次",
        "依据《志愿服务积分》2026-11.2 版,自 2026-01-01 起施行。",
        "合计:100",
    ):
        assert words in told
    english = run("explain", "volunteering", "--facts", facts, "--holder", "V", "--as-of", "2026-11-22", "--lang", "en")
    assert "4 h 30 min × 10 points an hour = 45 · Night extra (1 h × 20%) +2" in english.stdout


@pytest.mark.feature("R22")
@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("{evidence: [scanned_twice]}", "needed: the evidence is: scanned in and out; it was declared by the person"),
        ("{data: minutes, at_least: 300}", "needed: minutes of service is at least 300; it was 270"),
        ("{all: [{data: place, is: in_city}]}", "needed, and not proven: place of service is in the city"),
        ("{none: [{data: minutes, at_least: 100}]}", "not allowed: minutes of service is at least 100"),
        ("{none: [{data: place, is: in_city}]}", "it must be known, and is not: place of service is in the city"),
    ],
)
def test_a_refused_award_names_the_failing_condition(write: Any, when: str, words: str) -> None:
    text = VOLUNTEERING.replace("    on: service\n", f"    on: service\n    when: {when}\n", 1)
    history = {**HISTORY, "events": HISTORY["events"][:1]}
    result = run(
        "explain",
        write("v.yaml", text),
        "--facts",
        write("f.json", json.dumps(history)),
        "--holder",
        "V",
        "--lang",
        "en",
    )
    assert f"Volunteer service: {words}" in result.stdout


@pytest.mark.thorough
@pytest.mark.feature("R26")
@given(st.binary(max_size=300))
@settings(max_examples=settings().max_examples // 2, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_pack_it_is_answered_with_findings(write: Any, content: bytes) -> None:
    result = run("check", write("fuzz.yaml", content), "--json")
    assert result.exit_code == 3, result.exception
    assert all(finding["en"] and finding["zh"] for finding in lines_of(result))


@pytest.mark.feature("R26")
@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system [echo]",
        "a: &a [1]\nb: [*a, *a]",
        "[" * 5000,
        "{" * 5000,
        "a: [" + "[1]," * 3000 + "]",
        "a: " + "9" * 100_000,
        "? " * 3000,
        "- " * 5000 + "1",
    ],
    ids=range(8),
)
def test_a_hostile_pack_is_refused_within_a_second_of_work(write: Any, text: str) -> None:
    result = run("check", write("hostile.yaml", text), "--json")
    assert result.exit_code == 3, result.exception


@pytest.mark.feature("R26")
def test_a_formula_is_no_price(write: Any) -> None:
    text = VOLUNTEERING.replace("price: {every: 1, give: 1}", "price: {formula: \"__import__('os').getpid()\"}")
    (finding,) = lines_of(run("check", write("v.yaml", text), "--json"))
    assert (finding["code"], finding["path"]) == ("UNKNOWN_NODE", "items.1.price")


def test_wrong_use_ends_with_two_and_a_refusal_with_four(write: Any) -> None:
    facts = write("facts.json", json.dumps(BACHELOR))
    assert run("check", "no-such-pack").exit_code == 2
    assert run("score", "volunteering", "--facts", facts, "--engine", "quantum").exit_code == 2
    assert run("score", "volunteering", "--facts", facts, "--as-of", "yesterday").exit_code == 2
    assert run("score", "volunteering", "--facts", "no-such-file.json").exit_code == 2
    assert run("score", "volunteering").exit_code == 2
    assert run("explain", "volunteering", "--facts", facts, "--holder", "nobody").exit_code == 4
    assert run("score", "volunteering", "--facts", write("bad.json", "{")).exit_code == 4
    assert run("score", "volunteering", "--facts", write("bad.xlsx", "no workbook")).exit_code == 4


@pytest.mark.db  # starts a process, so it is no part of `make fast`
def test_the_command_itself_needs_no_database() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "api.cli.main", "rules", "check", "volunteering"],
        capture_output=True,
        check=False,
        env={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": "."},
        cwd=HOME.parent.parent,
    )
    assert (done.returncode, done.stdout.decode()) == (0, "没有发现问题:共 3 个项目。\n")


def test_each_use_of_one_account_is_asked_for_by_name_and_a_year_s_line_is_handed_in(write: Any) -> None:
    facts = write("f.json", json.dumps([{"holder": "A", "degree": "bachelor", "age": 30}]))
    school = lines_of(run("score", "zhongshan-2014", "--facts", facts, "--use", "school", "--json"))
    assert school == lines_of(run("score", "zhongshan-2014", "--facts", facts, "--json"))
    uses = {
        use: lines_of(run("score", "zhongshan-2014", "--facts", facts, "--use", use, "--json"))[0]
        for use in ("school", "housing", "registration")
    }
    assert len({json.dumps(one["reasons"]) for one in uses.values()}) == 3
    assert run("score", "zhongshan-2014", "--facts", facts, "--use", "none").exit_code == 2
    (open_line,) = lines_of(run("score", "beijing-trial", "--facts", facts, "--json"))
    (low,) = lines_of(run("score", "beijing-trial", "--facts", facts, "--decided", "line=0.5", "--json"))
    assert [one["code"] for one in open_line["reasons"]][-1] == "not_decided"
    assert "not_decided" not in [one["code"] for one in low["reasons"]]
    assert run("score", "beijing-trial", "--facts", facts, "--decided", "line=much").exit_code == 2


def test_a_procedure_is_told_stage_by_stage_with_the_days_that_may_still_move() -> None:
    asked = ("timetable", "household-registration", "--begins-on", "2026-12-21")
    told = lines_of(run(*asked, "--json"))
    assert [(one["stage"], one["due_on"], one["provisional"]) for one in told[:3]] == [
        ("handed-over", "2026-12-23", False),
        ("reviewed", "2026-12-30", False),
        ("noticed", "2027-01-06", True),
    ]
    assert told[2]["silence"] == "agrees"
    english = run(*asked, "--lang", "en").stdout.splitlines()
    assert english[0] == "Handed to the departments: from 2026-12-21 to 2026-12-23"
    assert english[2] == (
        "Public notice: from 2026-12-30 to 2027-01-06; silence is a yes; "
        "provisional: the holidays of that year are not published yet"
    )
    assert run("timetable", "household-registration", "--begins-on", "soon").exit_code == 2
