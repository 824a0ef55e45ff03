"""The rule language as data: each node with what it means and what is refused, read from the files beside this one."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from rules.catalogue.register import catalogue
from rules.engine.model import Pack
from rules.language.case_shapes import CaseShape
from rules.language.cases import run_case
from rules.language.checker import check
from rules.language.facts import read_holder
from rules.language.gazette import paragraphs
from rules.language.loader import PackInvalid, load
from rules.language.score_many import Engine, score_many
from rules.language.text import read_text
from tests.conformance.skeleton import HEAD, pack_of

FILES = [file for file in sorted(Path(__file__).parent.glob("*.yaml")) if file.stem != "shapes"]


def _cases() -> Iterator[Any]:
    for file in FILES:
        read = read_text(file.read_bytes())
        assert not read.findings, (file.name, read.findings)
        for case in read.tree["cases"]:
            yield pytest.param(case, id=f"{file.stem}: {case['name']}")


@pytest.mark.parametrize("case", list(_cases()))
def test_the_language_means(case: dict[str, Any]) -> None:
    case = dict(case)
    item, more, wanted = case.pop("item"), case.pop("pack", ""), case.pop("findings", [])
    others, says = case.pop("items", ""), case.pop("says", [])
    try:
        pack = pack_of(item, more, others)
        findings = check(pack)
    except PackInvalid as invalid:
        findings = invalid.findings
    assert [finding.code for finding in findings] == wanted, [str(finding) for finding in findings]
    if says:
        told = "\n".join(paragraph.text for paragraph in paragraphs(pack, "en"))
        assert [words for words in says if words not in told] == [], told
    if "expect" in case:
        shape = CaseShape.model_validate(case)
        assert not run_case(pack, shape, "case")
        if shape.as_of is not None:
            both_engines_agree(pack, shape)


def both_engines_agree(pack: Pack, case: CaseShape) -> None:
    """All at once gives what one after the other does, to everybody whom a case names."""
    known = catalogue(pack.catalogue)
    named = [(case.facts, case.events), *((other.facts, other.events) for other in case.others)]
    rows = [{"holder": str(number), **(facts or {}), "events": events} for number, (facts, events) in enumerate(named)]
    holders = [read_holder(row, "case", known)[0] for row in rows]
    ask = partial(score_many, pack, holders, case.as_of, use=case.use, decided=case.decided)
    single, columns = ([replace(one, traces=()) for one in ask(engine=engine)] for engine in Engine)
    assert single == columns


PAIR = """\
levels:
  stars:
    of: service-hours
    steps: [{code: none, at_least: 0, title: {zh: 无, en: None}}, {code: one, at_least: 9, title: {zh: 一, en: One}}]
limits:
  city: {title: {zh: 全市, en: City}, per: year, most: 100}
items:
  - {code: a, title: {zh: 甲, en: A}, on: service, into: volunteer-points, quantity: {each: event},
     price: {give: 2}, ONE}
  - {code: b, title: {zh: 乙, en: B}, on: service, quantity: {each: event}, into: KIND, price: {give: 3}, OTHER}
"""


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("expires: {months: 12}", "expires: {months: 12}", []),
        ("expires: {months: 12}", "expires: {months: 24}", ["EXPIRY_DIFFERS"]),
        ("expires: {months: 12}", "basis: []", ["EXPIRY_DIFFERS"]),
        ("expires: {never: true}", "basis: []", []),
        (
            "expires: {months: 12, by_level: {scale: stars, steps: {one: {months: 24}}}}",
            "expires: {months: 12}",
            ["EXPIRY_DIFFERS"],
        ),
        ("expires: {inactive_months: 12}", "expires: {never: true}", ["INACTIVITY_MIXED", "EXPIRY_DIFFERS"]),
        ("matures: {days: 14}", "matures: {days: 14}", []),
        ("matures: {days: 14}", "basis: []", ["MATURES_DIFFERS"]),
        ("matures: {days: 14}", "matures: {on: confirmation, within_days: 14}", ["MATURES_DIFFERS"]),
    ],
)
def test_what_one_event_pays_into_one_point_kind_lasts_and_counts_alike(
    one: str, other: str, wanted: list[str]
) -> None:
    limits = PAIR.replace("  - {code: a", "  - {limits: [city], code: a", 1)
    text = HEAD.format(mode="accrual") + limits.replace("ONE", one).replace("OTHER", other)
    assert [finding.code for finding in check(load(text.replace("KIND", "volunteer-points")))] == wanted
    apart = check(load(text.replace("KIND", "household-points")))
    assert apart == []


def test_items_of_two_point_kinds_share_no_limit() -> None:
    text = HEAD.format(mode="accrual") + PAIR.replace("ONE", "limits: [city]").replace("OTHER", "limits: [city]")
    assert check(load(text.replace("KIND", "volunteer-points"))) == []
    (finding,) = check(load(text.replace("KIND", "household-points")))
    assert (finding.code, finding.path) == ("LIMIT_MIXES_KINDS", "limits.city")


def test_every_node_of_the_language_has_its_cases() -> None:
    written = " ".join(file.read_text("utf-8") for file in FILES)
    nodes = (
        "every bands choice add highest give take cap each minutes_within data fact count sum within where all any none"
    )
    nodes += " evidence is in at_least at_most above below multiply cooldown caps expires parameter beyond part reading"
    nodes += (
        " months on end_of after inactive_months never by_level scale steps matures days within_days limits per by most"
    )
    nodes += (
        " number since balance members count per each fades greatest least values lasting streak gap_months run"
        " total_of greatest_of least_of first_of agreed difference product ratio scale distinct whose kind"
        " calendar_years calendar_months this ending some if then otherwise quantity points"
        " short_of floor percent share plus chosen combine rounding groups result results threshold decided order"
        " choosing vetoes bars procedure deduction repair gives shares moves tenure_months beside held"
    )
    assert [node for node in nodes.split() if f"{node}:" not in written] == []
