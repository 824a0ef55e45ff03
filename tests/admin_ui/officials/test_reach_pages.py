"""A milder version that reaches back, as two officials and a resident see it: declared, told, offered, worked out."""

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx2
import pytest

from points.rerate.carry_out import carry_out
from points.what_if.looks import Step
from tests.admin_ui.officials.test_draft_pages import pressed, saved
from tests.admin_ui.officials.test_official_pages import plain
from tests.decree import NEXT
from tests.hall import Hall, forms_of, signed
from tests.pdf import read_pdf
from tests.points.rerate.back import require_green

SINCE = "2026-11-01"


async def read(site: httpx2.AsyncClient, token: str, address: str) -> str:
    """A page in Chinese, as text."""
    joint = "&" if "?" in address else "?"
    return plain((await site.get(f"{address}{joint}lang=zh", headers=signed(token))).text)


async def agreed(site: httpx2.AsyncClient, token: str, address: str) -> None:
    """The colleague's yes."""
    page = (await site.get(address, headers=signed(token))).text
    hidden = next(form for form in forms_of(page, address) if form.get("verdict") == "approve")
    assert (await site.post(address, data=hidden, headers=signed(token))).status_code == 303


@pytest.mark.feature("R21")
async def test_a_milder_version_goes_from_its_declaration_to_what_a_resident_reads(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    _, colleague = await hall.staff("official", "规则岗二")
    [resident] = await hall.residents(1)
    own = await hall.token_of(resident.holder_id)
    await hall.serve(resident.holder_id, days_ago=2)
    hall.clock.advance(timedelta(minutes=2))
    first = await saved(site, author, NEXT)
    answer = await pressed(site, author, first, f"{first}/reach", reaches_back_to=SINCE, reason="从宽溯及")
    draft = answer.headers["location"].partition("#")[0]
    page = await read(site, author, draft)
    for words in ("同时溯及 2026年11月1日", "1 人 4 0 人", "从宽溯及", "没有人因此受损"):
        assert words in page, page
    proposal = (await pressed(site, author, draft, f"{draft}/submit")).headers["location"]
    assert "同时溯及 2026年11月1日" in await read(site, colleague, proposal)
    await agreed(site, colleague, proposal)
    assert "自 2026年12月22日" in await read(site, author, "/official/packs/volunteering")
    hall.clock.advance(timedelta(days=30))
    at = await offered(site, author, proposal)
    await agreed(site, colleague, at)
    await carry_out(hall.database, hall.clock, UUID(at.rpartition("/")[2]))
    assert await hall.points_of(resident.holder_id) == 24
    await require_green(hall.database)
    assert f"本版本溯及 {SINCE} 以来" in await read(site, own, "/rules/volunteering/2027-01")
    address = f"/api/v1/holders/{resident.holder_id}/postings?point_kind=volunteer-points"
    newest = (await site.get(address, headers=signed(own))).json()["items"][0]
    how = await read(site, own, f"/points/{newest['transaction_id']}/how")
    for words in ("志愿服务积分 2027-01", "+4", "重新计分时间", "志愿积分 20 分 (2026-11.2)"):
        assert words in how, how


async def offered(site: httpx2.AsyncClient, token: str, proposal: str) -> str:
    """The re-rate that a published version offers, as filled in; handed over, it gives its address."""
    page = (await site.get(proposal, headers=signed(token))).text
    link = next(
        part for part in page.replace("&amp;", "&").split('"') if part.startswith("/official/re-rates/propose?")
    )
    filled = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    assert filled == {
        "programme": "volunteering",
        "from_on": SINCE,
        "last_on": "2026-12-21",
        "because": "milder",
        "reason": "2027-01 版更宽,溯及既往。",
        "basis": "依据",
    }
    form = (await site.get(link, headers=signed(token))).text
    assert 'value="依据"' in form
    hidden = next(one for one in forms_of(form, "/official/re-rates/propose") if "request_key" in one)
    sent = {**hidden, "reason": filled["reason"], "basis": filled["basis"]}
    return str((await site.post("/official/re-rates/propose", data=sent, headers=signed(token))).headers["location"])


async def test_what_would_cost_somebody_is_told_beside_the_day_and_nothing_is_saved(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    draft = await saved(site, author, NEXT.replace("value: 80", "value: 60"))
    answer = await pressed(site, author, draft, f"{draft}/reach", reaches_back_to=SINCE, reason="从宽")
    assert answer.status_code == 422
    assert 'id="e-reaches_back_to"' in answer.text
    assert "此处 2026-11.2 版更宽,而本版本要溯及该版施行的日子。" in plain(answer.text)
    assert f'value="{SINCE}"' in answer.text
    assert "已有后来的方案替代" not in await read(site, author, draft)


async def test_a_text_that_reaches_back_wrongly_is_kept_and_can_not_be_submitted(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    text = NEXT.replace("effective_from: 2026-12-22", f"effective_from: 2026-12-22\nreaches_back_to: {SINCE}")
    draft = await saved(site, author, text.replace("value: 80", "value: 60"))
    page = (await site.get(draft, headers=signed(author))).text
    assert "<code>items.service.caps.0</code>" in page
    assert forms_of(page, f"{draft}/submit") == forms_of(page, f"{draft}/publication") == []
    begun = await site.get("/official/drafting?programme=volunteering", headers=signed(author))
    assert "reaches_back_to" not in begun.text


async def test_while_the_past_is_read_the_page_says_how_far_and_then_leads_to_the_draft_that_reaches_back(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    draft = await saved(site, author, NEXT)
    first_of_all = asyncio.Event()

    async def somebody_elses(step: Step) -> bool:
        return await first_of_all.wait()

    await hall.looks.ask("another", somebody_elses, 0.01)
    waits = await pressed(site, author, draft, f"{draft}/reach", reaches_back_to=SINCE, reason="从宽溯及")
    assert waits.headers["location"].startswith(f"{draft}?since={SINCE}")
    page = await read(site, author, waits.headers["location"])
    assert "已读取 0%" in page
    first_of_all.set()
    for _ in range(200):
        page = await read(site, author, waits.headers["location"])
        if "已读取" not in page:
            break
        await asyncio.sleep(0.05)
    assert "已有后来的方案替代" in page


async def test_the_sheet_for_the_mayor_says_whom_reaching_back_gives_to(hall: Hall, site: httpx2.AsyncClient) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    [resident] = await hall.residents(1)
    await hall.serve(resident.holder_id, days_ago=2)
    hall.clock.advance(timedelta(minutes=2))
    first = await saved(site, author, NEXT)
    answer = await pressed(site, author, first, f"{first}/reach", reaches_back_to=SINCE, reason="从宽")
    draft = answer.headers["location"].partition("#")[0].rpartition("/")[2]
    [run] = (await site.get(f"/api/v1/drafts/{draft}/what-ifs", headers=signed(author))).json()
    sheet = await site.get(f"/official/what-ifs/{run['whatif_id']}/page.pdf?lang=zh", headers=signed(author))
    pages, said = read_pdf(sheet.content)
    assert (pages, f"同时溯及 {SINCE} 以来发生的事" in said, "将补发" in said) == (1, True, True)
