"""Looks at everybody's past that go on in this process: who asks for one waits a moment, then is told how far it is.

One look at a time, so that two officials do not hold two pasts in memory. A look keeps nothing that can not be had
again: when the process ends, so do its looks. Must never hold up a request for longer than it is patient.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from kernel.errors import DomainError, Kind

log = logging.getLogger("tongcheng.points")

PATIENCE: Final = 4.0
"""Seconds for which somebody at a page waits without being told more."""
LASTS: Final = 60.0
"""Seconds for which what a look found is told to whoever asks after it ended; then it is taken anew."""
T = TypeVar("T")
Step = Callable[[int], None]
"""Told how many percent are done."""


def untold(percent: int) -> None:
    """For whom nobody waits."""


class LookGoesOn(DomainError):
    """Everybody's past is still being read: {percent} percent are done. Nothing is lost.

    Ask again in a few seconds; the same key asks for the same look.
    """

    kind, code = Kind.BUSY, "LOOK_GOES_ON"


@dataclass(frozen=True, slots=True)
class GoesOn:
    """A look that is not done yet."""

    percent: int


class Looks:
    """The looks of one process, by name."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        self._percent: dict[str, int] = {}
        self._until: dict[str, float] = {}
        self._one_at_a_time = asyncio.Semaphore(1)

    async def ask(
        self, name: str, work: Callable[[Step], Awaitable[T]], patience: float = PATIENCE, lasts: float = LASTS
    ) -> T | GoesOn:
        """What the look of that name found, begun now unless it goes on already; how far it is, if it takes longer.

        What it found, or raised, after everybody had stopped waiting is for whoever asks first, within `lasts` seconds
        from its end.
        """
        self._forget()
        if name not in self._tasks:
            self._tasks[name] = asyncio.create_task(self._take(name, work, lasts))
        task = self._tasks[name]
        await asyncio.wait({task}, timeout=patience)
        if not task.done():
            return GoesOn(self._percent.get(name, 0))
        if self._tasks.get(name) is task:
            del self._tasks[name]
            self._until.pop(name, None)
        found: T = task.result()
        return found

    def going_on(self, name: str) -> GoesOn | None:
        """How far the look of that name is; none where none goes on."""
        task = self._tasks.get(name)
        return None if task is None or task.done() else GoesOn(self._percent.get(name, 0))

    async def close(self) -> None:
        """End what goes on: who waits for it asks again."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _forget(self) -> None:
        """What ended too long ago is nobody's answer any more."""
        now = asyncio.get_running_loop().time()
        for name in [name for name, until in self._until.items() if until < now]:
            del self._tasks[name], self._until[name]

    async def _take(self, name: str, work: Callable[[Step], Awaitable[T]], lasts: float) -> T:
        try:
            async with self._one_at_a_time:
                return await work(partial(self._percent.__setitem__, name))
        except DomainError:
            raise
        except Exception:
            log.exception("A look at the past broke off: %s", name)
            raise
        finally:
            self._percent.pop(name, None)
            self._until[name] = asyncio.get_running_loop().time() + lasts
