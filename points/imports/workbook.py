"""Workbooks that go out: the template to fill in, and the rows with errors to correct. Pure.

Must never put a name into a file: a row is known by its volunteer number.
"""

from collections.abc import Callable
from datetime import timedelta

from kernel.calendar import local
from kernel.files import Column, SheetOut, write_workbook
from kernel.locale import Language, translate
from points.imports.model import ImportFile, ShiftTarget
from points.imports.sheet import COLUMNS, READ

_QUARTER = timedelta(minutes=15)


def template(target: ShiftTarget, language: Language) -> bytes:
    """An empty workbook for one shift: its date and quarter hours as drop-down lists, notes on the headings."""
    say = _sayer(language)
    days = {local(target.starts_at).date().isoformat(): None, local(target.ends_at).date().isoformat(): None}
    times: list[str] = []
    at = target.starts_at
    while at <= target.ends_at and len(times) <= 64:
        times.append(local(at).strftime("%H:%M"))
        at += _QUARTER
    notes = {
        "number": say("The number on the volunteer's card, like V-7Q2K9X4M."),
        "date": say("The day of the shift, like 2026-11-22."),
        "start": say("When service began, like 14:00. Any minute may be typed."),
        "end": say("When service ended, like 17:30."),
        "minutes": say("Only where breaks are to be left out; otherwise leave it empty."),
        "note": say("For yourself; it is not read."),
    }
    choices = {"date": tuple(days), "start": tuple(times[:-1]), "end": tuple(times[1:])}
    columns = [Column(_title(column, language), 18, notes[column], choices.get(column, ())) for column in COLUMNS]
    return write_workbook([SheetOut(say("Hours"), columns)])


def rows_with_errors(file: ImportFile, language: Language) -> bytes:
    """The rows that were not imported, as they came, with what is wrong in one more column and on each cell."""
    say = _sayer(language)
    faulty = [row for row in file.rows if row.verdict in ("error", "changed") or row.outcome == "refused"]
    rows, comments = [], {}
    for at, row in enumerate(faulty):
        told = [(finding.path, say(finding.message_id, **finding.values)) for finding in row.findings]
        rows.append([*(row.cells.get(column, "") for column in READ), " ".join(text for _, text in told)])
        for path, text in told:
            if path in READ:
                comments[at, READ.index(path)] = text
    columns = [*(Column(_title(column, language), 18) for column in READ), Column(say("What is wrong"), 60)]
    return write_workbook([SheetOut(say("Rows with errors"), columns, rows, comments)])


def _title(column: str, language: Language) -> str:
    chinese, english = COLUMNS[column]
    return chinese if language == "zh" else english


def _sayer(language: Language) -> Callable[..., str]:
    def say(message_id: str, **values: object) -> str:
        return translate(language, message_id, **values)

    return say
