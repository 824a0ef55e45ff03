"""Vouchers at the till: seen without a name, captured once, given back to the very lots they came from."""

import asyncio
import logging
from dataclasses import fields
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from points import overdue
from redemption import jobs
from redemption.jobs import expire_unclaimed
from redemption.rewards.codes import code_of
from redemption.rewards.day import today
from redemption.rewards.give_back import expire, find_own, release
from redemption.rewards.redemptions import State
from redemption.rewards.refusals import (
    VoucherElsewhere,
    VoucherExpired,
    VoucherReleased,
    VoucherUnknown,
    VoucherUsed,
)
from redemption.rewards.vouchers import Captured, Seen, Verdict, capture, look_up
from tests.redemption.street import Street

MONTH = timedelta(days=30)
_TOLD = text("select kind, data ->> 'redemption_id' from outbox where holder_id = :holder_id order by version, no")
_POSTED = text("select contra, amount, hold_id from postings where holder_id = :holder_id and amount < 0")


async def see(street: Street, code: str, shop: int = 0) -> Seen:
    async with street.transaction() as session:
        return await look_up(session, code=code, merchant_id=street.merchants[shop].merchant_id, now=street.now)


async def take(street: Street, code: str, by: UUID, shop: int = 0, key: str | None = None) -> Captured:
    merchant_id = street.merchants[shop].merchant_id
    async with street.transaction(by) as session:
        return await capture(session, code=code, merchant_id=merchant_id, now=street.now, by=by, key=key)


async def test_a_voucher_is_captured_once_and_posted_against_the_merchant(street: Street, shopkeeper: UUID) -> None:
    resident = await street.resident((100, None))
    redemption = await street.redeem(resident, await street.offer())
    assert (await see(street, redemption.code)).verdict is Verdict.VALID
    taken = await take(street, redemption.code, shopkeeper)
    assert taken.captured_at == street.now
    assert await street.account(resident) == (40, 0)
    async with street.transaction() as session:
        assert [tuple(row) for row in await session.execute(_POSTED, {"holder_id": resident})] == [
            ("redemption:rice-shop", -60, redemption.hold_id)
        ]
        assert [tuple(row) for row in await session.execute(_TOLD, {"holder_id": resident})] == [
            ("redemption.captured", str(redemption.redemption_id))
        ]
    street.clock.advance(timedelta(minutes=3))
    with pytest.raises(VoucherUsed) as refusal:
        await take(street, redemption.code, shopkeeper)
    assert refusal.value.values == {"captured_at": "2026-11-22 14:00"}
    seen = await see(street, redemption.code)
    assert (seen.verdict, seen.ended_at) == (Verdict.CAPTURED, taken.captured_at)


async def test_the_same_confirmation_sent_twice_is_one_capture_and_one_answer(street: Street, shopkeeper: UUID) -> None:
    resident = await street.resident((100, None))
    redemption = await street.redeem(resident, await street.offer())
    tries = (take(street, redemption.code, shopkeeper, key="k" * 16) for _ in range(8))
    assert len({captured.captured_at for captured in await asyncio.gather(*tries)}) == 1
    assert await street.account(resident) == (40, 0)


async def test_of_two_tills_at_the_same_moment_one_captures(street: Street, shopkeeper: UUID) -> None:
    resident = await street.resident((100, None))
    redemption = await street.redeem(resident, await street.offer())
    tries = (take(street, redemption.code, shopkeeper, key=f"till-number-{n:06}") for n in range(8))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, VoucherUsed) for result in results) == 7
    assert await street.account(resident) == (40, 0)


async def test_a_merchant_sees_offer_and_quantity_and_nobody(street: Street) -> None:
    assert {field.name for field in fields(Seen)} == {
        "verdict", "code", "title", "quantity", "expires_at", "ended_at", "captured_under"
    }  # fmt: skip
    redemption = await street.redeem(await street.resident((100, None)), await street.offer())
    elsewhere = await see(street, redemption.code, shop=1)
    assert elsewhere == Seen(Verdict.ELSEWHERE)
    assert await see(street, code_of(b"0123456789")) == Seen(Verdict.UNKNOWN)
    assert await see(street, "rice, please") == Seen(Verdict.UNKNOWN)


async def test_another_shop_cannot_capture_and_an_unknown_code_is_told_so(street: Street, shopkeeper: UUID) -> None:
    redemption = await street.redeem(await street.resident((100, None)), await street.offer())
    with pytest.raises(VoucherElsewhere):
        await take(street, redemption.code, shopkeeper, shop=1)
    with pytest.raises(VoucherUnknown):
        await take(street, code_of(b"0123456789"), shopkeeper)
    assert (await see(street, redemption.code)).verdict is Verdict.VALID


async def test_giving_back_restores_the_very_lots_and_the_stock_and_twice_changes_nothing(street: Street) -> None:
    offer = await street.offer()
    resident = await street.resident((50, 2 * MONTH), (30, MONTH))
    before = await street.lots(resident)
    redemption = await street.redeem(resident, offer)
    for _ in range(2):
        async with street.transaction(resident) as session:
            await release(session, code=redemption.code, holder_id=resident, now=street.now)
    assert await street.lots(resident) == before
    assert (await street.account(resident), await street.stock(offer)) == ((80, 0), 5)
    assert (await see(street, redemption.code)).verdict is Verdict.RELEASED


async def test_a_voucher_given_back_or_expired_cannot_be_captured(street: Street, shopkeeper: UUID) -> None:
    offer = await street.offer(keep_minutes=10)
    resident = await street.resident((200, None))
    given_back, expired = await street.redeem(resident, offer), await street.redeem(resident, offer)
    async with street.transaction(resident) as session:
        await release(session, code=given_back.code, holder_id=resident, now=street.now)
    with pytest.raises(VoucherReleased):
        await take(street, given_back.code, shopkeeper)
    street.clock.advance(timedelta(minutes=10))
    assert (await see(street, expired.code)).verdict is Verdict.EXPIRED
    with pytest.raises(VoucherExpired):
        await take(street, expired.code, shopkeeper)


async def test_nobody_gives_back_or_reads_the_voucher_of_another(street: Street) -> None:
    redemption = await street.redeem(await street.resident((100, None)), await street.offer())
    stranger = await street.resident((100, None))
    async with street.transaction(stranger) as session:
        with pytest.raises(VoucherUnknown):
            await find_own(session, code=redemption.code, holder_id=stranger)
    with pytest.raises(VoucherUnknown):
        async with street.transaction(stranger) as session:
            await release(session, code=redemption.code, holder_id=stranger, now=street.now)


async def test_unclaimed_vouchers_go_back_to_their_own_lots_once_with_two_workers(street: Street) -> None:
    offer = await street.offer(keep_minutes=10, stock=9)
    residents = [await street.resident((50, 2 * MONTH), (30, MONTH)) for _ in range(6)]
    before = [await street.lots(resident) for resident in residents]
    redemptions = [await street.redeem(resident, offer) for resident in residents]
    await expire_unclaimed(street.database, street.clock)
    assert await street.stock(offer) == 3
    street.clock.advance(timedelta(minutes=10))
    await asyncio.gather(*(expire_unclaimed(street.database, street.clock) for _ in range(2)))
    assert [await street.lots(resident) for resident in residents] == before
    assert {await street.account(resident) for resident in residents} == {(80, 0)}
    assert await street.stock(offer) == 9
    async with street.transaction() as session:
        found = await find_own(session, code=redemptions[0].code, holder_id=residents[0])
        assert found.state_at(found.redeemed_at) is State.EXPIRED
        assert await expire(session, code=redemptions[0].code, now=street.now) is False


async def test_the_day_lists_what_was_captured_here_today_with_its_totals(street: Street, shopkeeper: UUID) -> None:
    offer = await street.offer(stock=9)
    resident = await street.resident((600, None))
    for _ in range(3):
        await take(street, (await street.redeem(resident, offer)).code, shopkeeper)
    async with street.transaction() as session:
        day = await today(session, merchant_id=street.merchants[0].merchant_id, now=street.now)
        other = await today(session, merchant_id=street.merchants[1].merchant_id, now=street.now)
        tomorrow = street.now + timedelta(days=1)
        empty = await today(session, merchant_id=street.merchants[0].merchant_id, now=tomorrow)
    assert (day.vouchers_count, day.pieces_count, day.price_total) == (3, 3, 180)
    assert (other.vouchers_count, empty.vouchers_count) == (0, 0)


async def test_a_voucher_that_cannot_expire_is_logged_and_raised_at_the_end_and_holds_up_no_other(
    street: Street, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overdue, "READ_AT_ONCE", 2)
    offer = await street.offer(stock=9, keep_minutes=10)
    residents = [await street.resident((80, None)) for _ in range(5)]
    redemptions = [await street.redeem(resident, offer) for resident in residents]
    for bad in redemptions[:2]:
        async with street.transaction() as session:  # damage: the account no longer knows what is held of it
            await session.execute(text("update accounts set held = 0 where holder_id = :id"), {"id": bad.holder_id})
    street.clock.advance(timedelta(minutes=10))
    with caplog.at_level(logging.ERROR, "tongcheng.overdue"), pytest.raises(ExceptionGroup) as raised:
        await expire_unclaimed(street.database, street.clock)
    assert [type(error) for error in raised.value.exceptions] == [IntegrityError, IntegrityError]
    told = {f"not_ended redemption.expire_unclaimed ...{one.code[-5:]} IntegrityError" for one in redemptions[:2]}
    assert {record.getMessage() for record in caplog.records} == told
    assert {await street.account(resident) for resident in residents} == {(80, 0)}
    assert await street.stock(offer) == 7


async def test_a_lost_database_ends_the_expiry_at_once(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    offer = await street.offer(stock=9, keep_minutes=10)
    for _ in range(3):
        await street.redeem(await street.resident((80, None)), offer)
    street.clock.advance(timedelta(minutes=10))
    tried = []

    async def away(_session: object, *, code: str, now: datetime) -> bool:
        tried.append(code)
        raise ConnectionRefusedError

    monkeypatch.setattr(jobs, "expire", away)
    with pytest.raises(ConnectionRefusedError):
        await expire_unclaimed(street.database, street.clock)
    assert len(tried) == 1
