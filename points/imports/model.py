"""The shapes of a workbook of hours on its way in. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from kernel.errors import DomainError, Finding, Kind

MOST_ROWS = 5_000
"""More than any one shift has; a department's file goes another way."""

ALONE_ROWS = 200
"""Up to so many rows an organiser imports alone; above, a second person looks first (docs/decisions)."""

Verdict = Literal["new", "changed", "same", "error"]
RowOutcome = Literal["recorded", "repeat", "refused", "skipped"]
ImportState = Literal["previewed", "waiting", "imported"]


class ColumnsMissing(DomainError):
    """The sheet lacks these columns: {columns}. Nothing was saved.

    Use the template, or name the columns as it does, and upload the file again.
    """

    kind, code = Kind.INVALID, "COLUMNS_MISSING"


class SheetEmpty(DomainError):
    """The sheet has no rows below its heading. Nothing was saved.

    Fill in the hours, save the file, and upload it again.
    """

    kind, code = Kind.INVALID, "SHEET_EMPTY"


class ImportNeedsApproval(DomainError):
    """More than {most} rows need a second person. Nothing was imported yet.

    Ask a colleague of your organisation to look at it and approve it.
    """

    kind, code = Kind.REFUSED, "IMPORT_NEEDS_APPROVAL"


@dataclass(frozen=True, slots=True)
class ShiftTarget:
    """The shift that a workbook is about: what the caller looked up and authorised."""

    shift_id: UUID
    activity_id: UUID
    organisation_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row as it was read. `cells` are its texts by column, as they will be shown and given back.

    `minutes` is what the row says, or the whole time; None, like the times, where a cell is unreadable.
    """

    row_no: int
    cells: dict[str, str]
    number: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    minutes: int | None
    findings: tuple[Finding, ...] = ()

    def span(self) -> tuple[datetime, datetime]:
        """Start and end of a row whose times could be read; asking another one is a fault of ours."""
        if self.starts_at is None or self.ends_at is None:
            raise ValueError("this row has no times")
        return self.starts_at, self.ends_at


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file as it was read, before anything is known of its rows."""

    filename: str
    file_sha256: bytes
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row with its verdict; with its outcome once it was committed."""

    row_no: int
    cells: dict[str, str]
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    holder_id: UUID | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    minutes: int | None = None
    stretch: int | None = None
    outcome: RowOutcome | None = None
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A workbook that came in, and where it stands."""

    import_id: UUID
    target: ShiftTarget
    filename: str
    file_sha256: bytes
    author_id: UUID
    uploaded_at: datetime
    state: ImportState
    approval_id: UUID | None
    rows: tuple[ImportRow, ...] = field(default=())
    alone_before: int = 0
    """How many rows of the same shift were imported before from workbooks that nobody else looked at."""

    def count(self, verdict: Verdict) -> int:
        """How many rows have this verdict: the four numbers of the preview."""
        return sum(row.verdict == verdict for row in self.rows)

    def outcomes(self, outcome: RowOutcome) -> int:
        """How many rows ended this way."""
        return sum(row.outcome == outcome for row in self.rows)

    @property
    def needs_second_person(self) -> bool:
        """More rows than one person imports alone, be it in one workbook or in several of the same shift."""
        return len(self.rows) > ALONE_ROWS or self.count("new") + self.alone_before > ALONE_ROWS
