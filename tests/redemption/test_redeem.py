"""Redeeming: points on exact lots, stock and voucher together, or nothing at all."""

import asyncio
from datetime import timedelta

import pytest

from kernel.errors import DomainError
from kernel.request_keys import RequestKeyReused
from redemption.rewards.codes import read_code
from redemption.rewards.offers import Terms, find_offer, publish_offer
from redemption.rewards.refusals import LimitReached, OfferChanged, OfferClosed, OfferUnknown, PointsMissing, StockEmpty
from tests.redemption.street import KIND, RICE, Street

MONTH = timedelta(days=30)


async def test_points_are_held_on_the_lots_that_expire_first_and_one_piece_leaves_the_stock(street: Street) -> None:
    offer = await street.offer(price=60)
    resident = await street.resident((50, 2 * MONTH), (30, MONTH), (40, None))
    redemption = await street.redeem(resident, offer)
    assert await street.account(resident) == (120, 60)
    assert [remaining for _, remaining in await street.lots(resident)] == [20, 0, 40]
    assert await street.stock(offer) == 4
    assert read_code(redemption.code) == redemption.code
    assert redemption.expires_at == street.now + timedelta(minutes=60)


async def test_too_few_points_are_refused_with_how_many_are_missing_and_nothing_changes(street: Street) -> None:
    offer = await street.offer(price=60)
    resident = await street.resident((20, MONTH))
    with pytest.raises(PointsMissing) as refusal:
        await street.redeem(resident, offer)
    assert refusal.value.values == {"available": 20, "needed": 60, "missing": 40}
    assert (await street.account(resident), await street.stock(offer)) == ((20, 0), 5)


async def test_an_empty_stock_is_refused_and_the_points_stay_free(street: Street) -> None:
    offer = await street.offer(stock=1)
    first, second = await street.resident((60, None)), await street.resident((60, None))
    await street.redeem(first, offer)
    with pytest.raises(StockEmpty):
        await street.redeem(second, offer)
    assert (await street.account(second), await street.stock(offer)) == ((60, 0), 0)


async def test_the_same_key_gives_the_same_voucher_and_takes_nothing_twice(street: Street) -> None:
    offer = await street.offer()
    resident = await street.resident((200, None))
    first = await street.redeem(resident, offer, key="a" * 16)
    again = await street.redeem(resident, offer, key="a" * 16)
    assert again == first
    assert (await street.account(resident), await street.stock(offer)) == ((200, 60), 4)


async def test_the_same_key_for_another_offer_is_refused(street: Street) -> None:
    one, other = await street.offer(), await street.offer()
    resident = await street.resident((200, None))
    await street.redeem(resident, one, key="a" * 16)
    with pytest.raises(RequestKeyReused):
        await street.redeem(resident, other, key="a" * 16)


async def test_parallel_retries_under_one_key_make_one_redemption(street: Street) -> None:
    offer = await street.offer()
    resident = await street.resident((600, None))
    made = await asyncio.gather(*(street.redeem(resident, offer, key="b" * 16) for _ in range(20)))
    assert len({redemption.code for redemption in made}) == 1
    assert (await street.account(resident), await street.stock(offer)) == ((600, 60), 4)


async def test_a_limit_per_person_holds_against_parallel_tries(street: Street) -> None:
    offer = await street.offer(limit=2, stock=50)
    resident = await street.resident((6000, None))
    tries = (street.redeem(resident, offer) for _ in range(30))
    results = await asyncio.gather(*tries, return_exceptions=True)
    refused = [result for result in results if isinstance(result, LimitReached)]
    assert len(refused) == 28
    assert (await street.account(resident), await street.stock(offer)) == ((6000, 120), 48)


async def test_a_stock_never_goes_below_nothing_however_many_want_it(street: Street) -> None:
    offer = await street.offer(stock=3)
    residents = [await street.resident((60, None)) for _ in range(12)]
    tries = (street.redeem(resident, offer) for resident in residents)
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, StockEmpty) for result in results) == 9
    assert await street.stock(offer) == 0
    assert sorted([(await street.account(resident))[1] for resident in residents]) == [0] * 9 + [60] * 3


async def test_another_price_than_the_one_shown_is_refused(street: Street) -> None:
    offer_id = await street.offer(price=60)
    resident = await street.resident((600, None))
    street.clock.advance(timedelta(minutes=1))
    async with street.transaction() as session:
        offer = await find_offer(session, offer_id=offer_id, now=street.now)
        dearer = Terms(offer.merchant.merchant_id, RICE, KIND, 90, 60, street.now)
        await publish_offer(session, terms=dearer, offer_id=offer_id, now=street.now)
    with pytest.raises(OfferChanged):
        await street.redeem(resident, offer_id, version=1)
    assert (await street.redeem(resident, offer_id, version=2)).price == 90


async def test_an_offer_is_refused_outside_its_time_and_when_nobody_knows_it(street: Street) -> None:
    resident = await street.resident((600, None))
    later = Terms(street.merchants[0].merchant_id, RICE, KIND, 60, 60, street.now + MONTH)
    async with street.transaction() as session:
        offer = await publish_offer(session, terms=later, stock=1, now=street.now)
    refusals: list[tuple[type[DomainError], object]] = [(OfferClosed, offer), (OfferUnknown, resident)]
    for refusal, offer_id in refusals:
        with pytest.raises(refusal):
            await street.redeem(resident, offer_id)  # type: ignore[arg-type]  # any uuid serves as an unknown offer
    assert await street.account(resident) == (600, 0)
