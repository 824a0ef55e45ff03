"""The rule language as data: each node with what it means and what is refused, read from the files beside this one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rules.language.case_shapes import CaseShape
from rules.language.cases import run_case
from rules.language.checker import check
from rules.language.loader import PackInvalid
from rules.language.text import read_text
from tests.conformance.skeleton import pack_of

FILES = sorted(Path(__file__).parent.glob("*.yaml"))


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
    try:
        pack = pack_of(item, more)
        findings = check(pack)
    except PackInvalid as invalid:
        findings = invalid.findings
    assert [finding.code for finding in findings] == wanted, [str(finding) for finding in findings]
    if "expect" in case:
        assert not run_case(pack, CaseShape.model_validate(case), "case")


def test_every_node_of_the_language_has_its_cases() -> None:
    written = " ".join(file.read_text("utf-8") for file in FILES)
    nodes = (
        "every bands choice add highest give take cap each minutes_within data fact count sum within where all any none"
    )
    nodes += " evidence is in at_least at_most above below multiply cooldown caps expires parameter beyond part reading"
    assert [node for node in nodes.split() if f"{node}:" not in written] == []
