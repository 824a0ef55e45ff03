"""What a pack reads of a holder: kinds of events, facts, balances, and its selections of past events. Pure.

Nothing more than this is ever read for an assessment. Must never decide anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from rules.engine.model import Item, Pack
from rules.engine.outcome import Bar, Deduction, OrderKey
from rules.engine.subject import fact_key
from rules.engine.tree import (
    Balance,
    Compare,
    Count,
    Extreme,
    Fact,
    Lasting,
    Members,
    Selection,
    Since,
    Streak,
    Sum,
    Values,
)
from rules.engine.walk import nodes, parts

Past = Count | Sum | Extreme | Values | Lasting | Streak
"""A quantity of past events: what it selects, and what becomes of it."""


@dataclass(frozen=True, slots=True)
class Reads:
    """By name: event kinds, facts (as the rules' keys), point kinds of the holder's own and of members' balances.

    `selections` are those of past events by which items and conditions measure. What an item with a deduction selects
    is not among them: which of its events count is the engine's to say, one by one. `singly` are the kinds of these
    events and of bars, that are read as they are whoever measures the rest.
    """

    kinds: frozenset[str]
    facts: frozenset[str]
    balances: frozenset[str]
    members: frozenset[str]
    selections: tuple[Past, ...]
    singly: frozenset[str] = frozenset()


def reads_of(pack: Pack) -> Reads:
    """Everything that scoring one holder under this pack may ask."""
    found = list(nodes(pack))
    facts = {key for node in found if (key := _fact_of(node)) is not None}
    roles = pack.choosing.among if pack.choosing else ()
    measured = (pack.requires, pack.vetoes, pack.results, pack.groups, pack.choosing, pack.items)
    return Reads(
        kinds=frozenset(node.kind for node in found if isinstance(node, Selection | Bar)),
        singly=frozenset(_singly(pack)),
        facts=frozenset(facts | {fact_key(key, role) for role in roles for key in facts if "." not in key}),
        balances=frozenset(node.point_kind for node in found if isinstance(node, Balance)),
        members=frozenset(node.point_kind for node in found if isinstance(node, Members)),
        selections=tuple(dict.fromkeys(one for part in measured for one in selections_in(part))),
    )


def selections_in(value: object) -> Iterator[Past]:
    """The selections that a quantity, a condition or a whole item measures by; those within a selection are its own."""
    if isinstance(value, Past):
        yield value
        return
    apart = value.quantity if isinstance(value, Item) and value.deduction is not None else None
    for part in parts(value):
        if part is not apart:
            yield from selections_in(part)


def _singly(pack: Pack) -> Iterator[str]:
    for item in pack.items:
        if item.deduction is not None:
            yield from (node.kind for node in nodes(item.quantity) if isinstance(node, Selection))
    for bar in pack.bars:
        yield from (node.kind for node in nodes(bar) if isinstance(node, Selection | Bar))


def _fact_of(node: object) -> str | None:
    """The key of the fact that a node reads; None where it reads none."""
    match node:
        case Fact() | Since() | Compare(source="fact"):
            return fact_key(node.name, node.whose)
        case OrderKey(by="fact"):
            return node.name
        case Deduction():
            return "age"  # nothing is taken from a child
    return None
