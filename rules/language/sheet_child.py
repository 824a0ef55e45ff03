"""Parses one workbook from stdin and writes its sheets as JSON, under hard limits of memory and time.

Run as `python -m rules.language.sheet_child MAX_ROWS MAX_COLUMNS MAX_SHEETS`; exit codes as in `kernel.files.child`.
Of each sheet: its rows, what is merged, and which cells hold a formula's error. Must never write a file.
"""

import json
import re
import resource
import sys
import zipfile
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from kernel.files.child import plain
from kernel.files.limits import MAX_MEMORY_BYTES, MAX_SECONDS

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def errors_of(data: bytes) -> dict[str, list[str]]:
    """Which cells of each sheet of a .xlsx file hold an error: the reader gives them as empty."""
    found: dict[str, list[str]] = {}
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return found
        targets = {
            link.get("Id"): f"xl/{link.get('Target', '')}" if link.get("Target", "")[:1] != "/" else link.get("Target")
            for link in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
            target = str(targets.get(sheet.get(_RELATION), "")).lstrip("/")
            if sheet.tag.endswith("}sheet") and target in names:
                with archive.open(target) as page:
                    found[sheet.get("name", "")] = _errors_in(page)
    return found


def _errors_in(page: Any) -> list[str]:
    """The cells of one sheet with an error; a row that was read is let go."""
    found: list[str] = []
    for _, part in ElementTree.iterparse(page):
        if part.tag.endswith("}c") and part.get("t") == "e" and re.fullmatch("[A-Z]+[0-9]+", part.get("r", "")):
            found.append(part.get("r", ""))
        elif part.tag.endswith("}row"):
            part.clear()
    return found


def main(max_rows: int, max_columns: int, max_sheets: int) -> int:
    """Read, check the size of each sheet before its cells are copied, and write."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = sys.stdin.buffer.read()
    sheets: dict[str, Any] = {}
    try:
        errors = errors_of(data) if data.startswith(b"PK") else {}
        with CalamineWorkbook.from_filelike(BytesIO(data)) as workbook:
            pages = [page.name for page in workbook.sheets_metadata if page.typ == SheetTypeEnum.WorkSheet]
            for name in pages[:max_sheets]:
                sheet = workbook.get_sheet_by_name(name)
                if sheet.total_height > max_rows:
                    return 10
                if sheet.total_width > max_columns:
                    return 11
                rows = [[plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
                merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
                sheets[name] = {"rows": rows, "merged": merged, "errors": errors.get(name, [])}
    except (CalamineError, OSError, ValueError, KeyError, SyntaxError, zipfile.BadZipFile):
        return 12
    json.dump(sheets, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:4])))
