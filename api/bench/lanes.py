"""Lanes as they run in a city: each a process of its own that awards its holders' events in full batches.

All lanes are connected and warm before the clock starts; it stops with the last of them. Must never share a
holder between lanes: what the ledger's versions would do then is another measure.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from typing import Any

from api.bench.ground import STARTED
from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.garbage import collect_rarely
from points.award import award
from points.events.model import EventDraft
from points.intake import MOST_IN_BATCH
from points.submission import Outcome, Submission
from rules.governance.registry import load_registry

_PATIENCE = 120
"""Seconds that a lane may take to start."""


@dataclass(frozen=True, slots=True)
class Span:
    """When the first lane began and the last one ended, on the machine's steady clock."""

    began: float
    ended: float

    @property
    def seconds(self) -> float:
        return self.ended - self.began


def in_processes(url: str, events: Sequence[EventDraft], lanes: int) -> Span:
    """Award all events in so many processes."""
    context = multiprocessing.get_context("spawn")
    ready, told = context.Barrier(lanes), context.SimpleQueue()
    running = [
        context.Process(target=_lane, args=(url, own_events(events, own, lanes), ready, told)) for own in range(lanes)
    ]
    for process in running:
        process.start()
    spans = [told.get() for _ in running]
    for process in running:
        process.join()
    if any(span is None for span in spans):
        raise AssertionError("a lane failed; its error stands above")
    return Span(min(began for began, _ in spans), max(ended for _, ended in spans))


def own_events(events: Sequence[EventDraft], own: int, lanes: int) -> list[EventDraft]:
    """The events of one lane's holders."""
    return [event for event in events if event.holder_id.int % lanes == own]


def full_batches(events: Sequence[EventDraft]) -> list[list[Submission]]:
    """Submissions of one event each, as many together as a lane takes."""
    submissions = [Submission((event,)) for event in events]
    return [submissions[start : start + MOST_IN_BATCH] for start in range(0, len(submissions), MOST_IN_BATCH)]


async def commit_all(database: Database, clock: FixedClock, batches: Sequence[list[Submission]]) -> None:
    """Award batch after batch; what moved meanwhile forms the next one."""
    waiting = list(reversed(batches))
    while waiting:
        batch = waiting.pop()
        async with database.transaction(Scope()) as session:
            registry = await load_registry(session)
            outcomes = await award(session, submissions=batch, now=clock.now(), registry=registry)
        again = [one for one, outcome in zip(batch, outcomes, strict=True) if not isinstance(outcome, Outcome)]
        if again:
            waiting.append(again)


def _lane(url: str, events: Sequence[EventDraft], ready: Barrier, told: Any) -> None:
    span = None
    try:
        collect_rarely()
        span = asyncio.run(_run(url, events, ready))
    finally:
        told.put(span)


async def _run(url: str, events: Sequence[EventDraft], ready: Barrier) -> tuple[float, float]:
    database = Database(url, pool_size=1)
    try:
        batches = full_batches(events)
        async with database.transaction(Scope()) as session:
            await load_registry(session)
        await asyncio.to_thread(ready.wait, _PATIENCE)
        began = time.perf_counter()
        await commit_all(database, FixedClock(STARTED), batches)
        return began, time.perf_counter()
    finally:
        await database.close()
