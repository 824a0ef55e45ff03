"""An assessment that reaches back: nothing is posted; a score as of an earlier day goes by the better version."""

from datetime import date, timedelta
from typing import Any

import httpx2
import pytest

from rules.governance.publish import publish
from tests.decree import Decree
from tests.hall import LONG_AGO, Hall, hall, site
from tests.points.rerate.back import counts, require_green

__all__ = ["hall", "site"]

FIRST = """
programme: helpers
version: "1"
status: live
effective_from: 2026-01-01
sunset_on: 2029-12-31
title: {zh: 热心居民, en: Helpers of the year}
holder: resident
mode: assessment
purpose: incentive
catalogue: 2026-11
basis: [city-default-2026]
lawful: {domain: volunteering, impact_assessment: PIA-2025-001, consultation: /rules}
items:
  - code: hours
    title: {zh: 服务时长, en: Hours of service}
    quantity: {sum: minutes, of: service, within: {years: 5}}
    price: {every: 60, give: 2, cap: 100}
    basis: [city-default-2026]
result: {threshold: 5}
"""
SECOND = FIRST.replace('version: "1"', 'version: "2"').replace(
    "effective_from: 2026-01-01", "effective_from: 2026-12-22"
)
MILDER = SECOND.replace("give: 2", "give: 3")
ELSEWHERE = SECOND.replace("{every: 60, give: 2, cap: 100}", "{give: 5}")
"""Five points whatever the hours: more than two hours gave, and less than three did."""
DAY = "2026-11-21"


@pytest.fixture
async def decree(hall: Hall, site: httpx2.AsyncClient) -> Decree:
    made = Decree(hall, site)
    await made.settle()
    async with hall.transaction() as session:
        await publish(session, text=FIRST, approval_id=None, now=hall.now, effective_from=LONG_AGO)
    return made


async def resident(decree: Decree, minutes: int) -> str:
    """Somebody who served so long two days ago; gives their token."""
    holder_id, token = await decree.resident()
    await decree.hall.serve(holder_id, days_ago=2, minutes=minutes)
    decree.hall.clock.advance(timedelta(minutes=2))
    return token


async def score(decree: Decree, token: str, day: str = DAY) -> tuple[Any, ...]:
    answer = (await decree.get(f"/programmes/helpers/my-score?as_of={day}", token)).json()
    return tuple(answer[name] for name in ("version", "total", "eligible", "reaches_back"))


async def declared(decree: Decree, text: str, since: str) -> httpx2.Response:
    draft = await decree.drafted(text)
    return await decree.post(f"/drafts/{draft['draft_id']}/reach", {"reaches_back_to": since, "reason": "从宽"})


async def test_a_score_of_an_earlier_day_goes_by_the_milder_version_once_it_is_in_force(decree: Decree) -> None:
    own = await resident(decree, 120)
    assert await score(decree, own) == ("1", "4", False, False)
    draft = (await declared(decree, MILDER, "2026-06-01")).json()
    [run] = (await decree.get(f"/drafts/{draft['draft_id']}/what-ifs")).json()
    assert run["figures"]["reach"]["days"] == [
        {"as_of": "2026-06-01", "gain": 0, "lose": 0},
        {"as_of": "2026-11-22", "gain": 1, "lose": 0},
    ]
    assert (await decree.decide(await decree.submitted(draft))).status_code == 200
    before = await counts(decree.hall.database)
    assert await score(decree, own) == ("1", "4", False, False)
    decree.hall.clock.advance(timedelta(days=30))
    assert await score(decree, own) == ("2", "6", True, True)
    assert await score(decree, own, "2026-12-22") == ("2", "6", True, False)
    assert await score(decree, own, "2026-05-31") == ("1", "0", False, False)
    assert await counts(decree.hall.database) == before
    terms = {"programme": "helpers", "from_on": "2026-06-01", "last_on": "2026-12-21", "because": "milder"}
    refused = await decree.post("/re-rates", {**terms, "reason": "从宽", "basis": "依据"})
    assert refused.json()["code"] == "RE_RATE_PROGRAMME_MISSING"
    await require_green(decree.hall.database)


async def test_an_assessment_by_which_somebody_would_score_less_is_refused(decree: Decree) -> None:
    await resident(decree, 180)
    refused = await declared(decree, ELSEWHERE, "2026-06-01")
    assert [(one["code"], one["pointer"]) for one in refused.json()["errors"]] == [("REACH_COSTS", "reaches_back_to")]


async def test_whoever_has_more_by_the_version_of_the_day_keeps_it(decree: Decree) -> None:
    draft = (await declared(decree, ELSEWHERE, "2026-06-01")).json()
    assert (await decree.decide(await decree.submitted(draft))).status_code == 200
    little, much = await resident(decree, 120), await resident(decree, 180)
    decree.hall.clock.advance(timedelta(days=30))
    assert await score(decree, little) == ("2", "5", True, True)
    assert await score(decree, much) == ("1", "6", True, False)


async def test_a_day_without_rules_or_ahead_has_no_score(decree: Decree) -> None:
    own = await resident(decree, 120)
    ahead = (decree.hall.now.date() + timedelta(days=2)).isoformat()
    for programme, day in (("helpers", "2024-12-31"), ("helpers", ahead), ("volunteering", DAY), ("none", DAY)):
        answer = await decree.get(f"/programmes/{programme}/my-score?as_of={day}", own)
        assert (answer.status_code, answer.json()["code"]) == (404, "NO_RULES_THAT_DAY"), (programme, day)
    assert date.fromisoformat(DAY) < decree.hall.now.date()
