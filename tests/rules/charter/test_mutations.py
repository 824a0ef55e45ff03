"""A pack that keeps the charter, with any one thing taken away or any number relaxed: always caught, none by hand.

What may go without a trace is said by its key below; everything else that a pack says is needed, and every number that
the charter bounds is a bound.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kernel.errors import Finding
from rules import packs
from rules.catalogue.charter_register import charter
from rules.catalogue.register import Catalogue
from rules.engine.model import Pack
from rules.language.charter.check import check_charter
from rules.language.loader import load
from rules.language.sheet.flow import written
from rules.language.text import read_text
from tests.rules.charter.changing import HOME, as_if, breaches, changed, faults, tree_of
from tests.rules.charter.test_static import FIXTURES, MEMBERS

pytestmark = pytest.mark.thorough

OURS = Path(packs.__file__).parent
LIVE = [path for path in sorted(OURS.glob("*.yaml")) if not path.name.endswith(".cases.yaml")]
NEEDED = {
    "": ("status", "effective_from", "sunset_on", "purpose", "basis", "lawful", "title", "catalogue", "holder", "mode"),
    "lawful": ("domain", "impact_assessment", "consultation"),
    "publication": ("basis", "consent", "mask", "days"),
    "guarantee": ("title", "provider", "within_days"),
    "deduction": ("grade", "notice_days", "appeal_days", "lasts_days", "repair"),
    "repair": ("code", "title", "restores_percent"),
    "title": ("zh", "en"),
    "otherwise": ("zh", "en"),
    "provider": ("zh", "en"),
}
"""What the charter, or the language, asks for, by the node in which it stands. The end of a node's path tells it."""
WITH_DEDUCTION = ("basis", "evidence", "deduction", "floor", "title")


def good() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every compliant live pack: the fixtures' and those that come with the program."""
    yield from ((path.stem, tree_of(path.stem)) for path in sorted((HOME / "packs").glob("*.yaml")))
    yield from ((path.stem, read_text(path.read_bytes()).tree) for path in LIVE)


def _nodes(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every mapping below a node, with its path."""
    if isinstance(node, dict):
        yield path, node
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, part in parts:
        yield from _nodes(part, (*path, str(key)))


def _needed(path: tuple[str, ...], node: dict[str, Any]) -> Iterator[str]:
    name = next((part for part in reversed(path) if not part.isdigit()), "")
    wanted = WITH_DEDUCTION if "deduction" in node else NEEDED.get(name, ())
    yield from (key for key in wanted if key in node and not (key == "floor" and "floor" in node["price"]))


DELETIONS = [
    pytest.param(name, tree, ".".join((*path, key)), id=f"{name}: without {'.'.join((*path, key))}")
    for name, tree in good()
    for path, node in _nodes(tree)
    for key in _needed(path, node)
]


@cache
def first_faults(name: str) -> list[Finding]:
    """What is wrong with a pack that nobody changed: nothing."""
    return faults(dict(good())[name], known_of(name))


@pytest.mark.parametrize(("name", "tree", "path"), DELETIONS)
def test_what_a_pack_must_say_cannot_be_left_out(name: str, tree: dict[str, Any], path: str) -> None:
    assert first_faults(name) == []
    assert faults(changed(tree, {}, [path]), known_of(name)) != []


NUMBERS = {
    "notice_days": "notice_working_days",
    "appeal_days": "appeal_days",
    "lasts_days": "{grade}_days",
    "restores_percent": "{grade}_restored",
}
"""The numbers of a pack that a number of the charter bounds one to one."""

RELAXED = [
    pytest.param(name, tree, ".".join((*path, key)), bound.replace("{grade}", str(_grade)), id=f"{name}: {path} {key}")
    for name, tree in good()
    for path, node in _nodes(tree)
    for key, bound in NUMBERS.items()
    if key in node
    for _grade in [
        next((one["deduction"]["grade"] for p, one in _nodes(tree) if path[: len(p)] == p and "deduction" in one), "")
    ]
]


@pytest.mark.parametrize(("name", "tree", "path", "number"), RELAXED)
def test_no_number_of_a_pack_may_pass_the_charters(name: str, tree: dict[str, Any], path: str, number: str) -> None:
    bound = charter().numbers[number]
    step = -1 if bound.way == "at_least" else 1
    at, beyond = (changed(tree, {path: value}, []) for value in (bound.value, bound.value + step))
    assert breaches(at, known_of(name)) == []
    assert breaches(beyond, known_of(name)) != []


def test_there_is_much_to_take_away_and_to_relax() -> None:
    assert len(DELETIONS) > 150
    assert len(RELAXED) >= 12


ELSEWHERE = {"youngest", "public_days", "even_percent"}
"""Numbers that no pack can say anything about: they are kept when rules run, and tested there."""


@cache
def broken() -> list[tuple[str, Pack, Catalogue, list[Finding]]]:
    """Every fixture that breaks a rule and can be read: the rule, the pack, and what is found."""
    found = []
    for fixture in FIXTURES:
        tree = changed(tree_of(fixture["pack"]), fixture.get("set", {}), fixture.get("drop", []))
        known = as_if(fixture.get("as_if", {}))
        if not fixture.get("keeps"):
            pack = load(written(tree))
            found.append((fixture["rule"], pack, known, check_charter(pack, known)))
    return found


@pytest.mark.parametrize("name", sorted(set(charter().numbers) - ELSEWHERE))
def test_every_number_of_the_charter_decides_something(name: str) -> None:
    """With the number out of the way, what broke its rule keeps it: so no number stands there for show."""
    asked = charter()
    bound = asked.numbers[name]
    away = replace(bound, value=0 if bound.way == "at_least" else bound.value * 10 + 10)
    kinder = replace(asked, numbers={**asked.numbers, name: away})
    told = [
        len(check_charter(pack, known, kinder)) < len(said)
        for rule, pack, known, said in broken()
        if rule == bound.rule
    ]
    assert any(told)


@pytest.mark.parametrize("name", sorted(charter().lists))
def test_every_list_of_the_charter_decides_something(name: str) -> None:
    """With the list empty, something that broke a rule is told otherwise."""
    asked = charter()
    empty = replace(asked, lists={**asked.lists, name: replace(asked.lists[name], values=frozenset())})
    assert any(check_charter(pack, known, empty) != said for _, pack, known, said in broken())


def known_of(name: str) -> Catalogue:
    """The catalogue under which a pack of the fixtures is compliant."""
    return as_if(MEMBERS if name == "members" else {})
