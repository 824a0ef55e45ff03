"""Redeeming and taking vouchers through the API, as a resident's and a merchant's programs do."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID

import httpx2
import pytest

from redemption.jobs import expire_unclaimed
from tests.redemption.street import RICE, Street

MONTH = timedelta(days=30)


def signed(token: str, key: str | None = None) -> dict[str, str]:
    """The headers of a request in somebody's name, with its request key."""
    return {"authorization": f"Bearer {token}"} | ({"idempotency-key": key} if key else {})


async def redeem(
    site: httpx2.AsyncClient, holder_id: UUID, token: str, offer: UUID, key: str = "redeem-rice-once-1"
) -> httpx2.Response:
    return await site.post(
        f"/api/v1/holders/{holder_id}/redemptions", json={"offer_id": str(offer)}, headers=signed(token, key)
    )


async def capture(site: httpx2.AsyncClient, code: str, token: str, key: str = "capture-rice-once-1") -> httpx2.Response:
    return await site.post(f"/api/v1/vouchers/{code}/capture", json={}, headers=signed(token, key))


@pytest.mark.feature("D1")
async def test_the_price_shown_is_the_price_charged(street: Street, site: httpx2.AsyncClient) -> None:
    await street.offer(price=60)
    holder_id, token = await street.resident_who_signs_in((100, None))
    _, till = await street.keeper_of(0)
    shown = (await site.get("/api/v1/offers")).json()["items"][0]
    assert shown["price"] == "60"
    made = (await redeem(site, holder_id, token, UUID(shown["offer_id"]))).json()
    assert made["price"] == shown["price"]
    assert await street.account(holder_id) == (100, int(shown["price"]))
    assert (await capture(site, made["code"], till)).status_code == 200
    assert await street.account(holder_id) == (100 - int(shown["price"]), 0)


async def test_a_form_that_shows_an_older_price_takes_nothing(street: Street, site: httpx2.AsyncClient) -> None:
    offer = await street.offer(price=60)
    holder_id, token = await street.resident_who_signs_in((100, None))
    answer = await site.post(
        f"/api/v1/holders/{holder_id}/redemptions",
        json={"offer_id": str(offer), "version": 7},
        headers=signed(token, "k" * 16),
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "OFFER_CHANGED")
    assert await street.account(holder_id) == (100, 0)


@pytest.mark.feature("D2")
async def test_three_in_stock_go_to_three_of_twelve_who_ask_at_once(street: Street, site: httpx2.AsyncClient) -> None:
    offer = await street.offer(stock=3)
    people = [await street.resident_who_signs_in((60, None)) for _ in range(12)]
    answers = await asyncio.gather(*(redeem(site, holder_id, token, offer) for holder_id, token in people))
    assert Counter(answer.json().get("code") for answer in answers)["STOCK_EMPTY"] == 9
    assert Counter(answer.status_code for answer in answers) == {201: 3, 409: 9}
    assert (await site.get("/api/v1/offers")).json()["items"][0]["remaining"] == 0
    assert sum([(await street.account(holder_id))[1] for holder_id, _ in people]) == 180


async def test_too_few_points_say_how_many_are_missing_in_both_languages(
    street: Street, site: httpx2.AsyncClient
) -> None:
    offer = await street.offer(price=60)
    holder_id, token = await street.resident_who_signs_in((20, None))
    chinese = await redeem(site, holder_id, token, offer)
    assert (chinese.status_code, chinese.json()["code"]) == (409, "POINTS_INSUFFICIENT")
    assert "还差 40 分" in chinese.json()["detail"]
    english = await site.post(
        f"/api/v1/holders/{holder_id}/redemptions?lang=en",
        json={"offer_id": str(offer)},
        headers=signed(token, "k" * 16),
    )
    assert "40 are missing" in english.json()["detail"]


async def test_the_same_request_gets_the_same_bytes_and_another_body_is_refused(
    street: Street, site: httpx2.AsyncClient
) -> None:
    offer, other = await street.offer(), await street.offer()
    holder_id, token = await street.resident_who_signs_in((600, None))
    answers = await asyncio.gather(*(redeem(site, holder_id, token, offer) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert await street.account(holder_id) == (600, 60)
    changed = await redeem(site, holder_id, token, other)
    assert (changed.status_code, changed.json()["code"]) == (422, "REQUEST_KEY_REUSED")
    keyless = await site.post(
        f"/api/v1/holders/{holder_id}/redemptions", json={"offer_id": str(offer)}, headers=signed(token)
    )
    assert (keyless.status_code, keyless.json()["code"]) == (400, "REQUEST_KEY_MISSING")


@pytest.mark.feature("D6")
async def test_a_second_use_is_refused_with_when_it_was_used(street: Street, site: httpx2.AsyncClient) -> None:
    holder_id, token = await street.resident_who_signs_in((100, None))
    _, till = await street.keeper_of(0)
    code = (await redeem(site, holder_id, token, await street.offer())).json()["code"]
    first = await capture(site, code, till)
    assert first.json()["title"] == {"zh-Hans": RICE["zh"], "en": RICE["en"]}
    again = await capture(site, code, till)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    street.clock.advance(timedelta(minutes=5))
    second = await capture(site, code, till, "another-confirmation")
    assert (second.status_code, second.json()["code"]) == (409, "VOUCHER_USED")
    assert "2026-11-22 14:00" in second.json()["detail"]
    assert "本店" in second.json()["detail"]
    assert await street.account(holder_id) == (40, 0)


@pytest.mark.feature("D7")
async def test_a_merchant_sees_what_to_hand_over_and_only_at_their_own_till(
    street: Street, site: httpx2.AsyncClient
) -> None:
    holder_id, token = await street.resident_who_signs_in((100, None))
    (_, till), (_, other_till) = await street.keeper_of(0), await street.keeper_of(1)
    code = (await redeem(site, holder_id, token, await street.offer())).json()["code"]
    seen = await site.get(f"/api/v1/vouchers/{code}", headers=signed(till))
    assert set(seen.json()) == {"code", "verdict", "title", "quantity", "expires_at", "ended_at"}
    assert str(holder_id) not in seen.text
    for where, who, expected in (
        (code, other_till, (409, "VOUCHER_ELSEWHERE")),
        (code, token, (403, "FORBIDDEN")),
        ("0" * 17, till, (404, "VOUCHER_UNKNOWN")),
    ):
        looked = await site.get(f"/api/v1/vouchers/{where}", headers=signed(who))
        tried = await capture(site, where, who)
        assert (looked.status_code, looked.json()["code"]) == expected
        assert (tried.status_code, tried.json()["code"]) == expected
    assert (await site.get(f"/api/v1/vouchers/{code}")).status_code == 401


async def test_nobody_redeems_with_the_points_of_another(street: Street, site: httpx2.AsyncClient) -> None:
    offer = await street.offer()
    holder_id, _ = await street.resident_who_signs_in((100, None))
    _, stranger = await street.resident_who_signs_in((100, None))
    assert (await redeem(site, holder_id, stranger, offer)).status_code == 404
    listed = await site.get(f"/api/v1/holders/{holder_id}/redemptions", headers=signed(stranger))
    assert listed.status_code == 404
    assert await street.account(holder_id) == (100, 0)


@pytest.mark.feature("D3")
@pytest.mark.feature("D8")
async def test_a_voucher_nobody_fetched_gives_back_the_very_lots_with_their_dates(
    street: Street, site: httpx2.AsyncClient
) -> None:
    offer = await street.offer(keep_minutes=30, stock=1)
    holder_id, token = await street.resident_who_signs_in((50, 2 * MONTH), (30, MONTH))
    _, till = await street.keeper_of(0)
    before = await street.lots(holder_id)
    code = (await redeem(site, holder_id, token, offer)).json()["code"]
    assert await street.lots(holder_id) != before
    street.clock.advance(timedelta(minutes=30))
    late = await capture(site, code, till)
    assert (late.status_code, late.json()["code"]) == (409, "VOUCHER_EXPIRED")
    await asyncio.gather(*(expire_unclaimed(street.database, street.clock) for _ in range(2)))
    assert await street.lots(holder_id) == before
    assert await street.account(holder_id) == (80, 0)
    mine = (await site.get(f"/api/v1/holders/{holder_id}/redemptions", headers=signed(token))).json()["items"]
    assert [one["state"] for one in mine] == ["expired"]
    assert (await site.get("/api/v1/offers")).json()["items"][0]["remaining"] == 1
