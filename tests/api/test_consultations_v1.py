"""A draft in public: everybody reads, residents comment and endorse, the office answers before it may be submitted."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from tests.decree import NEXT, Decree
from tests.hall import Hall, hall, site

__all__ = ["hall", "site"]


@pytest.fixture
async def decree(hall: Hall, site: httpx2.AsyncClient) -> Decree:
    made = Decree(hall, site)
    await made.settle()
    return made


async def public(decree: Decree) -> dict[str, Any]:
    return await decree.shown(await decree.drafted(NEXT))


async def test_a_draft_is_nobodys_to_read_before_its_author_shows_it(decree: Decree) -> None:
    draft = await decree.drafted(NEXT)
    hidden = await decree.site.get(f"/api/v1/consultations/{draft['draft_id']}")
    assert (hidden.status_code, hidden.json()["code"]) == (404, "CONSULTATION_MISSING")
    _, foreign = await decree.hall.staff("official", "规则岗三")
    until = {"comments_until": "2026-12-22"}
    refused = await decree.post(f"/drafts/{draft['draft_id']}/publication", until, token=foreign)
    assert (refused.status_code, refused.json()["code"]) == (403, "NOT_YOUR_DRAFT")
    shown = await decree.shown(draft)
    seen = (await decree.site.get(f"/api/v1/consultations/{draft['draft_id']}?lang=en")).json()
    assert seen["text"] == NEXT
    assert "Points an hour: 10 → 12" in seen["changes"]
    assert (shown["comments_until"], seen["open"]) == ("2026-12-22", True)
    assert [one["draft_id"] for one in (await decree.site.get("/api/v1/consultations")).json()] == [draft["draft_id"]]
    twice = await decree.post(f"/drafts/{draft['draft_id']}/publication", until)
    assert twice.json()["code"] == "DRAFT_ALREADY_PUBLIC"


@pytest.mark.parametrize("until", ["2026-11-28", "2027-05-22"])
async def test_people_have_at_least_a_week_and_at_most_half_a_year(decree: Decree, until: str) -> None:
    draft = await decree.drafted(NEXT)
    refused = await decree.post(f"/drafts/{draft['draft_id']}/publication", {"comments_until": until})
    assert (refused.status_code, refused.json()["code"]) == (422, "CONSULTATION_LENGTH")


async def test_who_comments_and_endorses_is_never_told_and_each_person_endorses_once(decree: Decree) -> None:
    shown = await public(decree)
    address = f"/consultations/{shown['draft_id']}"
    holder_id, token = await decree.resident()
    _, other = await decree.resident()
    assert (await decree.site.post(f"/api/v1{address}/comments", json={"comment": "好"})).status_code == 401
    assert (await decree.post(f"{address}/comments", {"comment": "我是工作人员"})).status_code == 403
    said = await decree.post(f"{address}/comments", {"comment": "夜间也应多给。"}, token=token)
    assert said.status_code == 201
    for who in (token, token, other):
        assert (await decree.post(f"{address}/endorsements", token=who)).status_code == 201
    seen = await decree.site.get(f"/api/v1{address}")
    assert seen.json()["endorsements"] == 2
    assert [one["comment"] for one in seen.json()["comments"]] == ["夜间也应多给。"]
    assert str(holder_id) not in seen.text


async def test_one_person_writes_five_comments_and_no_more(decree: Decree) -> None:
    shown = await public(decree)
    address = f"/consultations/{shown['draft_id']}/comments"
    _, token = await decree.resident()
    for number in range(5):
        assert (await decree.post(address, {"comment": f"第{number}条"}, token=token)).status_code == 201
    sixth = await decree.post(address, {"comment": "第六条"}, token=token)
    assert (sixth.status_code, sixth.json()["code"]) == (429, "TOO_MANY_COMMENTS")
    _, other = await decree.resident()
    assert (await decree.post(address, {"comment": "另一位"}, token=other)).status_code == 201
    assert (await decree.post(address, {"comment": "长" * 501}, token=other)).status_code == 422
    assert (await decree.post(address, {"comment": "  "}, token=other)).json()["code"] == "COMMENT_LENGTH"


async def test_a_draft_is_submitted_once_people_were_heard_and_answered(decree: Decree) -> None:
    shown = await public(decree)
    draft_id = shown["draft_id"]
    _, token = await decree.resident()
    said = await decree.post(f"/consultations/{draft_id}/comments", {"comment": "为什么是 12?"}, token=token)
    comment_id = said.json()["comments"][0]["comment_id"]
    assert (await decree.submit(shown)).json()["code"] == "CONSULTATION_OPEN"
    decree.hall.clock.advance(timedelta(days=31))
    closed = await decree.post(f"/consultations/{draft_id}/comments", {"comment": "太晚了"}, token=token)
    assert (closed.status_code, closed.json()["code"]) == (409, "CONSULTATION_CLOSED")
    assert (await decree.post(f"/consultations/{draft_id}/endorsements", token=token)).status_code == 409
    assert (await decree.submit(shown)).json()["code"] == "COMMENTS_UNANSWERED"
    answer = f"/consultations/{draft_id}/comments/{comment_id}/answer"
    assert (await decree.post(answer, {"answer": "不是工作人员"}, token=token)).status_code == 403
    assert (await decree.post(answer, {"answer": "参照邻市的标准。"}, token=decree.colleague)).status_code == 201
    assert (await decree.post(answer, {"answer": "另一个答复"})).json()["code"] == "ALREADY_ANSWERED"
    approval = await decree.submitted(shown)
    assert (await decree.decide(approval)).status_code == 200
    sha256 = (await decree.get(f"/drafts/{draft_id}")).json()["draft_sha256"]
    printed = (await decree.site.get(f"/api/v1/packs/{sha256}/gazette?lang=zh")).json()
    words = [one["text"] for one in printed["paragraphs"]]
    hands = ("起草:规则岗一,2026-12-23 提交。", "批准:规则岗二,2026-12-23。")
    for sentence in ("一位居民:为什么是 12?", "答复:参照邻市的标准。", *hands):
        assert sentence in words, words


async def test_what_was_said_of_a_draft_goes_on_with_the_one_that_takes_its_place(decree: Decree) -> None:
    shown = await public(decree)
    _, token = await decree.resident()
    address = f"/consultations/{shown['draft_id']}"
    said = await decree.post(f"{address}/comments", {"comment": "请写 11"}, token=token)
    better = await decree.drafted(NEXT.replace("value: 12", "value: 11"), supersedes_draft_id=shown["draft_id"])
    assert (await decree.post(f"{address}/comments", {"comment": "还有"}, token=token)).status_code == 409
    assert (await decree.submit(better)).json()["code"] == "COMMENTS_UNANSWERED"
    comment_id = said.json()["comments"][0]["comment_id"]
    await decree.post(f"{address}/comments/{comment_id}/answer", {"answer": "采纳。"})
    approval = await decree.submitted(better)
    review = (await decree.get(f"/rule-approvals/{approval['approval_id']}", decree.colleague)).json()
    assert review["draft"]["draft_id"] == better["draft_id"]
    assert (await decree.decide(approval)).status_code == 200


async def test_what_would_this_give_me_is_told_to_the_one_who_asks_and_changes_nothing(decree: Decree) -> None:
    shown = await public(decree)
    holder_id, token = await decree.resident()
    await decree.hall.serve(holder_id, days_ago=3, minutes=120)
    decree.hall.clock.advance(timedelta(minutes=2))
    address = f"/consultations/{shown['draft_id']}/for-me"
    assert (await decree.site.get(f"/api/v1{address}")).status_code == 401
    mine = (await decree.get(f"{address}?lang=zh", token)).json()
    [points] = [one for one in mine["totals"] if one["code"] == "volunteer-points"]
    assert (points["before"], points["after"], mine["changed"]) == ("20", "24", True)
    [told] = mine["told"]
    assert any("+20" in line for line in told["before"])
    assert any("+24" in line for line in told["after"])
    _, other = await decree.resident()
    assert not (await decree.get(address, other)).json()["changed"]
    assert await decree.hall.points_of(holder_id) == 20
