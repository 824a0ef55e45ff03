"""The auditor looks at another time: what counted then, as then known; and at both sides of the books."""

import html
import re
from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import text

from kernel.calendar import local
from kernel.db import Database, Scope
from points.people.register import create_organisation
from tests.hall import Hall, signed


def plain(page: str) -> str:
    """What a reader sees, blanks collapsed."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


async def read(site: httpx2.AsyncClient, token: str, address: str, status: int = 200, **asked: str) -> str:
    headers = {**signed(token), "accept": "text/html", "accept-language": "zh"}
    answer = await site.get(address, params=asked, headers=headers)
    assert answer.status_code == status, answer.text
    return plain(answer.text)


async def test_a_resident_is_shown_as_known_on_an_earlier_day_with_the_difference_to_now(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, auditor = await hall.staff("auditor", "审计岗")
    [resident] = await hall.residents(1)
    await hall.serve(resident.holder_id, days_ago=10)
    hall.clock.advance(timedelta(days=2))
    known = local(hall.now).strftime("%Y-%m-%dT%H:%M")
    hall.clock.advance(timedelta(days=2))
    await hall.serve(resident.holder_id, days_ago=11, minutes=180)
    address = f"/auditor/residents/{resident.number}"
    now = await read(site, auditor, address)
    assert "+30" in now
    then = await read(site, auditor, address, as_of=known, known_at=known)
    assert "按 2026年11月24日 14:00 已知的情况" in then
    assert "志愿积分 20 0 20 50 +30" in then
    assert "当时已知的记账" in then
    assert then.count("志愿服务,按《") == 1
    later = await read(site, auditor, address, as_of=known)
    assert "志愿积分 50 0 50 50 0" in later, "it happened before, and is known now"
    ahead = await read(site, auditor, address, as_of="2031-01-01T00:00")
    assert "志愿积分 0 0 0 50 +50" in ahead, "what will have lapsed"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"as_of": "gestern"}, "日期和时间看不懂"),
        ({"known_at": "2099-01-01T00:00"}, "以后才会知道的事现在还看不到"),
        ({"known_at": "9999-12-31T23:59"}, "日期和时间看不懂"),
    ],
)
async def test_a_time_that_makes_no_sense_is_told_beside_its_field(
    hall: Hall, site: httpx2.AsyncClient, asked: dict[str, str], words: str
) -> None:
    await hall.publish()
    _, auditor = await hall.staff("auditor", "审计岗")
    [resident] = await hall.residents(1)
    assert words in await read(site, auditor, f"/auditor/residents/{resident.number}", 422, **asked)


async def test_an_organisations_books_are_found_by_its_code(hall: Hall, site: httpx2.AsyncClient) -> None:
    _, auditor = await hall.staff("auditor", "审计岗")
    async with hall.transaction() as session:
        await create_organisation(session, code="91360000A", title={"zh": "湖畔志愿队", "en": "Lake"}, now=hall.now)
    found = await site.get("/auditor/find?number=91360000A", headers=signed(auditor))
    assert "湖畔志愿队" in await read(site, auditor, found.headers["location"])


async def test_the_trial_balance_shows_both_sides_and_says_when_they_do_not_fit(
    hall: Hall, site: httpx2.AsyncClient, owner_database: Database
) -> None:
    await hall.publish()
    _, auditor = await hall.staff("auditor", "审计岗")
    _, official = await hall.staff("official", "规则岗一")
    [resident] = await hall.residents(1)
    assert "还没有记账" in await read(site, auditor, "/auditor/trial")
    await hall.serve(resident.holder_id)
    early = local(hall.now - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")
    shown = await read(site, auditor, "/auditor/trial")
    for words in ("每一种积分的两边都相符", "发放:志愿服务积分", "issuance:volunteering", "−20", "+20", "−2 小时"):
        assert words in shown, (words, shown)
    assert "issuance:volunteering" not in await read(site, auditor, "/auditor/trial", until=early)
    assert (await site.get("/auditor/trial", headers=signed(official))).status_code == 403
    async with owner_database.transaction(Scope()) as session:
        await session.execute(text("update postings set amount = 21 where amount = 20"))
    broken = await read(site, auditor, "/auditor/trial")
    assert "两边对不上" in broken
    assert "差额 −1" in broken
