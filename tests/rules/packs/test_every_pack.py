"""What every pack of the folder owes: words in both languages, a legal basis on every item, its fate when published.

Taken from the folder itself, so that a new pack cannot be forgotten.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from rules.catalogue.register import catalogue
from rules.governance.publish import PackUnfit, publish
from rules.governance.registry import load_registry
from rules.language.cases import run_cases
from rules.language.checker import check
from rules.language.loader import load
from rules.language.text import read_text
from tests.hall import Hall
from tests.rules.packs.command import HOME, PACKS, breaches

RECORDS = [path for path in PACKS if path.parent.name == "records"]
LIVE = [path for path in PACKS if path.parent == HOME]
EXAMPLES = [path for path in PACKS if path.parent.name == "examples"]
HAN = re.compile(r"[\u4e00-\u9fff]")
TITLED = ("items", "vetoes", "bars", "procedure", "steps", "gives", "multiply", "repair")
"""Lists whose every entry is named to people; of what is required, `otherwise` is."""


def stem(path: Path) -> str:
    return path.stem


def named(node: Any) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Every part of a pack that people read the name of, with its words."""
    for key, part in node.items():
        entries = part if isinstance(part, list) else []
        if key in ("parameters", "limits", "groups", "results"):
            entries = [{"code": code, **entry} for code, entry in part.items()] if isinstance(part, dict) else []
        for entry in entries:
            if key in (*TITLED, "parameters", "limits", "groups", "results"):
                yield f"{key}.{entry['code']}", entry.get("title")
            if key == "requires":
                yield f"{key}.{entry['code']}", entry.get("otherwise")
        for entry in entries if isinstance(part, list) else part.values() if isinstance(part, dict) else ():
            if isinstance(entry, dict):
                yield from named(entry)
        if isinstance(part, dict):
            yield from named(part)


@pytest.mark.parametrize("path", PACKS, ids=stem)
def test_every_part_has_a_name_in_chinese_and_in_english(path: Path) -> None:
    tree = read_text(path.read_bytes()).tree
    words = [("pack", tree["title"]), *named(tree)]
    assert [name for name, said in words if not said or not HAN.search(said["zh"]) or HAN.search(said["en"])] == []
    assert len(words) > len(tree["items"])


@pytest.mark.parametrize("path", PACKS, ids=stem)
def test_every_item_names_the_legal_basis_that_it_rests_on(path: Path) -> None:
    pack = load(path.read_bytes())
    assert [item.code for item in pack.items if not item.basis] == []
    assert {basis for item in pack.items for basis in item.basis} <= set(pack.basis)
    assert all(HAN.search(catalogue(pack.catalogue).bases[basis].document) for basis in pack.basis)


def test_the_folder_is_what_its_packs_say_of_themselves() -> None:
    said = {path.stem: load(path.read_bytes()).status for path in PACKS}
    assert {name for name, status in said.items() if status == "live"} == {path.stem for path in LIVE}
    assert {name for name, status in said.items() if status == "record"} == {path.stem for path in RECORDS}
    assert {name for name, status in said.items() if status == "example"} == {path.stem for path in EXAMPLES}
    assert (len(LIVE) >= 6, len(RECORDS) >= 28) == (True, True)


@pytest.mark.parametrize("path", RECORDS, ids=stem)
async def test_a_record_is_refused_publication_with_the_codes_that_stop_it(hall: Hall, path: Path) -> None:
    source = path.read_text("utf-8")
    pack = load(source)
    async with hall.transaction() as session:
        with pytest.raises(PackUnfit) as refused:
            await publish(session, text=source, approval_id=None, now=hall.now, effective_from=pack.effective_from)
    codes = {finding.code for finding in refused.value.findings}
    assert codes == breaches(str(path))  # the very codes that `rules check` tells
    assert {"CH-24", "CH-25"} <= codes
    async with hall.transaction() as session:
        assert (await load_registry(session)).programmes() == []
        assert await session.scalar(text("select count(*) from rule_packs")) == 0


@pytest.mark.parametrize("path", LIVE, ids=stem)
async def test_a_live_pack_has_no_finding_at_all_and_is_published(hall: Hall, path: Path) -> None:
    source = path.read_text("utf-8")
    pack = load(source)
    results, findings = run_cases(pack, path.with_name(f"{path.stem}.cases.yaml").read_bytes())
    assert [str(finding) for finding in (*check(pack), *findings)] == []
    assert [result.name for result in results if not result.passed] == []
    async with hall.transaction() as session:
        await publish(session, text=source, approval_id=None, now=hall.now, effective_from=pack.effective_from)
    async with hall.transaction() as session:
        assert (await load_registry(session)).programmes() == [pack.programme]
