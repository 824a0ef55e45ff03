"""The 37 shapes of real decrees, word by word: shown with what each means and how it can be wrong, or told as later."""

import re
from pathlib import Path
from typing import Any

import pytest

from rules.language.text import read_text

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = (ROOT / "docs" / "rule-language.md").read_text("utf-8")
SHAPES = range(1, 38)


def read(file: Path) -> Any:
    """A file of cases or of shapes."""
    found = read_text(file.read_bytes())
    assert not found.findings, (file.name, found.findings)
    return found.tree


INDEX: dict[int, dict[str, dict[str, Any]]] = {
    entry["shape"]: entry["parts"] for entry in read(HERE / "shapes.yaml")["shapes"]
}
NAMED = [
    (f"{file.stem}: {case['name']}", case)
    for file in sorted(HERE.glob("*.yaml"))
    if file.stem != "shapes"
    for case in read(file)["cases"]
]
CASES = dict(NAMED)
ROWS = {int(row[0]): row[1:] for row in re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)}
PARTS = [(shape, name, part) for shape, parts in INDEX.items() for name, part in parts.items()]


def refuses(case: dict[str, Any]) -> bool:
    """A case that ends in a finding, or in somebody or something that does not get what was asked for."""
    expect = case.get("expect", {})
    refused = expect.get("eligible") is False or expect.get("admitted") is False or expect.get("items") == {}
    return bool(case.get("findings") or refused or expect.get("reasons") or expect.get("why_not"))


def test_every_case_has_a_name_of_its_own() -> None:
    assert len(CASES) == len(NAMED)


def test_each_of_the_shapes_is_there_and_has_its_row_on_the_page() -> None:
    assert list(INDEX) == list(ROWS) == list(SHAPES)


@pytest.mark.parametrize(("shape", "name", "part"), PARTS, ids=[f"{shape} {name}" for shape, name, _ in PARTS])
def test_each_thing_of_a_shape_is_shown_both_ways_or_told_where_it_is(
    shape: int, name: str, part: dict[str, Any]
) -> None:
    if "later" in part:
        assert list(part) == ["later"]
        assert part["later"] in ROWS[shape][2], f"the page does not say that {name} comes with {part['later']}"
        return
    if "elsewhere" in part:
        file, _, test = part["elsewhere"].partition("::")
        assert f"def {test}(" in (ROOT / file).read_text("utf-8")
        return
    assert sorted(part) == ["means", "wrong"]
    assert part["means"]
    assert part["wrong"]
    meaning, wrong = ([CASES[one] for one in part[side]] for side in ("means", "wrong"))
    assert [case["name"] for case in meaning if "findings" in case or "expect" not in case] == []
    assert [case["name"] for case in wrong if not refuses(case)] == []


def test_what_the_page_puts_off_is_put_off_in_the_index_too() -> None:
    later = {shape for shape, _, part in PARTS if "later" in part}
    assert {shape for shape, row in ROWS.items() if row[2] != "-"} == later


def test_every_node_that_a_row_names_stands_in_a_case() -> None:
    written = " ".join(file.read_text("utf-8") for file in HERE.glob("*.yaml") if file.stem != "shapes")
    nodes = [(shape, node) for shape, row in ROWS.items() for node in re.findall(r"`(\w+)`", row[1])]
    assert len(nodes) > len(ROWS)
    assert [(shape, node) for shape, node in nodes if not re.search(rf"\b{node}:", written)] == []
