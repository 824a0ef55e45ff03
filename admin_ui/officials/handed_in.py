"""What an official hands in for a draft: what was typed, a text file, or a workbook; and its way back as a workbook.

Reads only. A workbook's cells that can't be read are findings on those cells. Must never mend what was handed in.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import UploadFile
from starlette.responses import Response

from kernel.errors import DomainError, Finding, Kind
from rules.language.sheet import SheetPack, open_sheet_pack, write_workbook
from rules.language.text import MOST_BYTES

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FileNotText(DomainError):
    """This file is not a pack: it is no UTF-8 text, or longer than {most} letters. Nothing was saved.

    Hand in the pack as a workbook (.xlsx) or a text file (.yaml).
    """

    kind, code = Kind.INVALID, "FILE_NOT_TEXT"


@dataclass(frozen=True, slots=True)
class HandedIn:
    """The pack's text, and the workbook that it came from, if it did."""

    text: str
    sheet: SheetPack | None = None

    @property
    def unread(self) -> list[Finding]:
        """What of a workbook could not be read, each with its cell; while there is any, the text is not all of it."""
        return self.sheet.findings if self.sheet else []

    def told(self, findings: Sequence[Finding]) -> list[Finding]:
        """The findings on its text, on the cells of the workbook where it was one."""
        if self.sheet is None:
            return list(findings)
        return self.unread or self.sheet.placed(findings)

    def workbook(self, findings: Sequence[Finding]) -> bytes:
        """It as a workbook with findings as comments. Refuses with PackInvalid a text that is no YAML."""
        if self.sheet is None:
            return write_workbook(self.text, findings)
        return self.sheet.commented(self.told(findings))


async def handed_in(file: UploadFile | None, typed: str) -> HandedIn:
    """The file, or else what was typed; a workbook's missing tables are those of the text that was typed.

    Refuses with FileNotText and what the reader of workbooks refuses as a whole.
    """
    base = "\n".join(typed.splitlines()) + "\n" if typed.strip() else ""  # browsers send other line ends
    if file is None or not file.filename:
        return HandedIn(base)
    data = await file.read()
    if file.filename.lower().endswith(".xlsx"):
        sheet = await asyncio.to_thread(open_sheet_pack, data, base or None)
        return HandedIn(sheet.text, sheet)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise FileNotText(most=MOST_BYTES) from broken
    if len(text) > MOST_BYTES or "\x00" in text:
        raise FileNotText(most=MOST_BYTES)
    return HandedIn(text)


async def as_workbook(given: HandedIn, findings: Sequence[Finding], name: str) -> Response:
    """A workbook to download."""
    data = await asyncio.to_thread(given.workbook, findings)
    headers = {"content-disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(data, media_type=XLSX, headers=headers)
