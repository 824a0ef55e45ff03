"""Packs of the charter's tests: read, changed at a path, and put before the charter under a catalogue that says more.

A path names a list's entry by its code or its number: `items.grave.deduction.notice_days`.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from kernel.errors import Finding
from rules.catalogue.charter_register import Charter
from rules.catalogue.register import Catalogue, catalogue
from rules.language.charter.check import check_charter
from rules.language.checker import check
from rules.language.loader import PackInvalid, load
from rules.language.sheet.flow import written
from rules.language.text import read_text

HOME = Path(__file__).parent


def tree_of(name: str) -> dict[str, Any]:
    """A pack of the fixtures, as a tree that may be changed."""
    tree: dict[str, Any] = read_text((HOME / "packs" / f"{name}.yaml").read_bytes()).tree
    return tree


def changed(tree: dict[str, Any], sets: Mapping[str, Any], drops: list[str]) -> dict[str, Any]:
    """The tree with values put in and taken away."""
    tree = deepcopy(tree)
    for path, value in sets.items():
        node, key = _place(tree, path)
        if isinstance(node, list) and key == len(node):
            node.append(value)
        else:
            node[key] = value
    for path in drops:
        node, key = _place(tree, path)
        del node[key]
    return tree


def _place(tree: Any, path: str) -> tuple[Any, Any]:
    *way, last = path.split(".")
    for part in way:
        tree = tree[_key(tree, part)]
    return tree, _key(tree, last)


def _key(node: Any, part: str) -> Any:
    if not isinstance(node, list):
        return part
    codes = [entry.get("code") if isinstance(entry, dict) else None for entry in node]
    return codes.index(part) if part in codes else int(part)


def as_if(said: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Catalogue:
    """The catalogue, as if it said more of some of its entries."""
    known = catalogue()
    for part, entries in said.items():
        of = getattr(known, part)
        more = {code: replace(of[code], **{k: _plain(v) for k, v in entry.items()}) for code, entry in entries.items()}
        told: dict[str, Any] = {part: {**of, **more}}
        known = replace(known, **told)
    return known


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def breaches(tree: dict[str, Any], known: Catalogue | None = None, asked: Charter | None = None) -> list[Finding]:
    """What the charter says of a tree, or, of one that cannot even be read, what the loader says."""
    try:
        return check_charter(load(written(tree)), known, asked)
    except PackInvalid as invalid:
        return invalid.findings


def faults(tree: dict[str, Any], known: Catalogue) -> list[Finding]:
    """Everything that keeps a tree from being published: what the charter says, and what the checker says beside it."""
    said = breaches(tree, known)
    if any(not finding.code.startswith("CH-") for finding in said):
        return said
    checked = check(load(written(tree)))
    return said + [finding for finding in checked if not finding.code.startswith("CH-")]
