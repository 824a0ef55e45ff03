"""An official keeps households with plain forms: register, add, end; each fault is told beside what was typed."""

import html
import re

import httpx2

from tests.hall import Hall, forms_of, signed

DESK = "/official/households"


async def new_household(site: httpx2.AsyncClient, token: str) -> str:
    """Press the button; gives the household's address."""
    page = (await site.get(DESK, headers=signed(token))).text
    [_, hidden] = forms_of(page, DESK)
    answer = await site.post(DESK, data=hidden, headers=signed(token))
    assert answer.status_code == 303, answer.text
    again = await site.post(DESK, data=hidden, headers=signed(token))
    assert again.headers["location"] == answer.headers["location"]
    return str(answer.headers["location"])


async def add(site: httpx2.AsyncClient, token: str, where: str, **typed: str) -> httpx2.Response:
    [hidden] = forms_of((await site.get(where, headers=signed(token))).text, f"{where}/members")
    return await site.post(f"{where}/members", data={**hidden, **typed}, headers=signed(token))


def plain(page: str) -> str:
    """What a reader sees, blanks collapsed."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


async def test_a_household_is_registered_filled_found_and_left(hall: Hall, site: httpx2.AsyncClient) -> None:
    _, token = await hall.staff("official", "家庭岗")
    [resident] = await hall.residents(1)
    where = await new_household(site, token)
    empty = (await site.get(where, headers=signed(token))).text
    assert "还没有成员" in empty
    assert forms_of(empty, f"{where}/end") == []
    added = await add(site, token, where, number=resident.number, from_on="2026-11-20", may_spend="1")
    assert added.status_code == 303, added.text
    page = (await site.get(where, headers=signed(token))).text
    assert f"测***0 {resident.number} 2026年11月20日 在册 可以使用" in plain(page)
    assert "测试000" not in page
    [number] = set(re.findall(r"H-[0-9A-Z]{8}", page))
    for typed in (number.lower(), resident.number):
        found = await site.get(DESK, params={"number": typed}, headers=signed(token))
        assert (found.status_code, found.headers["location"]) == (303, where)
    [hidden] = forms_of(page, f"{where}/end")
    left = await site.post(
        f"{where}/end",
        data={**hidden, "member_id": str(resident.holder_id), "last_on": "2026-11-21"},
        headers=signed(token),
    )
    assert left.status_code == 303, left.text
    english = (await site.get(where, params={"lang": "en"}, headers=signed(token))).text
    assert f"{resident.number} 20 Nov 2026 21 Nov 2026 may spend them" in plain(english)
    gone = await site.get(DESK, params={"number": resident.number}, headers=signed(token))
    assert gone.status_code == 404
    assert "No household was found by this number" in gone.text


async def test_a_refusal_stands_on_the_page_with_what_was_typed(hall: Hall, site: httpx2.AsyncClient) -> None:
    _, token = await hall.staff("official", "家庭岗")
    [resident] = await hall.residents(1)
    first, second = await new_household(site, token), await new_household(site, token)
    assert (await add(site, token, first, number=resident.number, from_on="2026-11-22")).status_code == 303
    overlapping = await add(site, token, second, number=resident.number, from_on="2026-12-01")
    assert overlapping.status_code == 409
    assert "此人在这段时间里已属于一个家庭" in overlapping.text
    assert f'value="{resident.number}"' in overlapping.text
    assert 'value="2026-12-01"' in overlapping.text
    far = await add(site, token, second, number=resident.number, from_on="2026-01-01")
    assert far.status_code == 422
    assert "2026-09-23" in far.text
    unknown = await add(site, token, second, number="V-1", from_on="2026-11-22")
    assert unknown.status_code == 404
    [hidden] = forms_of((await site.get(first, headers=signed(token))).text, f"{first}/end")
    early = await site.post(
        f"{first}/end",
        data={**hidden, "member_id": str(resident.holder_id), "last_on": "2026-11-21"},
        headers=signed(token),
    )
    assert early.status_code == 409
    assert "退出日期须晚于加入日期" in early.text


async def test_only_officials_keep_households(hall: Hall, site: httpx2.AsyncClient) -> None:
    _, auditor = await hall.staff("auditor", "审计岗")
    assert (await site.get(DESK, headers=signed(auditor))).status_code == 403
