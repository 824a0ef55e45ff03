"""The buckets of a file over several processes: each takes its own buckets, with a connection of its own.

Two processes never meet on a holder whom the file always names in the same way; where it does not, the
ledger's versions keep them apart. Must never decide anything: `commit` does, one batch at a time.
"""

import asyncio
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from kernel.clock import Clock
from kernel.db import Database
from kernel.garbage import collect_rarely
from points.event_files.commit import Committer
from points.event_files.spool import Spool, read_bucket
from points.event_files.store import EventFile


async def take(database: Database, clock: Clock, file: EventFile, spool: Spool, buckets: Sequence[int]) -> None:
    """Record these buckets one after the other in this process."""
    committer = Committer(database, clock, file)
    for number in buckets:
        await committer.bucket(number, await asyncio.to_thread(read_bucket, spool, number))


async def take_in_processes(url: str, clock: Clock, file: EventFile, spool: Spool, *, workers: int) -> None:
    """Record all buckets in so many processes. Raises the first error of any, after the others have ended."""
    shares = [range(own, file.buckets_count, workers) for own in range(workers)]
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        done = [loop.run_in_executor(pool, _process, url, clock, file, spool, share) for share in shares if share]
        results = await asyncio.gather(*done, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result


def _process(url: str, clock: Clock, file: EventFile, spool: Spool, buckets: Sequence[int]) -> None:
    collect_rarely()
    asyncio.run(_open_and_take(url, clock, file, spool, buckets))


async def _open_and_take(url: str, clock: Clock, file: EventFile, spool: Spool, buckets: Sequence[int]) -> None:
    database = Database(url, pool_size=1)
    try:
        await take(database, clock, file, spool, buckets)
    finally:
        await database.close()
