"""Whether a condition holds, and if not, which part of it failed.

Three answers: yes, no, and None for "cannot be told, because a value is missing". Only yes ever awards.
Pure: what is asked about is handed in, and so is the reader of quantities.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kernel.calendar import day_of
from rules.engine.days import is_day
from rules.engine.subject import Subject
from rules.engine.tree import (
    AllOf,
    Amount,
    AnyOf,
    Compare,
    Comparison,
    Condition,
    EvidenceIn,
    IfThen,
    Measured,
    NoneOf,
    OnDay,
    Quantity,
    Scored,
    SomeOf,
)

Measure = Callable[[Quantity, Subject], Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """The failing condition: its path of branch numbers from the root, and the value seen (None: missing)."""

    path: tuple[int, ...]
    seen: Any


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """The conditions right below one, in the order in which a failure's path counts them."""
    match condition:
        case AllOf() | AnyOf() | NoneOf() | SomeOf():
            return condition.conditions
        case IfThen():
            parts = (condition.when, condition.then)
            return parts if condition.otherwise is None else (*parts, condition.otherwise)
    return ()


@dataclass(frozen=True, slots=True)
class Judge:
    """Conditions of one pack. `measure` reads a quantity; an accrual needs none."""

    measure: Measure = lambda quantity, subject: None

    def holds(self, condition: Condition, subject: Subject) -> bool | None:
        """Yes, no, or None where a value is missing."""
        match condition:
            case EvidenceIn():
                return subject.event is not None and subject.event.evidence in condition.kinds
            case OnDay():
                return None if subject.event is None else is_day(condition.days, day_of(subject.event.occurred_at))
            case Scored():
                points = subject.points.get(condition.code)
                exact = None if points is None else Fraction(points, subject.minor)
                return _compares(condition.test, condition.value, exact)
            case Compare() | Measured():
                return _compares(condition.test, condition.value, self._seen(condition, subject))
            case AllOf():
                return _all(self.holds(part, subject) for part in condition.conditions)
            case AnyOf():
                return _not(_all(_not(self.holds(part, subject)) for part in condition.conditions))
            case NoneOf():
                return _all(_not(self.holds(part, subject)) for part in condition.conditions)
            case SomeOf():
                return _some(condition.count, [self.holds(part, subject) for part in condition.conditions])
            case IfThen():
                return self._if(condition, subject)

    def failure(self, condition: Condition, subject: Subject, path: tuple[int, ...] = ()) -> Failure | None:
        """The first part that keeps a condition from holding; None when it holds."""
        if self.holds(condition, subject):
            return None
        match condition:
            case AllOf():
                parts = (self.failure(part, subject, (*path, n)) for n, part in enumerate(condition.conditions))
                return next((part for part in parts if part), None)
            case NoneOf():
                for number, part in enumerate(condition.conditions):
                    if self.holds(part, subject) is not False:
                        return Failure((*path, number), self._seen(part, subject))
                return None
            case IfThen():
                return self._failed_branch(condition, subject, path)
            case _:
                return Failure(path, self._seen(condition, subject))

    def refusal(self, condition: Condition, subject: Subject) -> dict[str, Any]:
        """The failing part, as a trace keeps it."""
        failed = self.failure(condition, subject)
        return {"path": list(failed.path), "seen": failed.seen} if failed else {}

    def _if(self, condition: IfThen, subject: Subject) -> bool | None:
        answer = self.holds(condition.when, subject)
        if answer is None:
            return None
        branch = condition.then if answer else condition.otherwise
        return True if branch is None else self.holds(branch, subject)

    def _failed_branch(self, condition: IfThen, subject: Subject, path: tuple[int, ...]) -> Failure | None:
        answer = self.holds(condition.when, subject)
        if answer is None:
            return self.failure(condition.when, subject, (*path, 0))
        branch = condition.then if answer else condition.otherwise
        return None if branch is None else self.failure(branch, subject, (*path, 1 if answer else 2))

    def _seen(self, condition: Condition, subject: Subject) -> Any:
        match condition:
            case Compare(source="data", name=name):
                return subject.event.data.get(name) if subject.event else None
            case Compare(name=name, whose=whose):
                return subject.fact(name, whose)
            case EvidenceIn():
                return subject.event.evidence if subject.event else None
            case OnDay():
                return day_of(subject.event.occurred_at).isoformat() if subject.event else None
            case Measured():
                return self.measure(condition.quantity, subject)
            case Scored():
                points = subject.points.get(condition.code)
                return None if points is None else _told(Fraction(points, subject.minor))
            case _:
                return None


def _told(exact: Fraction) -> int | str:
    """A number of points as a trace can keep it: whole, or as a fraction's text."""
    return exact.numerator if exact.denominator == 1 else str(exact)


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


def _some(count: int, answers: list[bool | None]) -> bool | None:
    """Yes when enough hold; no when even those that cannot be told would not be enough."""
    if answers.count(True) >= count:
        return True
    return None if answers.count(True) + answers.count(None) >= count else False


def _compares(test: Comparison, wanted: Any, seen: Any) -> bool | None:
    value: Any = wanted.value if isinstance(wanted, Amount) else wanted
    if seen is None or isinstance(seen, bool) is not isinstance(value, bool):
        return None
    if test is Comparison.IN:
        return seen in value
    if isinstance(seen, str) is not isinstance(value, str):
        return None
    match test:
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
