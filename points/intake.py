"""Group commit: submissions that wait while a lane's batch is in flight form its next one.

A lane is a queue for a range of slices; versions, not lanes, keep writers apart, so any number of
processes may run lanes over the same holders. Each caller awaits its own outcome, and hears it only
after COMMIT. Bounded: when a lane is full the caller is told to come back, and nothing is lost.
Must never authorise: a caller is authorised before it joins.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from kernel.clock import Clock
from kernel.db import Database, Scope, database_away
from kernel.errors import DomainError, Kind
from kernel.ids import SLICES, slice_of
from points.award import award
from points.submission import Moved, Outcome, Submission
from rules.governance.registry import load_registry

MOST_IN_BATCH = 500
"""Events; an atomic submission may have more and is then a batch of its own."""
MOST_WAITING = 5_000
MOST_SECONDS = 30.0
"""No batch older than this commits: a pinned `known_at` lies further back."""
RETRIED = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: the same batch is tried again."""


class IntakeFull(DomainError):
    """Very many people are scanning at this moment. Nothing was recorded.

    Try again in a few seconds; the same key keeps it safe.
    """

    kind, code = Kind.BUSY, "INTAKE_FULL"


class BatchTooOld(DomainError):
    """This took too long and was not recorded.

    Try again; the same key keeps it safe.
    """

    kind, code = Kind.BUSY, "BATCH_TOO_OLD"


@dataclass(slots=True, eq=False)
class _Waiting:
    submission: Submission
    outcome: "asyncio.Future[Outcome]"
    misses: int = 0


class Intake:
    """The lanes of one process."""

    def __init__(self, database: Database, clock: Clock, *, lanes: int = 2) -> None:
        self._database = database
        self._clock = clock
        self._lanes = [_Lane(self) for _ in range(lanes)]
        self.batches = 0
        self.items = 0

    async def submit(self, submission: Submission) -> Outcome:
        """Record, decide and post; returns after COMMIT. Refuses with IntakeFull, or the request's own error."""
        lane = self._lanes[slice_of(submission.holder_id) * len(self._lanes) // SLICES]
        outcome = await lane.join(submission)
        if outcome.error is not None:
            raise outcome.error
        return outcome

    async def submit_many(self, submissions: Sequence[Submission]) -> list[Outcome]:
        """One outcome for each, in order; each stands or falls alone."""
        return list(await asyncio.gather(*(self.submit(submission) for submission in submissions)))

    async def close(self) -> None:
        """Let the batches in flight finish."""
        for lane in self._lanes:
            await lane.close()

    async def run(self, batch: list[_Waiting]) -> list[_Waiting]:
        """Commit one batch and tell its callers; gives those whose holders moved, to run again."""
        began = time.monotonic()
        lock: set[UUID] = {one.submission.holder_id for one in batch if one.misses >= 2}
        async with self._database.transaction(Scope()) as session:
            registry = await load_registry(session)
            asked = [one.submission for one in batch]
            outcomes = await award(session, submissions=asked, now=self._clock.now(), registry=registry, lock=lock)
            if time.monotonic() - began > MOST_SECONDS:
                raise BatchTooOld()
        self.batches += 1
        self.items += len(batch)
        again = []
        for one, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Moved):
                one.misses += 1
                again.append(one)
            elif not one.outcome.done():
                one.outcome.set_result(outcome)
        return again


class _Lane:
    """One queue and the one task that empties it; the task lives only while there is work."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._queue: deque[_Waiting] = deque()
        self._task: asyncio.Task[None] | None = None

    async def join(self, submission: Submission) -> Outcome:
        if len(self._queue) >= MOST_WAITING:
            raise IntakeFull()
        one = _Waiting(submission, asyncio.get_running_loop().create_future())
        self._queue.append(one)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._empty())
        return await one.outcome

    async def close(self) -> None:
        if self._task is not None:
            await self._task

    async def _empty(self) -> None:
        while self._queue:
            batch = self._next()
            try:
                again = await self._commit(batch)
            except asyncio.CancelledError:  # ended from outside: nobody may wait for ever
                for one in (*batch, *self._queue):
                    one.outcome.cancel()
                self._queue.clear()
                raise
            self._queue.extendleft(reversed(again))

    def _next(self) -> list[_Waiting]:
        """Whoever waits, as many as fit in one batch; a submission larger than that goes alone."""
        batch = [self._queue.popleft()]
        size = len(batch[0].submission.events)
        while self._queue and size + len(self._queue[0].submission.events) <= MOST_IN_BATCH:
            batch.append(self._queue.popleft())
            size += len(batch[-1].submission.events)
        return batch

    async def _commit(self, batch: list[_Waiting]) -> list[_Waiting]:
        """Run a batch; when the write fails, split it down to the culprit. Only the culprit hears the error.

        When the database is away no item is at fault: everybody hears it at once, and the lane goes on.
        """
        for attempt in range(6):
            try:
                return await self._intake.run(batch)
            except Exception as error:
                if _passing(error) and attempt < 5:
                    await asyncio.sleep(random.uniform(0.005, 0.05) * (attempt + 1))
                    continue
                if not database_away(error):
                    return await self._split(batch, error)
                for one in batch:
                    _tell(one, error)
                return []
        return []

    async def _split(self, batch: list[_Waiting], error: Exception) -> list[_Waiting]:
        if len(batch) == 1 and not _lost_a_race(error, batch[0]):
            _tell(batch[0], error)
            return []
        if len(batch) == 1:
            # Another process took the same key between our read and our write: read again.
            batch[0].misses += 1
            return batch
        middle = len(batch) // 2
        return [*await self._commit(batch[:middle]), *await self._commit(batch[middle:])]


def _tell(one: _Waiting, error: Exception) -> None:
    if not one.outcome.done():
        one.outcome.set_exception(error)


def _passing(error: Exception) -> bool:
    """A deadlock, or a connection that broke under the batch: worth trying the same batch again."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in RETRIED


def _lost_a_race(error: Exception, one: _Waiting) -> bool:
    """A unique key that was free when read and taken when written; more than a few times is no race."""
    cause = error if isinstance(error, DBAPIError) else error.__cause__
    return isinstance(cause, DBAPIError) and getattr(cause.orig, "sqlstate", None) == "23505" and one.misses < 3
