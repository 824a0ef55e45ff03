"""Both engines on the command line, and what the frames of the columns look like to those who price again and again."""

import json
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from rules import packs
from rules.catalogue.register import catalogue
from rules.engine.column_rows import read_frames
from rules.engine.columns import assess_frame, by_item, price_frame
from rules.language.case_shapes import CaseShape
from rules.language.facts import read_holder
from rules.language.loader import load
from rules.language.score_many import Engine, score_many
from rules.language.text import read_text

pytestmark = pytest.mark.thorough

HOME = Path(packs.__file__).parent
PACKS = [file for file in sorted(HOME.rglob("*.yaml")) if not file.name.endswith(".cases.yaml")]
DECREE = (HOME / "records" / "household-registration-2016.yaml").read_text("utf-8")
DAY = "2016-05-31"
KINDS = ("pension", "medical", "unemployment", "work_injury", "maternity")
ALLOWED = {"residence_permit_valid": True, "insured_in_province": True, "without_criminal_record": True}
BACHELOR = {
    "holder": "R1",
    **ALLOWED,
    "education": "bachelor",
    "insured_years": dict.fromkeys(KINDS, 3),
    "employed_years": 3,
    "age": 30,
}
VOLUNTEER = {
    "holder": "R2",
    **ALLOWED,
    "education": "junior_college",
    "insured_years": dict.fromkeys(KINDS, 2),
    "employed_years": 4,
    "age": 38,
    "events": [
        *(
            {
                "kind": "service",
                "occurred_at": f"2015-0{month}-01T08:00",
                "data": {"minutes": 1200, "place": "in_city"},
            }
            for month in range(1, 7)
        ),
        *({"kind": "blood_donation", "occurred_at": f"201{year}-11-01T10:00"} for year in (3, 4, 5)),
    ],
}
LEFT_OUT = {"holder": "R3", "age": 50, "education": "other"}


def score(facts: Path, engine: str, pack: str = "household-registration-2016", day: str = DAY) -> Result:
    """One call of the command line."""
    return CliRunner().invoke(
        app, ["rules", "score", pack, "--facts", str(facts), "--as-of", day, "--engine", engine, "--json"]
    )


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    """A file of facts."""
    path.write_text(json.dumps(rows), "utf-8")
    return path


def test_both_engines_score_the_worked_examples_of_the_decree_alike(tmp_path: Path) -> None:
    facts = written(tmp_path / "facts.json", [BACHELOR, VOLUNTEER, LEFT_OUT])
    single, columns = (score(facts, engine) for engine in ("single", "columns"))
    assert (single.exit_code, columns.exit_code) == (0, 0)
    assert columns.stdout == single.stdout
    told = [json.loads(line) for line in columns.stdout.splitlines()]
    assert [(row["holder"], row["total"], row["eligible"]) for row in told] == [
        ("R1", "127", True),
        ("R2", "107", True),
        ("R3", "-15", False),
    ]
    assert [reason["code"] for reason in told[2]["reasons"]] == ["permit", "insured", "record", "below_threshold"]


@pytest.mark.parametrize("file", PACKS, ids=lambda file: file.stem)
def test_both_engines_answer_every_case_of_every_pack_alike(file: Path) -> None:
    pack = load(file.read_bytes())
    known = catalogue(pack.catalogue)
    cases = read_text(file.with_name(f"{file.stem}.cases.yaml").read_bytes()).tree["cases"]
    assessed = [case for case in map(CaseShape.model_validate, cases) if case.as_of is not None]
    together: dict[str, list[CaseShape]] = {}
    for case in assessed:
        together.setdefault(repr((case.as_of, case.use, case.decided)), []).append(case)
    for alike in together.values():
        rows = [{"holder": one.name, **(one.facts or {}), "events": one.events} for one in alike]
        holders = [read_holder(row, "case", known)[0] for row in rows]
        first = alike[0]
        ask = partial(score_many, pack, holders, first.as_of, use=first.use, decided=first.decided)
        single = [replace(result, traces=()) for result in ask(engine=Engine.SINGLE)]
        assert [replace(result, traces=()) for result in ask()] == single
    assert bool(assessed) is (pack.mode == "assessment")


def test_both_engines_pay_a_history_alike_and_a_full_day_is_full(tmp_path: Path) -> None:
    stretch = {"kind": "service", "evidence": "scanned_twice", "data": {"minutes": 333}}
    events = [{**stretch, "occurred_at": f"2026-11-2{day}T0{hour}:00"} for day in (0, 1) for hour in (1, 7)]
    facts = written(tmp_path / "facts.json", [{"holder": "V", "events": events}, {"holder": "none", "events": []}])
    single, columns = (score(facts, engine, "volunteering", "2026-11-22") for engine in ("single", "columns"))
    assert columns.stdout == single.stdout
    told = [json.loads(line) for line in columns.stdout.splitlines()]
    assert [(row["holder"], row["total"], row["eligible"]) for row in told] == [("V", "160", None), ("none", "0", None)]


COOLING = """
programme: cooling
version: "1"
status: example
effective_from: 2026-01-01
title: {zh: 间隔示例, en: Sample of a cooldown}
holder: resident
mode: accrual
purpose: incentive
catalogue: 2026-11
basis: [city-default-2026]
items:
  - code: apart
    title: {zh: 间隔, en: Apart}
    on: service
    quantity: {each: event}
    price: {give: 5}
    cooldown: {hours: 8}
    into: volunteer-points
  - code: each
    title: {zh: 每次, en: Each}
    on: service
    quantity: {data: minutes}
    price: {every: 60, give: 1, part: counts}
    into: volunteer-points
"""


def test_whom_columns_cannot_tell_is_scored_singly_and_counted(tmp_path: Path) -> None:
    pack = tmp_path / "cooling.yaml"
    pack.write_text(COOLING, "utf-8")
    event = {"kind": "service", "data": {"minutes": 90}}
    events = [{**event, "occurred_at": f"2026-11-20T{hour}:00"} for hour in ("08", "10", "20")]
    facts = written(tmp_path / "facts.json", [{"holder": "A", "events": events}, {"holder": "B", "events": []}])
    single, columns = (score(facts, engine, str(pack), "2026-11-22") for engine in ("single", "columns"))
    assert columns.stdout == single.stdout
    assert json.loads(columns.stdout.splitlines()[0])["items"] == {"apart": "10", "each": "6"}
    assert "1 个对象" in columns.stderr
    assert single.stderr == ""


def test_a_changed_price_is_drawn_again_over_kept_quantities() -> None:
    pack = load(DECREE)
    facts = {key: value for key, value in BACHELOR.items() if key != "holder"}
    reading = read_frames(pack, [("R1", facts, ()), ("R4", {"age": 18}, ())], date(2016, 5, 31))
    kept = by_item(reading.quantities)
    raised = load(DECREE.replace("bachelor: 80", "bachelor: 90.5"))
    before, after = (assess_frame(one, kept, reading.conditions) for one in (pack, raised))
    assert before["total"].to_list() == [127, 5]
    assert after["total"].to_list() == [138, 5]
    assert after["item:education"].to_list() == [91, 0]
    points = price_frame(raised, kept)
    assert points.columns == ["holder", "item", "points"]
    assert points.filter(pl.col("item") == "education").rows() == [("R1", "education", 91)]
    assert points.filter(pl.col("holder") == "R4", pl.col("points") != 0).rows() == [("R4", "age", 5)]


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        ({}, 0),
        ({"insured_years": {}}, 0),
        ({"insured_years": {"pension": 0, "medical": 0}}, 0),
        ({"insured_years": {"pension": 1}}, 7),
        ({"insured_years": {"medical": 9}}, 9),
    ],
)
def test_a_floor_lifts_what_there_is_some_of_and_makes_nothing_of_nothing(facts: dict[str, Any], points: int) -> None:
    text = COOLING.split("items:")[0].replace("mode: accrual", "mode: assessment") + (
        "items:\n  - {code: x, title: {zh: 项, en: X}, quantity: {fact: insured_years, by: insurance_kind},\n"
        "     price: {every: 1, give: 1}, floor: 7}\n"
    )
    pack = load(text)
    reading = read_frames(pack, [("A", facts, ())], date(2026, 11, 22))
    assert assess_frame(pack, reading.quantities, reading.conditions)["total"].to_list() == [points]
