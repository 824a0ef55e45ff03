"""The rules as everybody reads them: versions in words, drafts open for comments, what a draft would give oneself."""

import html
import re
from datetime import date, timedelta
from pathlib import Path

import httpx2
import pytest

from rules.language.loader import load
from tests.decree import NEXT, SOURCE, Decree
from tests.hall import Hall, forms_of, signed
from tests.programs import published


@pytest.fixture
async def decree(hall: Hall, site: httpx2.AsyncClient) -> Decree:
    made = Decree(hall, site)
    await made.settle()
    return made


async def read(site: httpx2.AsyncClient, address: str, token: str | None = None) -> str:
    """What a reader sees, blanks collapsed."""
    answer = await site.get(address, headers=signed(token) if token else {})
    assert answer.status_code == 200, f"{answer.status_code} at {address}"
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.mark.feature("R17")
async def test_anybody_reads_every_version_past_in_force_and_to_come(decree: Decree) -> None:
    draft = await decree.enacted(NEXT)
    listed = await read(decree.site, "/rules")
    for words in ("版本 2026-11.2", "生效中", "版本 2027-01", "待生效"):
        assert words in listed, words
    shown = await read(decree.site, "/rules/volunteering/2027-01")
    rules = ("每小时积分:10 → 12", "志愿服务。服务分钟数:每 1 小时 12 分")
    for words in (*rules, "起草:规则岗一", "批准:规则岗二", draft["draft_sha256"], draft["text_sha256"]):
        assert words in shown, words
    english = await read(decree.site, "/rules/volunteering/2027-01?lang=en")
    assert "12 points for every 1 h, a part in proportion" in english
    decree.hall.clock.advance(timedelta(days=31))
    assert "in force Version 2026-11.2 counts from 1 Jan 2025 past" in await read(decree.site, "/rules?lang=en")


async def test_a_version_is_kept_as_a_file_in_words_and_as_the_very_text(decree: Decree) -> None:
    words = await decree.site.get("/rules/volunteering/2026-11.2/gazette.md?lang=en")
    assert words.headers["content-type"].startswith("text/markdown")
    assert words.text.startswith("# Points for volunteering\n")
    text = await decree.site.get("/rules/volunteering/2026-11.2/pack.yaml")
    assert text.text == SOURCE
    assert (await decree.site.get("/rules/volunteering/none")).status_code == 404


async def test_a_resident_reads_comments_endorses_and_asks_what_it_would_give(decree: Decree) -> None:
    shown = await decree.shown(await decree.drafted(NEXT))
    address = f"/consultations/{shown['draft_id']}"
    stranger = (await decree.site.get(address)).text
    assert forms_of(stranger, f"{address}/comments") == []
    assert "登录后发表意见" in stranger
    holder_id, token = await decree.resident()
    await decree.hall.serve(holder_id, days_ago=3)
    decree.hall.clock.advance(timedelta(minutes=2))
    assert "新规则方案" in await read(decree.site, "/", token)
    page = (await decree.site.get(address, headers=signed(token))).text
    for act, typed in (("comments", {"comment": "支持!"}), ("endorsements", {})):
        [hidden] = forms_of(page, f"{address}/{act}")
        answer = await decree.site.post(f"{address}/{act}", data={**hidden, **typed}, headers=signed(token))
        assert answer.status_code == 303, act
    after = (await decree.site.get(address, headers=signed(token))).text
    assert "支持!" in after
    assert "您也赞成。" in after
    assert forms_of(after, f"{address}/endorsements") == []
    mine = await read(decree.site, f"{address}/for-me", token)
    for words in ("您的积分会有变化", "志愿积分 现行 20,方案 24 +4", "每小时 10 分", "每小时 12 分"):
        assert words in mine, words
    assert await decree.hall.points_of(holder_id) == 20


async def test_a_staff_member_reads_the_public_page_and_is_offered_no_comment(decree: Decree) -> None:
    shown = await decree.shown(await decree.drafted(NEXT))
    address = f"/consultations/{shown['draft_id']}"
    page = (await decree.site.get(address, headers=signed(decree.colleague))).text
    assert forms_of(page, f"{address}/comments") == []
    assert (await decree.site.get(f"{address}/for-me", headers=signed(decree.colleague))).status_code == 403


async def test_an_assessment_is_compared_as_of_today_with_what_is_not_proven(decree: Decree) -> None:
    text = Path("rules/packs/household-registration-2026.yaml").read_text("utf-8")
    version = load(text).version
    draft = await decree.drafted(text.replace(version, "first"))
    alone = await decree.shown(draft)
    _, token = await decree.resident()
    mine = await read(decree.site, f"/consultations/{alone['draft_id']}/for-me", token)
    for words in ("总分", "未达到", "未见“文化程度”的记录(由教育局提供),暂不计分", "按今天已记录的您的信息推算"):
        assert words in mine, words
    await published(decree.hall, text, date(2026, 1, 1))
    changed = await decree.shown(await decree.drafted(text.replace(version, "second")))
    assert "对您没有变化" in await read(decree.site, f"/consultations/{changed['draft_id']}/for-me", token)
    told = await decree.get(f"/consultations/{changed['draft_id']}/for-me", token)
    assert [one["code"] for one in told.json()["totals"]] == ["total"]


async def test_anybody_chooses_a_day_and_reads_until_when_each_stage_of_a_procedure_may_take(decree: Decree) -> None:
    assert "各环节最晚到哪天" not in await read(decree.site, "/rules/volunteering/2026-11.2")
    text = Path("rules/packs/household-registration-2026.yaml").read_text("utf-8")
    await published(decree.hall, text, date(2026, 1, 1))
    address = f"/rules/household-registration/{load(text).version}"
    assert f"材料分送各部门:自 {decree.hall.now.date()} 起" in await read(decree.site, address)
    shown = await read(decree.site, f"{address}?begins_on=2026-12-21")
    assert "初审:自 2026-12-23 起,至 2026-12-30 止 " in shown
    assert "公示:自 2026-12-30 起,至 2027-01-06 止;逾期未提出视为同意;暂定:该年放假安排尚未公布" in shown
    english = await read(decree.site, f"{address}?begins_on=2026-12-21&lang=en")
    assert "First review: from 2026-12-23 to 2026-12-30" in english
    assert "to 9999-12-31" in await read(decree.site, f"{address}?begins_on=9999-12-30")
