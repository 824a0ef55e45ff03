"""Nothing in a pack stands there for show: leave any condition, value or part out, and one of its cases says so."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from rules.language.sheet.flow import written
from rules.language.text import Path as Place
from rules.language.text import read_text
from tests.rules.packs.command import PACKS
from tests.rules.packs.sides import cases_of, named, told

pytestmark = pytest.mark.thorough

CONDITIONS = ("where", "when", "within", "cap", "caps", "floor", "gap_months", "run", "combine", "multiply", "percent")
"""Keys that may be left out, and change what is counted."""

NOT_ASKED = ("basis", "parameters", "procedure", "lawful", "gives", "limits")
"""Parts that are told, or kept elsewhere; no case can ask for them. Of bands, each side is asked by test_thresholds."""

UNSEEN = {
    ("guangzhou-2016", "items.blood.cap"): "published, though five years at two points each do not pass it",
    ("guangzhou-2016", "items.volunteering.cap"): "published, though five years at two points each do not pass it",
    ("longgang-2016", "result.cap"): "published, though the first class and the whole bonus do not pass it",
}
"""What is published and can be seen by nobody."""

SUBTOTALS = {"chambers-2012"}
"""Packs whose groups are sums that an explanation names; they change no total."""


def parts(node: Any, path: Place = ()) -> Iterator[Place]:
    """Everything of a tree that may be left out and is asked about: conditions, and each entry of a list."""
    if isinstance(node, dict):
        for key, part in node.items():
            if key not in NOT_ASKED and key != "bands":
                if key in CONDITIONS:
                    yield (*path, key)
                yield from parts(part, (*path, key))
    elif isinstance(node, list):
        for number, part in enumerate(node):
            yield (*path, number)
            yield from parts(part, (*path, number))


def without(tree: Any, path: Place) -> str:
    """The text of a tree with one part left out."""
    tree = node = deepcopy(tree)
    for key in path[:-1]:
        node = node[key]
    del node[path[-1]]
    return written(tree)


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_whatever_is_left_out_of_a_pack_is_missed_by_a_case(path: Path) -> None:
    tree, cases = read_text(path.read_bytes()).tree, cases_of(path)
    assert told(path.read_text("utf-8"), cases, "") is told(written(tree), cases, "") is False
    asked = [place for place in parts(tree) if place[0] != "groups" or path.stem not in SUBTOTALS]
    missed = [named(tree, place) for place in asked if not told(without(tree, place), cases, named(tree, place))]
    assert [name for name in missed if (path.stem, name) not in UNSEEN] == []
