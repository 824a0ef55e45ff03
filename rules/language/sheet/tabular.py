"""The cells of a workbook -> a pack's tree, where each part stands, and every fault with its cell. Pure.

Must never drop a cell silently: what is not read is a finding.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from rules.language.sheet.cells import NOTE, Cell, Place, Unreadable, plainly, short
from rules.language.sheet.forms import CODES
from rules.language.sheet.head_page import (
    FIELD,
    HEAD,
    HEAD_COLUMNS,
    HEAD_EN,
    HEAD_ROWS,
    HEAD_SLOTS,
    ORDER_OF_KEYS,
    VALUE,
)
from rules.language.sheet.headers import (
    TWICE,
    Found,
    Headed,
    SheetCells,
    filled_rows,
    folded,
    header,
    holds_anything,
    names_of,
    shown,
)
from rules.language.sheet.layout import LEVELS, PAGES
from rules.language.sheet.pages import CODE, GROUP, KIND, SCALE, Page, Table
from rules.language.sheet.rows import MORE, TWICE_SAID, Slot, from_cells, read_cell
from rules.language.text import Path

PROBLEMS, VOCABULARY = "问题", "词表"

UNKNOWN_SHEET = "The sheet “{name}” is not read. Delete it, or correct its name."
UNKNOWN_ROW = "There is no field “{name}” here."
UNKNOWN_KIND = "“{text}” is not one of: {choices}."
NOT_HERE = "This column is empty for {kind}."
NO_CODE = "This row needs a code."
NO_SCALE = "There is no scale “{name}” on this sheet."
NO_GROUP = "There is no group “{name}” on the sheet of results."
GROUP_TWICE = "The group {name} says what it is made of on the sheet of results, too."

Groups = dict[str, list[tuple[str, Place]]]
"""Which items name a group, in their order, and in which cells."""


def from_grid(book: Mapping[str, SheetCells]) -> Found:
    """The pack that a workbook says."""
    found = Found()
    by_name = {folded(name): name for name in reversed(list(book))}
    named: dict[str, str] = {}
    for zh, en in [(HEAD, HEAD_EN), *((page.zh, page.en) for page in PAGES)]:
        name = by_name.get(folded(zh)) or by_name.get(folded(en)) or by_name.get(folded(zh + en))
        if name is not None:
            named[zh] = name
            found.sheets.add(zh)
    for name, sheet in book.items():
        if name not in named.values() and name not in (PROBLEMS, VOCABULARY) and holds_anything(sheet):
            found.fault((name, 0, 0), (), UNKNOWN_SHEET, blocking=False, name=name)
    if HEAD in named:
        found.places[()] = (named[HEAD], 0, 0)
        _head(found, named[HEAD], book[named[HEAD]])
    groups: Groups = {}
    for page in PAGES:
        if page.zh in named:
            _page(found, page, named[page.zh], book[named[page.zh]], groups)
    _grouped(found, groups)
    order = {key: number for number, key in enumerate(ORDER_OF_KEYS)}
    found.tree = dict(sorted(found.tree.items(), key=lambda entry: order.get(entry[0], len(order))))
    return found


def _head(found: Found, name: str, sheet: SheetCells) -> None:
    table = header(found, HEAD_COLUMNS, name, sheet)
    if table is None or VALUE not in table.at or FIELD not in table.at:
        return
    wanted = {known: column.name for column in reversed(HEAD_ROWS) for known in names_of(column)}
    cells: dict[str, Cell] = {}
    at: dict[str, Place] = {}
    for number in range(table.first, len(table.rows)):
        row = table.rows[number]
        label, value = (row[table.at[column]] if table.at[column] < len(row) else None for column in (FIELD, VALUE))
        text = shown(label)
        known = wanted.get(folded(text))
        place = table.place(number, VALUE)
        if known is None:
            if value is not None and not text.startswith(NOTE):
                found.fault(table.place(number, FIELD), (), UNKNOWN_ROW, name=short(text))
        elif known == MORE and isinstance(value, str) and isinstance(cells.get(MORE), str):
            cells[MORE] = f"{cells[MORE]}{value}"
        elif known in at and cells.get(known) is not None and value is not None:
            found.fault(place, (), TWICE, name=short(text))
        elif cells.get(known) is None:
            cells[known], at[known] = value, place
    _said(found, cells, HEAD_SLOTS, (), at)


def _said(
    found: Found, cells: Mapping[str, Cell], slots: Sequence[Slot], path: Path, at: Mapping[str, Place]
) -> dict[str, Any]:
    """Read a row or the head into the tree's mapping at a path; every fault is told with its cell."""
    mapping, faults = from_cells(cells, slots)
    paths = {slot.name: slot.path for slot in slots}
    for name, fault in faults:
        found.unreadable(at[name], (*path, *paths.get(name, ())), fault)
    for slot in sorted(slots, key=lambda slot: len(slot.path)):
        if slot.name in at:
            for length in range(1, len(slot.path) + 1):
                found.places.setdefault((*path, *slot.path[:length]), at[slot.name])
    if MORE in at and cells.get(MORE) is not None:
        for key in mapping:
            found.places.setdefault((*path, key), at[MORE])
    if not path:
        for key, value in mapping.items():
            found.tree[key] = value
    return mapping


def _page(found: Found, page: Page, name: str, sheet: SheetCells, groups: Groups) -> None:
    table = header(found, page.columns, name, sheet)
    if table is None:
        return
    for one in page.tables:
        found.places.setdefault((one.key,), (name, table.first - 1, min(table.at.values())))
    steps: list[tuple[int, dict[str, Cell], str]] = []
    scale = ""
    for number, cells in filled_rows(table):
        of = _table_of(found, page, table, number, cells)
        if of is None:
            continue
        if page is LEVELS:
            scale = shown(cells.get(SCALE) or (cells.get(CODE) if of.shape == "map" else None)).strip() or scale
        if of.shape == "steps":
            steps.append((number, cells, scale))
        elif of.shape == "list":
            _listed(found, of, table, number, cells, groups)
        else:
            _by_code(found, page, of, table, number, cells)
    for number, cells, of_scale in steps:
        _step(found, page.tables[1], table, number, cells, of_scale)


def _table_of(found: Found, page: Page, table: Headed, number: int, cells: dict[str, Cell]) -> Table | None:
    """Which table a row belongs to; a cell that this table has no slot for is a finding."""
    of: Table | None = page.tables[0]
    if page.several:
        text = shown(cells.get(KIND))
        of = _kinds(page).get(folded(text))
    if of is None:
        choices = " · ".join(one.label for one in page.tables)
        found.fault(table.place(number, KIND), (), UNKNOWN_KIND, text=short(text), choices=choices)
        return None
    read = {slot.name for slot in of.slots} | {KIND, CODE, MORE, *((SCALE,) if page is LEVELS else ())}
    read |= {GROUP} if of.key == "items" else set()
    for name in cells.keys() - read:
        found.fault(table.place(number, name), (), NOT_HERE, kind=of.label)
    return of


@cache
def _kinds(page: Page) -> dict[str, Table]:
    """The tables of a sheet by every word for them."""
    return {folded(word): one for one in page.tables for word in (one.zh, one.en, one.label, one.key)}


def _listed(found: Found, of: Table, table: Headed, number: int, cells: dict[str, Cell], groups: Groups) -> None:
    """A row of a list: the next entry."""
    entries = found.tree.setdefault(of.key, [])
    if not isinstance(entries, list):
        found.fault(table.place(number, CODE), (of.key,), TWICE_SAID, name=of.key)
        return
    path: Path = (of.key, len(entries))
    entry = _entry(found, of, table, number, cells, path)
    entries.append(entry)
    if GROUP in cells:
        place = table.place(number, GROUP)
        try:
            for group in read_cell(CODES, cells[GROUP]):
                groups.setdefault(str(group), []).append((entry.get("code", ""), place))
        except Unreadable as fault:
            found.unreadable(place, path, fault)


def _entry(
    found: Found, of: Table, table: Headed, number: int, cells: dict[str, Cell], path: Path, *, code: str = CODE
) -> dict[str, Any]:
    """What a row says, its places remembered."""
    found.places[path] = table.place(number, code)
    at = {name: table.place(number, name) for name in table.at}
    return _said(found, cells, of.slots, path, at)


def _by_code(found: Found, page: Page, of: Table, table: Headed, number: int, cells: dict[str, Cell]) -> None:
    """A row of a mapping under its code, or the one row of a table that has no more."""
    name = SCALE if page is LEVELS and SCALE in cells else CODE
    place = table.place(number, name)
    code = shown(cells.get(name)).strip()
    inside = found.tree if of.shape == "one" else found.tree.setdefault(of.key, {})
    key = of.key if of.shape == "one" else plainly(code)
    path: Path = (key,) if of.shape == "one" else (of.key, key)
    if not key:
        found.fault(place, (of.key,), NO_CODE)
    elif not isinstance(inside, dict) or key in inside:
        found.fault(place, path, TWICE, name=short(key))
    else:
        inside[key] = _entry(found, of, table, number, cells, path, code=name)
        if of.shape == "one" and code:
            found.fault(place, path, NOT_HERE, kind=of.label)


def _step(found: Found, of: Table, table: Headed, number: int, cells: dict[str, Cell], scale: str) -> None:
    """A step, within the scale that its row or the row above names."""
    scales = found.tree.get("levels")
    within = scales.get(plainly(scale)) if isinstance(scales, dict) else None
    if not isinstance(within, dict) or not isinstance(within.setdefault("steps", []), list):
        found.fault(table.place(number, SCALE), ("levels",), NO_SCALE, name=short(scale))
        return
    path = ("levels", plainly(scale), "steps", len(within["steps"]))
    found.places.setdefault(path[:-1], table.place(number, CODE))
    within["steps"].append(_entry(found, of, table, number, cells, path))


def _grouped(found: Found, groups: Groups) -> None:
    """What a group is made of, where the items say it."""
    known = found.tree.get("groups")
    for group, items in groups.items():
        entry = known.get(group) if isinstance(known, dict) else None
        if not isinstance(entry, dict):
            found.fault(items[0][1], (), NO_GROUP, name=short(group))
        elif "of" in entry:
            found.fault(items[0][1], ("groups", group, "of"), GROUP_TWICE, name=short(group))
        else:
            entry["of"] = [code for code, _ in items]
