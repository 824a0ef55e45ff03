"""Holds each row against the shift, the register and what is recorded already. Pure.

Four verdicts: new, changed (recorded, but differently), same, error. Must never make a row good by
bending it: a time outside the shift is told, not clipped.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from kernel.calendar import local
from kernel.errors import Finding
from points.imports.model import ImportRow, SheetRow, ShiftTarget, Verdict
from points.people.recording import DECLINED

UNKNOWN_NUMBER = "No one has this volunteer number."
NOT_TO_BE_RECORDED = "This person chose not to have good deeds recorded."
OUTSIDE_SHIFT = "This lies outside the shift, which is from {starts} to {ends}."
FUTURE = "This has not happened yet."
OVERLAPS = "Another service of this person is recorded from {starts} to {ends} elsewhere."
DIFFERS_FROM_SCAN = "The scan says {starts} to {ends}, {minutes} minutes. What was scanned stays."
DIFFERS = "{starts} to {ends}, {minutes} minutes are recorded already. What is recorded stays."
DUPLICATE_ROW = "This says the same as row {row_no}."
ROWS_OVERLAP = "This shares time with row {row_no} of the same person."
SCANNED = frozenset({"scanned_twice", "scanned_once", "scanned_late"})


@dataclass(frozen=True, slots=True)
class Paid:
    """A service that is recorded already."""

    shift_id: UUID
    stretch: int
    starts_at: datetime
    ends_at: datetime
    minutes: int
    evidence: str


@dataclass(slots=True)
class Known:
    """What is recorded of one person: services, and stretches of this shift that were only checked in."""

    paid: list[Paid] = field(default_factory=list)
    open_stretches: list[int] = field(default_factory=list)
    last_stretch: int = 0
    declined: bool = False

    def take_stretch(self) -> int:
        """The number for a new service: an open check-in's own, else the next."""
        if self.open_stretches:
            return self.open_stretches.pop(0)
        self.last_stretch += 1
        return self.last_stretch


def check_rows(
    rows: Sequence[SheetRow],
    target: ShiftTarget,
    holders: Mapping[str, UUID],
    known: Mapping[UUID, Known],
    now: datetime,
) -> list[ImportRow]:
    """Every row with its verdict and its findings, in the order of the file."""
    earlier: dict[UUID, list[SheetRow]] = defaultdict(list)
    checked = []
    for row in rows:
        holder_id = holders.get(row.number or "")
        person = known.get(holder_id, Known()) if holder_id else Known()
        findings = [*row.findings, *_faults(row, target, holder_id, now)]
        verdict: Verdict = "error" if findings else "new"
        stretch = None
        if verdict == "new" and holder_id is not None:
            verdict, stretch, more = _against(row, target, person, earlier[holder_id])
            findings += more
            if verdict != "error":
                earlier[holder_id].append(row)
        if verdict == "error" and person.declined:
            # What was told of such a person is not kept either, whatever else is wrong with it, not even as a refusal.
            findings = [Finding(DECLINED, "number", NOT_TO_BE_RECORDED)]
            row, holder_id = _emptied(row), None
        checked.append(
            ImportRow(
                row_no=row.row_no,
                cells=row.cells,
                verdict=verdict,
                findings=tuple(findings),
                holder_id=holder_id,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                minutes=row.minutes,
                stretch=stretch,
            )
        )
    return checked


def _faults(row: SheetRow, target: ShiftTarget, holder_id: UUID | None, now: datetime) -> list[Finding]:
    """What is wrong with a row whatever else is recorded."""
    faults = []
    if row.number is not None and holder_id is None:
        faults.append(Finding("UNKNOWN_NUMBER", "number", UNKNOWN_NUMBER))
    bounds: dict[str, object] = {"starts": _moment(target.starts_at), "ends": _end(target.starts_at, target.ends_at)}
    if row.starts_at is not None and not target.starts_at <= row.starts_at < target.ends_at:
        faults.append(Finding("OUTSIDE_SHIFT", "start", OUTSIDE_SHIFT, bounds))
    elif row.ends_at is not None and row.ends_at > target.ends_at:
        faults.append(Finding("OUTSIDE_SHIFT", "end", OUTSIDE_SHIFT, bounds))
    elif row.ends_at is not None and row.ends_at > now:
        faults.append(Finding("FUTURE", "end", FUTURE))
    return faults


def _against(
    row: SheetRow, target: ShiftTarget, person: Known, earlier: Sequence[SheetRow]
) -> tuple[Verdict, int | None, list[Finding]]:
    """A row that is right in itself against earlier rows of the file and against what is recorded."""
    starts_at, ends_at = row.span()
    for other in earlier:
        other_starts_at, other_ends_at = other.span()
        if (other_starts_at, other_ends_at) == (starts_at, ends_at):
            return "error", None, [Finding("DUPLICATE_ROW", "number", DUPLICATE_ROW, {"row_no": other.row_no})]
        if other_starts_at < ends_at and starts_at < other_ends_at:
            return "error", None, [Finding("ROWS_OVERLAP", "start", ROWS_OVERLAP, {"row_no": other.row_no})]
    for paid in person.paid:
        if not (paid.starts_at < ends_at and starts_at < paid.ends_at):
            continue
        values: dict[str, object] = {
            "starts": _moment(paid.starts_at),
            "ends": _end(paid.starts_at, paid.ends_at),
            "minutes": paid.minutes,
        }
        if paid.shift_id != target.shift_id:
            return "error", None, [Finding("OVERLAPS", "start", OVERLAPS, values)]
        if (paid.starts_at, paid.ends_at, paid.minutes) == (starts_at, ends_at, row.minutes):
            return "same", paid.stretch, []
        message = DIFFERS_FROM_SCAN if paid.evidence in SCANNED else DIFFERS
        return "changed", paid.stretch, [Finding("DIFFERS", "start", message, values)]
    if person.declined:
        return "error", None, [Finding(DECLINED, "number", NOT_TO_BE_RECORDED)]
    return "new", person.take_stretch(), []


def _emptied(row: SheetRow) -> SheetRow:
    return SheetRow(row.row_no, dict.fromkeys(row.cells, ""), None, None, None, None)


def _moment(at: datetime) -> str:
    return local(at).strftime("%Y-%m-%d %H:%M")


def _end(starts_at: datetime, ends_at: datetime) -> str:
    """The end without its date where that is the start's."""
    same_day = local(starts_at).date() == local(ends_at).date()
    return local(ends_at).strftime("%H:%M") if same_day else _moment(ends_at)
