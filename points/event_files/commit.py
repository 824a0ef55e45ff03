"""One bucket of a file: batches of its rows through `points.award`, each with its progress in one transaction.

A batch is recorded together with the word of what became of its rows, so a crash between the two is not
possible. Must never skip a row: what the award refuses and what the database does not take are both told.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from kernel.clock import Clock
from kernel.db import Database, Scope, Session
from points.award import award
from points.event_files.refusals import BatchTaken
from points.event_files.rows import FileRow, Header, fault, read_row
from points.event_files.store import Batch, EventFile, RefusedRow, insert_batch, place_of
from points.intake import MOST_SECONDS, RETRIED, BatchTooOld
from points.people.recording import DECLINED
from points.people.register import find_by_number
from points.submission import Moved, Outcome, Submission
from rules.governance.registry import Registry, load_registry

BATCH_ROWS = 1_000
_TRIES = 6
_NOT_TAKEN = ("22", "23")
"""SQL states of values and constraints: one row is at fault, and the batch is split until it is found."""

Rows = Sequence[tuple[int, list[str]]]


class Committer:
    """Takes the rows of one file through the ledger, bucket by bucket."""

    def __init__(self, database: Database, clock: Clock, file: EventFile) -> None:
        self._database = database
        self._clock = clock
        self._file = file
        self._header = Header.of(file.header)
        self._scope = Scope(request_id=f"event-file:{file.file_id}")

    async def bucket(self, number: int, rows: Rows) -> None:
        """Record every row of a bucket that has no outcome yet."""
        place = await self._place(number)
        while place < len(rows):
            with suppress(BatchTaken):  # a run that was thought dead still worked on: what it recorded stands
                await self._commit(number, place, rows[place : place + BATCH_ROWS])
            place = await self._place(number)

    async def _place(self, number: int) -> int:
        async with self._database.transaction(self._scope) as session:
            return await place_of(session, file_id=self._file.file_id, bucket=number)

    async def _commit(self, bucket: int, place: int, rows: Rows) -> None:
        """Run a batch; again after a deadlock or a race, in halves where a row is at fault."""
        for attempt in range(_TRIES):
            try:
                return await self._run(bucket, place, rows)
            except DBAPIError as error:
                state = getattr(error.orig, "sqlstate", None) or ""
                race = state in RETRIED or (state == "23505" and attempt < 2)
                if race and attempt + 1 < _TRIES:
                    await asyncio.sleep(random.uniform(0.005, 0.05) * (attempt + 1))
                elif not state.startswith(_NOT_TAKEN):
                    raise
                elif len(rows) == 1:
                    return await self._run(bucket, place, rows, at_fault=True)
                else:
                    middle = len(rows) // 2
                    await self._commit(bucket, place, rows[:middle])
                    return await self._commit(bucket, place + middle, rows[middle:])
        raise AssertionError("the last try returns or raises")

    async def _run(self, bucket: int, place: int, rows: Rows, *, at_fault: bool = False) -> None:
        """One transaction: the rows' events and decisions, and what became of each row."""
        began, now = time.monotonic(), self._clock.now()
        source = f"file:{self._file.source}"
        read = [read_row(self._header, row_no, cells, source=source) for row_no, cells in rows]
        if at_fault:
            read = [FileRow(row.row_no, None, None, (fault("NOT_RECORDED", "row"),)) for row in read]
        async with self._database.transaction(self._scope) as session:
            read = await _with_holders(session, read)
            good = [Submission((row.draft,)) for row in read if row.draft]
            decided = iter(await _award(session, good, now, await load_registry(session)) if good else ())
            outcomes = [next(decided) if row.draft else Outcome("refused", row.findings) for row in read]
            batch = _batch(bucket, place, rows, outcomes)
            await insert_batch(session, file_id=self._file.file_id, batch=batch, now=now)
            if time.monotonic() - began > MOST_SECONDS:
                raise BatchTooOld()


async def _with_holders(session: Session, rows: Sequence[FileRow]) -> list[FileRow]:
    """The rows with their holders; a number that nobody has is a finding."""
    numbers = {row.number for row in rows if row.draft and row.number}
    found = await find_by_number(session, sorted(numbers)) if numbers else {}
    known = []
    for row in rows:
        if row.draft is None or row.number is None:
            known.append(row)
        elif row.number in found:
            known.append(replace(row, draft=replace(row.draft, holder_id=found[row.number])))
        else:
            known.append(FileRow(row.row_no, row.number, None, (fault("UNKNOWN_NUMBER", "number"),)))
    return known


async def _award(
    session: Session, submissions: Sequence[Submission], now: datetime, registry: Registry
) -> list[Outcome]:
    """An outcome for each; holders that moved meanwhile are locked and decided again in the same transaction."""
    outcomes = await award(session, submissions=submissions, now=now, registry=registry)
    while moved := [index for index, outcome in enumerate(outcomes) if isinstance(outcome, Moved)]:
        again = [submissions[index] for index in moved]
        lock = {submission.holder_id for submission in again}
        decided = await award(session, submissions=again, now=now, registry=registry, lock=lock)
        for index, outcome in zip(moved, decided, strict=True):
            outcomes[index] = outcome
    return [outcome for outcome in outcomes if isinstance(outcome, Outcome)]


def _batch(bucket: int, place: int, rows: Rows, outcomes: Sequence[Outcome]) -> Batch:
    by_status: dict[str, list[int]] = {"recorded": [], "repeat": []}
    refused = []
    for (row_no, cells), outcome in zip(rows, outcomes, strict=True):
        if outcome.status == "refused":
            # What a file tells of somebody who declined is not kept either, not even as a refusal.
            unwanted = any(finding.code == DECLINED for finding in outcome.findings)
            refused.append(RefusedRow(row_no, [] if unwanted else cells, outcome.findings))
        else:
            by_status[outcome.status].append(row_no)
    return Batch(bucket, place, len(rows), sorted(by_status["recorded"]), sorted(by_status["repeat"]), refused)
