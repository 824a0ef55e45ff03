"""Changing a rule as officials do it: one moves a number and sees who gains, another decides, the day does the rest."""

import html
import re
from datetime import timedelta
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text

from points.events.record import find_event
from tests.builders import service
from tests.hall import Hall, forms_of, signed

PACK = "/official/packs/volunteering"


async def draft_by_page(site: httpx2.AsyncClient, token: str, value: int) -> str:
    """Move points_per_hour and save; gives the draft's address."""
    page = (await site.get(PACK, headers=signed(token))).text
    [hidden] = forms_of(page, f"{PACK}/drafts")
    form = {**hidden, "value": value, "reason": "鼓励更多人参加护湖", "basis": "东文明〔2026〕7号", "act": "save"}
    answer = await site.post(f"{PACK}/drafts", data=form, headers=signed(token))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def submit_by_page(site: httpx2.AsyncClient, token: str, draft: str) -> str:
    """Hand the draft to a colleague; gives the approval's address."""
    page = (await site.get(draft, headers=signed(token))).text
    [hidden] = forms_of(page, f"{draft}/submit")
    answer = await site.post(f"{draft}/submit", data=hidden, headers=signed(token))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def decide_by_page(
    site: httpx2.AsyncClient, token: str, approval: str, verdict: str, reason: str = ""
) -> httpx2.Response:
    """Press one of the two buttons."""
    page = (await site.get(approval, headers=signed(token))).text
    [hidden] = [form for form in forms_of(page, approval) if form["verdict"] == verdict]
    return await site.post(approval, data={**hidden, "reason": reason}, headers=signed(token))


def plain(page: str) -> str:
    """What a reader sees, blanks collapsed."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.feature("R23")
async def test_the_author_sees_why_she_cannot_approve_and_is_refused_when_she_tries(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    _, colleague = await hall.staff("official", "规则岗二")
    approval = await submit_by_page(site, author, await draft_by_page(site, author, 12))
    own = (await site.get(approval, headers=signed(author))).text
    assert "您不能审批自己起草的变更" in own
    assert forms_of(own, approval) == []
    theirs = (await site.get(approval, headers=signed(colleague))).text
    hidden = forms_of(theirs, approval)[0]
    refused = await site.post(approval, data=hidden, headers=signed(author))
    assert refused.status_code == 403
    assert (await site.get("/api/v1/packs")).json()[0]["version"] == "2026-11.2"
    assert len((await site.get("/api/v1/packs")).json()) == 1
    assert (await decide_by_page(site, colleague, approval, "approve")).status_code == 303
    assert len((await site.get("/api/v1/packs")).json()) == 2


@pytest.mark.feature("R1")
async def test_a_weight_counts_from_its_date_without_restart_and_not_a_day_earlier(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    _, colleague = await hall.staff("official", "规则岗二")
    [resident] = await hall.residents(1)
    approval = await submit_by_page(site, author, await draft_by_page(site, author, 12))
    assert "12月22日" in (await site.get(approval, headers=signed(colleague))).text
    await decide_by_page(site, colleague, approval, "approve")
    hall.clock.advance(timedelta(days=29))
    await hall.serve(resident.holder_id)
    assert await hall.points_of(resident.holder_id) == 20
    hall.clock.advance(timedelta(days=1))
    await hall.serve(resident.holder_id)
    assert await hall.points_of(resident.holder_id) == 20 + 24


@pytest.mark.feature("R18")
@pytest.mark.feature("R17")
async def test_an_old_scan_uploaded_late_earns_by_the_version_of_its_own_day(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    first = await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    _, colleague = await hall.staff("official", "规则岗二")
    _, auditor = await hall.staff("auditor", "审计岗")
    [resident] = await hall.residents(1)
    old = service(resident.holder_id, ended_at=hall.now - timedelta(hours=1))
    await decide_by_page(
        site, colleague, await submit_by_page(site, author, await draft_by_page(site, author, 12)), "approve"
    )
    hall.clock.advance(timedelta(days=40))
    new = await hall.serve(resident.holder_id)
    late = await hall.record(old)
    assert await hall.points_of(resident.holder_id) == 24 + 20
    async with hall.transaction() as session:
        stored = await find_event(session, holder_id=resident.holder_id, event_id=late.events[0].event_id)
    assert stored is not None
    assert stored.decisions["volunteering"]["pack"] == first.sha256.hex()
    for outcome, version in ((new, "2026-12-22"), (late, "2026-11.2")):
        [posted] = [one for one in outcome.events[0].posted if one.point_kind == "volunteer-points"]
        trace = f"/auditor/residents/{resident.number}/postings/{posted.transaction_id}"
        page = plain((await site.get(trace, headers=signed(auditor))).text)
        assert f"volunteering,版本 {version} " in page


@pytest.mark.feature("R16")
async def test_a_draft_leaves_live_results_as_they_are(hall: Hall, site: httpx2.AsyncClient) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    [resident] = await hall.residents(1)
    draft = await draft_by_page(site, author, 20)
    await submit_by_page(site, author, draft)
    hall.clock.advance(timedelta(days=60))
    await hall.serve(resident.holder_id)
    assert await hall.points_of(resident.holder_id) == 20


@pytest.mark.feature("R20")
async def test_the_figures_name_winners_losers_cost_and_top_movers_and_the_approver_sees_the_same(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    _, colleague = await hall.staff("official", "规则岗二")
    people = await hall.residents(7)
    for weeks, resident in enumerate(people[:6], start=1):
        for week in range(weeks):
            await hall.serve(resident.holder_id, days_ago=7 * week)
    hall.clock.advance(timedelta(minutes=2))
    draft = await draft_by_page(site, author, 15)
    seen = plain((await site.get(draft, headers=signed(author))).text)
    # 1 + 2 + .. + 6 = 21 services of two hours: 420 points before, 630 after; nobody reaches the daily cap.
    figures = ("得分增加 6 人", "得分减少 0 人", "原合计 420", "新合计 630", "全年多发 +210")
    for words in (*figures, "10 → 15", "测***5 120 180 +60"):
        assert words in seen, words
    approval = await submit_by_page(site, author, draft)
    again = plain((await site.get(approval, headers=signed(colleague))).text)
    for words in (*figures, "10 → 15", "规则岗一"):
        assert words in again, words


async def test_a_number_beyond_its_legal_range_shows_its_finding_and_is_never_saved(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    page = (await site.get(PACK, headers=signed(author))).text
    [hidden] = forms_of(page, f"{PACK}/drafts")
    form = {**hidden, "value": 21, "reason": "试试", "basis": "无", "act": "save"}
    refused = await site.post(f"{PACK}/drafts", data=form, headers=signed(author))
    assert refused.status_code == 422
    assert 'id="e-value"' in refused.text
    async with hall.transaction() as session:
        assert await session.scalar(text("select count(*) from drafts")) == 0


async def test_a_form_sent_twice_makes_one_draft(hall: Hall, site: httpx2.AsyncClient) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    [hidden] = forms_of((await site.get(PACK, headers=signed(author))).text, f"{PACK}/drafts")
    form = {**hidden, "value": 12, "reason": "理由", "basis": "依据", "act": "save"}
    first = await site.post(f"{PACK}/drafts", data=form, headers=signed(author))
    second = await site.post(f"{PACK}/drafts", data=form, headers=signed(author))
    assert first.headers["location"] == second.headers["location"]
    async with hall.transaction() as session:
        assert await session.scalar(text("select count(*) from drafts")) == 1


async def test_the_step_buttons_keep_what_was_typed(hall: Hall, site: httpx2.AsyncClient) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    [hidden] = forms_of((await site.get(PACK, headers=signed(author))).text, f"{PACK}/drafts")
    form = {**hidden, "value": 12, "reason": "写到一半", "basis": "", "act": "more"}
    led = await site.post(f"{PACK}/drafts", data=form, headers=signed(author))
    assert led.status_code == 303
    page = (await site.get(led.headers["location"], headers=signed(author))).text
    assert 'value="13"' in page
    assert "写到一半" in page
    assert "10 → 13" in plain(page)


async def test_a_returned_change_tells_its_author_why_and_publishes_nothing(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    _, colleague = await hall.staff("official", "规则岗二")
    approval = await submit_by_page(site, author, await draft_by_page(site, author, 12))
    assert (await decide_by_page(site, colleague, approval, "return", "请先征求意见")).status_code == 303
    assert "请先征求意见" in (await site.get(approval, headers=signed(author))).text
    assert len((await site.get("/api/v1/packs")).json()) == 1


async def test_what_another_role_may_not_see_is_refused(hall: Hall, site: httpx2.AsyncClient) -> None:
    await hall.publish()
    _, auditor = await hall.staff("auditor", "审计岗")
    for address in ("/official", PACK, "/official/approvals", f"/official/drafts/{UUID(int=1)}"):
        assert (await site.get(address, headers=signed(auditor))).status_code == 403
