"""The worker: watches the clock for what is due, and runs the jobs of the queue.

The one place that maps job names to functions; each package's `jobs.py` declares its own. As many
workers may run as like; one that loses the database waits for it. Must never hold a rule: a job calls a use case
and nothing else.
"""

import asyncio
import logging
import signal
from contextlib import suppress

import asyncpg

from kernel import jobs as kernel_jobs
from kernel.clock import Clock, SystemClock, TrialClock
from kernel.db import Database, database_away
from kernel.firings import Schedule, Ticker
from kernel.garbage import collect_rarely
from kernel.postgres import addresses
from kernel.queue import JobFunction, run
from kernel.sealed import KeyFile
from kernel.settings import Settings
from kernel.start_up import require_sound
from migrations.append_only import APPEND_ONLY
from migrations.migrate import require_current
from points import jobs as points_jobs
from redemption import jobs as redemption_jobs
from rules.governance import jobs as rules_jobs

SCHEDULES: tuple[Schedule, ...] = (
    *kernel_jobs.SCHEDULES,
    *rules_jobs.SCHEDULES,
    *points_jobs.SCHEDULES,
    *redemption_jobs.SCHEDULES,
)
FUNCTIONS: dict[str, JobFunction] = {
    "kernel.tidy": kernel_jobs.tidy,
    "rules.watch_sunsets": rules_jobs.watch_sunsets,
    "points.expire_lots": points_jobs.expire_lots,
    "points.expire_holds": points_jobs.expire_holds,
    "points.settle_pending": points_jobs.settle_pending,
    "points.forget_tickets": points_jobs.forget_tickets,
    "points.roll_up": points_jobs.roll_up,
    "points.reconcile": points_jobs.reconcile,
    "points.re_rate": points_jobs.re_rate,
    "redemption.expire_unclaimed": redemption_jobs.expire_unclaimed,
}
LOOK_AGAIN_SECONDS = 5
_log = logging.getLogger("tongcheng.worker")


async def work(settings: Settings, clock: Clock, stop: asyncio.Event) -> None:
    """Serve until `stop` is set. Refuses to start on a database that cannot be trusted (kernel.start_up)."""
    url = addresses(settings).app_url
    await require_current(url)
    keys = KeyFile.open(settings.key_path)
    await require_sound(url, append_only=APPEND_ONLY, keys=keys, now=clock.now(), durable=not settings.may_forget)
    database = Database(url, pool_size=len(FUNCTIONS) + 1)  # one a job, and one to look at the clock
    ticker = Ticker(database, clock, SCHEDULES)
    ticker.start()
    try:
        await _run_on(url, database, clock, stop)
    finally:
        ticker.stop()
        await database.close()


async def _run_on(url: str, database: Database, clock: Clock, stop: asyncio.Event) -> None:
    """Run jobs; when the database is away, look again every few seconds. A job that was cut off is taken up again."""
    while not stop.is_set():
        try:
            await run(url, database, clock, FUNCTIONS, stop=stop)
        except Exception as error:
            # The queue's own connection, once closed, says InterfaceError at the next thing it is asked.
            if not (database_away(error) or isinstance(error, asyncpg.InterfaceError)):
                raise
            _log.warning("database_away %s", type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_AGAIN_SECONDS)


async def main() -> None:
    """Work until SIGTERM or Ctrl-C; a job that has begun is finished first."""
    logging.basicConfig(level=logging.WARNING)
    settings = Settings()
    collect_rarely()
    stop = asyncio.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(ending, stop.set)
    await work(settings, TrialClock(settings.clock_path) if settings.trial else SystemClock(), stop)


if __name__ == "__main__":
    asyncio.run(main())
