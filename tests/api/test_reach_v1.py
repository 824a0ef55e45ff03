"""A milder version that reaches back, through the API: declared, published, re-rated, posted once; or refused."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from points.rerate.carry_out import carry_out
from tests.decree import NEXT, WHY, Decree
from tests.hall import Hall, hall, site
from tests.points.rerate.back import require_green

__all__ = ["hall", "site"]

SINCE = "2026-11-01"


@pytest.fixture
async def decree(hall: Hall, site: httpx2.AsyncClient) -> Decree:
    made = Decree(hall, site)
    await made.settle()
    return made


async def served(decree: Decree) -> list[UUID]:
    """Three residents who served two hours, before the version is thought of."""
    holders = [one.holder_id for one in await decree.hall.residents(3)]
    for holder_id in holders:
        await decree.hall.serve(holder_id, days_ago=2)
    decree.hall.clock.advance(timedelta(minutes=2))
    return holders


async def declare(decree: Decree, draft: dict[str, Any], since: str = SINCE) -> httpx2.Response:
    return await decree.post(f"/drafts/{draft['draft_id']}/reach", {"reaches_back_to": since, "reason": "从宽"})


def codes(answer: httpx2.Response) -> tuple[int, list[tuple[str, str]]]:
    found = answer.json()["errors"]
    return answer.status_code, [(one["code"], one["pointer"]) for one in found]


@pytest.mark.feature("R21")
async def test_a_milder_version_is_declared_published_and_re_rated_and_posts_the_differences_once(
    decree: Decree,
) -> None:
    holders = await served(decree)
    first = await decree.drafted(NEXT)
    declared = await declare(decree, first)
    draft = declared.json()
    assert (declared.status_code, draft["reaches_back_to"], draft["reason"]) == (201, SINCE, "从宽")
    assert (await decree.get(f"/drafts/{first['draft_id']}")).json()["superseded_by"] == draft["draft_id"]
    [run] = (await decree.get(f"/drafts/{draft['draft_id']}/what-ifs")).json()
    [kind] = run["figures"]["reach"]["kinds"]
    assert (kind["gain"], kind["lose"], kind["given"]) == (3, 0, "12")
    approval = await decree.submitted(draft)
    seen = (await decree.get(f"/rule-approvals/{approval['approval_id']}", decree.colleague)).json()
    assert seen["figures"]["reach"]["since"] == SINCE
    assert (await decree.decide(approval)).status_code == 200
    pack = (await decree.get(f"/packs/{draft['draft_sha256']}")).json()
    assert (pack["reaches_back_to"], pack["effective_from"]) == (SINCE, "2026-12-22")
    terms = {"programme": "volunteering", "from_on": SINCE, "last_on": "2026-11-21", "because": "milder"}
    early = await decree.post("/re-rates", {**terms, **WHY})
    assert (early.status_code, early.json()["code"]) == (409, "NOTHING_TO_RE_RATE")
    decree.hall.clock.advance(timedelta(days=30))
    made = (await decree.post("/re-rates", {**terms, "last_on": "2026-12-21", **WHY})).json()
    said = {"verdict": "approve", "seen_sha256": made["sha256"]}
    yes = await decree.post(f"/re-rates/{made['re_rate_id']}/decisions", said, token=decree.colleague)
    assert yes.status_code == 200, yes.text
    for _ in range(2):
        await carry_out(decree.hall.database, decree.hall.clock, UUID(made["re_rate_id"]))
        assert [await decree.hall.points_of(one) for one in holders] == [24, 24, 24]
    await require_green(decree.hall.database)
    again = await decree.post("/re-rates", {**terms, "last_on": "2026-12-21", **WHY})
    assert again.json()["code"] == "NOTHING_TO_RE_RATE"


async def test_a_declaration_that_would_cost_somebody_is_refused_and_nothing_is_saved(decree: Decree) -> None:
    await served(decree)
    draft = await decree.drafted(NEXT.replace("value: 80", "value: 60"))
    assert codes(await declare(decree, draft)) == (422, [("NOT_MILDER", "items.service.caps.0")])
    assert (await decree.get(f"/drafts/{draft['draft_id']}")).json()["superseded_by"] is None


async def test_reaching_back_further_than_sixty_months_is_refused(decree: Decree) -> None:
    draft = await decree.drafted(NEXT)
    refused = await declare(decree, draft, "2021-12-21")
    assert codes(refused) == (422, [("REACH_TOO_FAR", "reaches_back_to")])
    assert (await declare(decree, draft, "2021-12-22")).status_code == 201


async def test_a_text_that_says_it_itself_is_held_to_the_same(decree: Decree) -> None:
    await served(decree)
    reaching = NEXT.replace("effective_from: 2026-12-22", f"effective_from: 2026-12-22\nreaches_back_to: {SINCE}")
    harsh = await decree.drafted(reaching.replace("value: 12", "value: 9"))
    told = (await decree.get(f"/drafts/{harsh['draft_id']}")).json()["findings"]
    assert [(one["code"], one["path"], one["blocking"]) for one in told] == [
        ("NOT_MILDER", "items.service.price.give", True)
    ]
    assert codes(await decree.submit(harsh))[1] == [("NOT_MILDER", "items.service.price.give")]
    unseen = await decree.drafted(reaching)
    until = {"comments_until": "2026-12-22"}
    refused = await decree.post(f"/drafts/{unseen['draft_id']}/publication", until)
    assert (refused.status_code, refused.json()["code"]) == (409, "WHATIF_MISSING")


async def test_what_follows_does_not_reach_back_of_itself(decree: Decree) -> None:
    draft = (await declare(decree, await decree.drafted(NEXT))).json()
    assert (await decree.decide(await decree.submitted(draft))).status_code == 200
    body = {"parameter": "points_per_hour", "value": 11, **WHY}
    next_one = (await decree.post("/programmes/volunteering/drafts", body)).json()
    assert (next_one["reaches_back_to"], next_one["findings"]) == (None, [])


async def test_everybody_reads_that_it_reaches_back_in_the_draft_and_in_the_gazette(decree: Decree) -> None:
    draft = (await declare(decree, await decree.drafted(NEXT))).json()
    shown = await decree.shown(draft)
    assert shown["reaches_back_to"] == SINCE
    page = (await decree.site.get(f"/consultations/{draft['draft_id']}?lang=en")).text
    assert "This would also count for what happened since" in page
    decree.hall.clock.advance(timedelta(days=31))
    assert (await decree.decide(await decree.submitted(draft))).status_code == 200
    told = {
        lang: " ".join(
            one["text"]
            for one in (await decree.site.get(f"/api/v1/packs/{draft['draft_sha256']}/gazette?lang={lang}")).json()[
                "paragraphs"
            ]
        )
        for lang in ("zh", "en")
    }
    assert f"本版本溯及 {SINCE} 以来、施行之前发生的事。没有人因此受损" in told["zh"]
    assert f"This version also counts for what happened since {SINCE}, before it was in force." in told["en"]
