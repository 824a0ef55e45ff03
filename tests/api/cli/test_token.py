"""`tongcheng token vendor`: what it prints opens the door for recording events, and no other."""

from uuid import uuid4

import httpx2
import pytest

from tests.trial import Trial


@pytest.mark.feature("I7")
def test_a_printed_token_may_record_events_and_nothing_else(city: Trial) -> None:
    done = city.run("token", "vendor", "社保系统 · social security", "--days", "7", "--purpose", "public-records")
    assert done.returncode == 0, done.stderr
    token = done.stdout.strip()
    assert token.startswith("tc_live_")
    headers = {"authorization": f"Bearer {token}", "idempotency-key": "a-vendors-first-request"}
    recorded = httpx2.post(f"{city.base_url}/api/v1/events", json={}, headers=headers)
    assert (recorded.status_code, recorded.json()["code"]) == (422, "BODY_INVALID")
    foreign = httpx2.get(f"{city.base_url}/api/v1/rule-approvals", headers=headers)
    assert foreign.status_code == 403
    where = f"{city.base_url}/api/v1/holders/{uuid4()}/holds"
    assert httpx2.post(where, json={}, headers=headers).status_code == 403
    made = city.run("token", "vendor", "bus", "--holds", "--purpose", "partner-services")
    holding = {**headers, "authorization": f"Bearer {made.stdout.strip()}"}
    assert httpx2.post(where, json={}, headers=holding).json()["code"] == "BODY_INVALID"
    assert city.run("token", "vendor", "x", "--days", "0", "--purpose", "public-records").returncode == 2


def test_a_token_is_not_made_without_a_purpose_that_covers_it(city: Trial) -> None:
    assert city.run("token", "vendor", "bus").returncode == 2
    for told in (["--purpose", "curiosity"], ["--purpose", "public-records", "--holds"]):
        refused = city.run("token", "vendor", "bus", *told)
        assert refused.returncode == 4
        assert "PURPOSE_MISSING" in refused.stderr
        assert refused.stdout == ""
