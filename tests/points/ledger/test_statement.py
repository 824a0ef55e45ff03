"""Balances of any instant against a replay of all rows, and the statement: filtered, paged, every line reasoned."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import text

from kernel.calendar import day_of, start_of
from points.ledger.outlook import awaited, expiring
from points.ledger.statement import balances, statement
from tests.hall import Hall, hall
from tests.histories import KIND, draw_instants, live, rows_of

__all__ = ["hall"]

INSTANTS = 1_000


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_balance_of_a_thousand_random_instants_is_what_replaying_all_rows_gives(
    hall: Hall, seed: int
) -> None:
    [resident] = await hall.residents(1)
    await live(hall, resident.holder_id, seed=seed, steps=150)
    hall.clock.advance(timedelta(days=1))
    told = []
    async with hall.transaction() as session:
        rows = await rows_of(session, resident.holder_id)
        assert any(lot.extended_to for lot in rows.lots.values())
        for as_of, known_at in draw_instants(rows, Random(seed), INSTANTS, hall.now):
            found = await balances(session, holder_id=resident.holder_id, now=hall.now, as_of=as_of, known_at=known_at)
            for one in found:
                expected = rows.balance(one.point_kind, as_of, known_at)
                told.append(expected)
                assert (one.posted, one.held) == expected, (one, as_of, known_at)
                assert one.available == one.posted - one.held
    assert len({posted for posted, _ in told}) > 50, "the draw saw many different balances"


async def test_the_balance_of_today_is_the_one_of_now_as_known_now(hall: Hall) -> None:
    [resident] = await hall.residents(1)
    holder_id = resident.holder_id
    await live(hall, holder_id, seed=4, steps=60)
    hall.clock.advance(timedelta(days=50))
    async with hall.transaction() as session:
        today = await balances(session, holder_id=holder_id, now=hall.now)
        then = await balances(session, holder_id=holder_id, now=hall.now, as_of=hall.now, known_at=hall.now)
    sums = [
        [(one.point_kind, one.posted, one.held, one.expiring, one.owed) for one in found] for found in (today, then)
    ]
    assert sums[0] == sums[1]
    assert today[0].expiring_at == then[0].expiring_at


async def test_what_will_have_lapsed_by_a_day_to_come_is_seen_today(hall: Hall) -> None:
    await hall.publish()
    [resident] = await hall.residents(1)
    await hall.serve(resident.holder_id)
    async with hall.transaction() as session:
        later = hall.now + timedelta(days=365 * 4)
        by_kind = {
            one.point_kind: one.available
            for one in await balances(session, holder_id=resident.holder_id, now=hall.now, as_of=later)
        }
        [next_to_go] = await expiring(
            session, holder_id=resident.holder_id, now=hall.now, within=timedelta(days=365 * 4)
        )
    assert by_kind == {KIND: 0, "service-hours": 120}
    assert (next_to_go.amount, next_to_go.point_kind, [lot.granted for lot in next_to_go.lots]) == (20, KIND, [20])


async def test_points_without_a_date_lapse_with_the_account_that_earns_nothing(hall: Hall) -> None:
    await hall.publish()
    [resident] = await hall.residents(1)
    await hall.serve(resident.holder_id)
    day = day_of(hall.now + timedelta(days=30))
    async with hall.transaction() as session:
        await session.execute(
            text(
                "update accounts set inactive_expires_on = :day, expires_next_at = :at"
                " where point_kind = 'service-hours'"
            ),
            {"day": day, "at": start_of(day)},
        )
    async with hall.transaction() as session:
        [soon] = await expiring(session, holder_id=resident.holder_id, now=hall.now, within=timedelta(days=60))
        then = await balances(session, holder_id=resident.holder_id, now=hall.now, as_of=hall.now + timedelta(days=31))
        assert await awaited(session, holder_id=resident.holder_id) == []
    assert (soon.point_kind, soon.amount) == ("service-hours", 120)
    assert {one.point_kind: one.available for one in then} == {KIND: 20, "service-hours": 0}


async def test_a_statement_is_filtered_by_kind_and_days_and_its_pages_are_its_whole(hall: Hall) -> None:
    await hall.publish()
    [resident] = await hall.residents(1)
    for days in range(12):
        await hall.serve(resident.holder_id, days_ago=40 - days)
        hall.clock.advance(timedelta(days=1))
    holder_id = resident.holder_id
    async with hall.transaction() as session:
        whole = await statement(session, holder_id=holder_id)
        paged, before = [], None
        while page := await statement(session, holder_id=holder_id, before=before, most=5):
            paged += page
            before = page[-1].position
        hours = await statement(session, holder_id=holder_id, point_kind="service-hours")
        since, until = whole[9].recorded_at, whole[3].recorded_at
        span = await statement(session, holder_id=holder_id, since=since, until=until)
        known = await statement(session, holder_id=holder_id, known_at=since)
    assert paged == whole
    assert len(whole) == 24
    assert hours == [line for line in whole if line.point_kind == "service-hours"]
    assert span == [line for line in whole if since <= line.recorded_at < until]
    assert known == [line for line in whole if line.recorded_at <= since]
    assert {(line.programme, line.version, line.event_kind) for line in whole} == {
        ("volunteering", whole[0].version, "service")
    }
    assert whole[0].version
    assert {tuple(line.items) for line in hours} == {("hours",)}
