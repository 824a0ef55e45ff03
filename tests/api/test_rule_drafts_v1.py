"""Whole packs as drafts through the API: kept unfinished, never submitted so; published byte for byte as approved."""

import hashlib
import random
import time
from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import text

from rules.language.loader import pack_sha256
from tests.decree import NEW_PROGRAMME, NEXT, SOURCE, Decree
from tests.hall import Hall, hall, signed, site

__all__ = ["hall", "site"]


@pytest.fixture
async def decree(hall: Hall, site: httpx2.AsyncClient) -> Decree:
    made = Decree(hall, site)
    await made.settle()
    return made


@pytest.mark.feature("R23")
async def test_a_new_programme_goes_from_text_to_publication_byte_for_byte(decree: Decree) -> None:
    noted = "# 手写的说明, kept as it is  \n" + NEW_PROGRAMME
    draft = await decree.enacted(noted)
    assert (draft["base_sha256"], draft["version"], draft["findings"]) == (None, "first", [])
    found = (await decree.get(f"/packs/{draft['draft_sha256']}")).json()
    assert found["text"] == noted
    assert found["effective_from"] == "2026-12-22"
    assert pack_sha256(found["text"]).hex() == draft["draft_sha256"]


async def test_whatever_is_published_is_what_was_approved_byte_for_byte(decree: Decree) -> None:
    """Six versions, each laid out by chance: comments, blanks and empty lines are somebody's, and stay."""
    chance = random.Random(23)
    for number in range(6):
        lines = NEXT.replace("2027-01", f"drawn-{number}").replace("value: 80", f"value: {81 + number}").split("\n")
        for _ in range(20):
            place = chance.randrange(len(lines))
            lines[place] += chance.choice(["   ", "  # 说明 é", "\n", "\n\n# «note»", ""])
        text = "\n".join(lines)
        draft = await decree.drafted(text)
        approval = await decree.submitted(draft)
        seen = (await decree.get(f"/rule-approvals/{approval['approval_id']}", decree.colleague)).json()
        assert (await decree.decide(approval)).status_code == 200
        pack = (await decree.get(f"/packs/{draft['draft_sha256']}")).json()
        assert pack["text"] == text
        assert hashlib.sha256(text.encode()).hexdigest() == seen["draft"]["text_sha256"] == draft["text_sha256"]


@pytest.mark.feature("R16")
async def test_an_unfinished_text_is_kept_with_its_findings_and_goes_no_further(decree: Decree) -> None:
    broken = NEXT.replace("value: 12", "value: 21").replace("quantity: {data: minutes}", "quantity: {data: hours}", 1)
    draft = await decree.drafted(broken)
    assert draft["draft_sha256"] is not None
    assert [(one["line"] > 0, one["blocking"]) for one in draft["findings"]] != []
    for way, body in (("submit", {}), ("publication", {"comments_until": "2026-12-22"}), ("what-if", {})):
        refused = await decree.post(f"/drafts/{draft['draft_id']}/{way}", body)
        assert (refused.status_code, refused.json()["code"]) == (422, "DRAFT_HAS_FINDINGS"), way
    packs = (await decree.get("/packs")).json()
    assert [one["version"] for one in packs] == ["2026-11.2"]


async def test_a_text_that_is_no_yaml_is_kept_too_and_says_its_line(decree: Decree) -> None:
    draft = await decree.drafted("programme: lake-care\nitems: [\n")
    [finding] = draft["findings"]
    assert (finding["code"], finding["line"], draft["draft_sha256"]) == ("NOT_YAML", 3, None)
    assert (await decree.get(f"/drafts/{draft['draft_id']}")).json() == draft


async def test_a_finding_names_the_line_on_which_its_item_stands(decree: Decree) -> None:
    draft = await decree.drafted(NEXT.replace("most: {parameter: daily_cap}", "most: 1"))
    line = next(n for n, words in enumerate(NEXT.splitlines(), 1) if words.strip() == "daily_cap:")
    assert line in {one["line"] for one in draft["findings"] if "daily_cap" in one["path"]}


async def test_a_second_thought_takes_the_place_of_the_first_and_only_the_last_is_submitted(decree: Decree) -> None:
    first = await decree.drafted(NEXT)
    second = await decree.drafted(NEXT.replace("value: 12", "value: 13"), supersedes_draft_id=first["draft_id"])
    refused = await decree.submit(first)
    assert (refused.status_code, refused.json()["code"]) == (409, "DRAFT_SUPERSEDED")
    twice = await decree.post(
        "/drafts", {"text": NEXT, "reason": "再想想", "basis": "同上", "supersedes_draft_id": first["draft_id"]}
    )
    assert (twice.status_code, twice.json()["code"]) == (409, "DRAFT_SUPERSEDED")
    assert (await decree.decide(await decree.submitted(second))).status_code == 200


async def test_a_draft_from_an_older_version_or_of_a_version_that_stands_is_refused(decree: Decree) -> None:
    stale = await decree.drafted(NEXT)
    same = await decree.drafted(SOURCE)
    assert {one["code"] for one in same["findings"]} == set()  # what stands elsewhere is asked when it goes on
    refused = await decree.submit(same)
    assert refused.json()["errors"][0]["code"] == "VERSION_TAKEN"
    waiting = await decree.submitted(stale)
    await decree.enacted(NEXT.replace("version: 2027-01", "version: other").replace("value: 12", "value: 11"))
    late = await decree.decide(waiting)
    assert (late.status_code, late.json()["code"]) == (409, "DRAFT_STALE")
    assert len((await decree.get("/packs")).json()) == 2


async def test_authors_take_back_their_own_work_and_nobody_elses(decree: Decree) -> None:
    draft = await decree.drafted(NEXT)
    approval = await decree.submitted(draft)
    address = f"/rule-approvals/{approval['approval_id']}/withdrawal"
    foreign = await decree.post(address, token=decree.colleague)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "NOT_YOUR_SUBMISSION")
    back = await decree.post(address)
    assert (back.status_code, back.json()["state"]) == (200, "withdrawn")
    assert (await decree.decide(approval)).json()["code"] == "ALREADY_DECIDED"
    assert (await decree.get("/rule-approvals", decree.colleague)).json() == []
    again = await decree.submitted(draft)
    busy = await decree.post(f"/drafts/{draft['draft_id']}/withdrawal", {"reason": "不再需要"})
    assert busy.json()["code"] == "ALREADY_SUBMITTED"
    await decree.decide(again, "return", "请先征求意见")
    given_up = await decree.post(f"/drafts/{draft['draft_id']}/withdrawal", {"reason": "不再需要"})
    assert given_up.json()["withdrawn_at"] is not None
    assert (await decree.submit(draft)).json()["code"] == "DRAFT_WITHDRAWN"


async def test_an_approval_is_worthless_once_anything_that_was_seen_is_different(decree: Decree) -> None:
    """A publication slipped in beside the use cases: what people may say is bound too, so nobody can decide."""
    approval = await decree.submitted(await decree.drafted(NEXT))
    shown = text("insert into draft_publications select draft_id, author_id, :now, :until from drafts")
    until = decree.hall.now.date() + timedelta(days=9)
    async with decree.hall.transaction() as session:
        await session.execute(shown, {"now": decree.hall.now, "until": until})
    refused = await decree.decide(approval)
    assert (refused.status_code, refused.json()["code"]) == (409, "APPROVAL_BROKEN")
    assert len((await decree.get("/packs")).json()) == 1


@pytest.mark.feature("A6")
async def test_rules_copied_from_one_city_to_another_have_equal_digests(decree: Decree) -> None:
    [pack] = (await decree.get("/packs")).json()
    exported = await decree.site.get(f"/rules/{pack['programme']}/{pack['version']}/pack.yaml")
    assert exported.headers["content-disposition"].startswith("attachment")
    imported = await decree.drafted(exported.text)
    assert imported["draft_sha256"] == pack["sha256"]
    assert imported["text_sha256"] == (await decree.get(f"/packs/{pack['sha256']}/gazette")).json()["text_sha256"]
    other = await decree.drafted(exported.text.replace("value: 10\n", "value: 11\n"))
    assert other["draft_sha256"] != pack["sha256"]


NESTED = "when: " + "{none: [" * 40 + "{evidence: [declared]}" + "]}" * 40
HOSTILE = {
    "a bomb of aliases": "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(200)),
    "nested without end": "items: " + "[" * 50_000,
    "a mapping of mappings": "".join("  " * depth + "a:\n" for depth in range(400)),
    "a list without end": "items: [" + "1, " * 60_000 + "1]",
    "a number of a thousand digits": SOURCE.replace("value: 10\n", f"value: {'9' * 1000}\n"),
    "conditions in conditions": SOURCE.replace("quantity: {data", f"{NESTED}\n    quantity: {{data", 1),
    "something to be run": "!!python/object/apply:os.system ['true']\n",
}


@pytest.mark.feature("R26")
@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_text_ends_soon_with_findings_and_never_goes_further(decree: Decree, kind: str) -> None:
    began = time.monotonic()
    draft = await decree.drafted(HOSTILE[kind])
    assert time.monotonic() - began < 5
    assert any(one["blocking"] for one in draft["findings"])
    assert (await decree.post(f"/drafts/{draft['draft_id']}/what-if")).status_code == 422


@pytest.mark.feature("R26")
async def test_a_text_with_letters_changed_at_random_never_brings_the_server_down(decree: Decree) -> None:
    chance = random.Random(26)
    for _ in range(20):
        letters = list(NEXT)
        for _ in range(chance.randint(1, 30)):
            letters[chance.randrange(len(letters))] = chance.choice("{}[]:,-#&*!|>'\"%@` \n09aé分")
        answer = await decree.post("/drafts", {"text": "".join(letters), "reason": "试", "basis": "无"})
        assert answer.status_code == 201, answer.text


async def test_the_same_request_makes_one_draft_of_a_text(decree: Decree) -> None:
    body = {"text": NEXT, "reason": "理由", "basis": "依据"}
    answers = [
        await decree.site.post("/api/v1/drafts", json=body, headers=signed(decree.author, "one-and-the-same-key"))
        for _ in range(2)
    ]
    assert answers[0].content == answers[1].content
