"""The ledger explorer as officials use it: find a holder, look at what a change would do, let a colleague decide."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from kernel.calendar import day_of
from tests.admin_ui.officials.test_official_pages import plain
from tests.desk import POINTS, Desk, desk
from tests.hall import forms_of, signed

__all__ = ["desk"]


async def page(desk: Desk, address: str, token: str | None = None, status: int = 200) -> str:
    answer = await desk.site.get(address, headers=signed(token or desk.author))
    assert answer.status_code == status, plain(answer.text)
    return str(answer.text)


async def propose_by_page(desk: Desk, sort: str, query: str, reason: str = "核对记录后更正") -> str:
    """Look at a change and hand it on; gives the change's address."""
    address = f"/official/ledger/propose/{sort}"
    html = await page(desk, f"{address}?{query}")
    [hidden] = [form for form in forms_of(html, address) if "request_key" in form]
    answer = await desk.site.post(address, data={**hidden, "reason": reason}, headers=signed(desk.author))
    assert answer.status_code == 303, plain(answer.text)
    return str(answer.headers["location"])


async def decide_by_page(desk: Desk, address: str, token: str, verdict: str = "approve", reason: str = "") -> int:
    html = await page(desk, address, desk.colleague)
    [hidden] = [form for form in forms_of(html, address) if form["verdict"] == verdict]
    answer = await desk.site.post(address, data={**hidden, "reason": reason}, headers=signed(token))
    return int(answer.status_code)


@pytest.mark.feature("A5")
async def test_a_manual_award_waits_for_a_second_person_and_posts_once(desk: Desk) -> None:
    one, token = await desk.resident()
    until = (day_of(desk.hall.now) + timedelta(days=30)).isoformat()
    address = await propose_by_page(
        desk, "adjustment", f"holder={one.number}&point_kind={POINTS}&amount=40&because=missed&last_on={until}"
    )
    assert await desk.balances(one.holder_id, token) == {}
    own = await page(desk, address)
    assert "您不能审批自己起草的变更" in own
    assert forms_of(own, address) == []
    assert await decide_by_page(desk, address, desk.author) == 403
    assert await desk.balances(one.holder_id, token) == {}
    assert address in await page(desk, "/official/approvals", desk.colleague)
    assert address in await page(desk, "/official", desk.colleague)
    theirs = plain(await page(desk, address, desk.colleague))
    assert "增加 40 志愿积分" in theirs
    assert "核对记录后更正" in theirs
    assert await decide_by_page(desk, address, desk.colleague) == 303
    assert await desk.balances(one.holder_id, token) == {POINTS: (40, 0)}
    assert "已批准并执行" in await page(desk, address)
    [line] = await desk.postings(one.holder_id, token)
    assert line["amount"] == "40"
    await desk.whole()


async def test_what_is_returned_with_a_reason_posts_nothing(desk: Desk) -> None:
    one, token = await desk.resident()
    address = await propose_by_page(
        desk, "adjustment", f"holder={one.number}&point_kind={POINTS}&amount=40&because=missed"
    )
    assert await decide_by_page(desk, address, desk.colleague, "return") == 422
    assert await decide_by_page(desk, address, desk.colleague, "return", "附上签到记录") == 303
    assert "附上签到记录" in await page(desk, address)
    assert await desk.balances(one.holder_id, token) == {}


async def test_a_reversal_is_seen_in_figures_before_it_is_proposed_and_looking_writes_nothing(desk: Desk) -> None:
    one, token = await desk.resident()
    await desk.hall.serve(one.holder_id)
    await desk.spend(one.holder_id, 15)
    before = await desk.postings(one.holder_id, token)
    entry = f"/official/ledger/holders/{one.holder_id}/entries/{before[0]['transaction_id']}"
    assert "查看冲正结果" in await page(desk, entry)
    query = f"holder={one.number}&transaction_id={before[0]['transaction_id']}"
    seen = plain(await page(desk, f"/official/ledger/propose/reversal?{query}"))
    assert "扣减 5 志愿积分" in seen
    assert "增加欠还 15 志愿积分" in seen
    assert await desk.postings(one.holder_id, token) == before
    address = await propose_by_page(desk, "reversal", query)
    await desk.hall.serve(one.holder_id, days_ago=1)
    moved = plain(await page(desk, address, desk.colleague))
    assert "提交之后账户有变动" in moved
    assert "扣减 20 志愿积分" in moved
    assert await decide_by_page(desk, address, desk.colleague) == 303
    assert (await desk.balances(one.holder_id, token))[POINTS] == (5, 0)
    english = await desk.site.get(entry, headers={**signed(desk.author), "accept-language": "en"})
    assert "This entry can&#39;t be reversed" in english.text
    await desk.whole()


async def test_a_holder_is_found_by_number_or_code_and_looking_is_written_down(desk: Desk) -> None:
    one, _ = await desk.resident()
    await desk.hall.serve(one.holder_id)
    await desk.referral(one.holder_id)
    found = await desk.site.get(f"/official/ledger?number={one.number.lower()}", headers=signed(desk.author))
    assert found.headers["location"] == f"/official/ledger/holders/{one.holder_id}"
    html = await page(desk, found.headers["location"])
    assert "测试000" not in html
    assert "等待生效的积分" in html
    assert (await desk.site.get("/official/ledger?number=V-00000000", headers=signed(desk.author))).status_code == 404
    query = text("select count(*) from audit where action = 'read_record' and object_id = :id and actor_id = :by")
    async with desk.hall.transaction() as session:
        assert await session.scalar(query, {"id": str(one.holder_id), "by": desk.author_id}) == 1


async def test_a_suspension_and_a_floor_are_set_with_a_reason(desk: Desk) -> None:
    one, _ = await desk.resident()
    await desk.hall.serve(one.holder_id)
    address = f"/official/ledger/holders/{one.holder_id}"

    async def send(**form: str) -> tuple[int, str]:
        hidden = forms_of(await page(desk, address), f"{address}/accounts")[0]
        data = {"request_key": hidden["request_key"], "reason": "按规定处理", **form}
        answer = await desk.site.post(f"{address}/accounts", data=data, headers=signed(desk.author))
        return answer.status_code, plain(answer.text)

    assert (await send(act="suspend", reason=""))[0] == 422
    assert (await send(act="suspend"))[0] == 303
    assert "起暂停" in await page(desk, address)
    assert (await send(act="lift"))[0] == 303
    assert "起暂停" not in await page(desk, address)
    status, said = await send(act="floor", point_kind=POINTS, floor="21")
    assert (status, "账户可用 20 分,低于保底额 21 分" in said) == (409, True)
    assert (await send(act="floor", point_kind=POINTS, floor="12"))[0] == 303
    assert (await send(act="floor", point_kind=POINTS, floor="-1"))[0] == 422


@pytest.mark.parametrize("sort", ["reversal", "adjustment", "transfer", "merge", "unmerge", "period_close"])
async def test_each_form_opens_empty_and_answers_what_it_cannot_use(desk: Desk, sort: str) -> None:
    empty = await page(desk, f"/official/ledger/propose/{sort}")
    assert forms_of(empty, f"/official/ledger/propose/{sort}") == [{}]
    wrong = "holder=V-00000000&other=x&transaction_id=018f0000-0000-7000-8000-000000000000&point_kind=gold"
    wrong += "&amount=many&because=no&programme=none&from_on=2026-02-30&last_on=yesterday"
    answer = await desk.site.get(f"/official/ledger/propose/{sort}?{wrong}", headers=signed(desk.author))
    assert answer.status_code in (404, 422)
    assert "没有" in answer.text
    last = wrong.replace("2026-02-30", "2026-11-01").replace("yesterday", "9999-12-31")
    answer = await desk.site.get(f"/official/ledger/propose/{sort}?{last}", headers=signed(desk.author))
    assert answer.status_code in (404, 409, 422), answer.text
