"""Facts and events of one holder from a row of a file: names known, values of their type, faults as findings.

Pure. A cell that is empty is a fact that is not proven; a cell that cannot be read is a finding, never a guess.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from kernel.calendar import day_of, instant
from kernel.errors import DomainError, Finding, Kind
from rules.catalogue.register import Catalogue, FactKind, Field, fault
from rules.engine.model import EventView
from rules.engine.subject import fact_key
from rules.language.ranges import MOST_EVENTS

TRUE, FALSE = ("true", "yes", "1", "是"), ("false", "no", "0", "否")
EVENT_KEYS = {"kind", "occurred_at", "ended_at", "evidence", "data", "whose"}
ROLES = ("applicant", "spouse", "child", "mother", "father")
MEASURES = ("balance:", "members:")
FIRST_YEAR, LAST_YEAR, NO_END = 1900, 2199, 9999
"""Between the first two anything may begin; what has no end ends on the last day of the third."""


class FactsInvalid(DomainError):
    """These facts don't fit what the rules read: see the findings. Nothing was worked out.

    Mend what the findings name, and ask again.
    """

    kind, code = Kind.INVALID, "FACTS_INVALID"


@dataclass(frozen=True, slots=True)
class HolderFacts:
    """What is known of one holder."""

    holder: str
    facts: Mapping[str, Any]
    events: tuple[EventView, ...]


def read_holder(row: Mapping[str, Any], place: str, known: Catalogue) -> tuple[HolderFacts, list[Finding]]:
    """One row; `place` begins the path of its findings. Columns: `holder`, `events`, fact names, `fact.kind`."""
    findings: list[Finding] = []
    facts: dict[str, Any] = {}
    for column, cell in row.items():
        if column in ("holder", "events") or cell is None or cell == "":
            continue
        if column.startswith(MEASURES):
            _balance(facts, column, cell, f"{place}.{column}", known, findings)
            continue
        role, name, kind = _parts(column)
        fact = known.facts.get(name)
        if fact is None or (kind and kind not in fact.kinds):
            findings.append(
                Finding("UNKNOWN_NAME", f"{place}.{column}", "Nothing here is called {name}.", {"name": column})
            )
        elif kind:
            _put(facts.setdefault(fact_key(name, role), {}), kind, cell, fact, f"{place}.{column}", findings)
        elif fact.by is not None:
            facts[fact_key(name, role)] = _by_kind(cell, fact, f"{place}.{column}", findings)
        else:
            _put(facts, fact_key(name, role), cell, fact, f"{place}.{column}", findings)
    events = _events(row.get("events"), f"{place}.events", known, findings)
    return HolderFacts(str(row.get("holder", "") or place), facts, events), findings


def _parts(column: str) -> tuple[str, str, str]:
    """`spouse.insured_years.pension` as whose it is, the fact, and the kind; what is not there is empty."""
    first, _, rest = column.partition(".")
    role, name = (first, rest) if first in ROLES else ("", column)
    name, _, kind = name.partition(".")
    return ("" if role == "applicant" else role), name, kind


def _balance(
    into: dict[str, Any], column: str, cell: Any, path: str, known: Catalogue, findings: list[Finding]
) -> None:
    """`balance:<point kind>`, a whole number, or `members:<point kind>`, a list of them."""
    measure, _, kind = column.partition(":")
    found = _json(cell)
    values = found if isinstance(found, list) else [found]
    if kind not in known.point_kinds:
        findings.append(Finding("UNKNOWN_NAME", path, "Nothing here is called {name}.", {"name": kind}))
    elif isinstance(found, list) is not (measure == "members") or not all(type(value) is int for value in values):
        message = "{name} needs whole numbers: one, or a list for the members."
        findings.append(Finding("WRONG_VALUE", path, message, {"name": column}))
    else:
        into[column] = found


def _put(into: dict[str, Any], key: str, cell: Any, fact: FactKind, path: str, findings: list[Finding]) -> None:
    value = typed(cell, fact.value)
    if wrong := fault(fact.value, value):
        message, values = wrong
        findings.append(Finding("WRONG_VALUE", path, message, {"name": fact.name, **values}))
    else:
        into[key] = value


def typed(cell: Any, field: Field) -> Any:
    """A cell as the type of a field; what does not fit stays as it is, for the finding to name."""
    text = cell.strip() if isinstance(cell, str) else cell
    match field.type:
        case "bool" if str(text).lower() in (*TRUE, *FALSE):
            return str(text).lower() in TRUE
        case "int" if isinstance(text, str) and text.isascii() and text.removeprefix("-").isdigit():
            return int(text) if len(text) <= 18 else text
        case "int" if isinstance(text, Decimal) and text.is_finite() and text.adjusted() < 18 and text % 1 == 0:
            return int(text)
        case "date" if isinstance(text, date):
            return text.isoformat()[:10]
        case "enum" if text not in field.values:
            return next((code for code, title in field.labels.items() if text in title.values()), text)
    return text


def _by_kind(cell: Any, fact: FactKind, path: str, findings: list[Finding]) -> dict[str, Any]:
    entries = _json(cell)
    found: dict[str, Any] = {}
    if not isinstance(entries, dict):
        message = "{name} needs one value for each {by}."
        findings.append(Finding("WRONG_VALUE", path, message, {"name": fact.name, "by": fact.by}))
        return found
    for kind, value in entries.items():
        if kind not in fact.kinds:
            findings.append(Finding("UNKNOWN_NAME", f"{path}.{kind}", "Nothing here is called {name}.", {"name": kind}))
        else:
            _put(found, kind, value, fact, f"{path}.{kind}", findings)
    return found


def _json(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    try:
        found = json.loads(cell, parse_float=Decimal)
        json.dumps(found, ensure_ascii=False, default=str).encode()  # half characters could not be told back
        return found
    except (ValueError, RecursionError):
        return None


def _events(cell: Any, path: str, known: Catalogue, findings: list[Finding]) -> tuple[EventView, ...]:
    if cell is None or cell == "":
        return ()
    entries = _json(cell)
    if not isinstance(entries, list) or len(entries) > MOST_EVENTS:
        message = "Events are a JSON list of at most {most}."
        findings.append(Finding("WRONG_VALUE", path, message, {"most": MOST_EVENTS}))
        return ()
    events = [read_event(entry, f"{path}.{number}", known, findings) for number, entry in enumerate(entries)]
    return tuple(event for event in events if event is not None)


def read_event(entry: Any, path: str, known: Catalogue, findings: list[Finding]) -> EventView | None:
    """An event of a history: `{kind, occurred_at, ended_at?, evidence?, data?}`; None when it has faults.

    Ids may be left out of the data: no rule reads them.
    """
    before = len(findings)
    if not isinstance(entry, Mapping) or not entry.keys() <= EVENT_KEYS:
        findings.append(Finding("WRONG_VALUE", path, "An event has: {keys}.", {"keys": ", ".join(sorted(EVENT_KEYS))}))
        return None
    kind = known.event_kinds.get(str(entry.get("kind")))
    evidence = str(entry.get("evidence", "declared"))
    if kind is None:
        message = "There is no event kind {kind}."
        findings.append(Finding("UNKNOWN_EVENT_KIND", f"{path}.kind", message, {"kind": str(entry.get("kind"))}))
    if evidence not in known.evidence_kinds:
        message = "Nothing here is called {name}."
        findings.append(Finding("UNKNOWN_NAME", f"{path}.evidence", message, {"name": evidence}))
    occurred_at = read_instant(entry.get("occurred_at"), f"{path}.occurred_at", findings)
    ended_at = read_instant(entry.get("ended_at", entry.get("occurred_at")), f"{path}.ended_at", findings, NO_END)
    data = _with_dates_as_text(entry.get("data", {}))
    whose = str(entry.get("whose", ""))
    if whose not in ("", *ROLES):
        findings.append(Finding("UNKNOWN_NAME", f"{path}.whose", "Nothing here is called {name}.", {"name": whose}))
    if kind is not None:
        findings += _data_faults(data, kind.data, f"{path}.data")
    if occurred_at and ended_at and ended_at < occurred_at:
        findings.append(Finding("WRONG_VALUE", f"{path}.ended_at", "An event cannot end before it begins."))
    if len(findings) > before or kind is None or occurred_at is None or ended_at is None:
        return None
    return EventView(kind.code, occurred_at, ended_at, evidence, dict(data), "" if whose == "applicant" else whose)


def _with_dates_as_text(data: Any) -> Any:
    """YAML reads a date as one; events carry it as a text."""
    if not isinstance(data, Mapping):
        return data
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in data.items()}


def _data_faults(data: Any, fields: Mapping[str, Any], path: str) -> list[Finding]:
    if not isinstance(data, Mapping):
        return [Finding("WRONG_VALUE", path, "The data of an event are fields with values.")]
    findings: list[Finding] = []
    for name, value in data.items():
        if name not in fields:
            findings.append(Finding("UNKNOWN_FIELD", f"{path}.{name}", "{name} is not a field here.", {"name": name}))
        elif wrong := fault(fields[name], value):
            findings.append(Finding("WRONG_VALUE", f"{path}.{name}", wrong[0], {"name": name, **wrong[1]}))
    for name, field in fields.items():
        if field.required and field.type != "uuid" and name != "stretch" and name not in data:
            findings.append(Finding("MISSING_FIELD", f"{path}.{name}", "{name} is missing.", {"name": name}))
    return findings


def read_instant(value: Any, path: str, findings: list[Finding], last: int = LAST_YEAR) -> datetime | None:
    """An RFC 3339 text or a date, which is the beginning of that Shanghai day; in years from which days can be told."""
    text = value.isoformat() if isinstance(value, date) else value
    try:
        at = instant(text)
        if FIRST_YEAR <= day_of(at).year <= last:  # the last hours that UTC knows lie after the last Shanghai day
            return at
    except (TypeError, ValueError, OverflowError):
        pass
    message = "This must be a time from {first} to {last}, such as 2026-11-22T14:00:00+08:00."
    findings.append(Finding("WRONG_VALUE", path, message, {"first": FIRST_YEAR, "last": last}))
    return None
