"""The trial balance: both sides are exact opposites, at any recorded instant, from summed days and the live tail."""

import asyncio
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import text

from kernel.calendar import day_of
from kernel.db import Database, Scope
from points.ledger.trial import TrialBalance, roll_up, trial
from tests.hall import Hall, hall
from tests.histories import live, rows_of

__all__ = ["hall"]


def sides(found: TrialBalance) -> dict[tuple[str, str], int]:
    return {(one.point_kind, one.contra): one.amount for kind in found.kinds for one in kind.contras}


async def read(hall: Hall, until: datetime | None = None) -> TrialBalance:
    async with hall.transaction() as session:
        return await trial(session, until)


async def test_contras_and_holders_are_exact_opposites_at_any_instant_summed_or_not(hall: Hall) -> None:
    [resident] = await hall.residents(1)
    await live(hall, resident.holder_id, seed=1, steps=110)
    async with hall.transaction() as session:
        rows = (await rows_of(session, resident.holder_id)).postings
    instants = [None, *Random(1).sample([row.recorded_at for row in rows], 12)]
    before = [await read(hall, until) for until in instants]
    hall.clock.advance(timedelta(days=1))
    async with hall.transaction() as session:
        assert await roll_up(session, hall.now) > 300
    after = [await read(hall, until) for until in instants]
    assert after[0].summed_to == day_of(hall.now) - timedelta(days=1)
    for until, unsummed, summed in zip(instants, before, after, strict=True):
        expected: dict[tuple[str, str], int] = {}
        for row in rows:
            if until is None or row.recorded_at <= until:
                key = (row.point_kind, row.contra)
                expected[key] = expected.get(key, 0) - row.amount
        assert sides(unsummed) == sides(summed) == expected
        assert unsummed.fits
        assert summed.fits
    assert {contra for _, contra in sides(after[0])} >= {"issuance:volunteering", "redemption:shop", "expiry"}


async def test_only_days_that_are_over_are_summed_and_each_once_also_by_two_workers(hall: Hall) -> None:
    await hall.publish()
    [resident] = await hall.residents(1)
    async with hall.transaction() as session:
        assert await roll_up(session, hall.now) == 0
    for _ in range(3):
        await hall.serve(resident.holder_id)
        hall.clock.advance(timedelta(days=1))
    hall.clock.at = hall.clock.at.replace(hour=16, minute=0, second=30)
    expected = sides(await read(hall))

    async def sum_up() -> int:
        async with hall.transaction() as session:
            return await roll_up(session, hall.now)

    assert sorted(await asyncio.gather(sum_up(), sum_up())) == [0, 3], "today is over for half a minute only"
    assert await sum_up() == 0
    assert sides(await read(hall)) == expected
    hall.clock.advance(timedelta(seconds=30))
    assert await sum_up() == 1, "a day without a posting is summed too, so that no gap is left"


async def test_a_damaged_amount_shows_as_two_sides_that_do_not_fit(hall: Hall, owner_database: Database) -> None:
    await hall.publish()
    [resident] = await hall.residents(1)
    await hall.serve(resident.holder_id)
    assert (await read(hall)).fits
    async with owner_database.transaction(Scope()) as session:
        await session.execute(text("update postings set amount = 21 where point_kind = 'volunteer-points'"))
    found = await read(hall)
    assert [kind.point_kind for kind in found.kinds if not kind.fits] == ["volunteer-points"]
