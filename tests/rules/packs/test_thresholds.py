"""Each side of every threshold: move any number of a pack by its least step, either way, and one of its cases says so.

So for every edge of a band, unit, cap, line, window and level some case stands on it and another just beyond. What
cannot be seen in a case is said below, each with its reason.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rules.language.text import Path as Place
from rules.language.text import read_text
from tests.rules.packs.command import PACKS
from tests.rules.packs.sides import cases_of, named, told

pytestmark = pytest.mark.thorough

Number = int | Decimal | date
NOT_SCORED = {
    "effective_from": "when rules are in force is asked of the registry",
    "sunset_on": "when rules are in force is asked of the registry",
    "procedure": "clocks of an office; no score reads them",
    "lawful": "said for the charter's sake",
    "decimals": "how points are written",
    "limits": "a case says what a shared limit has left, not what it began with",
    "yearly_budget": "a case says what a shared limit has left, not what it began with",
    "gives": "what a level opens is told, not scored",
    "valid_months": "how long a result holds is told, not scored",
    "min": "how far officials may move a parameter",
    "max": "how far officials may move a parameter",
}
"""By the key that the number stands below; but a level's own `valid_months` is asked of a level that is held."""

UNSEEN = {
    ("chambers-2012", "requires.scored-by-both.when.all.0.at_least"): "no score is below none: it asks for any",
    ("chambers-2012", "requires.scored-by-both.when.all.1.at_least"): "no score is below none: it asks for any",
    ("party-applicants-2014", "items.vote.quantity.scale"): "a fraction in millionths of one",
    ("party-applicants-2014", "items.vote.price.every"): "a fraction in millionths of one",
    ("party-applicants-college", "requires.theory-enough.when.at_least"): "hours come in twos: nobody has 49",
    ("party-applicants-college", "requires.volunteering-enough.when.at_least"): "hours come in twos: nobody has 49",
    ("party-applicants-college", "result.threshold"): "hours come in twos: nobody has 99",
    ("guangzhou-2016", "result.threshold"): "all points come in twos: nobody has 59",
    ("huizhou-2012", "items.blood.price.give"): "two points are the price, and the most of a year",
    ("guangzhou-2016", "items.blood.price.give"): "two points are the price, and the most of a year",
    ("guangzhou-2016", "items.volunteering.price.give"): "two points are the price, and the most of a year",
    ("guangzhou-2016", "items.blood.cap"): "published, though five years at two points each do not pass it",
    ("guangzhou-2016", "items.volunteering.cap"): "published, though five years at two points each do not pass it",
    ("longgang-2016", "result.cap"): "published, though the first class and the whole bonus do not pass it",
    ("household-registration-2026", "parameters.line.value"): "all points come in twos: nobody has 99",
}
"""Numbers of which one side is out of everybody's reach."""


def numbers(node: Any, path: Place = ()) -> Iterator[tuple[Place, Number]]:
    """Every number of a tree, and every day, with its path."""
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, part in parts:
        yield from numbers(part, (*path, key))
    if isinstance(node, int | Decimal | date) and not isinstance(node, bool):
        yield path, node


def asked(name: str, tree: Any, path: Place) -> bool:
    """Whether a case can tell this number from its neighbours."""
    exempt = {str(key) for key in path} & set(NOT_SCORED)
    if exempt and not (exempt == {"valid_months"} and "moves" in path):
        return False
    if path[-2:] == ("quantity", "number"):
        return False  # a base: its price gives the same for any number of it
    if path[-1] == "at_least" and path[0] == "levels" and path[-2] == 0:
        return False  # the first level begins at nothing
    if path[-1] == "years" and path[-2] == "within" and name == "panyu-2016":
        return False  # forty years stand there for their last day, and are longer than anybody's
    return not _rate_of_none(tree, path)


def _meets(tree: Any, path: Place) -> bool:
    """The beginning of a band that meets the end of the one before: it is that end which decides."""
    if len(path) < 3 or path[-3] != "bands" or path[-1] not in ("from", "above") or path[-2] == 0:
        return False
    for key in path[:-2]:
        tree = tree[key]
    return bool({"to", "below"} & set(tree[int(path[-2]) - 1]))


def _rate_of_none(tree: Any, path: Place) -> bool:
    """The first unit of a rate: nothing, at any rate, is nothing, so from 1 is from 0."""
    if path[-3:] != ("bands", 0, "from"):
        return False
    for key in path[:-3]:
        tree = tree[key]
    return tree["reading"] != "step" and tree["bands"][0]["from"] == 1


def moved(number: Number) -> tuple[Number, Number]:
    """The number a least step lower, and one higher."""
    if isinstance(number, date):
        return number - timedelta(days=1), number + timedelta(days=1)
    step = Decimal(1).scaleb(int(number.as_tuple().exponent)) if isinstance(number, Decimal) else 1
    return number - step, number + step


def untold(path: Path) -> list[str]:
    """The numbers of a pack that could be others without any case saying so."""
    source, cases, found = path.read_text("utf-8"), cases_of(path), []
    read = read_text(source)
    for place, number in numbers(read.tree):
        name = named(read.tree, place)
        if asked(path.stem, read.tree, place) and (path.stem, name) not in UNSEEN:
            start, end = read.spans[place]
            lower, higher = moved(number)
            for other in (higher,) if _meets(read.tree, place) else (lower, higher):
                if not told(f"{source[:start]}{other}{source[end:]}", cases, name):
                    found.append(f"{name}: {number} or {other}")
    return found


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_some_case_stands_on_each_side_of_every_number(path: Path) -> None:
    assert untold(path) == []


def test_a_case_that_is_taken_away_leaves_a_threshold_untold(tmp_path: Path) -> None:
    path = next(path for path in PACKS if path.stem == "wage-arrears-2019")
    cases = path.with_name(f"{path.stem}.cases.yaml").read_text("utf-8").splitlines(keepends=True)
    (tmp_path / path.name).write_bytes(path.read_bytes())
    short = "".join(line for line in cases if "arrears_days: 31" not in line)
    (tmp_path / f"{path.stem}.cases.yaml").write_text(short, "utf-8")
    assert untold(tmp_path / path.name) == [
        "items.arrears.price.bands.0.to: 30 or 31",
        "items.arrears.price.bands.1.above: 30 or 31",
    ]


def test_nothing_is_exempt_that_is_not_there() -> None:
    places = {
        (path.stem, named(tree, place))
        for path in PACKS
        for tree in [read_text(path.read_bytes()).tree]
        for place, _ in numbers(tree)
    }
    assert set(UNSEEN) <= places
