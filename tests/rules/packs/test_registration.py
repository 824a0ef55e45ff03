"""Household registration from published numbers: worked examples and band tables through the command line."""

from pathlib import Path
from typing import Any

import pytest

from tests.rules.packs.command import breaches, differing, items_of, scored

pytestmark = pytest.mark.thorough

GATES = {"residence_permit_valid": True, "insured_in_province": True, "without_criminal_record": True}
KINDS = ("pension", "medical", "unemployment", "work_injury", "maternity")
DAY = "2016-05-31"


def each_kind(years: int) -> dict[str, int]:
    """So many years of each of the five insurances."""
    return dict.fromkeys(KINDS, years)


def days_of_service(count: int) -> list[dict[str, Any]]:
    """Whole days of service in the city, one after another."""
    days = [f"2015-03-{number + 1:02}" for number in range(count)]
    return [{"kind": "service", "occurred_at": day, "data": {"minutes": 1440, "place": "in_city"}} for day in days]


@pytest.mark.parametrize("engine", ["single", "columns"])
def test_a_bachelor_of_thirty_with_three_years_comes_to_127(tmp_path: Path, engine: str) -> None:
    facts = {"education": "bachelor", "insured_years": each_kind(3), "employed_years": 3, "age": 30}
    row = scored(tmp_path, "household-registration-2016", DAY, {**GATES, **facts}, "--engine", engine)
    assert (row["total"], row["eligible"]) == ("127", True)
    assert items_of(row) == {"education": "80", "insurance": "30", "employment": "12", "age": "5"}


@pytest.mark.parametrize("engine", ["single", "columns"])
def test_a_junior_college_with_service_and_blood_comes_to_107(tmp_path: Path, engine: str) -> None:
    facts = {"education": "junior_college", "insured_years": each_kind(2), "employed_years": 4, "age": 38}
    blood = [{"kind": "blood_donation", "occurred_at": f"{year}-06-01"} for year in (2013, 2014, 2015)]
    row = scored(
        tmp_path,
        "household-registration-2016",
        DAY,
        {**GATES, **facts, "events": [*days_of_service(5), *blood]},
        "--engine",
        engine,
    )
    assert (row["total"], row["eligible"]) == ("107", True)
    assert items_of(row) == {
        "education": "60",
        "age": "1",
        "insurance": "20",
        "employment": "16",
        "volunteering": "4",
        "blood": "6",
    }


@pytest.mark.parametrize("engine", ["single", "columns"])
@pytest.mark.parametrize(("years", "whole", "marginal"), [(4, "16", "16"), (5, "30", "22"), (10, "60", "52")])
def test_years_of_work_are_read_whole_or_band_by_band(
    tmp_path: Path, engine: str, years: int, whole: str, marginal: str
) -> None:
    for pack, points in (("household-registration-2016", whole), ("household-registration-2016-marginal", marginal)):
        row = scored(tmp_path, pack, DAY, {"employed_years": years}, "--engine", engine)
        assert (row["total"], items_of(row)) == (points, {"employment": points})


def test_the_two_readings_differ_in_one_word() -> None:
    bands = "price: {{bands: [{{from: 1, give: 4}}, {{from: 5, give: 6}}], reading: {}}}"
    assert differing("household-registration-2016", "household-registration-2016-marginal") == [
        ('version: "2016"', "version: 2016-marginal"),
        (bands.format("whole"), bands.format("marginal")),
    ]


def test_births_and_offences_of_2016_are_named_by_their_articles() -> None:
    assert {"CH-01", "CH-04", "CH-05", "CH-06", "CH-07", "CH-12"} <= breaches("household-registration-2016")


def test_the_edition_of_today_breaks_no_article_and_reads_no_offence(tmp_path: Path) -> None:
    assert breaches("household-registration-2026") == set()
    penalty = [{"kind": "administrative_penalty", "occurred_at": "2026-01-01"}]
    row = scored(
        tmp_path,
        "household-registration-2026",
        "2027-06-30",
        {**GATES, "education": "bachelor", "owns_home": True, "age": 70, "events": penalty},
    )
    assert (row["total"], row["eligible"]) == ("100", True)


@pytest.mark.feature("R3")
def test_fixed_proportional_and_shared_points_are_exact_and_rounded_once(tmp_path: Path) -> None:
    shared: dict[str, Any] = {
        "kind": "invention",
        "occurred_at": "2015-01-01",
        "data": {"patent": "invention", "inventors": 6},
    }
    named = [{**shared, "data": {**shared["data"], "first_named": first}} for first in (False, False, True)]
    row = scored(
        tmp_path,
        "foshan-2016",
        "2016-12-31",
        {"insured_years": {"pension": 3}, "birth_points_class": "part", "events": named},
    )
    assert items_of(row) == {
        "birth-policy": "10.0",  # fixed
        "insurance-province": "3.0",  # by the year
        "inventions": "8.6",  # 30/7 and 30/7, added up before they are rounded
        "inventions-first": "8.6",  # twice 30/7, and not twice 4.3
    }
    assert row["total"] == "30.2"


def test_outside_the_central_districts_a_total_is_worth_three_tenths_more(tmp_path: Path) -> None:
    facts = {"insured_years_in_city": {"pension": 9}, "education": "junior_secondary"}
    inside = scored(tmp_path, "zhongshan-2014", "2015-03-31", {**facts, "in_central_district": True})
    outside = scored(tmp_path, "zhongshan-2014", "2015-03-31", {**facts, "in_central_district": False})
    assert (inside["total"], outside["total"]) == ("24.5", "31.9")  # 31.85


def test_whatever_is_taken_in_shanghai_the_total_ends_at_zero(tmp_path: Path) -> None:
    taken = [{"kind": "detention", "occurred_at": f"2015-0{month}-01"} for month in (1, 2, 3)]
    row = scored(tmp_path, "shanghai-2015", "2015-12-31", {"degree": "doctor", "events": taken})
    assert items_of(row) == {"education": "110", "detention": "-150"}
    assert row["total"] == "0"
