"""The rows that were not recorded, as a CSV to correct and send again: as they came, with what is wrong in words.

The two columns that are added stand last, in both languages; an import would refuse the file until they are
removed, so that nobody sends it back unread. Must never hold more than a few rows at a time.
"""

from collections.abc import AsyncIterator, Iterator

from kernel.db import Session
from kernel.errors import Finding
from kernel.files import write_csv
from kernel.locale import LANGUAGES, Language, translate
from points.event_files.store import EventFile, RefusedRow, refused_rows

_AT_ONCE = 500
_BOM = b"\xef\xbb\xbf"
ROW, WRONG = {"zh": "行号", "en": "row"}, {"zh": "问题", "en": "what is wrong"}


async def bad_rows(session: Session, *, file: EventFile, most: int | None = None) -> AsyncIterator[bytes]:
    """The CSV in pieces, at most so many rows of it: UTF-8 with BOM, as Excel opens it rightly."""
    added = [*(WRONG[language] for language in LANGUAGES), f"{ROW['zh']} {ROW['en']}"]
    yield write_csv([*file.header, *added], [])
    waiting: list[RefusedRow] = []
    async for row in refused_rows(session, file_id=file.file_id, most=most):
        waiting.append(row)
        if len(waiting) == _AT_ONCE:
            yield _piece(file, waiting)
            waiting = []
    if waiting:
        yield _piece(file, waiting)


def _piece(file: EventFile, rows: list[RefusedRow]) -> bytes:
    width = len(file.header)
    lines = [
        [
            *[*row.cells, *[""] * width][:width],
            *("; ".join(said(row, language)) for language in LANGUAGES),
            str(row.row_no),
        ]
        for row in rows
    ]
    return write_csv(lines[0], lines[1:]).removeprefix(_BOM)


def said(row: RefusedRow, language: Language) -> Iterator[str]:
    """Each fault of a row in words, with the column it is about."""
    for finding in row.findings:
        yield f"{finding.path}: {_sentence(finding, language)}"


def _sentence(finding: Finding, language: Language) -> str:
    return translate(language, finding.message_id, **finding.values)
