"""The charter as versioned data: what no pack may do, each number and list with what it rests on.

Read once. Pure after that read; must never be told anything by a pack: a pack can neither lift nor add to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kernel.canonical import sha256
from rules.catalogue.data_file import read_data

LATEST = "2026-11"
Title = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bound:
    """A number that no pack may pass: `way` says to which side. `ours` marks what no law gives."""

    rule: str
    value: int
    way: str  # at_least | at_most
    ours: bool
    basis: Title


@dataclass(frozen=True, slots=True)
class Listed:
    """A closed list, and what it rests on."""

    rule: str
    values: frozenset[str]
    basis: Title


@dataclass(frozen=True, slots=True)
class Domain:
    """A part of life. A basic one is a right that everybody has."""

    code: str
    title: Title
    basic: bool


@dataclass(frozen=True, slots=True)
class Mask:
    """How a name is shown; what is shown is shared by so many people at least."""

    code: str
    title: Title
    alike: int


@dataclass(frozen=True, slots=True)
class Charter:
    """One published version. `sha256` is of all it says."""

    version: str
    sha256: bytes
    rules: Mapping[str, Title]
    numbers: Mapping[str, Bound]
    lists: Mapping[str, Listed]
    domains: Mapping[str, Domain]
    masks: Mapping[str, Mask]
    serves: Mapping[str, frozenset[str]]

    def number(self, name: str) -> int:
        """A number by its name."""
        return self.numbers[name].value

    def named(self, name: str) -> frozenset[str]:
        """A list by its name."""
        return self.lists[name].values


@cache
def charter(version: str = LATEST) -> Charter:
    """A published version of the charter. FileNotFoundError when there is none."""
    path = Path(__file__).parent / "charter" / f"{version}.yaml"
    said = read_data(path)
    return Charter(
        version=version,
        sha256=sha256(said),
        rules=said["rules"],
        numbers={name: _bound(entry) for name, entry in said["numbers"].items()},
        lists={name: Listed(one["rule"], frozenset(one["of"]), _basis(one)) for name, one in said["lists"].items()},
        domains={code: Domain(code, _basis(one), one.get("basic", False)) for code, one in said["domains"].items()},
        masks={code: Mask(code, _basis(one), one["alike"]) for code, one in said["masks"].items()},
        serves={purpose: frozenset(others) for purpose, others in said["serves"].items()},
    )


def _bound(entry: dict[str, Any]) -> Bound:
    way = "at_least" if "at_least" in entry else "at_most"
    return Bound(entry["rule"], entry[way], way, entry["ours"], _basis(entry))


def _basis(entry: dict[str, Any]) -> Title:
    return {"zh": entry["zh"], "en": entry["en"]}
