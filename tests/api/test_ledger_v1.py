"""A vendor records events, a resident reads what became of them, through the API and on the page."""

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient, Response

from api.web.runtime import Runtime
from kernel.calendar import rfc3339
from tests.api.conftest import AsResident
from tests.builders import publish_volunteering


@pytest.fixture(autouse=True)
async def _published(runtime: Runtime) -> None:
    await publish_volunteering(runtime.database, runtime.clock)


def service(holder_id: UUID, ended_at: datetime, minutes: int = 120, shift: UUID | None = None) -> dict[str, Any]:
    shift_id = str(shift or uuid4())
    return {
        "holder_id": str(holder_id),
        "kind": "service",
        "business_key": f"{shift_id}/1",
        "occurred_at": rfc3339(ended_at - timedelta(minutes=minutes)),
        "ended_at": rfc3339(ended_at),
        "data": {"activity_id": shift_id, "shift_id": shift_id, "stretch": 1, "minutes": minutes},
    }


async def send(client: AsyncClient, token: str, body: Any, key: str | None = None) -> Response:
    headers = {"authorization": f"Bearer {token}", "idempotency-key": key or uuid4().hex}
    return await client.post("/api/v1/events", json=body, headers=headers)


async def test_an_event_is_recorded_decided_and_posted(
    client: AsyncClient, as_resident: AsResident, vendor_token: str, runtime: Runtime
) -> None:
    person = await as_resident()
    answer = await send(client, vendor_token, service(person.holder_id, runtime.clock.now()))
    assert answer.status_code == 201, answer.text
    posted = {one["point_kind"]: one for one in answer.json()["posted"]}
    assert (posted["volunteer-points"]["amount"], posted["service-hours"]["amount"]) == ("20", "120")
    balances = (await person.client.get(f"/api/v1/holders/{person.holder_id}/balances")).json()["items"]
    assert {one["point_kind"]: one["available"] for one in balances} == {
        "volunteer-points": "20",
        "service-hours": "120",
    }


@pytest.mark.feature("L6")
@pytest.mark.feature("L7")
async def test_the_same_request_again_gets_the_same_bytes_and_posts_nothing(
    client: AsyncClient, as_resident: AsResident, vendor_token: str, runtime: Runtime
) -> None:
    person = await as_resident()
    body = service(person.holder_id, runtime.clock.now())
    first = await send(client, vendor_token, body, "the-same-key-every-time")
    again = await send(client, vendor_token, body, "the-same-key-every-time")
    assert (again.status_code, again.content) == (201, first.content)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    other = await send(client, vendor_token, {**body, "kind": "referral"}, "the-same-key-every-time")
    assert (other.status_code, other.json()["code"]) == (422, "REQUEST_KEY_REUSED")
    held = (await person.client.get(f"/api/v1/holders/{person.holder_id}/postings")).json()["items"]
    assert len(held) == 2
    repeat = await send(client, vendor_token, body)
    assert (repeat.status_code, repeat.json()["repeat"], repeat.json()["posted"]) == (200, True, [])
    differs = await send(client, vendor_token, {**body, "data": {**body["data"], "minutes": 60}})
    assert (differs.status_code, differs.json()["errors"][0]["code"]) == (422, "DIFFERS")
    balances = (await person.client.get(f"/api/v1/holders/{person.holder_id}/balances")).json()["items"]
    assert {one["posted"] for one in balances} == {"20", "120"}


@pytest.mark.parametrize("key", [None, "short", "no spaces allowed here", "x" * 65])
async def test_an_event_without_a_proper_key_is_refused(
    client: AsyncClient, as_resident: AsResident, vendor_token: str, runtime: Runtime, key: str | None
) -> None:
    person = await as_resident()
    headers = {"authorization": f"Bearer {vendor_token}"} | ({"idempotency-key": key} if key else {})
    body = service(person.holder_id, runtime.clock.now())
    answer = await client.post("/api/v1/events", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "REQUEST_KEY_MISSING")


async def test_what_is_wrong_with_an_event_is_said_field_by_field(
    client: AsyncClient, vendor_token: str, runtime: Runtime
) -> None:
    unknown = await send(client, vendor_token, service(uuid4(), runtime.clock.now()))
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["code"] == "UNKNOWN_HOLDER"
    assert unknown.headers["content-type"] == "application/problem+json"


@pytest.mark.feature("I6")
async def test_a_walk_by_pages_misses_nothing_and_repeats_nothing_while_new_entries_come(
    client: AsyncClient, as_resident: AsResident, vendor_token: str, runtime: Runtime
) -> None:
    person = await as_resident()
    now = runtime.clock.now()
    for day in range(1, 6):
        await send(client, vendor_token, service(person.holder_id, now - timedelta(days=day)))
    address = f"/api/v1/holders/{person.holder_id}/postings"
    seen, cursor = [], ""
    while True:
        page = (await person.client.get(address, params={"limit": 3} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [(one["point_kind"], one["seq"]) for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = page["next_cursor"]
        runtime.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]  # a fixed clock here
        await send(client, vendor_token, service(person.holder_id, now - timedelta(days=20 + len(seen))))
    assert len(seen) == len(set(seen)) == 10


ENDLESS = urlsafe_b64encode(b'["2026-11-22T06:00:00Z", "x", Infinity]').decode()
YEAR_ONE = urlsafe_b64encode(b'["0001-01-01T00:00:00+14:00", "x", 1]').decode()


@pytest.mark.parametrize("cursor", ["nonsense", "!!!!", "bnVsbA", "WzEsMiwzXQ", ENDLESS, YEAR_ONE])
async def test_a_page_mark_that_is_nonsense_is_refused(as_resident: AsResident, cursor: str) -> None:
    person = await as_resident()
    answer = await person.client.get(f"/api/v1/holders/{person.holder_id}/postings", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "CURSOR_MALFORMED")


@pytest.mark.feature("R22")
async def test_every_point_says_how_it_was_worked_out(
    client: AsyncClient, as_resident: AsResident, vendor_token: str, runtime: Runtime
) -> None:
    person = await as_resident()
    posted = (await send(client, vendor_token, service(person.holder_id, runtime.clock.now()))).json()["posted"]
    transaction_id = posted[0]["transaction_id"]
    address = f"/api/v1/holders/{person.holder_id}/transactions/{transaction_id}"
    told = (await person.client.get(address, headers={"accept-language": "en"})).json()
    assert told["evidence"] == "imported"
    decision = told["decisions"][0]
    assert decision["programme"] == "volunteering"
    sentence = next(one for one in decision["explanation"] if one["code"] == "service")
    assert sentence["points"] == "20"
    assert "2 h" in sentence["text"]
    page = await person.client.get(f"/points/{transaction_id}/how")
    assert page.status_code == 200
    assert "2 小时" in page.text
    assert "+20" in page.text
    assert "志愿服务积分" in page.text
    other = await as_resident("李芳")
    assert (await other.client.get(f"/points/{transaction_id}/how")).status_code == 404


async def test_the_start_page_and_the_statement_show_the_points(
    client: AsyncClient, as_resident: AsResident, vendor_token: str, runtime: Runtime
) -> None:
    person = await as_resident()
    empty = (await person.client.get("/")).text
    assert "还没有积分" in empty
    assert "陈*明" in empty
    await send(client, vendor_token, service(person.holder_id, runtime.clock.now()))
    home = (await person.client.get("/")).text
    assert ">20<" in home
    assert "+20" in home
    assert "陈晓明" not in home
    statement = (await person.client.get("/points")).text
    assert "2 小时" in statement
    assert "/how" in statement
