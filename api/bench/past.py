"""A past for some holders of a benchmark: events that were awarded long ago, lived in memory and written by COPY.

Through the same machinery as the large city, so that the ledger verifies and every decision evaluates again. Must
never be counted as work of the road that is measured.
"""

import asyncio
import multiprocessing
import secrets
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from api.bench.ground import STARTED, Ground
from api.seed.copying import Rows, add_rows
from api.seed.lived import Lived, Terms
from api.seed.load import copy_rows, terms_of
from kernel.ids import mint
from points.events.model import EventDraft
from points.ledger.model import HolderState

HOLDERS_AT_ONCE = 50
PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Past:
    """Whose past, and of what: `events` attendances each from `began` on, one every `apart`."""

    holders: tuple[UUID, ...]
    began: datetime
    events: int
    apart: timedelta


async def make_past(
    found: Ground, *, holders: int, events: int, apart: timedelta, began: datetime | None = None
) -> list[UUID]:
    """So many holders with so many awarded events each; gives their ids. The rules are published.

    The past ends the day before the benchmark, unless it says when it `began`.
    """
    first = began or STARTED - timedelta(days=1) - events * apart
    ids = [mint(STARTED) for _ in range(holders)]
    shares = [tuple(ids[own::PROCESSES]) for own in range(PROCESSES)]
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        asked = [Past(share, first, events, apart) for share in shares if share]
        await asyncio.gather(*(loop.run_in_executor(pool, _process, found.app_url, past) for past in asked))
    return ids


def attendance(holder_id: UUID, number: int, at: datetime) -> EventDraft:
    """One check-in of a holder, by a number that no other event of the benchmark has."""
    shift = f"{number:08x}-0000-7000-8000-000000000000"
    data = {"activity_id": shift, "shift_id": shift, "stretch": 1}
    return EventDraft(holder_id, "checked_in", f"{shift}/1", at, at, "scanned_once", "bench", data)


def _process(url: str, past: Past) -> None:
    asyncio.run(_write(url, past))


async def _write(url: str, past: Past) -> None:
    terms = await terms_of(url)
    connection = await asyncpg.connect(url)
    try:
        for first in range(0, len(past.holders), HOLDERS_AT_ONCE):
            await copy_rows(connection, _rows(past.holders[first : first + HOLDERS_AT_ONCE], past, terms))
    finally:
        await connection.close()


def _rows(holders: Sequence[UUID], past: Past, terms: Terms) -> Rows:
    rows: Rows = defaultdict(list)
    for holder_id in holders:
        state = HolderState(holder_id, 0, past.began, secrets.token_bytes(32), "resident")
        lived = Lived(state, terms, undoes=False)
        for number in range(past.events):
            at = past.began + number * past.apart
            # Numbers of the past count down from the top, those of the measured events up from zero.
            lived.record([attendance(holder_id, 0xFFFFFFFF - number, at)], at)
        add_rows(lived, rows)
    return rows
