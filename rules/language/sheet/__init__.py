"""A pack as a workbook that officials know: one item a row, and back again without losing anything.

    write_workbook    a pack's text -> .xlsx, findings as comments on their cells
    read_sheet_pack   .xlsx -> the pack's text, and every fault with its cell
    open_sheet_pack   the same, with the cells, to give the workbook back with comments

Must never be a second language: a cell says a key of the rule language, plainly or in YAML.
"""

from rules.language.sheet.reading import SheetPack, open_sheet_pack, read_sheet_pack
from rules.language.sheet.writing import write_workbook

__all__ = ["SheetPack", "open_sheet_pack", "read_sheet_pack", "write_workbook"]
