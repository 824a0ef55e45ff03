"""Work off what is overdue: in batches of a transaction each, until nothing is left that was due at the beginning.

One matter that can not end stops no other: its batch is halved until it stands alone, it is logged, and all such
errors are raised at the end. Between batches a sweep rests for as long as it worked: live traffic goes first, and
nobody waits for a sweep, since every read subtracts what is due. Must never end a matter itself.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from sqlalchemy.exc import DBAPIError

from kernel.clock import Clock
from kernel.db import Database, Scope, Session, database_away
from points.intake import MOST_SECONDS, RETRIED, BatchTooOld

T = TypeVar("T", bound=Hashable)
T_contra = TypeVar("T_contra", bound=Hashable, contravariant=True)
READ_AT_ONCE = 20_000
"""Found by one read, then ended batch by batch: the index of what is due is not walked anew for each batch."""
BRIEF_SECONDS = 0.4
"""A batch that takes longer keeps its holders from everybody else: the next one is half as large."""
MOST_FAILED = 100
"""So many at fault are no longer single rows that are damaged: the sweep ends and says so."""
_TRIES = 6
_log = logging.getLogger("tongcheng.overdue")


class Find(Protocol[T]):
    """Finds at most so many that were due by `now`, without those in `but`."""

    async def __call__(self, session: Session, /, *, now: datetime, most: int, but: Collection[T]) -> list[T]: ...


class End(Protocol[T_contra]):
    """Ends these where they are still open; what ended meanwhile is passed over."""

    async def __call__(self, session: Session, due: Sequence[T_contra], /, *, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Sweep(Generic[T]):
    """How one sort of matter is found and ended; `told` names one in the log, at most `batch` end at once."""

    name: str
    find: Find[T]
    end: End[T]
    batch: int = 500
    told: Callable[[T], str] = str


class StillDue(Exception):
    """It was ended without an error, and is found due again: two rows of it contradict each other."""


async def work_off(database: Database, clock: Clock, sweep: Sweep[T]) -> None:
    """End all that was due when this began; raises an ExceptionGroup of those that could not."""
    await _Run(database, clock, sweep).through()


@dataclass(slots=True)
class _Run(Generic[T]):
    database: Database
    clock: Clock
    sweep: Sweep[T]
    failed: dict[T, Exception] = field(default_factory=dict)

    async def through(self) -> None:
        began = self.clock.now()
        ended: set[T] = set()
        while found := await self._found(began):
            for one in found:
                if one in ended:
                    self._fail(one, StillDue())
            fresh = [one for one in found if one not in ended]
            await self._end_all(fresh)
            ended = set(fresh)
        if self.failed:
            raise ExceptionGroup(f"{self.sweep.name}: {len(self.failed)} did not end.", list(self.failed.values()))

    async def _found(self, began: datetime) -> list[T]:
        if len(self.failed) >= MOST_FAILED:
            return []
        async with self.database.transaction(Scope(request_id=self.sweep.name)) as session:
            return await self.sweep.find(session, now=began, most=READ_AT_ONCE, but=self.failed)

    async def _end_all(self, due: Sequence[T]) -> None:
        size, start = self.sweep.batch, 0
        while start < len(due) and len(self.failed) < MOST_FAILED:
            began = time.monotonic()
            await self._end(due[start : start + size])
            start += size
            took = time.monotonic() - began
            if took > BRIEF_SECONDS:
                size = max(size // 2, 1)
            elif took < BRIEF_SECONDS / 4:
                size = min(size * 2, self.sweep.batch)
            if start < len(due):
                await asyncio.sleep(took)

    async def _end(self, due: Sequence[T]) -> None:
        """A batch, tried again after a deadlock, in halves where one of it is at fault."""
        for attempt in range(_TRIES):
            try:
                return await self._commit(due)
            except Exception as error:
                if database_away(error):
                    raise
                if _passing(error) and attempt + 1 < _TRIES:
                    await asyncio.sleep(random.uniform(0.005, 0.05) * (attempt + 1))
                elif len(due) == 1:
                    return self._fail(due[0], error)
                else:
                    middle = len(due) // 2
                    await self._end(due[:middle])
                    return await self._end(due[middle:])
        raise AssertionError("the last try returns or raises")

    async def _commit(self, due: Sequence[T]) -> None:
        began = time.monotonic()
        async with self.database.transaction(Scope(request_id=self.sweep.name)) as session:
            await self.sweep.end(session, due, now=self.clock.now())
            if time.monotonic() - began > MOST_SECONDS:
                raise BatchTooOld()

    def _fail(self, one: T, error: Exception) -> None:
        self.failed[one] = error
        _log.error("not_ended %s %s %s", self.sweep.name, self.sweep.told(one), type(error).__name__)


def _passing(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in RETRIED
