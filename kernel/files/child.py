"""Parses one workbook from stdin and writes its first sheet as JSON, under hard limits of memory and time.

Run as `python -m kernel.files.child MAX_ROWS MAX_COLUMNS`. Exit codes: 0 done, 10 too many rows, 11 too many
columns, 12 unreadable; anything else means that a limit of the system stopped it. Must never write a file.
"""

import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook

from kernel.files.limits import MAX_MEMORY_BYTES, MAX_SECONDS

Plain = str | float | list[str] | None
_MIDNIGHT = datetime.combine(date(2000, 1, 1), time())


def plain(cell: object) -> Plain:
    """A cell in JSON: dates and times as [kind, ISO text], durations under a day as times, empty as null."""
    match cell:
        case bool():
            return "TRUE" if cell else "FALSE"
        case int() | float():
            return cell
        case datetime():
            midnight = cell.time() == time()
            return ["date", cell.date().isoformat()] if midnight else ["datetime", cell.isoformat()]
        case date():
            return ["date", cell.isoformat()]
        case time():
            return ["time", cell.isoformat()]
        case timedelta():
            short = timedelta() <= cell < timedelta(days=1)
            return ["time", (_MIDNIGHT + cell).time().isoformat()] if short else str(cell)
        case _:
            return str(cell) or None


def main(max_rows: int, max_columns: int) -> int:
    """Read, check the size of the sheet before its cells are copied, and write."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read())) as workbook:
            sheet = workbook.get_sheet_by_index(0)
            if sheet.total_height > max_rows + 1 + 1_000:  # room for empty rows at the end, which do not count
                return 10
            if sheet.total_width > max_columns * 4:
                return 11
            rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError):
        return 12
    json.dump([[plain(cell) for cell in row] for row in rows], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
