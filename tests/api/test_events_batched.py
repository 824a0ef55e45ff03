"""Thousands of events in one request: each for itself, or all or none."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from api.web.security import BATCH_MOST
from kernel.postgres import Server
from points import intake as intake_module
from tests.hall import Hall, hall, site
from tests.programs import BATCHES, contents, gift, giving, green, program, published, server

__all__ = ["hall", "site"]


async def many(hall: Hall, count: int, people: int = 50) -> list[dict[str, Any]]:
    """So many gifts of so many residents."""
    residents = await hall.residents(people)
    return [gift(residents[number % people].holder_id, hall.now, yuan=1 + number % 7) for number in range(count)]


async def test_each_row_has_its_own_outcome_in_order_and_a_bad_one_spoils_nothing(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await published(hall, giving())
    rows: list[Any] = await many(hall, 12)
    rows[1] = {**rows[1], "holder_id": str(uuid4())}
    rows[3] = {**rows[3], "occurred_at": "yesterday"}
    rows[5] = "no event at all"
    rows[7] = {**rows[7], "data": {"yuan": 10, "receipt": "secret\x00value"}}
    rows[8] = {**rows[8], "data": {"yuan": -1}}
    rows[9] = dict(rows[0])
    vendor = await program(hall, site)
    answer = await vendor.post(BATCHES, {"mode": "each", "items": rows})
    told = answer.json()
    assert answer.status_code == 200
    assert [row["no"] for row in told["items"]] == [*range(12)]
    statuses = [row["status"] for row in told["items"]]
    assert statuses == [201, 422, 201, 422, 201, 422, 201, 422, 422, 200, 201, 201]
    assert (told["recorded"], told["repeats"], told["refused"]) == (6, 1, 5)
    assert told["items"][9]["event"]["event_id"] == told["items"][0]["event"]["event_id"]
    assert told["items"][1]["errors"][0]["code"] == "UNKNOWN_HOLDER"
    assert told["items"][3]["errors"][0]["pointer"] == "#/occurred_at"
    assert "secret" not in answer.text
    assert await green(hall) == 6


@pytest.mark.feature("L16")
async def test_one_bad_row_of_five_thousand_leaves_nothing_and_every_bad_row_is_named(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await published(hall, giving())
    rows = await many(hall, 5_000, people=200)
    vendor = await program(hall, site)
    before = await contents(hall)
    bad = [*rows[:4_321], {**rows[4_321], "holder_id": str(uuid4())}, *rows[4_322:]]
    bad[17] = {**bad[17], "ended_at": (hall.now - timedelta(days=1)).isoformat()}
    bad[99] = {**bad[99], "data": {"yuan": "ten"}}
    refused = await vendor.post(BATCHES, {"mode": "atomic", "items": bad})
    assert refused.status_code == 422
    places = sorted(error["pointer"].split("/")[2] for error in refused.json()["errors"])
    assert places == sorted(["17", "99", "4321"])
    assert await contents(hall) == before
    good = await vendor.post(BATCHES, {"mode": "atomic", "items": rows})
    assert (good.status_code, good.json()["recorded"]) == (201, 5_000)
    assert await green(hall) == 5_000


async def test_an_atomic_batch_of_one_names_its_row_like_any_other(hall: Hall, site: httpx2.AsyncClient) -> None:
    await published(hall, giving())
    vendor = await program(hall, site)
    refused = await vendor.post(BATCHES, {"mode": "atomic", "items": [gift(uuid4(), hall.now)]})
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#/items/0/holder_id"]
    unread = await vendor.post(BATCHES, {"mode": "atomic", "items": [{}]})
    assert "#/items/0/holder_id" in [error["pointer"] for error in unread.json()["errors"]]
    assert await green(hall) == 0


@pytest.mark.parametrize("mode", ["each", "atomic"])
async def test_the_same_request_gets_the_same_bytes_and_another_body_is_refused(
    hall: Hall, fresh: Server, site: httpx2.AsyncClient, mode: str
) -> None:
    await published(hall, giving(terms="caps: [{per: day, most: 20}]"))
    rows = await many(hall, 60, people=5)
    rows[13] = {**rows[13], "holder_id": str(uuid4())} if mode == "each" else rows[13]
    async with server(hall, fresh.app_url) as other:
        vendor = await program(hall, site, other)
        body = {"mode": mode, "items": rows}
        key = "one-batch-key-0001"
        answers = await asyncio.gather(*(vendor.post(BATCHES, body, key=key, server=no % 2) for no in range(6)))
        assert len({answer.content for answer in answers}) == 1, [answer.text[:300] for answer in answers]
        assert answers[0].json()["recorded"] == (59 if mode == "each" else 60)
        changed = await vendor.post(BATCHES, {"mode": mode, "items": rows[:-1]}, key=key)
        assert (changed.status_code, changed.json()["code"]) == (422, "REQUEST_KEY_REUSED")
    assert await green(hall) == (59 if mode == "each" else 60)


@pytest.mark.parametrize("mode", ["each", "atomic"])
async def test_a_dry_run_of_a_batch_leaves_every_table_as_it_was(
    hall: Hall, site: httpx2.AsyncClient, mode: str
) -> None:
    await published(hall, giving(terms="caps: [{per: day, most: 9}]"))
    rows = await many(hall, 40, people=4)
    vendor = await program(hall, site)
    before = await contents(hall)
    tried = (await vendor.post(BATCHES, {"mode": mode, "dry_run": True, "items": rows})).json()
    assert await contents(hall) == before
    real = (await vendor.post(BATCHES, {"mode": mode, "items": rows})).json()
    assert tried["recorded"] == real["recorded"] == 40
    for left, right in zip(tried["items"], real["items"], strict=True):
        assert left["event"]["event_id"] is None
        amounts = [[one["amount"] for one in row["event"]["posted"]] for row in (left, right)]
        assert amounts[0] == amounts[1]


async def test_rows_that_found_no_room_come_again_under_the_same_key_and_the_others_keep_their_answers(
    hall: Hall, site: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await published(hall, giving())
    rows = await many(hall, 30)
    vendor = await program(hall, site)
    with monkeypatch.context() as patched:
        patched.setattr(intake_module, "MOST_WAITING", 20)
        busy = (await vendor.post(BATCHES, {"mode": "each", "items": rows}, key="come-again-please-1")).json()
    statuses = [row["status"] for row in busy["items"]]
    assert set(statuses) == {201, 503}
    assert {row["code"] for row in busy["items"] if row["status"] == 503} == {"INTAKE_FULL"}
    whole = (await vendor.post(BATCHES, {"mode": "each", "items": rows}, key="come-again-please-1")).json()
    assert (whole["recorded"], whole["refused"]) == (30, 0)
    assert [row for row, status in zip(whole["items"], statuses, strict=True) if status == 201] == [
        row for row in busy["items"] if row["status"] == 201
    ]
    assert await green(hall) == 30


async def test_a_body_past_its_limit_is_refused(hall: Hall, site: httpx2.AsyncClient) -> None:
    vendor = await program(hall, site)
    row = gift(uuid4(), hall.now)
    large = await vendor.post(BATCHES, {"mode": "each", "items": [row | {"ref": "x" * 100}] * (BATCH_MOST // 300)})
    assert (large.status_code, large.json()["code"]) == (413, "BODY_TOO_LARGE")
    long = await vendor.post(BATCHES, {"mode": "each", "items": [{}] * 5_001})
    assert (long.status_code, long.json()["code"]) == (422, "BODY_INVALID")
    empty = await vendor.post(BATCHES, {"mode": "each", "items": []})
    assert (empty.status_code, empty.json()["code"]) == (422, "BODY_INVALID")
