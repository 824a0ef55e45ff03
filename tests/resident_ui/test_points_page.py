"""A resident's points: what lapses with its lots, what waits, what is owed, and a reversal told in plain words."""

import html
import re
from datetime import datetime, timedelta
from uuid import UUID

import httpx2

from kernel.calendar import day_of
from points.ledger.book import open_book
from points.ledger.page import Page
from points.ledger.pending import defer
from points.ledger.standing import suspend
from points.ledger.write import write
from tests.api.test_balances_v1 import spend_some, undo
from tests.hall import Hall, signed
from tests.histories import KIND

TITLE = {"zh": "社区换书", "en": "Book swap"}


def plain(page: str) -> str:
    """What a reader sees, blanks collapsed."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


async def read(site: httpx2.AsyncClient, token: str, address: str, language: str = "zh") -> str:
    answer = await site.get(address, headers={**signed(token), "accept": "text/html", "accept-language": language})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def give(page: Page, amount: int, lapses_at: datetime) -> UUID:
    transaction_id = page.mint()
    about = {"contra": "issuance:volunteering", "title": TITLE, "reason": "service"}
    page.credit(KIND, amount, lot_expires_at=lapses_at, transaction_id=transaction_id, **about)
    return transaction_id


async def test_what_lapses_soon_is_told_by_its_last_day_and_opens_its_lots(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    [resident] = await hall.residents(1)
    token = await hall.token_of(resident.holder_id)
    midnight = datetime.fromisoformat("2027-01-01T00:00:00+08:00")
    async with hall.transaction() as session:
        page = (await open_book(session, [resident.holder_id], now=hall.now))[resident.holder_id]
        first, second = give(page, 5, midnight), give(page, 3, midnight)
        give(page, 40, midnight + timedelta(days=1000))
        await write(session, [page])
    shown = await read(site, token, "/points")
    assert "8 分将于 12月31日" in plain(shown)
    details = re.findall(r"<details.*?</details>", shown, re.DOTALL)
    assert len(details) == 1
    assert {str(first), str(second)} <= set(re.findall(r"/points/([^/]+)/how", details[0]))
    assert "8 分将于 2026年12月31日到期" in plain(await read(site, token, "/"))
    assert "8 points lapse at the end of Thu 31 Dec" in plain(await read(site, token, "/points", "en"))


async def test_points_that_wait_say_on_which_day_they_count_and_who_must_confirm_them(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    [resident] = await hall.residents(1)
    token = await hall.token_of(resident.holder_id)
    event_id = (await hall.serve(resident.holder_id)).events[0].event_id
    async with hall.transaction() as session:
        page = (await open_book(session, [resident.holder_id], now=hall.now))[resident.holder_id]
        for what, amount in (("matures", 10), ("lapses", 25)):
            defer(
                page,
                what=what,  # type: ignore[arg-type]  # both are of its words
                due_at=datetime.fromisoformat("2026-12-07T00:00:00+08:00"),
                event_id=event_id,
                point_kind=KIND,
                amount=amount,
                contra="issuance:volunteering",
                title=TITLE,
                reason="service",
                about_on=day_of(hall.now),
                lot_expires_at=None,
                inactive_on=None,
            )
        suspend(page, KIND)
        await write(session, [page])
    shown = plain(await read(site, token, "/points"))
    for words in (
        "还没有到账",
        "+10",
        "+25",
        "组织方确认后到账;到 2026年12月6日 没有人确认就作废",
        "暂停使用:志愿积分",
    ):
        assert words in shown, (words, shown)
    answer = await site.get(f"/api/v1/holders/{resident.holder_id}/pending", headers=signed(token))
    assert {(one["what"], one["amount"]) for one in answer.json()["items"]} == {("matures", "10"), ("lapses", "25")}


async def test_a_reversal_says_what_it_takes_back_and_what_is_owed_and_both_entries_lead_to_each_other(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    [resident] = await hall.residents(1)
    token = await hall.token_of(resident.holder_id)
    undone = (await hall.serve(resident.holder_id)).events[0].posted[0].transaction_id
    await spend_some(hall, resident.holder_id, 15)
    await undo(hall, resident.holder_id, undone)
    shown = await read(site, token, "/points")
    for words in ("欠还 15 分:志愿积分", "以后新得的积分会先抵还", "当时给的积分收回", "已于11月22日(周日)冲正"):
        assert words in plain(shown), words
    how = await read(site, token, f"/points/{undone}/how")
    [undoing] = re.findall(r'href="/points/([^/]+)/how"', how)
    back = await read(site, token, f"/points/{undoing}/how")
    assert f"/points/{undone}/how" in back
    assert "更正申请岗提出,更正审批岗批准" in plain(back)
    await hall.serve(resident.holder_id, days_ago=1)
    paid = plain(await read(site, token, "/points"))
    assert "欠还 15 分" not in paid
    assert "新得的积分抵还了欠分" in paid


async def test_entries_of_one_kind_are_chosen_and_a_strange_kind_is_refused(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    [resident] = await hall.residents(1)
    token = await hall.token_of(resident.holder_id)
    await hall.serve(resident.holder_id)
    assert "+20" in await read(site, token, "/points")
    hours = await read(site, token, "/points?kind=service-hours")
    assert "+20" not in hours
    assert "+2 小时" in hours
    assert "没有这一种记录" in await read(site, token, "/points?kind=merit")
    strange = await site.get("/points?kind=%00", headers={**signed(token), "accept": "text/html"})
    assert strange.status_code == 422
