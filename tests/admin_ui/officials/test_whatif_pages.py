"""What-if as officials read it: another number at once, two comparisons beside each other, one page for the mayor."""

import asyncio
from datetime import timedelta

import httpx2
import pytest

from points.what_if.looks import Step
from tests.admin_ui.officials.test_official_pages import draft_by_page, plain
from tests.hall import Hall, forms_of, signed
from tests.pdf import read_pdf

LIVE = "/official/what-if/volunteering"


async def some_served(hall: Hall) -> None:
    """Seven residents who served two hours on two days each."""
    await hall.publish()
    for resident in await hall.residents(7):
        for day in (2, 3):
            await hall.serve(resident.holder_id, days_ago=day)
    hall.clock.advance(timedelta(days=1))


@pytest.mark.feature("R20")
async def test_another_number_shows_winners_and_cost_at_once_and_saves_nothing(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await some_served(hall)
    _, official = await hall.staff("official", "规则岗一")
    shown = plain((await site.get(f"{LIVE}?parameter=points_per_hour&value=12&lang=zh", headers=signed(official))).text)
    assert "7 人" in shown
    assert "+56" in shown
    same = plain((await site.get(f"{LIVE}?parameter=points_per_hour&value=10&lang=zh", headers=signed(official))).text)
    assert "+56" not in same
    beyond = await site.get(f"{LIVE}?parameter=points_per_hour&value=99&lang=zh", headers=signed(official))
    assert "这个数不能试" in beyond.text
    assert (await site.get("/api/v1/packs")).json()[0]["version"] == "2026-11.2"


@pytest.mark.feature("R20")
async def test_two_comparisons_of_a_draft_stand_beside_each_other(hall: Hall, site: httpx2.AsyncClient) -> None:
    await some_served(hall)
    _, official = await hall.staff("official", "规则岗一")
    draft = await draft_by_page(site, official, 12)
    [resident] = await hall.residents(1)
    await hall.serve(resident.holder_id)
    hall.clock.advance(timedelta(minutes=5))
    [hidden] = forms_of((await site.get(draft, headers=signed(official))).text, f"{draft}/what-if")
    assert (await site.post(f"{draft}/what-if", data=hidden, headers=signed(official))).status_code == 303
    runs = (await site.get(f"/api/v1{draft.removeprefix('/official')}/what-ifs", headers=signed(official))).json()
    assert len(runs) == 2
    address = f"{draft}/what-ifs?first={runs[1]['whatif_id']}&second={runs[0]['whatif_id']}&lang=zh"
    page = plain((await site.get(address, headers=signed(official))).text)
    assert "两次试算对照" in page
    assert "14 15 +1" in page


@pytest.mark.feature("R20")
async def test_the_mayors_page_is_one_sheet_with_the_change_the_figures_and_their_digest(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await some_served(hall)
    _, official = await hall.staff("official", "规则岗一")
    draft = await draft_by_page(site, official, 12)
    [run] = (await site.get(f"/api/v1{draft.removeprefix('/official')}/what-ifs", headers=signed(official))).json()
    for lang, words in (("zh", "每小时积分"), ("en", "Points an hour")):
        answer = await site.get(f"/official/what-ifs/{run['whatif_id']}/page.pdf?lang={lang}", headers=signed(official))
        assert answer.headers["content-type"] == "application/pdf"
        pages, said = read_pdf(answer.content)
        assert pages == 1
        assert words in said
        assert run["figures_sha256"] in said
        assert "56" in said
        assert "·" not in said, "some readers have no dot in a font that is not embedded"


@pytest.mark.feature("R20")
async def test_a_look_that_takes_long_says_how_far_it_is_and_the_page_comes_back_with_its_figures(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await some_served(hall)
    _, official = await hall.staff("official", "规则岗一")
    draft = await draft_by_page(site, official, 12)
    first_of_all = asyncio.Event()

    async def somebody_elses(step: Step) -> bool:
        return await first_of_all.wait()

    await hall.looks.ask("another", somebody_elses, 0.01)
    address = f"{LIVE}?parameter=points_per_hour&value=12&lang=zh"
    waiting = plain((await site.get(address, headers=signed(official))).text)
    assert "正在读取全市过去一年的记录" in waiting
    assert "已读取 0%" in waiting
    [hidden] = forms_of((await site.get(draft, headers=signed(official))).text, f"{draft}/what-if")
    assert (await site.post(f"{draft}/what-if", data=hidden, headers=signed(official))).status_code == 303
    assert "已读取 0%" in plain((await site.get(f"{draft}?lang=zh", headers=signed(official))).text)
    first_of_all.set()
    assert "+56" in plain((await site.get(address, headers=signed(official))).text)
    by_program = f"/api/v1{draft.removeprefix('/official')}/what-if"
    compared = await site.post(by_program, json={}, headers=signed(official, "once-more-please"))
    assert compared.status_code == 201
    assert "+56" in plain((await site.get(f"{draft}?lang=zh", headers=signed(official))).text)
