"""A year decided again of which one day in twenty comes out otherwise, against awarding as many events anew.

`ratio`: events looked at a second by the re-rate in two workers, against events a second through `award` by two lanes.
Both end with a ledger that verifies.
"""

import asyncio
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import text

from access import approvals
from access.actors import Grant
from access.people_register import create_staff
from api.bench.ground import STARTED, Ground, analyse, ground, make_holders, publish_bench_pack, require_sound_ledger
from api.bench.lanes import in_processes
from api.bench.line import Line, line
from api.bench.pack import bench_pack
from api.bench.past import attendance, make_past
from api.decide.dispatch import decide
from kernel.calendar import day_of
from kernel.clock import FixedClock
from kernel.db import Database, Scope
from points.rerate.carry_out import carry_out, progress
from points.rerate.propose import propose, review
from points.rerate.terms import Terms
from rules.language.loader import pack_sha256

BARS = {"ratio": 1.0}
YEAR = timedelta(days=360)
DIFFERS = timedelta(days=20)
"""The version that reaches back counts for these last days: one in twenty."""
_PUBLISH = text("""
    insert into rule_packs (pack_sha256, programme, version, status, text, effective_from, published_at, approval_id)
    values (:sha256, 'bench', '2', 'live', :text, :day, :since, :approval_id)
""")


@dataclass(frozen=True, slots=True)
class Size:
    """Residents with a year of events each, and how many events are awarded for the reference."""

    residents: int
    events: int
    awards: int


FULL = Size(residents=100_000, events=20, awards=40_000)
TINY = Size(residents=100, events=20, awards=1_000)


def run(size: Size, seed: int) -> Line:
    """The bench's one line; rates are events a second."""
    with ground() as found:
        figures = asyncio.run(_measure(found, size))
        reference = _reference(found, size)
        asyncio.run(require_sound_ledger(found))
    return line(
        "rerate",
        figures["events_a_second"] / reference,
        figures=figures,
        reference={"award_events_a_second": round(reference)},
        bars=BARS,
        rows=size.residents * size.events,
        seed=seed,
    )


async def _measure(found: Ground, size: Size) -> dict[str, float]:
    database, clock = Database(found.app_url, pool_size=4), FixedClock(STARTED)
    try:
        await publish_bench_pack(database)
        await make_past(found, holders=size.residents, events=size.events, apart=YEAR / size.events)
        await analyse(found)
        began = time.perf_counter()
        re_rate_id = await _approved(database, clock)
        looked = time.perf_counter()
        await asyncio.to_thread(_in_processes, found.app_url, re_rate_id)
        ended = time.perf_counter()
        async with database.transaction(Scope()) as session:
            done = await progress(session, re_rate_id=re_rate_id)
        assert done is not None
        events, changed = done.figures["events"], done.figures["changed"]
    finally:
        await database.close()
    return {
        "events_a_second": events / (ended - looked),
        "preview_events_a_second": events / (looked - began),
        "changed_share": changed / events,
        "pieces": done.of,
    }


def _in_processes(url: str, re_rate_id: UUID) -> None:
    """Two workers that share the pieces, as the reference has two lanes."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        for done in [pool.submit(_carry_out, url, re_rate_id) for _ in range(2)]:
            done.result()


def _carry_out(url: str, re_rate_id: UUID) -> None:
    async def work() -> None:
        database = Database(url, pool_size=2)
        try:
            await carry_out(database, FixedClock(STARTED), re_rate_id)
        finally:
            await database.close()

    asyncio.run(work())


async def _approved(database: Database, clock: FixedClock) -> UUID:
    """A version that reaches back, and its re-rate: proposed by one official, approved by another."""
    source = bench_pack().replace('version: "1"', 'version: "2"').replace("give: 3}", "give: 4}")
    async with database.transaction(Scope()) as session:
        author, other = [
            await create_staff(session, label=label, grants=[Grant("official")], now=clock.now()) for label in "ab"
        ]
        approval_id = await approvals.submit(
            session, kind="rule_pack", object_id=uuid4(), content={}, author_id=author, now=clock.now(), data={}
        )
        bind = {"text": source, "day": day_of(STARTED - DIFFERS), "since": clock.now(), "approval_id": approval_id}
        await session.execute(_PUBLISH, {**bind, "sha256": pack_sha256(source)})
    terms = Terms("bench", day_of(STARTED - YEAR - timedelta(days=2)), day_of(STARTED), "wrong_rule")
    async with database.transaction(Scope()) as session:
        made = await propose(session, terms, reason="bench", basis="bench", author_id=author, now=clock.now())
        seen = (await review(session, re_rate_id=made)).approval.sha256
        await decide(
            session, approval_id=made, decided_by=other, approve=True, reason="", seen_sha256=seen, now=clock.now()
        )
    return made


def _reference(found: Ground, size: Size) -> float:
    """Events a second through `award`: as many of the same kind, of other residents, two lanes."""
    holders = asyncio.run(make_holders(found, max(100, size.awards // 10)))
    events = [
        attendance(holders[number % len(holders)], number, STARTED - timedelta(minutes=number % 400_000))
        for number in range(size.awards)
    ]
    return size.awards / in_processes(found.app_url, events, 2).seconds
