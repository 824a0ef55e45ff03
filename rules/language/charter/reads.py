"""Everything that a pack reads, where it reads it, and whether more of it may turn out worse for the person.

Pure. What is not found here is checked by nobody, so every node of the language has its place below.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rules.catalogue.register import Catalogue, EventKind
from rules.engine.model import Item, Pack
from rules.engine.outcome import Requirement
from rules.engine.tree import (
    AllOf,
    AnyOf,
    Balance,
    Combined,
    Compare,
    Comparison,
    Condition,
    EvidenceIn,
    Extreme,
    Fact,
    IfThen,
    Measured,
    Members,
    NoneOf,
    Quantity,
    Scored,
    Selection,
    Since,
    SomeOf,
)
from rules.language.charter.ways import Way, of_item

What = Literal["fact", "event", "balance", "points", "evidence"]
Use = Literal["item", "when", "requires", "veto", "bar", "extra", "choosing", "order"]


@dataclass(frozen=True, slots=True)
class Read:
    """One thing that is read: by which name, of whom, for what, and where more of it leads."""

    path: str
    what: What
    name: str
    use: Use
    way: Way
    whose: str = ""
    selection: Selection | None = None
    item: Item | None = None

    @property
    def falls(self) -> bool:
        """Whether more of it may be worse for the person."""
        return Way.DOWN in self.way


def reads_of(pack: Pack) -> tuple[Read, ...]:
    """Every read of a pack."""
    return tuple(_all(pack))


def adverse(kind: EventKind) -> bool:
    """Whether such events speak against somebody: those that a document states."""
    return "document_no" in kind.data


def speaks_against(read: Read, known: Catalogue) -> bool:
    """Whether a read is of an event that speaks against somebody."""
    return read.what == "event" and adverse(known.event_kinds[read.name])


def _all(pack: Pack) -> Iterator[Read]:
    for item in pack.items:
        yield from _item(pack, item)
    yield from _requirements(pack.requires, "requires")
    for group in pack.groups.values():
        for extra in group.extras:
            if extra.when is not None:
                path = f"groups.{group.code}.multiply.{extra.code}.when"
                yield from _condition(extra.when, path, "extra", Way.UP)
    for result in pack.results:
        path = f"results.{result.code}"
        yield from _requirements(result.requires, f"{path}.requires")
        for extra in result.extras:
            if extra.when is not None:
                yield from _condition(extra.when, f"{path}.multiply.{extra.code}.when", "extra", Way.UP)
        for number, key in enumerate(result.order):
            place, way = f"{path}.order.{number}", Way.UP if key.descending else Way.DOWN
            if key.by == "fact":
                yield Read(place, "fact", key.name, "order", way)
            elif key.by == "quantity":
                yield from _quantity(pack.item(key.name).quantity, place, "order", way)
            else:
                yield Read(place, "points", key.name, "order", way)
    for veto in pack.vetoes:
        yield from _condition(veto.when, f"vetoes.{veto.code}.when", "veto", Way.DOWN)
    for bar in pack.bars:
        yield Read(f"bars.{bar.code}", "event", bar.kind, "bar", Way.DOWN)
        if bar.where is not None:
            yield from _condition(bar.where, f"bars.{bar.code}.where", "bar", Way.DOWN)
    if pack.choosing is not None and pack.choosing.when is not None:
        yield from _condition(pack.choosing.when, "choosing.when", "choosing", Way.UP)


def _requirements(needed: tuple[Requirement, ...], path: str) -> Iterator[Read]:
    for one in needed:
        yield from _condition(one.when, f"{path}.{one.code}.when", "requires", Way.UP)


def _item(pack: Pack, item: Item) -> Iterator[Read]:
    path, way = f"items.{item.code}", of_item(pack, item)
    for kind in item.evidence:
        yield Read(f"{path}.evidence", "evidence", kind, "item", Way.NOWHERE, item=item)
    if item.on is not None:
        yield Read(f"{path}.on", "event", item.on, "item", way, item=item)
    yield from _quantity(item.quantity, f"{path}.quantity", "item", way, item)
    if item.when is not None:
        yield from _condition(item.when, f"{path}.when", "when", Way.BOTH if Way.DOWN in way else Way.UP, item)
    for part in item.multiply:
        if part.when is not None:
            yield from _condition(part.when, f"{path}.multiply.{part.code}.when", "extra", Way.UP, item)


def _quantity(quantity: Quantity, path: str, use: Use, way: Way, item: Item | None = None) -> Iterator[Read]:
    """What a quantity reads; where more of it leads is `way`."""
    match quantity:
        case Fact() | Since():
            yield Read(path, "fact", quantity.name, use, way, quantity.whose, item=item)
        case Balance() | Members():
            yield Read(path, "balance", quantity.point_kind, use, way, item=item)
        case Combined():
            for number, part in enumerate(quantity.parts):
                yield from _quantity(part, path, use, _of_part(quantity, number, way), item)
        case Selection():
            if isinstance(quantity, Extreme) and quantity.which == "least":
                way = Way.BOTH
            yield Read(path, "event", quantity.kind, use, way, quantity.whose, quantity, item)
            if quantity.where is not None:
                yield from _condition(quantity.where, f"{path}.where", use, way, item)


def _of_part(quantity: Combined, number: int, way: Way) -> Way:
    """Where more of one part leads: what is taken off or divided by turns it round."""
    if quantity.how == "agreed" or (quantity.how == "first" and number < len(quantity.parts) - 1):
        return Way.BOTH
    return way.turned() if quantity.how in ("difference", "ratio") and number else way


def _condition(condition: Condition, path: str, use: Use, way: Way, item: Item | None = None) -> Iterator[Read]:
    """What a condition reads; where its holding leads is `way`."""
    match condition:
        case AllOf() | AnyOf() | SomeOf():
            for part in condition.conditions:
                yield from _condition(part, path, use, way, item)
        case NoneOf():
            for part in condition.conditions:
                yield from _condition(part, path, use, way.turned(), item)
        case IfThen():
            yield from _condition(condition.when, path, use, Way.BOTH, item)
            for branch in (condition.then, condition.otherwise):
                if branch is not None:
                    yield from _condition(branch, path, use, way, item)
        case EvidenceIn():
            for kind in condition.kinds:
                yield Read(path, "evidence", kind, use, way, item=item)
        case Compare(source="fact"):
            yield Read(path, "fact", condition.name, use, _tested(condition.test, way), condition.whose, item=item)
        case Measured():
            yield from _quantity(condition.quantity, path, use, _tested(condition.test, way), item)
        case Scored():
            yield Read(path, "points", condition.code, use, _tested(condition.test, way), item=item)


def _tested(test: Comparison, way: Way) -> Way:
    """Where more of what is compared leads."""
    match test:
        case Comparison.AT_LEAST | Comparison.ABOVE:
            return way
        case Comparison.AT_MOST | Comparison.BELOW:
            return way.turned()
    return Way.BOTH
