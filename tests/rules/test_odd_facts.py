"""Facts and cases that are odd, but may well stand in a file: each is a finding, none ends the program."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rules import packs
from rules.catalogue.register import catalogue
from rules.engine.explain import explain
from rules.language.cases import run_cases
from rules.language.checker import check
from rules.language.facts import read_holder
from rules.language.loader import load
from rules.language.score import score
from tests.conformance.skeleton import pack_of

DAY = date(2026, 5, 31)


@pytest.mark.parametrize("cell", ["--5", "-", "5-", Decimal("Infinity"), Decimal("NaN"), Decimal("1e999999999")])
def test_a_cell_that_is_no_whole_number_is_a_finding(cell: Any) -> None:
    known, findings = read_holder({"employed_years": cell}, "row", catalogue())
    assert [(finding.code, finding.path) for finding in findings] == [("WRONG_VALUE", "row.employed_years")]
    assert known.facts == {}


def test_a_whole_decimal_is_a_whole_number() -> None:
    known, findings = read_holder({"employed_years": Decimal("5.0"), "age": "30"}, "row", catalogue())
    assert (known.facts, findings) == ({"employed_years": 5, "age": 30}, [])


def test_an_end_after_the_last_day_of_all_is_a_finding_and_the_last_day_is_not() -> None:
    pack = pack_of("quantity: {lasting: months, of: insured_period}\nprice: {every: 1, give: 1}\n")
    event = {"kind": "insured_period", "occurred_at": "2026-01-01", "ended_at": "9999-12-31T23:59:59Z"}
    _, findings = read_holder({"events": [event]}, "row", catalogue())
    assert [(finding.code, finding.path) for finding in findings] == [("WRONG_VALUE", "row.events.0.ended_at")]
    known, findings = read_holder({"events": [event | {"ended_at": "9999-12-31"}]}, "row", catalogue())
    assert (score(pack, known, DAY).total, findings) == (5, [])


@pytest.mark.parametrize("cell", ["[" * 100_000, '{"\\ud800": 1}', "9" * 5_000])
def test_a_json_text_that_nobody_can_read_back_is_a_finding(cell: str) -> None:
    row = {"insured_years": cell, "balance:civic-points": cell, "events": cell}
    _, findings = read_holder(row, "row", catalogue())
    assert [(finding.code, finding.path) for finding in findings] == [
        ("WRONG_VALUE", f"row.{column}") for column in row
    ]


@pytest.mark.parametrize("day", ["0001-01-02", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_what_began_in_no_living_memory_is_a_finding(day: str) -> None:
    event = {"kind": "service", "occurred_at": day, "ended_at": "9999-12-31", "data": {"minutes": 60}}
    _, findings = read_holder({"events": [event]}, "row", catalogue())
    assert [finding.path for finding in findings] == ["row.events.0.occurred_at"]


def test_points_of_what_has_no_end_are_told_all_the_same() -> None:
    pack = load((Path(packs.__file__).parent / "volunteering.yaml").read_text("utf-8"))
    event = {"kind": "service", "occurred_at": "2199-12-31", "ended_at": "9999-12-31", "data": {"minutes": 60}}
    known, findings = read_holder({"events": [event]}, "row", catalogue())
    assert findings == []
    assert score(pack, known, date(2199, 12, 31)).items["service"] == 12


LEVELS = "levels: {s: {of: total, steps: [{code: low, at_least: 0, title: {zh: 低, en: Low}}]}}\n"


def test_a_case_that_holds_an_unknown_level_is_a_finding() -> None:
    pack = pack_of("quantity: {number: 1}\nprice: {give: 2}\n", LEVELS)
    held = "{level: high, since: 2026-01-01, on: 2026-05-31}"
    text = f"cases: [{{name: n, level: {{scale: s, value: 0}}, held: {held}, expect: {{level: low}}}}]"
    results, _ = run_cases(pack, text)
    assert [finding.code for finding in results[0].differences] == ["UNKNOWN_NAME"]


def test_a_sum_with_decimals_is_told_in_points() -> None:
    pack = pack_of("quantity: {fact: employed_years}\nprice: {every: 1, give: 2.55}\n", "decimals: 1\n")
    known, _ = read_holder({"employed_years": 3}, "row", catalogue())
    (trace,) = score(pack, known, DAY).traces
    assert "= 7.65 → rounded to 7.7 → +7.7" in explain(pack, trace, "en")[0].text


def test_what_a_veto_took_is_not_told_as_a_cap() -> None:
    veto = "vetoes: [{code: v, title: {zh: 否, en: V}, when: {fact: only_child, is: true}, effect: zeroes}]\n"
    pack = pack_of("quantity: {number: 1}\nprice: {give: 50}\n", veto + "result: {cap: 80, threshold: 10}\n")
    known, _ = read_holder({"only_child": True}, "row", catalogue())
    (trace,) = score(pack, known, DAY).traces
    assert all("at most 80" not in line.text for line in explain(pack, trace, "en"))


def test_a_price_that_does_not_fit_is_a_finding_before_the_charter_tries_it_on_anybody() -> None:
    text = (Path(packs.__file__).parent / "records" / "household-registration-2016.yaml").read_text("utf-8")
    wrong = re.sub(r"price: \{choice: [^\n]*\}\}", "price: {every: 1, give: 1}", text, count=1)
    assert wrong != text
    codes = {finding.code for finding in check(load(wrong))}
    assert "TYPE_MISMATCH" in codes
    assert not any(code.startswith("CH-") for code in codes)
