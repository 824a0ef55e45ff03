"""A workbook's bytes -> the pack that it says, with every fault on its cell.

What the cells say is read first, then as a pack like any other text: whatever keeps it from being one is a finding.
Must never raise for what a cell holds; only a file that is no workbook, or too much of one, is refused as a whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.errors import Finding
from rules.language.loader import PackInvalid, load
from rules.language.sheet.book import read_book
from rules.language.sheet.flow import flow, written
from rules.language.sheet.head_page import HEAD
from rules.language.sheet.headers import Found, SheetCells
from rules.language.sheet.item_page import ITEMS
from rules.language.sheet.layout import PAGES
from rules.language.sheet.placing import placed
from rules.language.sheet.rows import same
from rules.language.sheet.tabular import from_grid
from rules.language.sheet.writing import write_cells
from rules.language.text import MOST_BYTES, read_text

NO_SHEET = "The sheet “{name}” is missing."


@dataclass(frozen=True, slots=True)
class SheetPack:
    """A workbook as it was read: the pack's text, the faults with their cells, and the cells themselves."""

    text: str
    findings: list[Finding]
    book: Mapping[str, SheetCells]
    found: Found

    def placed(self, findings: Sequence[Finding]) -> list[Finding]:
        """Findings of a pack on the cells of this workbook."""
        return placed(findings, self.found.tree, self.found.places)

    def commented(self, findings: Sequence[Finding]) -> bytes:
        """The same workbook, its cells as they came, with the findings as comments."""
        return write_cells(self.book, findings, self.found.tree, self.found.places)


def read_sheet_pack(data: bytes, base_text: str | None = None) -> tuple[str, list[Finding]]:
    """The text of the pack that a workbook says, and what is wrong, each with its cell: `计分项!E7`.

    Tables whose sheet the workbook does not have are taken from the base. Where nothing is changed, the base's own text
    comes back. Refuses as a whole what is no workbook, or too large: FileUnreadable, FileTooLarge and their like.
    """
    read = open_sheet_pack(data, base_text)
    return read.text, read.findings


def open_sheet_pack(data: bytes, base_text: str | None = None) -> SheetPack:
    """The same, with the cells, for whoever gives the workbook back."""
    return read_cells(read_book(data), base_text)


def read_cells(book: Mapping[str, SheetCells], base_text: str | None = None) -> SheetPack:
    """The same for cells that have been read. Pure."""
    found = from_grid(book)
    base = read_text(base_text).tree if base_text is not None else None
    if isinstance(base, dict):
        _take_from(found, base)
    else:
        missing = [name for name in (HEAD, ITEMS.zh) if name not in found.sheets]
        found.findings += [Finding("NO_SHEET", "workbook", NO_SHEET, {"name": name}) for name in missing]
    text = _text(found.tree, base, base_text)
    findings = list(found.findings)
    try:
        load(text)
    except PackInvalid as invalid:
        faulty = {finding.path for finding in findings}
        findings += [one for one in placed(invalid.findings, found.tree, found.places) if one.path not in faulty]
    return SheetPack(text, findings, book, found)


def _text(tree: dict[str, Any], base: Any, base_text: str | None) -> str:
    if base_text is not None and same(tree, base):
        return base_text
    text = written(tree)
    return text if len(text) <= MOST_BYTES else flow(tree)


def _take_from(found: Found, base: dict[str, Any]) -> None:
    """What the workbook has no sheet for is as it was."""
    tables = {table.key: page.zh for page in PAGES for table in page.tables if table.shape != "steps"}
    for key, value in base.items():
        if tables.get(key, HEAD) not in found.sheets:
            found.tree.setdefault(key, value)
