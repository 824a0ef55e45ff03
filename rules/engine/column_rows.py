"""One holder's facts and past events -> rows for the columns: quantities to be priced, and what else is decided.

Prices stay out, so that rows may be kept while prices change. Pure: everything is read as the single reader reads it.
A holder whose numbers no column holds is refused with NotInColumns.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from rules.catalogue.holiday_register import holidays
from rules.engine.column_items import HUNDRED, weighed
from rules.engine.column_numbers import NARROW, NotInColumns
from rules.engine.conditions import parts_of
from rules.engine.deductions import counted
from rules.engine.lines import alone
from rules.engine.model import EventView, Item, Pack
from rules.engine.moves import barred_until
from rules.engine.outcome import Extra, OrderKey, Requirement
from rules.engine.quantities import JUDGE, of_history
from rules.engine.subject import Facts, Subject
from rules.engine.tree import Condition, Scored, Selection, Values

Row = dict[str, Any]
QUANTITIES = {
    "holder": pl.String,
    "role": pl.String,
    "item": pl.String,
    "part": pl.String,
    "number": pl.Int64,
    "text": pl.String,
    "times": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """Frames to be priced and assessed, and the holders that they could not hold."""

    quantities: pl.DataFrame
    conditions: pl.DataFrame
    apart: tuple[str, ...]


def read_frames(pack: Pack, people: Sequence[tuple[str, Facts, Sequence[EventView]]], as_of: date) -> Reading:
    """The rows of many holders: each with the facts and events that are known of them."""
    quantities: list[Row] = []
    conditions: list[Row] = []
    apart: list[str] = []
    for holder, facts, events in people:
        try:
            rows = (
                quantity_rows(pack, holder, facts, events, as_of),
                condition_rows(pack, holder, facts, events, as_of),
            )
        except NotInColumns:
            apart.append(holder)
            continue
        quantities += rows[0]
        conditions += rows[1]
    return Reading(quantity_frame(quantities), condition_frame(pack, conditions), tuple(apart))


def quantity_frame(rows: Sequence[Row]) -> pl.DataFrame:
    """Rows of `quantity_rows` as a frame."""
    return pl.DataFrame(rows, schema=QUANTITIES)


def condition_frame(pack: Pack, rows: Sequence[Row]) -> pl.DataFrame:
    """Rows of `condition_rows` as a frame."""
    kinds: dict[str, Any] = {"holder": pl.String, "role": pl.String}
    kinds |= {name: pl.Boolean for name, _ in asked(pack)} | {bar_column(bar.code): pl.Date for bar in pack.bars}
    kinds |= {name: None for name, _ in keys(pack)}
    return pl.DataFrame(rows, schema=kinds, infer_schema_length=None)


def quantity_rows(pack: Pack, holder: str, facts: Facts, events: Sequence[EventView], as_of: date) -> list[Row]:
    """A row for each part of each item that counts, under each relative whose facts may count as the holder's own."""
    return [
        {"holder": holder, "role": subject.role, "item": item.code, "part": part, **_told(value), "times": times}
        for subject in _subjects(pack, facts, events, as_of)
        for item in pack.items
        if item.when is None or JUDGE.holds(item.when, subject)
        for part, value, times in _parts(pack, item, subject)
    ]


def condition_rows(pack: Pack, holder: str, facts: Facts, events: Sequence[EventView], as_of: date) -> list[Row]:
    """What must hold, what bars, and what an order reads, for every use: a row for each relative who may be chosen."""
    return [
        {"holder": holder, "role": subject.role}
        | {name: JUDGE.holds(condition, subject) for name, condition in asked(pack)}
        | {bar_column(bar.code): barred_until(bar, subject) for bar in pack.bars}
        | {name: _key(pack, key, subject) for name, key in keys(pack)}
        for subject in _subjects(pack, facts, events, as_of)
    ]


def _subjects(pack: Pack, facts: Facts, events: Sequence[EventView], as_of: date) -> list[Subject]:
    """The holder, or each relative who may be chosen in the holder's place."""
    subject = Subject(facts, events, as_of, minor=10**pack.decimals)
    if pack.choosing is None:
        return [subject]
    known = [replace(subject, role=role) for role in pack.choosing.among]
    when = pack.choosing.when
    return [one for one in known if when is None or JUDGE.holds(when, one)] or [subject]


def _parts(pack: Pack, item: Item, subject: Subject) -> Iterator[tuple[str, Any, int]]:
    if item.deduction is None or not isinstance(item.quantity, Selection):
        yield from _of_quantity(item, of_history(item.quantity, subject), HUNDRED if weighed(item) else 1)
        return
    found = counted(pack, item, item.quantity.kind, subject, holidays())
    quantity = of_history(item.quantity, found.subject)
    yield from _of_quantity(item, quantity, HUNDRED if weighed(item) else 1)
    if found.repaired and not weighed(item):
        raise NotInColumns
    for event, share in found.repaired if quantity is not None else ():
        worth = of_history(item.quantity, alone(found.subject, event))
        yield from _of_quantity(item, worth, -int(share * HUNDRED))


def _of_quantity(item: Item, quantity: Any, weight: int) -> Iterator[tuple[str, Any, int]]:
    """Each part of a quantity with how often it stands there; one that is proven and empty stands there 0 times."""
    if quantity is None:
        return
    if not isinstance(quantity, Mapping):
        yield "", quantity, weight
        return
    if not quantity:
        yield "", None, 0
    for part, value in quantity.items():
        if isinstance(item.quantity, Values):
            yield "", part, value * weight
        else:
            yield str(part), value, weight


def _told(value: Any) -> Row:
    """A quantity as a number or a text; a yes or no as both, since a choice reads it as a text."""
    if value is None or isinstance(value, str):
        return {"number": None, "text": value}
    if not isinstance(value, int) or abs(value) >= NARROW:
        raise NotInColumns
    return {"number": int(value), "text": str(value) if isinstance(value, bool) else None}


def _key(pack: Pack, key: OrderKey, subject: Subject) -> Any:
    if key.by == "fact":
        found = subject.fact(key.name)
    else:
        found = of_history(pack.item(key.name).quantity, subject)
        found = sum(found.values()) if isinstance(found, Mapping) else found
    if isinstance(found, Mapping) or (isinstance(found, int) and abs(found) >= NARROW):
        raise NotInColumns
    return found


def bar_column(code: str) -> str:
    """The column that says until when a bar holds."""
    return f"bar/{code}"


def keys(pack: Pack) -> Iterator[tuple[str, OrderKey]]:
    """The columns of an order that are read from facts and quantities."""
    for result in pack.results:
        for number, key in enumerate(result.order):
            if key.by in ("fact", "quantity"):
                yield f"key/{result.code}/{number}", key


def asked(pack: Pack) -> Iterator[tuple[str, Condition]]:
    """Every condition that needs no points, by its column's name; a group's extras never see any points."""
    for group in pack.groups.values():
        yield from extras_of(f"group/{group.code}", group.extras)
    for number, veto in enumerate(pack.vetoes):
        yield from _without_points(f"veto/{number}", veto.when)
    for name, one in requirements_of("pack", pack.requires):
        yield from _without_points(name, one)
    for result in pack.results:
        use = f"use/{result.code}"
        for name, one in (*extras_of(use, result.extras), *requirements_of(use, result.requires)):
            yield from _without_points(name, one)


def extras_of(name: str, extras: Sequence[Extra]) -> Iterator[tuple[str, Condition]]:
    """The conditions of extras; one without a condition always holds."""
    for number, extra in enumerate(extras):
        if extra.when is not None:
            yield f"{name}/extra/{number}", extra.when


def requirements_of(name: str, requires: Sequence[Requirement]) -> Iterator[tuple[str, Condition]]:
    """The conditions of requirements."""
    for number, one in enumerate(requires):
        yield f"{name}/requires/{number}", one.when


def _without_points(name: str, condition: Condition) -> Iterator[tuple[str, Condition]]:
    """The largest parts of a condition that ask for no points."""
    if not asks_points(condition):
        yield name, condition
    for number, part in enumerate(parts_of(condition) if asks_points(condition) else ()):
        yield from _without_points(f"{name}/{number}", part)


def asks_points(condition: Condition) -> bool:
    """Whether the points of an item or a group are asked for anywhere in a condition."""
    return isinstance(condition, Scored) or any(asks_points(part) for part in parts_of(condition))
