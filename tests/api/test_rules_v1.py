"""A rule change through the API: the same bytes for the same request, and four eyes there as well."""

import httpx2
import pytest

from tests.hall import Hall, hall, signed, site

__all__ = ["hall", "site"]

BODY = {"parameter": "points_per_hour", "value": 12, "reason": "鼓励参加护湖", "basis": "东文明〔2026〕7号"}


async def drafted(site: httpx2.AsyncClient, token: str, value: int = 12) -> httpx2.Response:
    return await site.post(
        "/api/v1/programmes/volunteering/drafts",
        json={**BODY, "value": value},
        headers=signed(token, f"draft-points-per-hour-{value}"),
    )


async def test_a_rule_change_goes_from_draft_to_publication_by_two_officials(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    _, colleague = await hall.staff("official", "规则岗二")
    draft = (await drafted(site, author)).json()
    address = f"/api/v1/drafts/{draft['draft_id']}"
    early = await site.post(f"{address}/submit", json={}, headers=signed(author, "submit-before-whatif"))
    assert (early.status_code, early.json()["code"]) == (409, "WHATIF_MISSING")
    whatif = await site.post(f"{address}/what-if", json={}, headers=signed(author, "whatif-the-first"))
    assert whatif.json()["figures"]["holders"] == 0
    approval = (await site.post(f"{address}/submit", json={}, headers=signed(author, "submit-the-draft-1"))).json()
    seen = {"verdict": "approve", "seen_sha256": approval["sha256"]}
    decide = f"/api/v1/rule-approvals/{approval['approval_id']}/decision"
    own = await site.post(decide, json=seen, headers=signed(author, "decide-on-my-own-1"))
    assert (own.status_code, own.json()["code"]) == (403, "OWN_WORK")
    other = await site.post(
        decide, json={**seen, "seen_sha256": "0" * 64}, headers=signed(colleague, "decide-on-other-bytes")
    )
    assert (other.status_code, other.json()["code"]) == (409, "CONTENT_CHANGED")
    review = (await site.get(decide.removesuffix("/decision"), headers=signed(colleague))).json()
    assert review["counts_from"] == "2026-12-22"
    done = await site.post(decide, json=seen, headers=signed(colleague, "decide-in-favour-1"))
    assert (done.status_code, done.json()["state"]) == (200, "approved")
    again = await site.post(decide, json=seen, headers=signed(colleague, "decide-in-favour-1"))
    assert again.content == done.content
    packs = (await site.get("/api/v1/packs")).json()
    assert {(pack["version"], pack["in_force"]) for pack in packs} == {("2026-11.2", True), ("2026-12-22", False)}
    text = (await site.get(f"/api/v1/packs/{draft['draft_sha256']}")).json()["text"]
    assert "value: 12" in text


@pytest.mark.feature("R24")
async def test_a_number_beyond_its_legal_range_is_refused_with_its_finding(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    for value in (0, 21):
        refused = await drafted(site, author, value)
        assert (refused.status_code, refused.json()["code"]) == (422, "DRAFT_HAS_FINDINGS")
        assert "points_per_hour" in refused.json()["errors"][0]["pointer"]
    assert (await drafted(site, author, 20)).status_code == 201


async def test_the_same_request_makes_one_draft_and_gives_the_same_bytes(hall: Hall, site: httpx2.AsyncClient) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    first, second = await drafted(site, author), await drafted(site, author)
    assert first.status_code == second.status_code == 201
    assert first.content == second.content


async def test_nobody_without_the_role_sees_drafts(hall: Hall, site: httpx2.AsyncClient) -> None:
    await hall.publish()
    _, auditor = await hall.staff("auditor", "审计岗")
    assert (await drafted(site, auditor)).status_code == 403
    assert (await site.get("/api/v1/rule-approvals", headers=signed(auditor))).status_code == 403
    assert (await site.get("/api/v1/rule-approvals")).status_code == 401
