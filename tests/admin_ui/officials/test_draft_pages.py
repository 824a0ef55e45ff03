"""Whole packs on the official's desk: findings beside the text, the public asked, work taken back, endings told."""

import html
from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import httpx2
import pytest

from kernel.calendar import day_of
from kernel.jobs import tidy
from rules.language.loader import pack_sha256
from rules.language.sheet import read_sheet_pack, write_workbook
from tests.decree import NEW_PROGRAMME, NEXT, SOURCE
from tests.hall import Hall, forms_of, signed
from tests.programs import published

DRAFTING = "/official/drafting"


async def pressed(site: httpx2.AsyncClient, token: str, page: str, action: str, **typed: str) -> httpx2.Response:
    """Send the one form of a page that posts to an address."""
    [hidden] = forms_of((await site.get(page, headers=signed(token))).text, action)
    return await site.post(action, data={**hidden, **typed}, headers=signed(token))


async def saved(site: httpx2.AsyncClient, token: str, text: str, begun: str = DRAFTING) -> str:
    """A text saved through the page; gives the draft's address."""
    answer = await pressed(site, token, begun, DRAFTING, text=text, reason="理由", basis="依据", act="save")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def test_a_text_begins_as_the_version_in_force_and_its_findings_stand_beside_it(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    begun = f"{DRAFTING}?programme=volunteering"
    assert "programme: volunteering" in (await site.get(begun, headers=signed(author))).text
    broken = NEXT.replace("value: 12", "value: 21")
    looked = await pressed(site, author, begun, DRAFTING, text=broken, act="look")
    line = next(n for n, words in enumerate(broken.splitlines(), 1) if "value: 21" in words)
    assert looked.status_code == 200
    assert f'<td class="tc-number">{line}</td><td><code>parameters.points_per_hour.value</code></td>' in looked.text
    assert "须改正" in looked.text
    assert (await site.get("/official", headers=signed(author))).text.count("/official/drafts/") == 0
    without = await pressed(site, author, begun, DRAFTING, text=NEXT, act="save")
    assert (without.status_code, "请写明理由和依据" in without.text or "理由" in without.text) == (422, True)


async def test_an_unfinished_draft_is_kept_gone_on_with_and_then_compared(hall: Hall, site: httpx2.AsyncClient) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    first = await saved(site, author, "programme: lake-care\nitems: [")
    page = (await site.get(first, headers=signed(author))).text
    assert "未完成的方案" in page
    assert forms_of(page, f"{first}/submit") == forms_of(page, f"{first}/what-if") == []
    goes_on = f"{DRAFTING}?draft={first.rpartition('/')[2]}"
    second = await saved(site, author, NEW_PROGRAMME, goes_on)
    page = (await site.get(second, headers=signed(author))).text
    assert "这将是一个新项目的首个版本" in page
    assert len(forms_of(page, f"{second}/submit")) == 1
    assert "已有后来的方案替代" in (await site.get(first, headers=signed(author))).text


async def test_a_file_takes_the_place_of_what_was_typed(hall: Hall, site: httpx2.AsyncClient) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    [hidden] = forms_of((await site.get(DRAFTING, headers=signed(author))).text, DRAFTING)
    form = {**hidden, "text": "typed", "reason": "理由", "basis": "依据", "act": "save"}
    file = {"file": ("lake.yaml", NEW_PROGRAMME.encode(), "application/yaml")}
    answer = await site.post(DRAFTING, data=form, files=file, headers=signed(author))
    draft = (
        await site.get(f"/api/v1/drafts/{answer.headers['location'].rpartition('/')[2]}", headers=signed(author))
    ).json()
    assert (draft["programme"], draft["findings"]) == ("lake-care", [])
    wrong = {"file": ("lake.yaml", b"\xff\xfe\x00", "application/yaml")}
    refused = await site.post(
        DRAFTING, data={**form, "request_key": "another-request-key"}, files=wrong, headers=signed(author)
    )
    assert refused.status_code == 422


async def test_a_decrees_workbook_comes_in_with_its_cells_told_and_goes_out_again(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")

    async def hand_in(data: bytes, act: str) -> httpx2.Response:
        [hidden] = forms_of((await site.get(DRAFTING, headers=signed(author))).text, DRAFTING)
        form = {**hidden, "text": "", "reason": "理由", "basis": "依据", "act": act}
        return await site.post(DRAFTING, data=form, files={"file": ("法令.xlsx", data)}, headers=signed(author))

    wrong = NEXT.replace("{data: minutes}", "{data: hours}", 1).replace("into: volunteer-points", "into: points", 1)
    broken = write_workbook(wrong)
    looked = await hand_in(broken, "look")
    assert looked.status_code == 200
    assert looked.text.count("<code>计分项!") == 2
    assert '<th scope="col">行</th>' not in looked.text, "cells have no lines"
    refused = await hand_in(broken, "save")
    assert refused.status_code == 422
    commented = await hand_in(broken, "workbook")
    with ZipFile(BytesIO(commented.content)) as parts:
        comments = [name for name in parts.namelist() if "comments" in name]
        assert sum(parts.read(name).count(b"<comment ") for name in comments) == 2
    kept = await hand_in(write_workbook(NEXT), "save")
    assert kept.status_code == 303, kept.text
    draft = kept.headers["location"]
    taken = await site.get(f"{draft}/workbook.xlsx", headers=signed(author))
    assert pack_sha256(read_sheet_pack(taken.content)[0]) == pack_sha256(NEXT)


async def test_a_draft_is_shown_answered_submitted_and_taken_back(hall: Hall, site: httpx2.AsyncClient) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    draft = await saved(site, author, NEXT)
    until = (day_of(hall.now) + timedelta(days=10)).isoformat()
    assert (await pressed(site, author, draft, f"{draft}/publication", comments_until=until)).status_code == 303
    [resident] = await hall.residents(1)
    token = await hall.token_of(resident.holder_id)
    public = draft.replace("/official/drafts/", "/consultations/")
    await pressed(site, token, public, f"{public}/comments", comment="请多给夜间 <b>护湖</b>")
    page = (await site.get(draft, headers=signed(author))).text
    assert "请多给夜间 &lt;b&gt;护湖" in page
    assert forms_of(page, f"{draft}/submit") == [], "no button that would only be refused"
    assert "征求意见至2026年12月2日止" in page
    [form] = [one for one in page.split("<form")[1:] if "/comments/" in one]
    action = form.split('action="')[1].split('"')[0]
    assert (await pressed(site, author, draft, action, answer="采纳。")).status_code == 303
    hall.clock.advance(timedelta(days=11))
    submitted = await pressed(site, author, draft, f"{draft}/submit")
    approval = submitted.headers["location"]
    own = (await site.get(approval, headers=signed(author))).text
    assert "采纳。" in own
    back = await pressed(site, author, approval, f"{approval}/withdrawal")
    assert back.headers["location"] == draft
    assert "提交人已撤回" in (await site.get(approval, headers=signed(author))).text
    assert len(forms_of((await site.get(draft, headers=signed(author))).text, f"{draft}/submit")) == 1
    await pressed(site, author, draft, f"{draft}/withdrawal", reason="另案处理")
    page = (await site.get(draft, headers=signed(author))).text
    assert "另案处理" in page
    assert forms_of(page, f"{draft}/submit") == []


async def test_a_version_that_ends_with_nothing_to_follow_stands_on_the_start_page(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await published(hall, SOURCE.replace("2030-12-31", "2027-01-20"), date(2026, 1, 1))
    _, author = await hall.staff("official", "规则岗一")
    home = html.unescape((await site.get("/official", headers=signed(author))).text)
    assert "志愿服务积分将于2027年1月20日失效" in home
    assert "还剩 59 天" in home
    hall.clock.advance(timedelta(days=61))
    assert "之后没有有效版本" in (await site.get("/official", headers=signed(author))).text


@pytest.mark.parametrize("address", [DRAFTING, "/official/packs"])
async def test_who_is_no_official_drafts_nothing(hall: Hall, site: httpx2.AsyncClient, address: str) -> None:
    _, auditor = await hall.staff("auditor", "审计岗")
    assert (await site.get(address, headers=signed(auditor))).status_code == 403


@pytest.mark.feature("A4")
async def test_acts_about_rules_stay_in_the_log_after_every_job_of_ten_years(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    await saved(site, author, NEXT)
    for _ in range(5):
        hall.clock.advance(timedelta(days=730))
        await tidy(hall.database, hall.clock, {})
    _, auditor = await hall.staff("auditor", "审计岗")
    acts = (await site.get("/auditor/acts", headers=signed(auditor))).text
    for words in ("发布规则", "保存方案"):
        assert words in acts, words
