"""Due times: what the clock sets in motion, once each, however many processes are watching.

Every process looks at its schedules each few seconds (APScheduler, in memory) and tries to insert the
newest due time; whoever inserts the row enqueues the job in the same transaction, the others insert
nothing. After a standstill or a moved clock only the newest due time fires: each job does all that is
due by `now`, so older due times have nothing left to do. A due time that has come does not fire again when
the clock is set back; one that then lies ahead again has not come, and fires in its time. Must never run a job itself.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import text

from kernel.calendar import SHANGHAI, day_of
from kernel.clock import Clock
from kernel.db import Database, Scope, database_away
from kernel.queue import enqueue

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Machines' clocks differ a little: only what lies more than a minute ahead was fired before the clock was set back.
_INSERT = text("""
    with ahead as (delete from firings where job = :job and due_at > cast(:now as timestamptz) + interval '1 minute')
    insert into firings (job, due_at, fired_at) values (:job, :due_at, :now)
    on conflict do nothing returning job
""")
_log = logging.getLogger("tongcheng.firings")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job is due: at whole multiples of `every`, or each day `daily_at` this Shanghai time."""

    job: str
    every: timedelta | None = None
    daily_at: time | None = None

    def __post_init__(self) -> None:
        if (self.every is None) == (self.daily_at is None):
            raise ValueError("a schedule has either `every` or `daily_at`")


def newest_due(schedule: Schedule, now: datetime) -> datetime:
    """The last due time that is not after `now`."""
    if schedule.every:
        return now - (now - _EPOCH) % schedule.every
    assert schedule.daily_at is not None
    today = datetime.combine(day_of(now), schedule.daily_at, SHANGHAI).astimezone(UTC)
    return today if today <= now else today - timedelta(days=1)


async def fire(database: Database, job: str, due_at: datetime, now: datetime) -> bool:
    """Record a due time and enqueue its job, together; False when another process was first."""
    async with database.transaction(Scope()) as session:
        inserted = await session.execute(_INSERT, {"job": job, "due_at": due_at, "now": now})
        if inserted.scalar_one_or_none() is None:
            return False
        await enqueue(session, job, {"due_at": due_at.isoformat()})
        return True


class Ticker:
    """Looks at the clock each few seconds and fires what has become due."""

    def __init__(self, database: Database, clock: Clock, schedules: Sequence[Schedule], *, seconds: int = 5) -> None:
        self._database, self._clock, self._schedules = database, clock, schedules
        self._seen: dict[str, datetime] = {}
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._scheduler.add_job(
            self.look, "interval", seconds=seconds, max_instances=1, coalesce=True, misfire_grace_time=None
        )  # a busy moment delays a look, it does not skip it

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    async def look(self) -> None:
        """Fire every schedule whose newest due time this process has not yet tried."""
        now = self._clock.now()
        for schedule in self._schedules:
            due_at = newest_due(schedule, now)
            if self._seen.get(schedule.job) == due_at:
                continue
            try:
                await fire(self._database, schedule.job, due_at, now)
                self._seen[schedule.job] = due_at
            except Exception as error:
                if not database_away(error):  # otherwise the next look tries again
                    raise
                _log.warning("firing_postponed", extra={"job": schedule.job, "error": type(error).__name__})
