"""School places from published numbers: the worked example under both readings, band tables, and whose points count."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from api.cli.main import app
from tests.rules.packs.command import HOME, breaches, differing, items_of, scored

pytestmark = pytest.mark.thorough

DAY = "2015-05-31"
FAMILY: dict[str, Any] = {
    "insured_in_city": True,
    "degree": "bachelor",
    "title_grade": "mid",
    "employed_years": 6,
    "insured_years": {"pension": 6, "medical": 6, "unemployment": 6, "work_injury": 6, "maternity": 6},
    "permit_years": 6,
    "home_since": "2012-05-31",
    "birth_policy_kept": True,
    "only_child": True,
    "entry_grade": "grade_1",
    "child.kindergarten_years": 3,
    "events": [
        {"kind": "tax_paid", "occurred_at": "2013-06-01", "data": {"tax": "wage", "yuan": 4200}},
        {"kind": "blood_donation", "occurred_at": "2012-01-01"},
        {"kind": "blood_donation", "occurred_at": "2014-01-01"},
    ],
}


@pytest.mark.parametrize("engine", ["single", "columns"])
def test_the_worked_example_comes_to_415_or_band_by_band_to_401(tmp_path: Path, engine: str) -> None:
    whole = scored(tmp_path, "school-enrolment-2015", DAY, FAMILY, "--engine", engine)
    marginal = scored(tmp_path, "school-enrolment-2015-marginal", DAY, FAMILY, "--engine", engine)
    assert (whole["total"], marginal["total"]) == ("415.0", "401.0")
    assert items_of(whole) == {
        "education": "80.0",
        "title": "70.0",
        "service": "18.0",
        "insurance": "45.0",
        "residence": "18.0",
        "wage-tax": "20.0",
        "home": "30.0",
        "births-kept": "100.0",
        "only-child": "20.0",
        "kindergarten": "10.0",
        "blood": "4.0",
    }


@pytest.mark.parametrize(
    ("years", "whole", "marginal"),
    [(2, "2.0", "2.0"), (3, "6.0", "4.0"), (6, "18.0", "11.0"), (10, "30.0", "23.0")],
)
@pytest.mark.parametrize(("fact", "item"), [("employed_years", "service"), ("permit_years", "residence")])
@pytest.mark.parametrize("engine", ["single", "columns"])
def test_years_of_work_and_residence_are_read_whole_or_band_by_band(
    tmp_path: Path, engine: str, fact: str, item: str, years: int, whole: str, marginal: str
) -> None:
    for pack, points in (("school-enrolment-2015", whole), ("school-enrolment-2015-marginal", marginal)):
        row = scored(tmp_path, pack, DAY, {fact: years}, "--engine", engine)
        assert (row["total"], items_of(row)) == (points, {item: points})


def test_the_two_readings_differ_in_their_reading_alone() -> None:
    bands = "price: {{bands: [{{from: 1, give: 1}}, {{from: 3, give: 2}}, {{from: 6, give: 3}}], reading: {}}}"
    assert differing("school-enrolment-2015", "school-enrolment-2015-marginal") == [
        ('version: "2015"', "version: 2015-marginal"),
        (bands.format("whole"), bands.format("marginal")),
        (bands.format("whole"), bands.format("marginal")),
    ]


@pytest.mark.feature("R12")
@pytest.mark.parametrize("pack", ["school-enrolment-2015", "shanghai-2015"])
def test_the_order_of_items_and_groups_changes_no_result(tmp_path: Path, pack: str) -> None:
    tree = yaml.safe_load((HOME / f"records/{pack}.yaml").read_text("utf-8"))
    facts = {**FAMILY, "worker_grade": "senior", "average_base_months": 12, "people_hired": 20}
    wanted = scored(tmp_path, pack, DAY, facts)
    chance = random.Random(4)
    for _ in range(5):
        chance.shuffle(tree["items"])
        groups = list(tree["groups"].items())
        chance.shuffle(groups)
        tree["groups"] = {code: {**group, "of": chance.sample(group["of"], len(group["of"]))} for code, group in groups}
        turned = tmp_path / "turned.yaml"
        turned.write_text(yaml.safe_dump(tree, allow_unicode=True), "utf-8")
        assert scored(tmp_path, str(turned), DAY, facts) == wanted


@pytest.mark.feature("R12")
def test_of_a_grade_and_a_title_only_the_better_counts(tmp_path: Path) -> None:
    both = {"worker_grade": "senior", "title_grade": "mid", "registered_qualification": True}
    row = scored(tmp_path, "school-enrolment-2015", DAY, both)
    assert items_of(row) == {"worker": "50.0", "title": "70.0", "registered": "50.0"}
    assert row["total"] == "70.0"


@pytest.mark.feature("R22")
def test_what_needs_a_condition_and_no_number_names_the_condition(tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text(json.dumps([{"holder": "H", **FAMILY}]), "utf-8")
    call = [
        "explain",
        "school-enrolment-2015",
        "--facts",
        str(tmp_path / "facts.json"),
        "--holder",
        "H",
        "--as-of",
        DAY,
    ]
    assert "  独生子女:独生子女 = 20 → +20" in CliRunner().invoke(app, ["rules", *call]).stdout.splitlines()
    promised = CliRunner().invoke(app, ["rules", "promise", "household-registration-2026", "--lang", "en"]).stdout
    assert "Own home: 20 points · needed: owns a home in the city" in promised.splitlines()


def test_one_parent_counts_with_what_happened_to_that_parent(tmp_path: Path) -> None:
    facts = {
        "applies_by": "home",
        "mother.insured_in_city": True,
        "mother.degree": "master",
        "father.insured_in_city": True,
        "father.degree": "bachelor",
        "events": [
            {"kind": "blood_donation", "occurred_at": "2014-01-01", "whose": "mother"},
            {"kind": "blood_donation", "occurred_at": "2014-02-01", "whose": "father"},
        ],
    }
    row = scored(tmp_path, "school-enrolment-2015", DAY, facts)
    assert (row["total"], items_of(row)) == ("102.0", {"education": "100.0", "blood": "2.0"})


@pytest.mark.parametrize("pack", ["school-enrolment-2015", "school-enrolment-2015-marginal", "school-enrolment-2016"])
def test_a_round_of_the_past_is_refused_for_what_todays_law_forbids(pack: str) -> None:
    assert {"CH-12", "CH-21", "CH-24", "CH-25"} <= breaches(pack)


@pytest.mark.parametrize("pack", ["panyu-2016", "longgang-2016", "luohu-guide"])
def test_neighbours_order_school_places_without_a_guarantee_and_are_refused(pack: str) -> None:
    assert {"CH-21", "CH-24", "CH-25"} <= breaches(pack)


def test_the_round_of_today_orders_and_never_refuses(tmp_path: Path) -> None:
    assert breaches("school-enrolment-2027") == set()
    parent = {"applies_by": "home", "father.residence_permit_valid": True}
    row = scored(tmp_path, "school-enrolment-2027", "2027-06-30", parent)
    assert (row["total"], row["eligible"]) == ("0.0", True)


def test_without_its_guarantee_the_round_of_today_may_not_order(tmp_path: Path) -> None:
    tree = yaml.safe_load((HOME / "school-enrolment-2027.yaml").read_text("utf-8"))
    del tree["lawful"]["guarantee"]
    (tmp_path / "round.yaml").write_text(yaml.safe_dump(tree, allow_unicode=True), "utf-8")
    (tmp_path / "round.cases.yaml").write_text((HOME / "school-enrolment-2027.cases.yaml").read_text("utf-8"), "utf-8")
    assert breaches(str(tmp_path / "round.yaml")) == {"CH-21"}
