"""One row of a department's file: an event of one holder, or everything that is wrong with it. Pure.

Every known column has a Chinese and an English title; what an event carries stands in `data.*` columns. An
unknown column refuses the whole file: so no name and no identity number comes in unasked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.calendar import instant
from kernel.errors import DomainError, Finding
from kernel.files.limits import MAX_COLUMNS, FileTooManyColumns, clean_text
from kernel.files.writer import plain_text
from points.event_files.refusals import EventFileColumns
from points.events.model import EventDraft
from points.people.numbers import read_number
from rules.catalogue.register import UUID_TEXT, EventKind, catalogue

TITLES: Mapping[str, str] = {
    "number": "志愿者编号",
    "holder_id": "持有人编号",
    "kind": "事件类型",
    "business_key": "业务键",
    "occurred_at": "发生时间",
    "ended_at": "结束时间",
    "evidence": "证据",
    "ref": "来源编号",
}
"""Every column but those of `data.*`, with its Chinese title."""
NEEDED = ("kind", "business_key", "occurred_at", "ended_at")
EVIDENCE = ("imported", "declared")
"""What a file may claim; the grades of our own scans it may not."""
_KEY = re.compile(r"[A-Za-z0-9._:/-]{1,120}")
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_DATA = re.compile(r"data\.([a-z][a-z0-9_]{0,39})")
_IDENTITY = re.compile(r"[0-9]{14,17}[0-9Xx]")
_TRUTHS = {"true": True, "false": False, "是": True, "否": False}

SAYS = {
    "NO_HOLDER": "This row names nobody: a volunteer number or a holder id is needed.",
    "BAD_NUMBER": "This is not a volunteer number: a character is missing or wrong.",
    "UNKNOWN_NUMBER": "Nobody has this volunteer number.",
    "BAD_HOLDER_ID": "This is not a holder id (a UUID).",
    "BAD_KEY": "Only 1 to 120 letters, digits and . _ : / - may stand here.",
    "BAD_INSTANT": "This is not a date with a time. Write it like 2026-11-22 14:00.",
    "ENDS_BEFORE_START": "An event can't end before it began.",
    "BAD_EVIDENCE": "A file can claim imported or declared, and nothing else.",
    "TOO_MANY_CELLS": "This row has more cells than the first row has titles.",
    "UNSAFE_TEXT": "This row holds control characters.",
    "NOT_RECORDED": "The database did not take this row. Tell the operator.",
}


def fault(code: str, path: str) -> Finding:
    """A finding of ours, by its code."""
    return Finding(code, path, SAYS[code])


@dataclass(frozen=True, slots=True)
class Header:
    """Where each column stands in a row; `data` by the field's own name."""

    titles: tuple[str, ...]
    columns: Mapping[str, int]
    data: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, titles: Sequence[str]) -> "Header":
        """Read the first row. Refuses with EventFileColumns, FileTooManyColumns."""
        if len(titles) > MAX_COLUMNS:
            raise FileTooManyColumns()
        known = {title: column for column, zh in TITLES.items() for title in (column, zh)}
        columns: dict[str, int] = {}
        data: dict[str, int] = {}
        unknown: list[str] = []
        for at, title in enumerate(titles):
            name = title.strip()
            if (column := known.get(name)) and column not in columns:
                columns[column] = at
            elif (found := _DATA.fullmatch(name)) and found[1] not in data:
                data[found[1]] = at
            else:
                unknown.append(name[:40] or "-")
        missing = [column for column in NEEDED if column not in columns]
        if not {"number", "holder_id"} & set(columns):
            missing.insert(0, "number")
        if unknown or missing:
            raise EventFileColumns(unknown=", ".join(unknown) or "-", missing=", ".join(missing) or "-")
        return cls(tuple(titles), columns, tuple(data.items()))

    def cell(self, cells: Sequence[str], column: str) -> str:
        """A cell by its column, trimmed; empty where the row or the file lacks it."""
        at = self.columns.get(column)
        return plain_text(cells[at].strip()) if at is not None and at < len(cells) else ""

    def who(self, cells: Sequence[str]) -> str:
        """Whom a row is about, as far as it can be told without asking: a holder id, a number, or what is typed."""
        holder_id = self.cell(cells, "holder_id").lower()
        if holder_id:
            return holder_id
        number = self.cell(cells, "number")
        return read_number(number) or number


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row as it was read. `row_no` counts as a spreadsheet does: the first row below the titles is 2.

    `draft` lacks its holder where only a number is given; `findings` say what is wrong, and then there is none.
    """

    row_no: int
    number: str | None
    draft: EventDraft | None
    findings: tuple[Finding, ...] = ()


NOBODY = UUID(int=0)
"""Stands for a holder that is still to be found by the number."""


def read_row(header: Header, row_no: int, cells: Sequence[str], *, source: str) -> FileRow:
    """Read one row of texts; all of its faults at once."""
    try:
        joined = " ".join(cells)
        cleaned = cells if joined.isascii() and joined.isprintable() else [clean_text(cell) for cell in cells]
    except DomainError:
        return FileRow(row_no, None, None, (fault("UNSAFE_TEXT", "row"),))
    if len(cells) > len(header.titles):
        return FileRow(row_no, None, None, (fault("TOO_MANY_CELLS", "row"),))
    findings: list[Finding] = []
    number, holder_id = _holder(header, cleaned, findings)
    kind, key, ref = (header.cell(cleaned, column) for column in ("kind", "business_key", "ref"))
    for column, text in (("business_key", key), ("ref", ref)):
        if (text or column != "ref") and not _KEY.fullmatch(text):
            findings.append(fault("BAD_KEY", column))
    began, ended = (_instant(header.cell(cleaned, column)) for column in ("occurred_at", "ended_at"))
    for column, at in (("occurred_at", began), ("ended_at", ended)):
        if at is None:
            findings.append(fault("BAD_INSTANT", column))
    if began and ended and ended < began:
        findings.append(fault("ENDS_BEFORE_START", "ended_at"))
    evidence = header.cell(cleaned, "evidence") or EVIDENCE[0]
    if evidence not in EVIDENCE:
        findings.append(fault("BAD_EVIDENCE", "evidence"))
    if findings or began is None or ended is None:
        return FileRow(row_no, number, None, tuple(findings))
    data = _data(header, cleaned, catalogue().event_kinds.get(kind))
    draft = EventDraft(holder_id or NOBODY, kind, key, began, ended, evidence, source, data, ref=ref or None)
    return FileRow(row_no, None if holder_id else number, draft)


def _holder(header: Header, cells: Sequence[str], findings: list[Finding]) -> tuple[str | None, UUID | None]:
    typed_id, typed = header.cell(cells, "holder_id").lower(), header.cell(cells, "number")
    if typed_id:
        if UUID_TEXT.fullmatch(typed_id):
            return None, UUID(typed_id)
        findings.append(fault("BAD_HOLDER_ID", "holder_id"))
        return None, None
    number = read_number(typed) if typed else None
    if number is None:
        findings.append(fault("BAD_NUMBER" if typed else "NO_HOLDER", "number"))
    return number, None


def _instant(text: str) -> datetime | None:
    """A date with a time; without an offset it is Shanghai's."""
    try:
        return instant(text) if len(text) > 10 else None
    except ValueError:
        return None


def _data(header: Header, cells: Sequence[str], kind: EventKind | None) -> dict[str, Any]:
    """What the row says in its `data.*` cells, typed as the event kind asks; the award names what does not fit."""
    said: dict[str, Any] = {}
    for name, at in header.data:
        text = plain_text(cells[at].strip()) if at < len(cells) else ""
        if not text:
            continue
        field = kind.data.get(name) if kind else None
        if field is not None and field.type == "int" and _WHOLE.fullmatch(text):
            said[name] = int(text)
        elif field is not None and field.type == "bool":
            said[name] = _TRUTHS.get(text.lower(), text)
        else:
            said[name] = text
    return said


def kept_cells(cells: Sequence[str]) -> list[str]:
    """A refused row as it is kept to be given back: no identity number, nothing longer than a line."""
    return [_IDENTITY.sub("***", cell.replace("\x00", ""))[:200] for cell in cells[:MAX_COLUMNS]]
