"""A file of holders scored together: at most a share of them reaches a level, and its scores go on to be ranked."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app

PACK = """
programme: yearly-review
version: "1"
status: example
effective_from: 2026-01-01
title: {zh: 年度考核, en: Yearly review}
holder: resident
mode: assessment
purpose: internal-management
decimals: 1
catalogue: 2026-11
basis: [city-default-2026]
requires: [{code: known, when: {fact: residence_permit_valid, is: true}, otherwise: {zh: 未参加考核, en: Not reviewed}}]
items:
  - {code: work, title: {zh: 实绩, en: Work}, quantity: {fact: own_score}, price: {every: 1, give: 0.5}}
levels:
  grade:
    of: total
    steps:
      - {code: fair, at_least: 0, title: {zh: 合格, en: Fair}}
      - {code: good, at_least: 20, title: {zh: 良好, en: Good}}
      - {code: best, at_least: 40, title: {zh: 优秀, en: Excellent}}
result:
  levels: grade
  shares: [{level: best, most_percent: 20}, {level: good, most_percent: 30}]
  order: [{by: total}, {by: fact, of: employed_years}, {by: fact, of: insured_in_city}]
  ties: inclusive
"""
SCORES = {"A": 98, "B": 96, "C": 96, "D": 90, "E": 84, "F": 80, "G": 60, "H": 50, "I": 30, "J": 99}


def run(*arguments: str) -> Result:
    """One call in this process."""
    return CliRunner().invoke(app, arguments)


@pytest.fixture
def review(tmp_path: Path) -> tuple[str, str]:
    """The pack, and ten who are scored together: B and C have the same, and J was not reviewed."""
    pack, facts = tmp_path / "review.yaml", tmp_path / "facts.json"
    pack.write_text(PACK, "utf-8")
    people = [
        {"holder": name, "own_score": points, "residence_permit_valid": name != "J", "insured_in_city": name < "F"}
        for name, points in SCORES.items()
    ]
    facts.write_text(json.dumps(people), "utf-8")
    return str(pack), str(facts)


def scored(review: tuple[str, str], *more: str) -> list[dict[str, Any]]:
    """The JSON lines of the file."""
    result = run("rules", "score", review[0], "--facts", review[1], "--as-of", "2026-11-22", "--more", "--json", *more)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("engine", ["single", "columns"])
def test_a_share_of_everybody_reaches_a_level_a_tie_is_not_split_and_who_is_not_eligible_takes_no_place(
    review: tuple[str, str], engine: str
) -> None:
    levels = {row["holder"]: row["level"] for row in scored(review, "--engine", engine)}
    assert levels == {
        "A": "best",  # two places of ten: B and C are equal and do not both fit
        "B": "good",  # three places of ten, with those who fell: B, C, D
        "C": "good",
        "D": "good",
        **dict.fromkeys("EFGHI", "fair"),
        "J": "fair",  # the highest total, and not eligible
    }


@pytest.mark.parametrize(
    ("holder", "words"),
    [
        ("A", ["优秀(最多占 20%,全体 10 中 2 个名额):排第 1,保留。", "按比例确定的等级:优秀。"]),
        ("B", ["优秀(最多占 20%,全体 10 中 2 个名额):第 2 名有 2 个并列,名额不够,不拆分并列,一起降一级。",
               "良好(最多占 30%,全体 10 中 3 个名额):排第 1,保留。"]),
        ("E", ["优秀(最多占 20%,全体 10 中 2 个名额):排第 5,降一级。", "等级:优秀。",
               "良好(最多占 30%,全体 10 中 3 个名额):排第 4,降一级。", "按比例确定的等级:合格。"]),
        ("J", ["等级:优秀。", "优秀(最多占 20%,全体 10 中 2 个名额):不符合条件,降一级。"]),
        ("I", ["等级:合格。"]),
    ],
)  # fmt: skip
def test_the_explanation_says_what_the_shares_left(review: tuple[str, str], holder: str, words: list[str]) -> None:
    told = run("rules", "explain", review[0], "--facts", review[1], "--as-of", "2026-11-22", "--holder", holder)
    assert told.exit_code == 0
    assert all(line in told.stdout for line in words), told.stdout
    assert ("按比例" in told.stdout) is (holder != "I")


def test_the_explanation_is_in_english_too(review: tuple[str, str]) -> None:
    asked = ("--facts", review[1], "--as-of", "2026-11-22", "--holder", "B", "--lang", "en")
    told = run("rules", "explain", review[0], *asked).stdout
    assert "Level: Excellent." in told
    assert "Excellent (at most 20 %, 2 of 10): 2 share place 2, so one level lower." in told
    assert "Level after the shares: Good." in told


def test_scores_are_ranked_as_the_pack_says_without_naming_a_column(review: tuple[str, str], tmp_path: Path) -> None:
    rows = scored(review, "--with", "own_score")
    assert [rows[1][key] for key in ("order_1", "order_2", "order_3", "own_score")] == ["48.0", None, 1, 96]
    scores = tmp_path / "scores.jsonl"
    scores.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    ranked = run("rank", str(scores), "--order-of", review[0], "--quota", "2", "--json")
    told = [json.loads(line) for line in ranked.stdout.splitlines()]
    assert [(row["holder"], row["rank"], row["admitted"]) for row in told[:4]] == [
        ("A", 1, True),
        ("B", 2, True),
        ("C", 2, True),  # ties: inclusive, as the pack says
        ("D", 4, False),
    ]
    assert "J" not in {row["holder"] for row in told}
    assert "1" in ranked.stderr.splitlines()[0]
    strict = run("rank", str(scores), "--order-of", review[0], "--quota", "2", "--ties", "strict", "--json")
    assert [json.loads(line)["admitted"] for line in strict.stdout.splitlines()[:3]] == [True, False, False]


@pytest.mark.parametrize(("word", "code"), [("FALSE", 0), ("False", 0), (" false", 0), ("no", 4), ("0", 4)])
def test_who_is_not_eligible_is_not_ranked_however_a_spreadsheet_spells_it(
    review: tuple[str, str], tmp_path: Path, word: str, code: int
) -> None:
    scores = tmp_path / "scores.csv"
    scores.write_text(f"holder,eligible,order_1,order_2,order_3\nA,{word},99,1,1\nB,TRUE,1,1,1\nC,,2,1,1\n", "utf-8")
    ranked = run("rank", str(scores), "--order-of", review[0], "--quota", "1", "--json", "--lang", "en")
    assert ranked.exit_code == code, ranked.output
    told = [json.loads(line) for line in ranked.stdout.splitlines()]
    assert [(row["holder"], row["admitted"]) for row in told] == ([] if code else [("C", True), ("B", False)])
    assert ("row 2.eligible" in ranked.stderr) is bool(code), ranked.stderr


@pytest.mark.parametrize(
    "arguments", [(), ("--by", "total:desc", "--order-of", "volunteering"), ("--by", "total:desc", "--use", "home")]
)
def test_an_order_is_said_once(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    scores = tmp_path / "scores.jsonl"
    scores.write_text('{"holder":"A","total":"1"}\n', "utf-8")
    assert run("rank", str(scores), *arguments).exit_code == 2


def test_a_fact_that_is_not_one_value_cannot_stand_beside_a_score(review: tuple[str, str]) -> None:
    for name in ("insured_years", "nothing"):
        asked = ("--facts", review[1], "--json", "--with", name)
        assert run("rules", "score", review[0], *asked).exit_code == 2


def test_the_name_of_a_programme_is_its_live_edition_and_a_record_is_meant_by_its_whole_name() -> None:
    live = run("rules", "check", "household-registration", "--lang", "en")
    assert (live.exit_code, live.stdout) == (
        0,
        run("rules", "check", "household-registration-2026", "--lang", "en").stdout,
    )
    assert run("rules", "check", "household-registration-2016").exit_code == 3  # the charter forbids the decree of 2016
    assert run("rules", "check", "foshan").exit_code == 2
    assert run("rules", "cases", "foshan-2016").exit_code == 0


def test_what_a_level_opens_and_until_when_a_result_holds_is_told(review: tuple[str, str], tmp_path: Path) -> None:
    pack = tmp_path / "opens.yaml"
    right = "gives: [{code: permit, title: {zh: 通行证, en: Permit}, months: 6}]"
    text = PACK.replace("en: Excellent}}", f"en: Excellent}}, {right}}}").replace("ties: inclusive", "valid_months: 12")
    pack.write_text(text, "utf-8")
    best, second = scored((str(pack), review[1]))[:2]
    assert (best["gives"], best["valid_until"]) == (
        [{"code": "permit", "percent": None, "until": "2027-05-22"}],
        "2027-11-22",
    )
    assert ("gives" in second, second["level"]) == (False, "good")
    asked = ("--facts", review[1], "--as-of", "2026-11-22", "--lang", "en")
    told = [run("rules", "explain", str(pack), *asked, "--holder", name).stdout for name in ("A", "B")]
    assert ["This level opens: Permit for 6 months." in one for one in told] == [True, False]
    assert "It holds until 2027-11-22." in told[0]
