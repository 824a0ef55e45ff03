"""Holds on real Postgres: taken from the oldest lots, ended once, given back to the very same lots."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from kernel.clock import FixedClock
from kernel.db import Database, Scope, Session
from kernel.sealed import KeyFile
from points.ledger.book import open_book
from points.ledger.holds import capture, expire, hold, release
from points.ledger.model import Hold, Lot
from points.ledger.reconcile import reconcile
from points.ledger.refusals import HoldEnded, HoldUnknown, PointsInsufficient
from points.ledger.statement import Balance, balances
from tests.builders import award_all, publish_volunteering, residents, service

KIND = "volunteer-points"
TITLE = {"zh": "换领", "en": "Redeemed"}


async def someone_with_two_lots(database: Database, clock: FixedClock, keys: KeyFile) -> UUID:
    """A resident with 20 points of one day and 30 of the next."""
    await publish_volunteering(database, clock)
    [resident] = await residents(database, clock, keys)
    now = clock.now()
    await award_all(database, clock, service(resident.holder_id, ended_at=now - timedelta(days=2)))
    await award_all(database, clock, service(resident.holder_id, ended_at=now - timedelta(days=1), minutes=180))
    return resident.holder_id


async def hold_points(session: Session, holder_id: UUID, amount: int, clock: FixedClock) -> Hold:
    return await hold(
        session,
        holder_id=holder_id,
        point_kind=KIND,
        amount=amount,
        purpose="redemption",
        expires_at=clock.now() + timedelta(days=7),
        now=clock.now(),
    )


async def seen(database: Database, holder_id: UUID, clock: FixedClock) -> tuple[Balance, list[Lot]]:
    async with database.transaction(Scope()) as session:
        page = (await open_book(session, [holder_id], now=clock.now(), kinds=[KIND]))[holder_id]
        lots = page.open_lots(KIND)
        await session.rollback()
        found = {one.point_kind: one for one in await balances(session, holder_id=holder_id, now=clock.now())}
        assert (await reconcile(session, holder_id=holder_id))[1] == []
        return found[KIND], lots


async def test_a_hold_takes_the_oldest_lot_first_and_leaves_what_is_posted(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    holder_id = await someone_with_two_lots(database, clock, keys)
    async with database.transaction(Scope()) as session:
        await hold_points(session, holder_id, 25, clock)
    balance, lots = await seen(database, holder_id, clock)
    assert (balance.posted, balance.held, balance.available) == (50, 25, 25)
    assert [lot.remaining for lot in lots] == [25]


async def test_a_part_capture_posts_its_part_and_returns_the_rest_to_the_lot_it_came_from(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    holder_id = await someone_with_two_lots(database, clock, keys)
    async with database.transaction(Scope()) as session:
        held = await hold_points(session, holder_id, 25, clock)
    async with database.transaction(Scope()) as session:
        await capture(
            session,
            holder_id=holder_id,
            hold_id=held.hold_id,
            contra="redemption:shop",
            title=TITLE,
            now=clock.now(),
            by=None,
            amount=22,
        )
    balance, lots = await seen(database, holder_id, clock)
    assert (balance.posted, balance.held, balance.available) == (28, 0, 28)
    assert [lot.remaining for lot in lots] == [28]


@pytest.mark.parametrize("ending", ["release", "expire"])
async def test_every_way_back_restores_the_same_lots_with_their_own_dates(
    database: Database, clock: FixedClock, keys: KeyFile, ending: str
) -> None:
    holder_id = await someone_with_two_lots(database, clock, keys)
    before = await seen(database, holder_id, clock)
    async with database.transaction(Scope()) as session:
        held = await hold_points(session, holder_id, 37, clock)
    clock.advance(timedelta(days=8))
    async with database.transaction(Scope()) as session:
        if ending == "release":
            await release(session, holder_id=holder_id, hold_id=held.hold_id, now=clock.now(), by=None)
        else:
            await expire(session, holder_id=holder_id, hold_id=held.hold_id, now=clock.now())
    assert await seen(database, holder_id, clock) == before


async def test_a_hold_ends_once_whoever_comes_second(database: Database, clock: FixedClock, keys: KeyFile) -> None:
    holder_id = await someone_with_two_lots(database, clock, keys)
    async with database.transaction(Scope()) as session:
        held = await hold_points(session, holder_id, 10, clock)

    async def end() -> str:
        try:
            async with database.transaction(Scope()) as session:
                await release(session, holder_id=holder_id, hold_id=held.hold_id, now=clock.now(), by=None)
        except HoldEnded:
            return "ended"
        return "released"

    assert sorted(await asyncio.gather(*(end() for _ in range(8)))) == ["ended"] * 7 + ["released"]
    balance, _ = await seen(database, holder_id, clock)
    assert (balance.posted, balance.held) == (50, 0)


async def test_more_than_is_available_is_refused_and_nothing_is_written(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    holder_id = await someone_with_two_lots(database, clock, keys)
    before = await seen(database, holder_id, clock)
    with pytest.raises(PointsInsufficient) as refused:
        async with database.transaction(Scope()) as session:
            await hold_points(session, holder_id, 51, clock)
    assert refused.value.values == {"available": 50, "needed": 51}
    assert await seen(database, holder_id, clock) == before
    with pytest.raises(HoldUnknown):
        async with database.transaction(Scope()) as session:
            await release(session, holder_id=holder_id, hold_id=holder_id, now=clock.now(), by=None)


async def test_a_lot_past_its_date_is_never_spendable_and_its_expiry_is_posted_before_the_hold(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    holder_id = await someone_with_two_lots(database, clock, keys)
    _, lots = await seen(database, holder_id, clock)
    assert lots[0].expires_at is not None
    clock.at = lots[0].expires_at
    balance, _ = await seen(database, holder_id, clock)
    assert balance.available == 30, "read before any sweep"
    with pytest.raises(PointsInsufficient):
        async with database.transaction(Scope()) as session:
            await hold_points(session, holder_id, 31, clock)
    async with database.transaction(Scope()) as session:
        await hold_points(session, holder_id, 30, clock)
    balance, rest = await seen(database, holder_id, clock)
    assert (balance.posted, balance.held, balance.available, rest) == (30, 30, 0, [])
    async with database.transaction(Scope()) as session:
        contras = await session.execute(text("select contra, amount from postings where amount < 0"))
        assert [tuple(row) for row in contras] == [("expiry", -20)]
