"""Whatever a program of another body is told of a resident is logged with its purpose, and the resident reads it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from access.actions import ACTIONS
from access.actors import Actor
from access.authorize import recipient_of
from access.purposes import Recipient
from api.web.door import Door
from kernel.calendar import rfc3339
from kernel.request_keys import request_key
from points.award import award
from points.ledger.posting import claim, read_holders
from points.people.aliases import add_alias
from points.people.disclosures import disclose
from points.submission import MOVED, Submission
from rules.governance.registry import load_registry
from tests.api.test_policies import policies
from tests.builders import service
from tests.hall import Hall, hall, signed, site
from tests.programs import BATCHES, EVENTS, Program, gift, program

__all__ = ["hall", "site"]

Told = tuple[str, str]
HOLDS = "/api/v1/holders/{holder_id}/holds"
BOTH = ("record_events", "hold_points")


async def log(hall: Hall, holder_id: UUID) -> list[Told]:
    """What the log says of a holder: purpose and kind of data, the oldest first."""
    query = text("select purpose, data from disclosures where holder_id = :holder_id order by disclosure_id")
    async with hall.transaction() as session:
        return [(row.purpose, row.data) for row in await session.execute(query, {"holder_id": holder_id})]


def hold(hall: Hall, amount: int = 5) -> dict[str, Any]:
    until = rfc3339(hall.now + timedelta(hours=1))
    return {"point_kind": "volunteer-points", "amount": str(amount), "purpose": "bus", "expires_at": until}


async def _held(sender: Program, holder_id: UUID) -> str:
    made = await sender.post(HOLDS.format(holder_id=holder_id), hold(sender.hall))
    assert made.status_code == 201, made.text
    return f"{HOLDS.format(holder_id=holder_id)}/{made.json()['hold_id']}"


async def _event(sender: Program, holder_id: UUID) -> httpx2.Response:
    return await sender.event(gift(holder_id, sender.hall.now))


async def _batch(sender: Program, holder_id: UUID) -> httpx2.Response:
    return await sender.post(BATCHES, {"mode": "each", "items": [gift(holder_id, sender.hall.now) for _ in range(3)]})


async def _hold(sender: Program, holder_id: UUID) -> httpx2.Response:
    return await sender.post(HOLDS.format(holder_id=holder_id), hold(sender.hall))


async def _capture(sender: Program, holder_id: UUID) -> httpx2.Response:
    return await sender.post(f"{await _held(sender, holder_id)}/captures", {})


async def _release(sender: Program, holder_id: UUID) -> httpx2.Response:
    return await sender.post(f"{await _held(sender, holder_id)}/releases", {})


Call = Callable[[Program, UUID], Awaitable[httpx2.Response]]
CALLS: dict[str, tuple[Call, list[str]]] = {
    EVENTS: (_event, ["event_points"]),
    BATCHES: (_batch, ["event_points"]),
    HOLDS: (_hold, ["held_points"]),
    f"{HOLDS}/{{hold_id}}/captures": (_capture, ["held_points"] * 2),
    f"{HOLDS}/{{hold_id}}/releases": (_release, ["held_points"] * 2),
}
"""Every route that a program of another body may call, a call that succeeds, and what the log then says."""


async def _program(hall: Hall, site: httpx2.AsyncClient) -> tuple[Program, UUID]:
    await hall.publish()
    [one] = await hall.residents(1)
    await hall.serve(one.holder_id)
    return await program(hall, site, may=BOTH), one.holder_id


def test_every_route_of_programs_is_tried_below(app: FastAPI) -> None:
    open_to_programs = {path for _, path, (action,) in policies(app) if "vendor" in ACTIONS[action].kinds}
    assert open_to_programs == set(CALLS)


@pytest.mark.parametrize("path", sorted(CALLS))
async def test_a_route_logs_once_a_call_whom_it_told_of_and_for_what(
    hall: Hall, site: httpx2.AsyncClient, path: str
) -> None:
    sender, holder_id = await _program(hall, site)
    call, data = CALLS[path]
    assert (await call(sender, holder_id)).status_code < 300
    assert await log(hall, holder_id) == [("partner-services", one) for one in data]


@pytest.mark.parametrize("path", sorted(CALLS))
async def test_a_token_without_a_purpose_that_covers_it_is_refused_and_nothing_is_told(
    hall: Hall, site: httpx2.AsyncClient, path: str
) -> None:
    _, holder_id = await _program(hall, site)
    for purpose in (None, "curiosity"):
        sender = await program(hall, site, may=BOTH, purpose=purpose)
        address = path.format(holder_id=holder_id, hold_id=uuid4())
        refused = await sender.post(address, {}, lang="zh")
        assert (refused.status_code, refused.json()["code"]) == (403, "PURPOSE_MISSING")
        assert "没有登记涵盖此事的用途" in refused.json()["detail"]
    assert await log(hall, holder_id) == []


async def test_a_refusal_a_repeat_and_a_dry_run_tell_something_too(hall: Hall, site: httpx2.AsyncClient) -> None:
    sender, holder_id = await _program(hall, site)
    refused = await sender.post(HOLDS.format(holder_id=holder_id), hold(hall, amount=10_000))
    assert (refused.status_code, refused.json()["code"]) == (409, "POINTS_INSUFFICIENT")
    assert await log(hall, holder_id) == [("partner-services", "held_points")]
    body, items = gift(holder_id, hall.now), [gift(holder_id, hall.now)]
    for _ in range(2):
        assert (await sender.event(body, key="the-same-request-key")).status_code == 201
        assert (
            await sender.post(BATCHES, {"mode": "each", "items": items}, key="the-same-batch-key")
        ).status_code == 200
    assert (await sender.event(gift(holder_id, hall.now, kind="no_such_kind"))).status_code == 422
    assert (await sender.event({**gift(holder_id, hall.now), "dry_run": True})).status_code == 201
    assert len(await log(hall, holder_id)) == 1 + 4 + 2


async def test_a_batch_logs_each_resident_once_in_one_statement_and_nobody_that_is_not_there(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    people = await hall.residents(3)
    sender = await program(hall, site)
    rows = [gift(holder_id, hall.now) for one in people for holder_id in (one.holder_id,) * 2]
    assert (await sender.post(BATCHES, {"mode": "atomic", "items": rows})).status_code == 201
    assert (await sender.event(gift(uuid4(), hall.now))).status_code == 422
    async with hall.transaction() as session:
        assert await session.scalar(text("select count(*) from disclosures")) == 3


async def test_a_route_that_forgets_to_say_of_whom_tells_nothing(hall: Hall, site: httpx2.AsyncClient) -> None:
    actor = Actor(uuid4(), "vendor", scopes=frozenset(BOTH), purpose="partner-services")
    runtime: Any = type("Runtime", (), {"database": hall.database})()
    careless = Door(runtime, actor, None, None, hall.now, recipient_of(actor, "hold_points"))  # type: ignore[arg-type]
    with pytest.raises(LookupError):
        async with careless.transaction():
            pass


async def test_the_resident_reads_who_was_told_what_for_newest_first_page_by_page(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    sender, holder_id = await _program(hall, site)
    token = await hall.token_of(holder_id)
    empty = (await site.get("/privacy", headers=signed(token))).text
    assert "没有向任何其他单位的程序提供过您的数据" in empty
    for _ in range(21):
        hall.clock.advance(timedelta(minutes=1))
        await _event(sender, holder_id)
    hall.clock.advance(timedelta(minutes=1))
    await _hold(sender, holder_id)
    first = (await site.get("/privacy", headers=signed(token))).text
    assert first.count("vendor") == 20
    for words in ("谁收到过我的数据", "凭积分向您提供服务", "能否预留或扣除所要的积分", "从现在起不记录我的好事"):
        assert words in first
    [older] = [part.partition('"')[0] for part in first.split('href="')[1:] if part.startswith("/privacy?before=")]
    second = (await site.get(older, headers=signed(token))).text
    assert second.count("vendor") == 2
    assert "能否预留" not in second
    address = f"/api/v1/holders/{holder_id}/disclosures"
    told = (await site.get(f"{address}?lang=en&limit=2", headers=signed(token))).json()
    assert [one["data"] for one in told["items"]] == ["held_points", "event_points"]
    assert told["items"][0] == {
        "recipient": "vendor",
        "purpose": "partner-services",
        "purpose_title": "To give you a service for points",
        "data": "held_points",
        "data_title": "whether the points it asked for could be set aside or taken",
        "disclosed_at": "2026-11-22T06:22:00Z",
    }
    rest = await site.get(address, params={"cursor": told["next_cursor"]}, headers=signed(token))
    assert len(rest.json()["items"]) == 20
    assert (await site.get(address, params={"cursor": "nonsense"}, headers=signed(token))).status_code == 400
    _, official = await hall.staff("official", "official")
    assert (await site.get(address, headers=signed(official))).status_code == 403


async def test_what_was_told_of_a_merged_register_is_read_by_the_one_that_goes_on(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    gone, goes_on = await hall.residents(2)
    sender = await program(hall, site)
    await _event(sender, gone.holder_id)
    token = await hall.token_of(goes_on.holder_id)
    async with hall.transaction() as session:
        into = {"holder_id": gone.holder_id, "alias_of": goes_on.holder_id, "since": hall.now}
        await add_alias(session, **into, approval_id=uuid4(), transaction_id=uuid4())
    found = await site.get(f"/api/v1/holders/{goes_on.holder_id}/disclosures", headers=signed(token))
    assert [one["data"] for one in found.json()["items"]] == ["event_points"]


async def test_two_batches_that_tell_of_each_others_holders_never_wait_for_each_other(hall: Hall) -> None:
    mine, other = [one.holder_id for one in await hall.residents(2)]
    told = Recipient(uuid4(), "partner-services", "event_points")
    async with hall.transaction() as one, hall.transaction() as two:
        for session, holder_id in ((one, mine), (two, other)):
            holders = await read_holders(session, [holder_id], lock=True)
            assert await claim(session, list(holders.values()), hall.now) == {holder_id}
        async with asyncio.timeout(5):
            await asyncio.gather(disclose(one, [(told, other)], hall.now), disclose(two, [(told, mine)], hall.now))
    assert await log(hall, mine) == await log(hall, other) == [("partner-services", "event_points")]


async def test_who_has_to_be_looked_at_again_was_told_nothing_yet(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    await hall.publish()
    [one] = await hall.residents(1)
    actor_id = uuid4()
    key = request_key(actor_id, "the-same-key-twice", "POST", EVENTS, {})
    told = Recipient(actor_id, "partner-services", "event_points")
    asked = [Submission((service(one.holder_id, ended_at=hall.now),), key, told=told)] * 2

    async def nobody_stands(*_: object) -> set[UUID]:
        return set()

    monkeypatch.setattr("points.award.claim", nobody_stands)
    async with hall.transaction() as session:
        outcomes = await award(session, submissions=asked, now=hall.now, registry=await load_registry(session))
    assert outcomes == [MOVED, MOVED]
    assert await log(hall, one.holder_id) == []
