"""A condition on past events as a jsonpath predicate, which Postgres asks of each event. Pure.

jsonpath is a closed language of predicates with three answers, as ours is: yes, no, cannot be told. Names are quoted
keys, values are variables: nothing of a pack's text becomes SQL. What it cannot say, the pure reader answers.
"""

import json
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import comb
from typing import Final

from rules.engine.subject import fact_key
from rules.engine.tree import (
    AllOf,
    Amount,
    AnyOf,
    Compare,
    Comparison,
    Condition,
    EvidenceIn,
    IfThen,
    NoneOf,
    SomeOf,
)

LONGEST: Final = 16_384
"""Characters of a predicate; a longer one would be read by nobody, and is left to the pure reader."""
_CHOICES_MOST: Final = 64
_TESTS: Final = {
    Comparison.IS: "==",
    Comparison.AT_LEAST: ">=",
    Comparison.AT_MOST: "<=",
    Comparison.ABOVE: ">",
    Comparison.BELOW: "<",
}


class _Unsaid(Exception):
    """jsonpath has no words for this."""


@dataclass(frozen=True, slots=True)
class Predicate:
    """A jsonpath over `{"evidence": .., "data": {..}, "fact": {..}}`, and the JSON text of its variables."""

    path: str
    variables: str


def predicate(condition: Condition) -> Predicate | None:
    """The same question as a predicate; None where it cannot be said."""
    values: list[str] = []
    try:
        path = _said(condition, values)
    except _Unsaid:
        return None
    variables = ",".join(f'"v{number}":{value}' for number, value in enumerate(values))
    return Predicate(f"strict {path}", f"{{{variables}}}")


def _said(condition: Condition, values: list[str]) -> str:
    match condition:
        case AllOf():
            path = _joined("&&", [_said(part, values) for part in condition.conditions])
        case AnyOf():
            path = _joined("||", [_said(part, values) for part in condition.conditions])
        case NoneOf():
            path = _joined("&&", [f"!{_said(part, values)}" for part in condition.conditions])
        case SomeOf():
            path = _some(condition, values)
        case IfThen():
            path = _if(condition, values)
        case EvidenceIn():
            path = _joined("||", [_equals("$.evidence", kind, values) for kind in condition.kinds])
        case Compare():
            path = _compared(condition, values)
        case _:
            raise _Unsaid
    if len(path) > LONGEST:
        raise _Unsaid
    return path


def _joined(word: str, parts: list[str]) -> str:
    """All or any of some predicates; of none at all, all hold and not any."""
    if not parts:
        return "(1 == 1)" if word == "&&" else "(1 == 0)"
    return f"({f' {word} '.join(parts)})"


def _some(condition: SomeOf, values: list[str]) -> str:
    """At least so many: any choice of so many of them all holds."""
    if comb(len(condition.conditions), condition.count) > _CHOICES_MOST:
        raise _Unsaid
    parts = [_said(part, values) for part in condition.conditions]
    return _joined("||", [_joined("&&", list(choice)) for choice in combinations(parts, condition.count)])


def _if(condition: IfThen, values: list[str]) -> str:
    """The branch that `when` leads to; where `when` cannot be told neither can this: `when` and its contrary say so."""
    when, then = _said(condition.when, values), _said(condition.then, values)
    otherwise = "(1 == 1)" if condition.otherwise is None else _said(condition.otherwise, values)
    return f"(({when} && {then}) || (!{when} && {otherwise}) || ({when} && !{when}))"


def _compared(condition: Compare, values: list[str]) -> str:
    key = condition.name if condition.source == "data" else fact_key(condition.name, condition.whose)
    seen = f"$.{condition.source}.{json.dumps(key)}"
    if condition.test is Comparison.IN:
        if not isinstance(condition.value, tuple):
            raise _Unsaid
        # A number is none of some texts; jsonpath alone could not tell.
        listed = _joined("||", [_equals(seen, value, values) for value in condition.value])
        return f'({seen}.type() != "number" && {listed})'
    if isinstance(condition.value, tuple) or (
        isinstance(condition.value, bool) and condition.test is not Comparison.IS
    ):
        raise _Unsaid
    return f"({seen} {_TESTS[condition.test]} {_variable(condition.value, values)})"


def _equals(seen: str, value: str, values: list[str]) -> str:
    return f"({seen} == {_variable(value, values)})"


def _variable(value: bool | str | Amount, values: list[str]) -> str:
    values.append(_number(value.value) if isinstance(value, Amount) else json.dumps(value))
    return f"$v{len(values) - 1}"


def _number(exact: Fraction) -> str:
    """An exact number as JSON writes it; a third has no end and cannot be written."""
    places = 0
    while exact.denominator != 1:
        exact, places = exact * 10, places + 1
        if places > 12:
            raise _Unsaid
    return f"{exact.numerator}E-{places}" if places else str(exact.numerator)
