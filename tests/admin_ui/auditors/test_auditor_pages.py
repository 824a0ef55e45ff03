"""The auditor: from a balance to the scan, each look written down; the ledger verified, and damage named."""

import html
import re

import httpx2
import pytest
from sqlalchemy import text

from kernel.db import Database, Scope
from points.events.model import EventDraft
from tests.builders import service
from tests.hall import Hall, forms_of, signed

PACK = "/official/packs/volunteering"


def plain(page: str) -> str:
    """What a reader sees, blanks collapsed."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def scan(of: EventDraft, kind: str) -> EventDraft:
    """The check-in or check-out of a service."""
    at = of.occurred_at if kind == "checked_in" else of.ended_at
    data = {name: of.data[name] for name in ("activity_id", "shift_id", "stretch")}
    return EventDraft(of.holder_id, kind, of.business_key, at, at, "scanned_twice", "scan", data)


async def test_a_point_is_followed_from_balance_to_posting_decision_rule_event_and_scan(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, auditor = await hall.staff("auditor", "审计岗")
    [resident] = await hall.residents(1)
    done = service(resident.holder_id, ended_at=hall.now)
    await hall.record(scan(done, "checked_in"), scan(done, "checked_out"), done)
    found = await site.get(f"/auditor/find?number={resident.number.lower()}", headers=signed(auditor))
    assert found.status_code == 303
    listed = (await site.get(found.headers["location"], headers=signed(auditor))).text
    assert "测***0" in listed
    assert "测试000" not in listed
    trace = re.findall(r'href="(/auditor/residents/[^"]+/postings/[^"]+)"', listed)[0]
    page = (await site.get(trace, headers=signed(auditor))).text
    steps = [plain(step) for step in re.findall(r"<summary>(.*?)</summary>", page)]
    assert [step.split(":")[0].split("(")[0].split(" ")[0] for step in steps[:1]] == ["余额"]
    told = " | ".join(steps)
    for words in (
        "记账 #1(+20)",
        "决定:volunteering,版本 2026-11.2",
        "规则原文(2025年1月1日起生效)",
        "事件:志愿服务",
        "签到,",
        "签退,",
    ):
        assert words in told, (words, told)
    assert "2 小时" in page
    pack = re.findall(r'href="(/auditor/packs/[0-9a-f]{64})"', page)[0]
    assert "points_per_hour" in (await site.get(pack, headers=signed(auditor))).text


async def test_looking_at_a_record_is_itself_written_down(hall: Hall, site: httpx2.AsyncClient) -> None:
    await hall.publish()
    auditor_id, auditor = await hall.staff("auditor", "审计岗")
    [resident] = await hall.residents(1)
    await site.get(f"/auditor/residents/{resident.number}", headers=signed(auditor))
    async with hall.transaction() as session:
        [row] = (await session.execute(text("select * from audit where action = 'read_record'"))).all()
    assert (row.actor_id, row.object_id) == (auditor_id, str(resident.holder_id))


@pytest.mark.feature("A3")
async def test_the_acts_page_shows_who_changed_which_number_from_what_to_what(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    _, auditor = await hall.staff("auditor", "审计岗")
    [hidden] = forms_of((await site.get(PACK, headers=signed(author))).text, f"{PACK}/drafts")
    form = {**hidden, "value": 12, "reason": "理由", "basis": "依据", "act": "save"}
    await site.post(f"{PACK}/drafts", data=form, headers=signed(author))
    page = plain((await site.get("/auditor/acts", headers=signed(auditor))).text)
    for words in ("规则岗一 保存方案", "old 10 · new 12", "parameter points_per_hour"):
        assert words in page, words


async def test_verify_says_what_it_counted_and_names_a_damaged_row(
    hall: Hall, site: httpx2.AsyncClient, owner_database: Database
) -> None:
    await hall.publish()
    _, auditor = await hall.staff("auditor", "审计岗")
    people = await hall.residents(2)
    for resident in people:
        await hall.serve(resident.holder_id)
    sound = plain((await site.get("/auditor/verify", headers=signed(auditor))).text)
    assert "全部一致:4 笔记账对得上" in sound
    damage = text("update postings set amount = 21, balance_after = 21 where holder_id = :holder_id and amount = 20")
    async with owner_database.transaction(Scope()) as session:
        await session.execute(damage, {"holder_id": people[0].holder_id})
    broken = plain((await site.get("/auditor/verify", headers=signed(auditor))).text)
    assert "处对不上" in broken
    assert f"{people[0].holder_id}/volunteer-points/1" in broken
    alone = plain((await site.get(f"/auditor/verify?number={people[1].number}", headers=signed(auditor))).text)
    assert "全部一致:2 笔记账对得上" in alone


async def test_an_unknown_number_is_a_sentence_not_a_fault(hall: Hall, site: httpx2.AsyncClient) -> None:
    _, auditor = await hall.staff("auditor", "审计岗")
    answer = await site.get("/auditor/find?number=V-00000000", headers=signed(auditor))
    assert answer.status_code == 404
    assert "没有这个志愿者编号" in answer.text
    assert (await site.get("/auditor/packs/zz", headers=signed(auditor))).status_code == 404
    assert (await site.get("/auditor", headers=signed(auditor))).status_code == 200


async def test_an_official_may_not_read_a_residents_record(hall: Hall, site: httpx2.AsyncClient) -> None:
    _, official = await hall.staff("official", "规则岗一")
    [resident] = await hall.residents(1)
    for address in ("/auditor", f"/auditor/residents/{resident.number}", "/auditor/verify", "/auditor/acts"):
        assert (await site.get(address, headers=signed(official))).status_code == 403
