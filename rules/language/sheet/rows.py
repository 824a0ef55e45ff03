"""One mapping of a pack <-> the cells of one row: each slot takes its part; what no slot can say is YAML in one cell.

A slot shows its part plainly only if reading the cell gives exactly that part again; else the part stands there in
YAML. Pure. Must never lose a key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from rules.language.sheet.cells import Broken, Cell, Unreadable, cleaned, keeps, plainly
from rules.language.sheet.flow import flow, node
from rules.language.sheet.forms import Form
from rules.language.text import Path

MORE = "more"
TWICE_SAID = "{name} is said here and in another cell of this row."


@dataclass(frozen=True, slots=True)
class Slot:
    """A column's part of a mapping: the path below it, and how the cell says it.

    `with_main`: only used beside a plain cell of what stands around it; a YAML cell says it all.
    """

    name: str
    path: Path
    form: Form
    with_main: bool = False


class TooLong(Exception):
    """A cell could not hold it: the table as a whole must stand elsewhere."""


def same(one: Any, other: Any) -> bool:
    """Whether two trees say the same, types included: 1 is neither true nor 1.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def read_cell(form: Form, cell: Cell) -> Any:
    """What a cell says; YAML where the form allows it and the cell begins with a bracket."""
    if isinstance(cell, str) and form.node and plainly(cell)[:1] in ("{", "["):
        return node(cell)
    return form.read(cell)


def plain_cell(form: Form, value: Any) -> Cell:
    """The cell that says a value plainly; None where none gives exactly it again."""
    cell = form.show(value)
    if cell is None or (isinstance(cell, str) and not keeps(cell)):
        return None
    try:
        again = read_cell(form, cleaned(cell) if isinstance(cell, str) else cell)
    except Unreadable:
        return None
    return cell if same(again, value) else None


def yaml_cell(value: Any) -> str:
    """The cell that says a value in YAML; raises TooLong."""
    text = flow(value)
    if not keeps(text):
        raise TooLong
    return text


def to_cells(mapping: Mapping[str, Any], slots: Sequence[Slot]) -> dict[str, Cell]:
    """The cells of a mapping, by the names of their slots; what is left stands under MORE."""
    rest = _copy(mapping)
    cells: dict[str, Cell] = {}
    for slot in sorted((slot for slot in slots if not slot.with_main), key=lambda slot: -len(slot.path)):
        beside = [one for one in slots if one.with_main and one.path[:-1] == slot.path]
        if not _has(rest, slot.path):
            continue
        value = _get(rest, slot.path)
        taken = {one: value[one.path[-1]] for one in beside if isinstance(value, dict) and one.path[-1] in value}
        aside = {one.name: plain_cell(one.form, part) for one, part in taken.items()}
        bare = _without(value, [one.path[-1] for one in taken])
        cell = None if None in aside.values() or bare == {} else plain_cell(slot.form, bare)
        if cell is not None:
            cells |= {slot.name: cell, **aside}
        elif slot.form.node and isinstance(value, dict | list):
            cells[slot.name] = yaml_cell(value)
        else:
            continue
        _remove(rest, slot.path)
    if rest:
        cells[MORE] = yaml_cell(rest)
    return cells


def _copy(tree: Any) -> Any:
    return {key: _copy(value) for key, value in tree.items()} if isinstance(tree, dict) else tree


def _without(value: Any, keys: Sequence[Any]) -> Any:
    return {key: part for key, part in value.items() if key not in keys} if isinstance(value, dict) else value


def _has(tree: Any, path: Path) -> bool:
    for part in path:
        if not isinstance(tree, dict) or part not in tree:
            return False
        tree = tree[part]
    return True


def _get(tree: Any, path: Path) -> Any:
    for part in path:
        tree = tree[part]
    return tree


def _remove(tree: Any, path: Path) -> None:
    """Take a part out, and what is empty then around it."""
    inside = _get(tree, path[:-1])
    del inside[path[-1]]
    if not inside and len(path) > 1:
        _remove(tree, path[:-1])


def from_cells(cells: Mapping[str, Cell], slots: Sequence[Slot]) -> tuple[dict[str, Any], list[tuple[str, Unreadable]]]:
    """The mapping that cells say, its keys as the slots stand; and what could not be read, by its slot's name."""
    found: dict[str, Any] = {}
    faults: list[tuple[str, Unreadable]] = []
    for slot in slots:
        cell = cells.get(slot.name)
        if cell is None:
            continue
        try:
            _put(found, slot.path, read_cell(slot.form, cell))
        except Unreadable as fault:
            faults.append((slot.name, fault))
    if (cell := cells.get(MORE)) is not None:
        try:
            more = node(_text(cell))
            if not isinstance(more, dict):
                raise Unreadable("This must be YAML in braces: a key, a colon, a value.")
            _merge(found, more)
        except Unreadable as fault:
            faults.append((MORE, fault))
    return found, faults


def _text(cell: Cell) -> str:
    match cell:
        case str():
            return cell
        case Broken():
            raise Unreadable(cell.message_id)
        case int() | Decimal() | date():
            return plainly(cell)
    return ""


def _put(tree: dict[str, Any], path: Path, value: Any) -> None:
    for part in reversed(path[1:]):
        value = {part: value}
    _merge(tree, {str(path[0]): value})


def _merge(tree: dict[str, Any], more: dict[str, Any]) -> None:
    """Put a mapping into another; a key that both say is a fault."""
    for key, value in more.items():
        if key not in tree:
            tree[key] = value
        elif isinstance(tree[key], dict) and isinstance(value, dict):
            _merge(tree[key], value)
        else:
            raise Unreadable(TWICE_SAID, name=key)
