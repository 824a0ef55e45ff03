"""Two packs of one programme, side by side: what was added, taken away, changed.

Pure structural comparison; must never judge whether a change is good.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from rules.engine.model import Item, Pack, Parameter
from rules.engine.outcome import Group, Result
from rules.engine.terms import Limit


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `what` names the kind of thing, `name` the thing; a part is `quantity`, `price`, ..."""

    what: Literal["parameter", "item", "pack", "level", "limit", "group", "result"]
    name: str
    part: str  # empty when the whole thing was added or taken away
    before: Any
    after: Any


def compare(one: Pack, other: Pack) -> list[Change]:
    """Every difference from one pack to the other; version and dates included, order of items not."""
    changes = [
        Change("pack", "", part, getattr(one, part), getattr(other, part))
        for part in (
            "version",
            "effective_from",
            "sunset_on",
            "reaches_back_to",
            "status",
            "purpose",
            "title",
            "requires",
            "vetoes",
            "bars",
            "choosing",
            "procedure",
            "lawful",
        )
        if getattr(one, part) != getattr(other, part)
    ]
    changes += _parts("parameter", one.parameters, other.parameters)
    changes += _parts("item", _plain(one), _plain(other))
    changes += [
        Change("level", code, "", one.scales.get(code), other.scales.get(code))
        for code in sorted(one.scales.keys() | other.scales.keys())
        if one.scales.get(code) != other.scales.get(code)
    ]
    changes += _parts("limit", one.limits, other.limits)
    changes += _parts("group", one.groups, other.groups)
    changes += _parts("result", _uses(one), _uses(other))
    return changes


def _uses(pack: Pack) -> dict[str, Result]:
    return {result.code: result for result in pack.results}


def _plain(pack: Pack) -> dict[str, Item]:
    return {item.code: item for item in pack.items}


def _parts(
    what: Literal["parameter", "item", "limit", "group", "result"],
    before: Mapping[str, Parameter | Item | Limit | Group | Result],
    after: Mapping[str, Parameter | Item | Limit | Group | Result],
) -> list[Change]:
    changes: list[Change] = []
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            changes.append(Change(what, name, "", one, other))
            continue
        changes += [
            Change(what, name, part.name, getattr(one, part.name), getattr(other, part.name))
            for part in fields(one)
            if _shape(getattr(one, part.name)) != _shape(getattr(other, part.name))
        ]
    return changes


def _shape(node: Any) -> Any:
    """A value by its structure, a parameter by its name: a moved parameter is told once, not at each of its uses."""
    if getattr(node, "parameter", None):
        return ("parameter", node.parameter)
    if is_dataclass(node):
        return (type(node).__name__, *(_shape(getattr(node, part.name)) for part in fields(node)))
    if isinstance(node, tuple):
        return tuple(_shape(part) for part in node)
    return dict(node) if isinstance(node, Mapping) else node
