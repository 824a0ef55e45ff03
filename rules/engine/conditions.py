"""Whether a condition holds, and if not, which part of it failed.

Three answers: yes, no, and None for "cannot be told, because a value is missing". Only yes ever awards.
Pure: what is asked about is handed in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rules.engine.tree import AllOf, Amount, AnyOf, Compare, Comparison, Condition, EvidenceIn, NoneOf


@dataclass(frozen=True, slots=True)
class Subject:
    """What a condition is asked about."""

    evidence: str
    data: Mapping[str, Any]
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """The failing condition: its path of branch numbers from the root, and the value seen (None: missing)."""

    path: tuple[int, ...]
    seen: Any


def holds(condition: Condition, subject: Subject) -> bool | None:
    """Yes, no, or None where a value is missing."""
    match condition:
        case EvidenceIn():
            return subject.evidence in condition.kinds
        case Compare():
            return _compares(condition, _seen(condition, subject))
        case AllOf():
            return _all(holds(part, subject) for part in condition.conditions)
        case AnyOf():
            return _not(_all(_not(holds(part, subject)) for part in condition.conditions))
        case NoneOf():
            return _all(_not(holds(part, subject)) for part in condition.conditions)


def failure(condition: Condition, subject: Subject, path: tuple[int, ...] = ()) -> Failure | None:
    """The first part that keeps a condition from holding; None when it holds."""
    if holds(condition, subject):
        return None
    match condition:
        case AllOf():
            parts = (failure(part, subject, (*path, number)) for number, part in enumerate(condition.conditions))
            return next((part for part in parts if part), None)
        case NoneOf():
            for number, part in enumerate(condition.conditions):
                if holds(part, subject) is not False:
                    return Failure((*path, number), _seen(part, subject))
            return None
        case _:
            return Failure(path, _seen(condition, subject))


def refusal(condition: Condition, subject: Subject) -> dict[str, Any]:
    """The failing part, as a trace keeps it."""
    failed = failure(condition, subject)
    return {"path": list(failed.path), "seen": failed.seen} if failed else {}


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _all(answers: Iterable[bool | None]) -> bool | None:
    """No as soon as one says no; unknown when none says no but one cannot tell."""
    result: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            result = None
    return result


def _seen(condition: Condition, subject: Subject) -> Any:
    match condition:
        case Compare(source="data", name=name):
            return subject.data.get(name)
        case Compare(name=name):
            return subject.facts.get(name)
        case EvidenceIn():
            return subject.evidence
        case _:
            return None


def _compares(condition: Compare, seen: Any) -> bool | None:
    value: Any = condition.value.value if isinstance(condition.value, Amount) else condition.value
    if seen is None or isinstance(seen, bool) is not isinstance(value, bool):
        return None
    if condition.test is Comparison.IN:
        return seen in value
    if isinstance(seen, str) is not isinstance(value, str):
        return None
    match condition.test:
        case Comparison.IS:
            return bool(seen == value)
        case Comparison.AT_LEAST:
            return bool(seen >= value)
        case Comparison.AT_MOST:
            return bool(seen <= value)
        case Comparison.ABOVE:
            return bool(seen > value)
        case Comparison.BELOW:
            return bool(seen < value)
