"""Packs that nobody would write, and values that nobody should send: each is answered, quickly, with memory flat.

A drawn pack is a good one with parts of good ones put where they do not belong. Whatever can be read is checked, scored
and explained; whatever can not is refused with findings.
"""

import gc
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import pytest

from rules import packs
from rules.catalogue.register import catalogue
from rules.engine.explain import explain
from rules.engine.model import Pack
from rules.language.checker import check
from rules.language.facts import read_holder
from rules.language.loader import PackInvalid, load
from rules.language.score import score
from rules.language.text import read_text

pytestmark = pytest.mark.thorough

HOME = Path(packs.__file__).parent
TREES = [read_text(path.read_bytes()).tree for path in sorted(HOME.rglob("*.yaml")) if ".cases." not in path.name]
DAY = date(2026, 11, 22)
SCALARS: tuple[Any, ...] = (
    0, 1, -1, 2, 60, 10**12, 10**13, Decimal("0.5"), Decimal("0.000000000001"), "", "service", "education", "bachelor",
    "是", "=1+1", True, False, DAY, [], {}, [[]], "x" * 300, "\x00", "999999999999999999999",
)  # fmt: skip
SLOWEST = 0.1  # seconds of work for one of them


def test_no_mixture_of_good_packs_makes_anything_fall_over(gates: bool) -> None:
    """Whatever is put together: findings, or a score with its sentences. At full size also quick, and memory flat."""
    chance = Random(11)
    parts = [part for tree in TREES for part in _below(tree)]
    read, slowest, begun = 0, 0.0, 0
    for number in range(300_000 if gates else 300):
        text = flow(_mixed(chance, parts))
        began = process_time()
        pack = _answered(text)
        slowest = max(slowest, process_time() - began)
        if pack is not None:
            read += 1
            _scored(chance, pack)
        if number == 150:
            begun = _kept()
    assert read >= 5
    assert _kept() - begun < 100_000
    if gates:
        assert slowest < SLOWEST


def _kept() -> int:
    """How many objects live on."""
    gc.collect()
    return len(gc.get_objects())


def test_no_value_makes_the_reader_of_facts_fall_over(gates: bool) -> None:
    chance = Random(12)
    known = catalogue()
    names = [*known.facts, "events", "holder", "spouse.education", "balance:volunteer-points", "members:service-hours"]
    values = (
        *SCALARS,
        None,
        1.5,
        float("nan"),
        "[",
        '[{"kind": "service"}]',
        [{"kind": "service", "data": 3}],
        {"a": 1},
    )
    for _ in range(400_000 if gates else 2_000):
        row = {chance.choice(names): chance.choice(values) for _ in range(chance.randint(1, 6))}
        holder, findings = read_holder(row, "row", known)
        assert findings or set(holder.facts) <= set(row)


def _answered(text: str) -> Pack | None:
    try:
        pack = load(text)
    except PackInvalid as invalid:
        if not invalid.findings:
            raise AssertionError(text) from None
        return None
    senseless = [finding for finding in check(pack) if finding.blocking and not finding.code.startswith("CH-")]
    return None if senseless else pack


def _scored(chance: Random, pack: Pack) -> None:
    """What may be saved may be scored and told."""
    known = catalogue(pack.catalogue)
    facts: dict[str, Any] = {}
    for name, fact in known.facts.items():
        if fact.value.type == "int" and fact.by is None:
            facts[name] = chance.choice([fact.value.least, fact.value.most, min(fact.value.most, 7)])
        elif fact.value.type == "enum" and fact.by is None:
            facts[name] = chance.choice(fact.value.values)
    events = [{"kind": "service", "occurred_at": "2026-05-01", "data": {"minutes": chance.randint(1, 1440)}}]
    holder, findings = read_holder({"holder": "x", **facts, "events": events}, "row", known)
    assert not findings
    for trace in score(pack, holder, DAY).traces:
        for language in ("zh", "en"):
            assert all(line.text for line in explain(pack, trace, language))  # type: ignore[arg-type]


def _below(tree: Any) -> Iterator[Any]:
    """Everything inside a tree that is more than a value."""
    for part in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        if isinstance(part, dict | list):
            yield part
            yield from _below(part)


def _mixed(chance: Random, parts: list[Any]) -> Any:
    """A good tree in which up to three places hold something else."""
    tree = deepcopy(chance.choice(TREES))
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        at = chance.choice([tree, *_below(tree)])
        if not at:
            continue
        key = chance.choice(list(at)) if isinstance(at, dict) else chance.randrange(len(at))
        match chance.randrange(4):
            case 0:
                del at[key]
            case 1:
                at[key] = chance.choice(SCALARS)
            case 2 if isinstance(at, dict):
                at[chance.choice(["code", "cap", "when", "each", "whose", "of", "take", "nonsense"])] = at[key]
            case _:
                at[key] = deepcopy(chance.choice(parts))
    return tree


def flow(tree: Any) -> str:
    """A tree as YAML in one line."""
    match tree:
        case dict():
            return "{" + ", ".join(f"{_quoted(key)}: {flow(value)}" for key, value in tree.items()) + "}"
        case list():
            return "[" + ", ".join(flow(value) for value in tree) + "]"
        case bool():
            return "true" if tree else "false"
        case date():
            return tree.isoformat()
        case int() | Decimal():
            return format(tree, "f") if isinstance(tree, Decimal) else str(tree)
    return _quoted(str(tree))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\x00", "\\0").replace("\n", "\\n") + '"'
