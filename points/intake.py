"""Group commit: submissions that wait while a lane's batch is in flight form its next one.

A lane is a queue for a range of slices; versions, not lanes, keep writers apart, so any number of
processes may run lanes over the same holders. Each caller awaits its own outcome, and hears it only
after COMMIT. Bounded: when a lane is full the caller is told to come back, and nothing is lost.
Must never authorise: a caller is authorised before it joins.
"""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from kernel.clock import Clock
from kernel.db import Database, Scope, Session, database_away
from kernel.errors import DomainError, Kind
from kernel.ids import SLICES, slice_of
from points.award import award, tellings
from points.people.disclosures import disclose
from points.submission import Moved, Outcome, Submission
from rules.governance.registry import load_registry

log = logging.getLogger("tongcheng.points")

MOST_IN_BATCH = 500
"""Events; an atomic submission may have more and is then a batch of its own."""
MOST_WAITING = 5_000
MOST_AT_ONCE = 1_000
"""Of one caller's many submissions: whoever brings thousands leaves room in the lanes for those who bring one."""
MOST_SECONDS = 30.0
"""No batch older than this commits: a pinned `known_at` lies further back."""
RETRIED = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: the same batch is tried again."""
LOCKED = "55P03"
"""Somebody kept a row locked for too long: it is nobody's fault in the batch, and splitting it would wait again."""
MOST_TRIES = 6


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


class ItemFailed(DomainError):
    """Something went wrong on our side with this one. Nothing of it was recorded.

    Send it again; if that fails too, ask the operator, with the number of the request.
    """

    kind, code = Kind.BUSY, "ITEM_FAILED"


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
        outcome = await self._lane_of(submission).join(submission)
        if outcome.error is not None:
            raise outcome.error
        return outcome

    async def submit_many(self, submissions: Sequence[Submission]) -> list[Outcome]:
        """One outcome for each, in order; each stands or falls alone, with its own refusal in `error`.

        Raises only what hits everybody alike: the database is away, or a row stays locked.
        """
        outcomes: list[Outcome] = []
        for start in range(0, len(submissions), MOST_AT_ONCE):
            some = submissions[start : start + MOST_AT_ONCE]
            outcomes += await asyncio.gather(*(self._alone(one) for one in some))
        return outcomes

    async def preview(self, submissions: Sequence[Submission]) -> list[Outcome]:
        """The outcomes that `submit_many` would give at this moment; no row stays and no key is taken.

        They are awarded and taken back in one transaction; until then it holds its holders and shared limits. What
        programs are told by it is logged all the same.
        """
        for attempt in range(MOST_TRIES):
            try:
                async with self._database.transaction(Scope()) as session:
                    async with session.begin_nested() as tried:
                        outcomes = await self._award_all(session, submissions)
                        await tried.rollback()
                    await disclose(session, tellings(submissions), self._clock.now())
                return outcomes
            except Exception as error:
                if attempt == MOST_TRIES - 1 or not (_passing(error) or _key_taken(error)):
                    raise
                await _a_moment(attempt)
        return []

    async def _award_all(self, session: Session, submissions: Sequence[Submission]) -> list[Outcome]:
        """Award all in one transaction: what must wait for its neighbours follows them."""
        registry, now = await load_registry(session), self._clock.now()
        found: dict[int, Outcome] = {}
        misses = 0
        while waiting := [place for place in range(len(submissions)) if place not in found]:
            asked = [submissions[place] for place in waiting]
            lock = {one.holder_id for one in asked} if misses >= 2 else set()
            outcomes = await award(session, submissions=asked, now=now, registry=registry, lock=lock)
            found |= {
                place: outcome
                for place, outcome in zip(waiting, outcomes, strict=True)
                if not isinstance(outcome, Moved)
            }
            misses += 1
        return [found[place] for place in range(len(submissions))]

    def _lane_of(self, submission: Submission) -> "_Lane":
        return self._lanes[slice_of(submission.holder_id) * len(self._lanes) // SLICES]

    async def _alone(self, submission: Submission) -> Outcome:
        """One of many: whatever befalls it is its own."""
        try:
            return await self._lane_of(submission).join(submission)
        except DomainError as error:
            return Outcome("refused", error=error)
        except Exception as error:
            if database_away(error) or _sqlstate(error) == LOCKED:
                raise
            # What a database says of a fault repeats the row, so only its code is written down.
            log.error("submission_failed %s %s", type(error).__name__, _sqlstate(error))
            return Outcome("refused", error=ItemFailed())

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

        When the database is away, or a row stays locked, no item is at fault: everybody hears it, and the lane goes on.
        """
        for attempt in range(MOST_TRIES):
            try:
                return await self._intake.run(batch)
            except Exception as error:
                if _passing(error) and attempt < MOST_TRIES - 1:
                    await _a_moment(attempt)
                    continue
                if not database_away(error) and _sqlstate(error) != LOCKED:
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


async def _a_moment(attempt: int) -> None:
    await asyncio.sleep(random.uniform(0.005, 0.05) * (attempt + 1))


def _sqlstate(error: BaseException | None) -> str | None:
    """What Postgres says a write failed of; also where a refusal by a constraint's name was made of it."""
    if error is not None and not isinstance(error, DBAPIError):
        error = error.__cause__
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None


def _passing(error: Exception) -> bool:
    """A deadlock, or a connection that broke under the batch: worth trying the same batch again."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or _sqlstate(error) in RETRIED


def _key_taken(error: Exception) -> bool:
    """A unique key that was free when read and taken when written."""
    return _sqlstate(error) == "23505"


def _lost_a_race(error: Exception, one: _Waiting) -> bool:
    """A rival took the key between our read and our write; more than a few times is no race."""
    return _key_taken(error) and one.misses < 3
