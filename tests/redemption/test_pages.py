"""The pages as plain HTML, without any script: rewards and voucher on the phone, the till at the shop."""

import re
from datetime import timedelta
from uuid import UUID

import httpx2
import pytest

from points.jobs import expire_lots
from redemption.rewards.codes import grouped
from tests.redemption.street import Street


def signed(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def fields_of(html: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to `action`."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', html, re.DOTALL)
    assert form, f"no form for {action}"
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[1]))


async def send(site: httpx2.AsyncClient, token: str, page: str, action: str) -> httpx2.Response:
    """Open a page and send its form, as a browser without scripts does."""
    html = (await site.get(page, headers=signed(token))).text
    return await site.post(action, data=fields_of(html, action), headers=signed(token))


async def redeem_by_page(site: httpx2.AsyncClient, token: str, offer: UUID) -> str:
    """Redeem on the phone; gives the voucher's code."""
    answer = await send(site, token, f"/rewards/{offer}", f"/rewards/{offer}")
    assert answer.status_code == 303
    return answer.headers["location"].removeprefix("/vouchers/")


@pytest.mark.feature("D1")
async def test_the_list_shows_price_stock_and_what_is_missing(street: Street, site: httpx2.AsyncClient) -> None:
    offer = await street.offer(price=60, stock=5)
    _, token = await street.resident_who_signs_in((20, None))
    listed = (await site.get("/rewards", headers=signed(token))).text
    for words in ("大米 5 kg", "60 分", "还剩 5 份", "还差 40 分", f"/rewards/{offer}"):
        assert words in listed
    one = (await site.get(f"/rewards/{offer}?lang=en", headers=signed(token))).text
    assert "You need 40 more" in one
    assert f'action="/rewards/{offer}"' not in one


@pytest.mark.feature("D3")
async def test_a_resident_redeems_shows_the_voucher_and_gives_it_back(street: Street, site: httpx2.AsyncClient) -> None:
    offer = await street.offer()
    holder_id, token = await street.resident_who_signs_in((100, None))
    before = await street.lots(holder_id)
    code = await redeem_by_page(site, token, offer)
    voucher = (await site.get(f"/vouchers/{code}", headers=signed(token))).text
    for words in ("<svg", grouped(code), "东门粮店", "11月22日(周日)15:00"):
        assert words in voucher
    assert await street.account(holder_id) == (100, 60)
    answer = await send(site, token, f"/vouchers/{code}", f"/vouchers/{code}/release")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/vouchers/{code}")
    assert "已退回" in (await site.get(f"/vouchers/{code}", headers=signed(token))).text
    assert await street.lots(holder_id) == before
    assert (await street.account(holder_id), await street.stock(offer)) == ((100, 0), 5)


@pytest.mark.feature("L14")
async def test_what_was_spent_or_is_held_of_a_lot_never_expires(street: Street, site: httpx2.AsyncClient) -> None:
    """Of 100 points that lapse in a month 60 are fetched and 30 held: 10 lapse, told so before and after any sweep."""
    rice, oil = await street.offer(price=60), await street.offer(price=30, keep_minutes=100_000)
    holder_id, token = await street.resident_who_signs_in((100, timedelta(days=30)), (50, timedelta(days=60)))
    keeper, till = await street.keeper_of(0)
    fetched, kept = [await redeem_by_page(site, token, offer) for offer in (rice, oil)]

    async def fetch(code: str) -> int:
        headers = {**signed(till), "idempotency-key": f"fetch-{code}"}
        return (await site.post(f"/api/v1/vouchers/{code}/capture", json={}, headers=headers)).status_code

    async def held_and_available() -> tuple[str, str]:
        items = (await site.get(f"/api/v1/holders/{holder_id}/balances", headers=signed(token))).json()["items"]
        return items[0]["held"], items[0]["available"]

    assert await fetch(fetched) == 200
    street.clock.advance(timedelta(days=30))
    token, till = await street.token(holder_id), await street.token(keeper)
    assert await held_and_available() == ("30", "50")
    for _ in range(2):
        await expire_lots(street.database, street.clock)
    assert await held_and_available() == ("30", "50")
    page = (await site.get("/points?lang=en", headers=signed(token))).text
    assert re.findall(r"tc-points[^>]*>\s*([+\u2212-]\d+)", page) == ["\u221210", "\u221260", "+50", "+100"]
    assert await fetch(kept) == 200, "what was held before its date may be fetched after it"
    assert await held_and_available() == ("0", "50")


async def test_a_form_sent_twice_leads_to_one_voucher(street: Street, site: httpx2.AsyncClient) -> None:
    offer = await street.offer()
    holder_id, token = await street.resident_who_signs_in((200, None))
    html = (await site.get(f"/rewards/{offer}", headers=signed(token))).text
    form = fields_of(html, f"/rewards/{offer}")
    led = [await site.post(f"/rewards/{offer}", data=form, headers=signed(token)) for _ in range(2)]
    assert len({answer.headers["location"] for answer in led}) == 1
    assert await street.account(holder_id) == (200, 60)


async def test_a_refusal_stands_on_the_offer_with_its_next_step(street: Street, site: httpx2.AsyncClient) -> None:
    offer = await street.offer(stock=1)
    _, token = await street.resident_who_signs_in((100, None))
    form = fields_of((await site.get(f"/rewards/{offer}", headers=signed(token))).text, f"/rewards/{offer}")
    await street.redeem(await street.resident((60, None)), offer)
    answer = await site.post(f"/rewards/{offer}", data=form, headers=signed(token))
    assert answer.status_code == 409
    assert "已经换完了。没有扣分。" in answer.text


async def test_anothers_voucher_is_not_there(street: Street, site: httpx2.AsyncClient) -> None:
    _, token = await street.resident_who_signs_in((100, None))
    _, stranger = await street.resident_who_signs_in((100, None))
    code = await redeem_by_page(site, token, await street.offer())
    assert (await site.get(f"/vouchers/{code}", headers=signed(stranger))).status_code == 404


@pytest.mark.feature("D6")
@pytest.mark.feature("D7")
async def test_the_till_is_green_then_red_with_the_time_and_names_nobody(
    street: Street, site: httpx2.AsyncClient
) -> None:
    holder_id, token = await street.resident_who_signs_in((100, None))
    _, till = await street.keeper_of(0)
    code = await redeem_by_page(site, token, await street.offer())
    scanned = await site.get(f"/V/{code}", headers=signed(till))
    assert (scanned.status_code, scanned.headers["location"]) == (303, f"/merchant?code={code}")
    green = (await site.get("/merchant", params={"code": f"https://city.example/V/{code}"}, headers=signed(till))).text
    assert "有效 · 大米 5 kg × 1" in green
    assert str(holder_id) not in green
    form = fields_of(green, "/merchant/capture")
    street.clock.advance(timedelta(minutes=3))
    led = [await site.post("/merchant/capture", data=form, headers=signed(till)) for _ in range(2)]
    assert {answer.headers["location"] for answer in led} == {f"/merchant?code={code}&done={form['request_key']}"}
    assert "领取成功:大米 5 kg × 1" in (await site.get(led[0].headers["location"], headers=signed(till))).text
    form["request_key"] = "another-confirmation"
    again = await site.post("/merchant/capture", data=form, headers=signed(till))
    red = (await site.get(again.headers["location"], headers=signed(till))).text
    assert "已于 11月22日(周日)14:03 在本店领取" in red
    assert 'action="/merchant/capture"' not in red
    assert await street.account(holder_id) == (40, 0)


async def test_no_address_that_a_customer_can_make_turns_a_used_voucher_green(
    street: Street, site: httpx2.AsyncClient
) -> None:
    _, token = await street.resident_who_signs_in((100, None))
    _, till = await street.keeper_of(0)
    code = await redeem_by_page(site, token, await street.offer())
    form = fields_of((await site.get(f"/merchant?code={code}", headers=signed(till))).text, "/merchant/capture")
    await site.post("/merchant/capture", data=form, headers=signed(till))
    for address in (f"/merchant?done={code}", f"/merchant?code={code}&done={code}", f"/merchant?code={code}&done=x"):
        shown = (await site.get(address, headers=signed(till))).text
        assert "领取成功" not in shown, address


async def test_a_scanned_voucher_leads_each_to_their_own_page(street: Street, site: httpx2.AsyncClient) -> None:
    _, token = await street.resident_who_signs_in((100, None))
    code = await redeem_by_page(site, token, await street.offer())
    mine = await site.get(f"/V/{code}", headers=signed(token))
    assert mine.headers["location"] == f"/vouchers/{code}"
    nobody = await site.get(f"/V/{code}", headers={"accept": "text/html"})
    assert nobody.headers["location"] == f"/sign-in?next=%2FV%2F{code}"


async def test_the_till_says_what_it_does_not_know_and_what_belongs_elsewhere(
    street: Street, site: httpx2.AsyncClient
) -> None:
    _, token = await street.resident_who_signs_in((100, None))
    _, other_till = await street.keeper_of(1)
    code = await redeem_by_page(site, token, await street.offer())
    elsewhere = (await site.get(f"/merchant?code={code}", headers=signed(other_till))).text
    assert "这张券要在别的商户领取" in elsewhere
    assert "大米" not in elsewhere
    unknown = (await site.get("/merchant?code=ABC", headers=signed(other_till))).text
    assert "查不到这个券码" in unknown
