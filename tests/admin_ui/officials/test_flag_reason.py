"""Where a group gains too little beside everybody, a draft goes on only with a reason of its own for that (CH-24)."""

from datetime import date, timedelta
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import text

from kernel.db import Database, Scope
from rules.governance.approvals import FlagReasonMissing
from tests.decree import NEXT, Answer, Decree
from tests.hall import Hall, forms_of, hall, signed, site
from tests.pdf import read_pdf
from tests.points.measured.telling import fact, tell

__all__ = ["hall", "site"]

WHY = "女性的服务时长较短,另有护理项目补足。"


@pytest.fixture
async def decree(hall: Hall, site: httpx2.AsyncClient) -> Decree:
    """Ten women who served an hour and ten men who served five: a higher price gives the women too little."""
    made = Decree(hall, site)
    await made.settle()
    people = await hall.residents(20)
    for place, one in enumerate(people):
        sex, minutes = ("female", 60) if place < 10 else ("male", 300)
        await tell(hall.database, hall.clock, fact(one.holder_id, "sex", sex, date(2026, 1, 1)))
        await hall.serve(one.holder_id, days_ago=3, minutes=minutes)
    hall.clock.advance(timedelta(minutes=2))
    return made


async def compared(decree: Decree) -> Answer:
    draft = await decree.drafted(NEXT)
    run = await decree.post(f"/drafts/{draft['draft_id']}/what-if")
    assert run.status_code == 201, run.text
    return draft | {"whatif_id": run.json()["whatif_id"]}


async def submitted(decree: Decree, draft: Answer, reason: str = WHY) -> httpx2.Response:
    return await decree.post(f"/drafts/{draft['draft_id']}/submit", {"flag_reason": reason})


async def sheet(decree: Decree, draft: Answer) -> str:
    address = f"/official/what-ifs/{draft['whatif_id']}/page.pdf?lang=zh"
    _, words = read_pdf((await decree.site.get(address, headers=signed(decree.author))).content)
    return words


async def test_without_a_reason_it_goes_nowhere_and_the_refusal_stands_beside_the_flag(decree: Decree) -> None:
    draft = await compared(decree)
    for reason in ("", "  ", "字" * 501):
        refused = await submitted(decree, draft, reason)
        assert (refused.status_code, refused.json()["code"]) == (422, FlagReasonMissing.code)
    assert "没有写明理由" in refused.json()["detail"]
    turned = await submitted(decree, draft, "\u202e由理")
    assert (turned.status_code, turned.json()["code"]) == (422, "BODY_INVALID")
    address = f"/official/drafts/{draft['draft_id']}"
    page = (await decree.site.get(f"{address}?lang=zh", headers=signed(decree.author))).text
    assert "有群体的人均增幅不到全体的五分之四" in page
    [form] = forms_of(page, f"{address}/submit")
    sent = await decree.site.post(f"{address}/submit?lang=zh", data=form, headers=signed(decree.author))
    assert sent.status_code == 422
    assert 'id="e-flag_reason"' in sent.text
    assert "请在提示旁写明为什么仍然合理" in sent.text
    typed = {**form, "request_key": str(uuid4()), "flag_reason": WHY}
    assert (await decree.site.post(f"{address}/submit", data=typed, headers=signed(decree.author))).status_code == 303
    async with decree.hall.transaction() as session:
        assert await session.scalar(text("select count(*) from approvals")) == 1


async def test_the_reason_is_bound_read_by_the_colleague_and_printed(decree: Decree) -> None:
    draft = await compared(decree)
    assert WHY not in await sheet(decree, draft)
    approval = (await submitted(decree, draft)).json()
    review = (await decree.get(f"/rule-approvals/{approval['approval_id']}", decree.colleague)).json()
    assert review["flag_reason"] == WHY
    seen = await decree.site.get(f"/official/approvals/{approval['approval_id']}", headers=signed(decree.colleague))
    assert WHY in seen.text
    assert WHY in await sheet(decree, draft)
    assert (await decree.decide(approval)).status_code == 200
    gazette = await decree.site.get("/rules/volunteering/2027-01/gazette.md?lang=zh")
    assert f"有群体的人均增幅不到全体的五分之四。仍然合理的理由:{WHY}" in gazette.text


async def test_a_reason_that_was_changed_afterwards_can_not_be_approved(
    decree: Decree, owner_database: Database
) -> None:
    approval = (await submitted(decree, await compared(decree))).json()
    async with owner_database.transaction(Scope()) as session:
        await session.execute(text("""update approvals set data = data || '{"flag_reason": "别的"}'"""))
    refused = await decree.decide(approval)
    assert (refused.status_code, refused.json()["code"]) == (409, "APPROVAL_BROKEN")


async def test_where_no_group_is_flagged_none_is_asked_for_and_none_is_kept(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    decree = Decree(hall, site)
    await decree.settle()
    draft = await compared(decree)
    page = (await decree.site.get(f"/official/drafts/{draft['draft_id']}", headers=signed(decree.author))).text
    assert "flag_reason" not in page
    approval = (await submitted(decree, draft)).json()
    review = (await decree.get(f"/rule-approvals/{approval['approval_id']}", decree.colleague)).json()
    assert review["flag_reason"] is None
