"""Until when points last, when they count and what is shared: promised, explained and tried on the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from rules import packs
from rules.catalogue.register import catalogue
from rules.engine.evaluate import evaluate
from rules.engine.explain import explain, one_line
from rules.engine.model import EventView
from rules.language.facts import read_event
from rules.language.loader import load
from tests.conformance.skeleton import HEAD, pack_of

VOLUNTEERING = (Path(packs.__file__).parent / "volunteering.yaml").read_text("utf-8")
ITEM = "title: {zh: 项, en: Item}, on: service, quantity: {each: event}, price: {give: 2}"
EXPIRIES = """
  - {code: rolling, ITEM, into: volunteer-points, expires: {months: 1}, when: {evidence: [imported]}}
  - {code: fixed, ITEM, into: volunteer-points, expires: {on: 2028-06-30}, when: {evidence: [declared]}}
  - {code: period, ITEM, into: volunteer-points, expires: {end_of: quarter, after: 0}, when: {evidence: [scanned_once]}}
  - {code: idle, ITEM, into: household-points, expires: {inactive_months: 12}}
"""
CASES = """
cases:
  - name: The last of January, a month later, in a leap year
    event: {kind: service, occurred_at: 2028-01-31T14:00, evidence: imported, data: {minutes: 60}}
    expect: {items: {rolling: 2, idle: 2}, expires: {volunteer-points: 2028-02-29}}
  - name: The last of January, a month later
    event: {kind: service, occurred_at: 2027-01-31T14:00, evidence: imported, data: {minutes: 60}}
    expect: {expires: {volunteer-points: 2027-02-28}}
  - name: On its day, and not a day longer
    event: {kind: service, occurred_at: 2028-02-29T14:00, evidence: declared, data: {minutes: 60}}
    expect: {items: {fixed: 2, idle: 2}, expires: {volunteer-points: 2028-06-30}}
  - name: The last quarter ends with the year
    event: {kind: service, occurred_at: 2027-12-31T23:59, evidence: scanned_once, data: {minutes: 60}}
    expect: {items: {period: 2, idle: 2}, expires: {volunteer-points: 2027-12-31}}
  - name: A year without anything, from a leap day
    event: {kind: service, occurred_at: 2028-02-29T23:59, evidence: organiser_log, data: {minutes: 60}}
    expect: {items: {idle: 2}, expires: {}, inactive: {household-points: 2029-02-28}}
"""


def run(*arguments: str) -> Result:
    """One call in this process, in English."""
    return CliRunner().invoke(app, ["rules", *arguments, "--lang", "en"])


@pytest.mark.feature("R10")
def test_points_end_after_months_on_a_day_with_a_quarter_or_by_inactivity(tmp_path: Path) -> None:
    source = tmp_path / "p.yaml"
    source.write_text(HEAD.format(mode="accrual") + "items:" + EXPIRIES.replace("ITEM", ITEM), "utf-8")
    (tmp_path / "p.cases.yaml").write_text(CASES, "utf-8")
    assert run("check", str(source)).stdout == "No findings: 4 items.\n"
    assert run("cases", str(source)).stdout == "5 cases, 0 failed.\n"
    (tmp_path / "p.cases.yaml").write_text(CASES.replace("points: 2028-02-29", "points: 2028-03-02"), "utf-8")
    failed = run("cases", str(source))
    assert failed.exit_code == 3
    assert "Expected {volunteer-points: 2028-03-02}, got {volunteer-points: 2028-02-29}." in failed.stdout
    promised = run("promise", str(source)).stdout.splitlines()
    assert promised == [
        "Item: 2 points each time · needed: the evidence is: from an imported workbook · valid for 1 month",
        "Item: 2 points each time · needed: the evidence is: declared by the person · valid until 2028-06-30",
        "Item: 2 points each time · needed: the evidence is: scanned once · valid until the end of that quarter",
        "Item: 2 points each time · they lapse when nothing is earned for 12 months",
    ]


@pytest.mark.feature("R11")
def test_a_level_lengthens_points_and_says_so_before_they_are_earned(tmp_path: Path) -> None:
    usual = run("promise", "volunteering", "--standing", "service-hours=35999").stdout.splitlines()
    longer = run("promise", "volunteering", "--standing", "service-hours=36000", "--json").stdout.splitlines()
    assert usual[0].endswith("· valid for 36 months")
    told = {line["item"]: line["text"] for line in map(json.loads, longer)}
    assert told["service"] == (
        "Volunteer service: 10 points an hour · Night extra: 20 % more · at most 80 a day"
        " · Budget of the year: at most 2,000,000 a year for all together"
        " · The organiser's points of the month: at most 20,000 a month for each organiser"
        " · valid for 48 months, because of Three stars (otherwise: valid for 36 months)"
    )
    assert told["hours"] == "Hours of service: counted as it was · valid for ever"
    assert "they count 14 days later · valid for 48 months" in told["referral"]
    chinese = CliRunner().invoke(app, ["rules", "promise", "volunteering", "--standing", "service-hours=90000"]).stdout
    assert "有效期 60 个月,因已达到“五星志愿者”(未达到的:有效期 36 个月)" in chinese

    source = tmp_path / "v.yaml"
    source.write_text(VOLUNTEERING.replace("    matures: {days: 14}\n", "    expires: {months: 6}\n"), "utf-8")
    own = run("promise", str(source), "--standing", "service-hours=90000").stdout.splitlines()
    assert own[2].endswith("· valid for 6 months")


def test_an_assessment_is_promised_too() -> None:
    lines = run("promise", "household-registration-2016").stdout.splitlines()
    assert "Education: points by the table of these rules" in lines
    assert "Volunteering: 2 points every 50 h · at most 10 points" in lines
    assert "Blood donation: 2 points each time · at most 10 points" in lines


def test_what_somebody_has_already_is_read_strictly() -> None:
    for standing in ("service-hour=1", "service-hours", "service-hours=-1", "service-hours=x"):
        assert run("promise", "volunteering", "--standing", standing).exit_code == 2


def event_of(**data: object) -> EventView:
    """An hour of service on an afternoon, as a file would say it."""
    row = {"kind": "service", "occurred_at": "2026-11-22T14:00", "data": {"minutes": 60, **data}}
    event = read_event(row, "event", catalogue(), findings := [])
    assert event is not None
    assert findings == []
    return event


@pytest.mark.feature("R11")
def test_a_history_that_reaches_a_level_is_explained_with_it(tmp_path: Path) -> None:
    text = VOLUNTEERING.replace("at_least: 36000", "at_least: 120")
    days = ("2026-11-20T08:00", "2026-11-21T08:00", "2026-11-22T08:00")
    rows = [{"kind": "service", "occurred_at": day, "data": {"minutes": 60}} for day in days]
    (tmp_path / "v.yaml").write_text(text, "utf-8")
    (tmp_path / "f.json").write_text(json.dumps([{"holder": "V", "events": rows}]), "utf-8")
    told = run("explain", str(tmp_path / "v.yaml"), "--facts", str(tmp_path / "f.json"), "--holder", "V").stdout
    assert told.count("Volunteer points: valid for 36 months.") == 2
    assert told.count("Volunteer points: valid for 48 months, because of Three stars") == 1


def test_what_a_budget_left_is_said_and_what_it_had_not_too() -> None:
    pack = load(VOLUNTEERING)
    event = event_of(organisation_id="0192f0c1-2b3a-7c4d-8e5f-000000000001")
    year, month = (ask.limit_id for ask in evaluate(pack, event, ()).asks)
    some = evaluate(pack, event, (), room={year: 8, month: 10}).trace
    (line, _, terms, _) = explain(pack, some, "en")
    assert line.text.endswith("0 used · Budget of the year: of 10, only 8 were left → +8")
    assert terms.text == "Volunteer points: valid for 36 months."
    none = evaluate(pack, event, (), room={year: 8, month: 0}).trace
    assert one_line(pack, none, "en") == "No points: The organiser's points of the month: it is used up."
    assert one_line(pack, none, "zh") == "没有得分:“组织方每月积分额度”已用完。"


def test_who_must_confirm_by_when_is_said() -> None:
    item = "quantity: {each: event}\nprice: {give: 2}\nmatures: {on: confirmation, within_days: 7}\n"
    pack = pack_of(item + "expires: {end_of: year, after: 1}\n")
    trace = evaluate(pack, event_of(), ()).trace
    assert explain(pack, trace, "en")[1].text == (
        "Volunteer points: they count once the organiser confirms within 7 days, and lapse otherwise;"
        " valid until the end of the year after."
    )
    assert explain(pack, trace, "zh")[1].text == (
        "志愿积分:须由组织方在 7 天内确认后生效,逾期未确认即作废;有效期至次年年底。"
    )
