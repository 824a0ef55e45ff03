"""A pack's tree -> the cells of its workbook. Pure.

What a table cannot say exactly stands as YAML on the sheet of the head, so that nothing is lost whatever a pack says.
"""

from collections.abc import Iterator
from typing import Any

from rules.language.sheet.cells import NOTE, Cell
from rules.language.sheet.flow import flow
from rules.language.sheet.forms import KEY
from rules.language.sheet.head_page import HEAD, HEAD_COLUMNS, HEAD_ROWS, HEAD_SLOTS
from rules.language.sheet.layout import PAGES
from rules.language.sheet.pages import CODE, GROUP, KIND, SCALE, Column, Page, Table
from rules.language.sheet.rows import MORE, TooLong, plain_cell, to_cells

Row = dict[str, Cell]
Grid = dict[str, list[list[Cell]]]
PIECE = 30_000


def to_grid(tree: dict[str, Any], *, tables: bool = True) -> Grid:
    """Every sheet's cells: a header, a row of help, then the rows. Without tables, all is YAML on the head's sheet."""
    rest = dict(tree)
    rows: dict[str, list[Row]] = {page.zh: [] for page in PAGES}
    for page in PAGES if tables else ():
        for table in page.tables:
            found = _rows(table, page, rest)
            if found is not None:
                rows[page.zh] += found
                del rest[table.key]
    if tables:
        _group_column(rows)
    grid: Grid = {HEAD: _head(rest if tables else tree, tables)}
    for page in PAGES:
        body = [[row.get(column.name) for column in page.columns] for row in rows[page.zh]]
        grid[page.zh] = [[column.heading for column in page.columns], help_row(page), *body]
    return grid


def help_row(page: Page) -> list[Cell]:
    """The note under the header."""
    notes = [column.help for column in page.columns]
    return [f"{NOTE} {notes[0].removeprefix(NOTE).strip()}", *(note or None for note in notes[1:])]


def _head(rest: dict[str, Any], tables: bool) -> list[list[Cell]]:
    try:
        cells = to_cells(rest, HEAD_SLOTS) if tables else {}
    except TooLong:
        cells = {}
    more = [cells.pop(MORE)] if MORE in cells else _pieces(flow(rest)) if rest and not cells else [None]
    rows: list[tuple[Column, Cell]] = [(column, cells.get(column.name)) for column in HEAD_ROWS[:-1]]
    rows += [(HEAD_ROWS[-1], piece) for piece in more]
    return [
        [column.heading for column in HEAD_COLUMNS],
        *([f"{column.zh} {column.en}", cell, column.help.replace("\n", " · ") or None] for column, cell in rows),
    ]


def _pieces(text: str) -> list[Cell]:
    """A text in pieces that cells hold, none with a blank at its end."""
    pieces: list[Cell] = []
    while len(text) > PIECE:
        at = next((at for at in range(PIECE, 1, -1) if " " not in text[at - 1 : at + 1]), PIECE)
        pieces.append(text[:at])
        text = text[at:]
    return [*pieces, text]


def _rows(table: Table, page: Page, rest: dict[str, Any]) -> list[Row] | None:
    """The rows of a table; None where there is none, or where rows could not say it."""
    value = rest.get(table.key)
    if not value or table.shape == "steps":
        return None
    kind: Row = {KIND: table.label} if page.several else {}
    try:
        match value:
            case list() if table.shape == "list" and all(isinstance(entry, dict) and entry for entry in value):
                return [{**kind, **to_cells(entry, table.slots)} for entry in value]
            case dict() if table.shape == "one":
                return [{**kind, **to_cells(value, table.slots)}]
            case dict() if table.shape == "map" and all(isinstance(entry, dict) for entry in value.values()):
                return [row for code, entry in value.items() for row in _coded(table, page, kind, code, entry)]
    except TooLong:
        return None
    return None


def _coded(table: Table, page: Page, kind: Row, code: str, entry: dict[str, Any]) -> Iterator[Row]:
    """An entry under its code, and below it the steps of a scale."""
    if plain_cell(KEY, code) is None:
        raise TooLong
    below = next((one for one in page.tables if one.shape == "steps"), None)
    steps = entry.get("steps") if below and table.key == "levels" else None
    good = isinstance(steps, list) and steps and all(isinstance(step, dict) and step for step in steps)
    bare = {key: value for key, value in entry.items() if key != "steps"} if good else entry
    yield {**kind, (SCALE if below else CODE): code, **to_cells(bare, table.slots)}
    if below and good and isinstance(steps, list):
        for step in steps:
            yield {KIND: below.label, SCALE: code, **to_cells(step, below.slots)}


def _group_column(rows: dict[str, list[Row]]) -> None:
    """What a group is made of stands beside the items, where that says the same: all in the items' order."""
    items = rows["计分项"]
    codes = [row.get(CODE) for row in items]
    for row in rows["结果"]:
        of = row.get("of")
        if not str(row.get(KIND, "")).startswith("分组") or not isinstance(of, str) or of.startswith("["):
            continue
        named = of.split("; ")
        group = row[CODE]
        if named != [code for code in codes if code in named] or not isinstance(group, str) or ";" in group:
            continue
        del row["of"]
        for item in items:
            if item.get(CODE) in named:
                item[GROUP] = f"{item[GROUP]}; {group}" if item.get(GROUP) else group
