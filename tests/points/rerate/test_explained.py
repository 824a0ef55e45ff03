"""What a re-rate posted is explained by the decision that it made: to the resident, the auditor and a program."""

import html
import re
from datetime import datetime, timedelta
from uuid import UUID

import httpx2
import pytest

from tests.api.test_balances_v1 import undo
from tests.builders import VOLUNTEERING
from tests.hall import Hall, hall, signed, site
from tests.points.rerate.back import approved, carry_out, reach_back, terms
from tests.points.rerate.test_re_rate import version

__all__ = ["hall", "site"]

SOURCE = VOLUNTEERING.read_text("utf-8")
TWICE = (("better", 15), ("best", 20))


def plain(page: str) -> str:
    """What a reader sees, blanks collapsed."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


class Rated:
    """A resident whose two hours gave 20 points, then 30, then 40: by three versions."""

    def __init__(self, hall: Hall, site: httpx2.AsyncClient) -> None:
        self.hall, self.site = hall, site
        self.approvals: list[str] = []

    async def read(self, token: str, address: str, language: str = "zh") -> httpx2.Response:
        answer = await self.site.get(address, headers={**signed(token), "accept-language": language})
        assert answer.status_code == 200, answer.text
        return answer

    async def live(self) -> None:
        await self.hall.publish()
        [self.resident] = await self.hall.residents(1)
        self.own = await self.hall.token_of(self.resident.holder_id)
        await self.hall.serve(self.resident.holder_id, days_ago=2)
        for name, points in TWICE:
            self.hall.clock.advance(timedelta(days=1))
            await reach_back(self.hall.database, self.hall.clock, version(SOURCE, name, points_per_hour=points))
            asked = terms(self.hall.clock, "milder")
            approval_id = await approved(self.hall.database, self.hall.clock, asked)
            await carry_out(self.hall.database, self.hall.clock, approval_id)
            self.approvals.append(str(approval_id))

    async def postings(self, language: str = "zh") -> list[dict[str, str]]:
        """Those of points, the oldest first."""
        address = f"/api/v1/holders/{self.resident.holder_id}/postings?point_kind=volunteer-points"
        items: list[dict[str, str]] = (await self.read(self.own, address, language)).json()["items"]
        return items[::-1]


@pytest.fixture
async def rated(hall: Hall, site: httpx2.AsyncClient) -> Rated:
    made = Rated(hall, site)
    await made.live()
    return made


async def test_a_resident_reads_the_new_sum_when_it_was_decided_again_and_what_was_given_before(rated: Rated) -> None:
    first, second, third = await rated.postings()
    shown = [plain((await rated.read(rated.own, f"/points/{one['transaction_id']}/how")).text) for one in
             (first, second, third)]  # fmt: skip
    assert "重新计分" not in shown[0]
    assert "志愿服务积分 2026-11.2" in shown[0]
    for words in (
        "志愿服务积分 better",
        "+30",
        "+10",
        "重新计分时间 12月23日(周三)14:00",
        f"依据的审批编号 {rated.approvals[0]}",
        "2026年11月22日首次计分",
        "志愿积分 20 分 (2026-11.2)",
        "规则岗一提出,规则岗二批准",
    ):
        assert words in shown[1], (words, shown[1])
    assert "志愿服务积分 2026-11.2" not in shown[1]
    for words in ("志愿服务积分 best", "+40", "2026年11月22日首次计分", "2026年12月23日再次计分", "志愿积分 30 分"):
        assert words in shown[2], (words, shown[2])


async def test_undoing_what_a_re_rate_posted_names_the_version_that_posted_it(rated: Rated) -> None:
    third = (await rated.postings())[2]["transaction_id"]
    await undo(rated.hall, rated.resident.holder_id, UUID(third))
    undoing = (await rated.postings())[3]
    assert (undoing["amount"], undoing["undoes"]) == ("-10", third)
    shown = plain((await rated.read(rated.own, f"/points/{undoing['transaction_id']}/how")).text)
    assert "适用规则 志愿服务积分 best" in shown
    assert "计算过程" not in shown


async def test_an_auditor_follows_a_difference_to_the_decision_that_made_it_and_those_before(rated: Rated) -> None:
    _, auditor = await rated.hall.staff("auditor", "审计岗")
    [_, second, third] = await rated.postings()
    told = []
    for one in (second, third):
        address = f"/auditor/residents/{rated.resident.number}/postings/{one['transaction_id']}"
        told.append(plain((await rated.read(auditor, address)).text))
    for words in (
        "记账 #2(+10)",
        "决定:volunteering,版本 better",
        "重新计分作出的决定",
        rated.approvals[0],
        "规则岗一提出,规则岗二批准",
        "首次决定:版本 2026-11.2",
        "当时给了志愿积分 20",
    ):
        assert words in told[0], (words, told[0])
    assert "上一次决定" not in told[0]
    for words in ("版本 best", rated.approvals[1], "首次决定:版本 2026-11.2", "上一次决定:版本 better"):
        assert words in told[1], (words, told[1])


async def test_a_program_reads_the_decision_made_again_and_the_version_in_the_statement(rated: Rated) -> None:
    first, second, third = await rated.postings("en")
    assert [one["version"] for one in (first, second, third)] == ["2026-11.2", "better", "best"]
    assert [one["items"] for one in (first, second, third)] == [["service"], [], []]
    assert second["because"].startswith("Decided again by ")
    address = f"/api/v1/holders/{rated.resident.holder_id}/transactions"
    plainly = (await rated.read(rated.own, f"{address}/{first['transaction_id']}")).json()["decisions"]
    assert [(one["version"], one["again"]) for one in plainly] == [("2026-11.2", None)]
    [decision] = (await rated.read(rated.own, f"{address}/{third['transaction_id']}")).json()["decisions"]
    again = decision["again"]
    assert (decision["version"], again["approval_id"]) == ("best", rated.approvals[1])
    assert datetime.fromisoformat(again["decided_at"]) == rated.hall.now
    assert [one["version"] for one in again["before"]] == ["2026-11.2", "better"]
    given = [{kind["point_kind"]: kind["amount"] for kind in one["given"]} for one in again["before"]]
    assert [one["volunteer-points"] for one in given] == ["20", "30"]
