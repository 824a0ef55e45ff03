"""What the charter says of a pack as it is written: each rule with packs that break it and packs that just keep it."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rules.catalogue.charter_register import charter
from rules.catalogue.data_file import read_data
from tests.rules.charter.changing import HOME, as_if, breaches, changed, tree_of

STATIC = [f"CH-{n:02}" for n in (*range(1, 15), 16, 17, *range(21, 28))]
FIXTURES: list[dict[str, Any]] = [
    fixture for file in sorted((HOME / "fixtures").glob("*.yaml")) for fixture in read_data(file)["fixtures"]
]


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda one: f"{one['rule']} {one['name']}")
def test_the_charter_says(fixture: dict[str, Any]) -> None:
    tree = changed(tree_of(fixture["pack"]), fixture.get("set", {}), fixture.get("drop", []))
    found = breaches(tree, as_if(fixture.get("as_if", {})))
    wanted = set() if fixture.get("keeps") else {fixture["rule"], *fixture.get("also", ())}
    assert {finding.code for finding in found} == wanted, [str(finding) for finding in found]
    assert all(finding.blocking for finding in found)


def test_each_rule_is_broken_three_times_and_kept_once_at_least() -> None:
    broken = Counter(one["rule"] for one in FIXTURES if not one.get("keeps"))
    kept = Counter(one["rule"] for one in FIXTURES if one.get("keeps"))
    assert {rule: (broken[rule], kept[rule]) for rule in STATIC if broken[rule] < 3 or kept[rule] < 1} == {}
    assert {one["rule"] for one in FIXTURES} == set(STATIC) <= set(charter().rules)


@pytest.mark.parametrize("path", sorted((HOME / "packs").glob("*.yaml")), ids=lambda path: path.stem)
def test_each_pack_of_the_fixtures_keeps_the_whole_charter(path: Path) -> None:
    assert [str(one) for one in breaches(tree_of(path.stem), as_if(MEMBERS if path.stem == "members" else {}))] == []


MEMBERS = {"facts": {"own_score": {"topic": "political_status", "purpose": "internal-management"}}}
