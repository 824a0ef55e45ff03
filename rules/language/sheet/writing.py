"""A pack's text -> its workbook, with findings on their cells.

The tables are used where they say exactly the same; else the whole pack stands as YAML on the sheet of the head. Must
never write a workbook that reads back as another pack.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.errors import Finding
from rules.language.loader import PackInvalid
from rules.language.sheet.cells import Place, address
from rules.language.sheet.grid import to_grid
from rules.language.sheet.headers import Found, SheetCells
from rules.language.sheet.paper import write_paper
from rules.language.sheet.placing import Places, place_in
from rules.language.sheet.rows import same
from rules.language.sheet.tabular import from_grid
from rules.language.sheet.vocabulary import vocabulary_of
from rules.language.text import read_text


def write_workbook(text: str, findings: Sequence[Finding] = ()) -> bytes:
    """The workbook of a pack's text, the findings on their cells. Refuses a text that is no YAML with PackInvalid."""
    read = read_text(text)
    if read.findings or not isinstance(read.tree, dict):
        raise PackInvalid(read.findings or [Finding("NOT_A_PACK", "pack", "A pack is a mapping of keys to values.")])
    book, found = cells_of(read.tree)
    return write_cells(book, findings, read.tree, found.places)


def cells_of(tree: dict[str, Any]) -> tuple[dict[str, SheetCells], Found]:
    """The sheets of a pack, and what they say when they are read again. Pure."""
    book = {name: SheetCells(rows) for name, rows in to_grid(tree).items()}
    found = from_grid(book)
    if found.findings or not same(found.tree, tree):
        book = {name: SheetCells(rows) for name, rows in to_grid(tree, tables=False).items()}
        found = from_grid(book)
    return book, found


def write_cells(book: Mapping[str, SheetCells], findings: Sequence[Finding], tree: Any, places: Places) -> bytes:
    """The workbook of these cells, the findings on theirs."""
    comments: dict[Place, list[Finding]] = {}
    told: list[tuple[str, Finding]] = []
    for finding in findings:
        place = place_in(finding, tree, places)
        if place is not None and place[0] in book:
            comments.setdefault(place, []).append(finding)
        told.append((address(place) if place is not None else "", finding))
    return write_paper(book, comments, told, vocabulary_of(tree))
