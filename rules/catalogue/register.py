"""The catalogue: every fact, event kind, evidence kind, point kind and legal basis that a pack may name.

Versioned data beside this module, read once. Pure after that read; must never learn a name from a pack.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from kernel.errors import Finding
from rules.catalogue.data_file import read_data

LATEST = "2026-11"
UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
PARTS = ("event_kinds", "evidence_kinds", "facts", "point_kinds", "bases")
Title = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One value that an event or a fact carries; `least` and `most` bound an int, `most` a text's length."""

    name: str
    type: str  # uuid | text | int | bool | enum | date | any
    least: int
    most: int
    values: tuple[str, ...]
    required: bool
    unit: str
    title: Title
    labels: Mapping[str, Title]  # what the values, or the kinds of a fact, are called


@dataclass(frozen=True, slots=True)
class EventKind:
    """Something that can happen, with the shape of its data."""

    code: str
    title: Title
    business_key: str
    purpose: Title
    sensitivity: str
    retention_months: int
    source: str
    data: Mapping[str, Field]
    topic: str = ""  # what the charter knows it by: blood, money, petition
    deed: bool = False  # a good deed: whoever does it may decline to have it recorded (CH-20)


@dataclass(frozen=True, slots=True)
class EvidenceKind:
    """What may show an event; a higher grade is stronger. A `document` is one that has legal effect."""

    code: str
    grade: int
    title: Title
    official: bool = False
    document: bool = False
    topic: str = ""


@dataclass(frozen=True, slots=True)
class FactKind:
    """A value true at a date; `by` names the kinds it is broken down by, when it is.

    `topic` is the criterion that it tells of, where the charter asks: education, tax, hukou.
    """

    name: str
    value: Field
    by: str | None
    kinds: tuple[str, ...]
    department: str
    purpose: str
    sensitivity: str
    retention_months: int
    topic: str = ""


@dataclass(frozen=True, slots=True)
class PointKind:
    """What an account counts; `scale` is the number of decimals of its minor unit.

    What comes back after its date may still be spent for `grace_days`; what is owed beyond `debt_cap` is forgiven.
    """

    code: str
    family: str
    scale: int
    unit: str
    title: Title
    grace_days: int = 0
    debt_cap: int | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """An entry of the legal-basis register.

    `level` is law, admin-reg, central-policy, ministry, local-reg, or local: a notice of the city's own.
    `domains` are pairs of domains (`from>to`) that it allows to be joined, `names` the topics it lists as criteria.
    """

    code: str
    document: str
    title: Title
    level: str
    in_force_on: date
    article: str = ""
    url: str = ""
    domains: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One published version of everything nameable."""

    version: str
    event_kinds: Mapping[str, EventKind]
    evidence_kinds: Mapping[str, EvidenceKind]
    facts: Mapping[str, FactKind]
    point_kinds: Mapping[str, PointKind]
    bases: Mapping[str, Basis]


def versions() -> list[str]:
    """Every published version, oldest first."""
    return sorted(path.name for path in Path(__file__).parent.glob("20*") if path.is_dir())


@cache
def catalogue(version: str = LATEST) -> Catalogue:
    """A published version, its files as one. KeyError when there is none; ValueError for a name that stands twice."""
    if version not in versions():
        raise KeyError(version)
    data: dict[str, dict[str, Any]] = {part: {} for part in PARTS}
    for path in sorted((Path(__file__).parent / version).glob("*.yaml")):
        for part, entries in read_data(path).items():
            if twice := data[part].keys() & entries.keys():
                raise ValueError(f"{path.name} says once more what {', '.join(sorted(twice))} is")
            data[part] |= entries
    return Catalogue(
        version=version,
        event_kinds={code: _event_kind(code, entry) for code, entry in data["event_kinds"].items()},
        evidence_kinds={code: EvidenceKind(code=code, **entry) for code, entry in data["evidence_kinds"].items()},
        facts={name: _fact(name, entry) for name, entry in data["facts"].items()},
        point_kinds={code: PointKind(code=code, **entry) for code, entry in data["point_kinds"].items()},
        bases={code: _basis(code, entry) for code, entry in data["bases"].items()},
    )


def _basis(code: str, entry: dict[str, Any]) -> Basis:
    several = {part: tuple(entry.get(part, ())) for part in ("domains", "names")}
    return Basis(code=code, **{**entry, **several})


def _field(name: str, entry: dict[str, Any]) -> Field:
    return Field(
        name=name,
        type=entry["type"],
        least=entry.get("min", 0),
        most=entry.get("max", 1),
        values=tuple(entry.get("values", ())),
        required=entry.get("required", True),
        unit=entry.get("unit", ""),
        title=entry.get("title", {"zh": name, "en": name}),
        labels=entry.get("labels", {}),
    )


def _event_kind(code: str, entry: dict[str, Any]) -> EventKind:
    data = {name: _field(name, field) for name, field in entry["data"].items()}
    return EventKind(code=code, **{**entry, "data": data})


def _fact(name: str, entry: dict[str, Any]) -> FactKind:
    by = entry.get("by", {})
    return FactKind(
        name=name,
        value=_field(name, entry),
        by=next(iter(by), None),
        kinds=tuple(next(iter(by.values()), ())),
        department=entry["department"],
        purpose=entry["purpose"],
        sensitivity=entry["sensitivity"],
        retention_months=entry["retention_months"],
        topic=entry.get("topic", ""),
    )


def good_deed(kind: str) -> bool:
    """Whether events of a kind are good deeds, which residents may decline to have recorded."""
    known = catalogue().event_kinds.get(kind)
    return known is not None and known.deed


def validate_event(kind: str, data: Mapping[str, Any]) -> list[Finding]:
    """Every fault of an event's data against its kind's schema, each with the failing field."""
    known = catalogue().event_kinds.get(kind)
    if known is None:
        return [Finding("UNKNOWN_EVENT_KIND", "kind", "There is no event kind {kind}.", {"kind": kind})]
    findings = [
        Finding("UNKNOWN_FIELD", f"data.{name}", "{name} is not a field here.", {"name": name})
        for name in data
        if name not in known.data
    ]
    for name, field in known.data.items():
        if name not in data:
            if field.required:
                findings.append(Finding("MISSING_FIELD", f"data.{name}", "{name} is missing.", {"name": name}))
        elif expected := fault(field, data[name]):
            message, values = expected
            findings.append(Finding("WRONG_VALUE", f"data.{name}", message, {"name": name, **values}))
    return findings


def fault(field: Field, value: object) -> tuple[str, dict[str, object]] | None:
    """Why a value does not fit its field: a message id and its values; None when it fits."""
    match field.type:
        case "int":
            if type(value) is int and field.least <= value <= field.most:
                return None
            return "{name} must be a whole number from {least} to {most}.", {"least": field.least, "most": field.most}
        case "uuid":
            good = isinstance(value, str) and UUID_TEXT.fullmatch(value) is not None
            message = "{name} must be an id (a UUID)."
        case "bool":
            good, message = isinstance(value, bool), "{name} must be true or false."
        case "date":
            good, message = _is_date(value), "{name} must be a date such as 2026-11-22."
        case "enum":
            if value in field.values:
                return None
            return "{name} must be one of {values}.", {"values": ", ".join(field.values)}
        case "text":
            if isinstance(value, str) and 0 < len(value) <= field.most:
                return None
            return "{name} must be a text of at most {most} characters.", {"most": field.most}
        case _:
            good, message = isinstance(value, str | int), "{name} must be a text, a whole number, true or false."
    return None if good else (message, {})


def _is_date(value: object) -> bool:
    if not isinstance(value, str) or len(value) != 10:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
