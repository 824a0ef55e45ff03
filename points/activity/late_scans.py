"""Attendance that a device logged without network and signed, uploaded later, answered item by item.

Uploading again is safe: the same record gets the same final answer, and its event stands once, by the
record's ref and by shift and stretch. The rules of the scan's own day decide. Must never take a device's
time for the shift's: minutes are clipped by the shift, and the upload ends some days after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import text

from access.devices import Device
from kernel.db import Database, Scope, Session
from points.activity.attendance import attendance
from points.activity.device_records import FIRST_PREV, DeviceRecord, read_record, signed_by
from points.activity.late_visit import ALREADY_RECORDED, CLOCK_AHEAD, late_events, late_fault
from points.activity.organise import find_by_shifts
from points.activity.refusals import Refusal, record_refusals
from points.intake import Intake
from points.people.numbers import read_number
from points.people.recording import DECLINED
from points.people.register import find_by_number
from points.submission import Outcome, Submission

MOST_ITEMS = 500

Verdict = Literal["accepted", "repeat", "refused", "waiting"]

REASONS: dict[str, str] = {
    "MALFORMED": "This record can't be read.",
    "FORGED": "The signature does not fit the device's key.",
    "OTHER_DEVICE": "The record names another device.",
    "DEVICE_REVOKED": "This device was revoked.",
    "COUNTER_REUSED": "The device has used this counter for another record.",
    "CHAIN_BROKEN": "The record does not follow the one before it.",
    "CHAIN_GAP": "An earlier record of this device has not arrived yet; send it as well.",
    "UNKNOWN_SHIFT": "There is no such shift of this organisation.",
    "CALLED_OFF": "The activity was called off.",
    "UNKNOWN_NUMBER": "No one has this volunteer number.",
    "BAD_TIMES": "The end is not after the start.",
    "CLOCK_AHEAD": "The times have not come yet: the device's clock is ahead. It is kept; send it again later.",
    "OUTSIDE_SHIFT": "The times lie outside the shift.",
    "UPLOADED_TOO_LATE": "The time for late uploads of this shift has passed.",
    "ALREADY_RECORDED": "This attendance is recorded already.",
    "OVERLAPS": "Another service of the same person covers this time.",
    "REF_TAKEN": "This number was already used for something else.",
    DECLINED: "This person chose not to have good deeds recorded.",
    "NOT_RECORDED": "This could not be recorded.",
}
"""Message ids of the per-item answers, by code."""


@dataclass(frozen=True, slots=True)
class UploadItem:
    """A record as it was sent, with its signature (base64url)."""

    record: dict[str, Any]
    signature: str


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """What became of one item. `waiting` is not final: the device keeps the item and sends it again."""

    ref: str
    verdict: Verdict
    reason: str | None = None

    @property
    def final(self) -> bool:
        return self.verdict != "waiting"


@dataclass(slots=True)
class _Item:
    """One item on its way to an answer."""

    ref: str
    record: DeviceRecord | None
    answer: ItemAnswer | None = None
    submission: Submission | None = None
    stored: bool = False

    def refuse(self, reason: str, verdict: Verdict = "refused") -> None:
        self.answer = ItemAnswer(self.ref, verdict, reason)


_SEEN = text("""
    select counter, ref, record_sha256, outcome, reason from late_scans
    where device_id = :device_id and counter = any(cast(:counters as bigint[]))
""")
_KEEP = text("""
    insert into late_scans (device_id, counter, ref, record_sha256, shift_id, received_at, outcome, reason)
    values (:device_id, :counter, :ref, :record_sha256, :shift_id, :now, :outcome, :reason)
    on conflict do nothing
""")


async def upload_scans(
    database: Database,
    intake: Intake,
    *,
    device: Device,
    items: Sequence[UploadItem],
    late_days: int,
    scope: Scope,
    now: datetime,
) -> list[ItemAnswer]:
    """Record up to 500 signed items of one device; gives one answer for each, in order.

    Verified, then recorded through the group commit, then remembered with their final answers.
    """
    rows = [_verified(device, item) for item in items[:MOST_ITEMS]]
    async with database.transaction(scope) as session:
        await _follow_chain(session, device, rows)
        await _place(session, device, rows, now=now, late_days=late_days)
    sent = [row for row in rows if row.submission is not None]
    outcomes = await intake.submit_many([row.submission for row in sent if row.submission])
    for row, outcome in zip(sent, outcomes, strict=True):
        row.answer = _answer(row.ref, outcome)
    async with database.transaction(scope) as session:
        await _keep(session, device, rows, now)
    return [row.answer or ItemAnswer(row.ref, "refused", "NOT_RECORDED") for row in rows]


def _verified(device: Device, item: UploadItem) -> _Item:
    record = read_record(item.record)
    row = _Item(record.ref if record else str(item.record.get("ref", ""))[:64], record)
    if record is None:
        row.refuse("MALFORMED")
    elif device.revoked_at is not None:
        row.refuse("DEVICE_REVOKED")
    elif record.device_id != device.device_id:
        row.refuse("OTHER_DEVICE")
    elif not signed_by(device.public_key, item.record, item.signature):
        row.refuse("FORGED")
    return row


def _waiting_rows(rows: Sequence[_Item]) -> list[tuple[_Item, DeviceRecord]]:
    """Rows without an answer yet, in the order in which the device wrote them."""
    found = [(row, row.record) for row in rows if row.answer is None and row.record is not None]
    return sorted(found, key=lambda pair: pair[1].counter)


async def _follow_chain(session: Session, device: Device, rows: Sequence[_Item]) -> None:
    """Answer what was answered before, and refuse what does not follow its predecessor."""
    todo = _waiting_rows(rows)
    counters = {record.counter - back for _, record in todo for back in (0, 1)}
    seen = {
        row.counter: row
        for row in await session.execute(_SEEN, {"device_id": device.device_id, "counters": sorted(counters)})
    }
    hashes: dict[int, bytes] = {counter: bytes(row.record_sha256) for counter, row in seen.items()}
    for row, record in todo:
        known = hashes.get(record.counter)
        if known is not None and known != record.sha256:
            row.refuse("COUNTER_REUSED")
        elif before := seen.get(record.counter):
            verdict: Verdict = "refused" if before.outcome == "refused" else "repeat"
            row.answer, row.stored = ItemAnswer(row.ref, verdict, before.reason), True
        elif record.counter > 1 and record.counter - 1 not in hashes:
            row.refuse("CHAIN_GAP", "waiting")
        elif record.prev != (hashes[record.counter - 1].hex() if record.counter > 1 else FIRST_PREV):
            row.refuse("CHAIN_BROKEN")
        else:
            hashes[record.counter] = record.sha256


async def _place(session: Session, device: Device, rows: Sequence[_Item], *, now: datetime, late_days: int) -> None:
    """Give each good record its shift, person and stretch; refuse the others with their reason."""
    todo = _waiting_rows(rows)
    if not todo:
        return
    activities = await find_by_shifts(session, {record.shift_id for _, record in todo})
    numbers = {record.number: read_number(record.number) for _, record in todo}
    holders = await find_by_number(session, sorted({number for number in numbers.values() if number}))
    since, until = min(record.in_at for _, record in todo), max(record.out_at for _, record in todo)
    around = timedelta(days=1)
    visits = await attendance(session, holder_ids=[*holders.values()], since=since - around, until=until + around)
    for row, record in todo:
        activity = activities.get(record.shift_id)
        if activity is None or activity.organisation_id != device.organisation_id or activity.state == "draft":
            row.refuse("UNKNOWN_SHIFT")
            continue
        holder_id = holders.get(numbers[record.number] or "")
        shift = next(shift for shift in activity.shifts if shift.shift_id == record.shift_id).interval
        if holder_id is None:
            row.refuse("UNKNOWN_NUMBER")
        elif reason := late_fault(activity, shift, record, now=now, late_days=late_days):
            row.refuse(reason, "waiting" if reason == CLOCK_AHEAD else "refused")
        else:
            events = late_events(record, activity, shift, holder_id, visits.setdefault(holder_id, []), now)
            if isinstance(events, str):
                row.refuse(events, "repeat" if events == ALREADY_RECORDED else "refused")
            else:
                row.submission = Submission(events)


def _answer(ref: str, outcome: Outcome) -> ItemAnswer:
    if outcome.status == "recorded":
        return ItemAnswer(ref, "accepted")
    if outcome.status == "repeat":
        return ItemAnswer(ref, "repeat", "ALREADY_RECORDED")
    if outcome.error is not None:  # busy for the moment: the device keeps it and sends it again
        return ItemAnswer(ref, "waiting", "NOT_RECORDED")
    codes = {finding.code for finding in outcome.findings}
    # A rival device was faster with the same stretch: the attendance stands, whoever told it.
    if "DIFFERS" in codes:
        return ItemAnswer(ref, "repeat", "ALREADY_RECORDED")
    return ItemAnswer(ref, "refused", next((code for code in sorted(codes) if code in REASONS), "NOT_RECORDED"))


async def _keep(session: Session, device: Device, rows: Sequence[_Item], now: datetime) -> None:
    """Remember final answers of genuine records, and count the refused ones."""
    final = [(row, row.record, row.answer) for row in rows if row.answer and row.answer.final and not row.stored]
    # What this device did not sign says nothing about its chain; it is counted, not remembered.
    unsigned = {"MALFORMED", "FORGED", "OTHER_DEVICE", "DEVICE_REVOKED", "COUNTER_REUSED", "CHAIN_BROKEN"}
    kept = [
        {
            "device_id": device.device_id,
            "counter": record.counter,
            "ref": row.ref,
            "record_sha256": record.sha256,
            "shift_id": record.shift_id,
            "now": now,
            "outcome": answer.verdict,
            "reason": answer.reason,
        }
        for row, record, answer in final
        if record is not None and answer.reason not in unsigned
    ]
    if kept:
        await session.execute(_KEEP, kept)
    refused = [
        Refusal(answer.reason or "NOT_RECORDED", "late_scan", actor_id=device.actor_id, device_id=device.device_id)
        for _, _, answer in final
        if answer.verdict == "refused"
    ]
    await record_refusals(session, refusals=refused, now=now)
