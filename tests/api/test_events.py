"""Events from another body's program: what the answer tells, a dry run, many at once, limits that hold."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from hypothesis import settings
from sqlalchemy import text

from api.v1.events import EventItem
from kernel.postgres import Server
from points.award import award
from points.people.register import create_organisation
from points.submission import Submission
from rules.governance.registry import load_registry
from tests.hall import Hall, hall, site
from tests.programs import contents, gift, giving, green, program, published, server, service

__all__ = ["hall", "site"]

IDS = ("event_id", "transaction_id", "pending_id")


def without_ids(told: Any) -> Any:
    """The same answer with null for what only a real event has."""
    if isinstance(told, dict):
        return {name: None if name in IDS else without_ids(value) for name, value in told.items()}
    return [without_ids(one) for one in told] if isinstance(told, list) else told


@pytest.mark.feature("L17")
async def test_a_dry_run_answers_like_the_real_call_and_leaves_every_table_as_it_was(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    [resident] = await hall.residents(1)
    vendor = await program(hall, site)
    body = service(resident.holder_id, hall.now)
    before = await contents(hall)
    tried = await vendor.event({**body, "dry_run": True}, key="never-kept-0000001")
    assert await contents(hall) == before
    real = await vendor.event(body, key="never-kept-0000001")
    assert (tried.status_code, tried.json()) == (201, without_ids(real.json()))
    assert real.json()["posted"][1]["balance_after"] == "20"
    again = await vendor.event({**body, "dry_run": True})
    assert (again.status_code, again.json()["event_id"]) == (200, real.json()["event_id"])
    refused = await vendor.event({**body, "holder_id": str(uuid4()), "dry_run": True})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "UNKNOWN_HOLDER")
    assert refused.json()["errors"][0]["pointer"] == "#/holder_id"


@pytest.mark.feature("R19")
async def test_whatever_event_is_tried_its_later_real_award_is_the_same(hall: Hall, site: httpx2.AsyncClient) -> None:
    await hall.publish()
    people = await hall.residents(6)
    vendor = await program(hall, site)
    chance = random.Random(19)
    sent: list[dict[str, Any]] = []
    for _ in range(settings().max_examples):
        holder_id = chance.choice(people).holder_id
        ended_at = hall.now - timedelta(minutes=chance.randint(-10, 3_000) * 7)
        body = service(holder_id, ended_at, minutes=chance.randint(1, 600))
        if chance.random() < 0.2:
            body |= {"kind": "referral", "data": {"referred_id": str(uuid4())}}
        if sent and chance.random() < 0.2:
            earlier = chance.choice(sent)
            body = {**earlier, "corrects": earlier["event_id"], "data": body["data"]}
            body["kind"] = "service" if "minutes" in body["data"] else "referral"
            del body["event_id"]
        tried, real = await vendor.event({**body, "dry_run": True}), await vendor.event(body)
        left, right = without_ids(tried.json()), without_ids(real.json())
        left.pop("request_id", None), right.pop("request_id", None)
        assert (tried.status_code, left) == (real.status_code, right), body
        if real.status_code == 201:
            sent.append({**body, "event_id": real.json()["event_id"]})
            sent[-1].pop("corrects", None)
    await green(hall)


async def test_the_answer_tells_what_waits_and_why_an_item_gave_nothing(hall: Hall, site: httpx2.AsyncClient) -> None:
    await hall.publish()
    await published(hall, giving(terms="matures: {on: confirmation, within_days: 7}"))
    [resident] = await hall.residents(1)
    vendor = await program(hall, site)
    referral = service(resident.holder_id, hall.now) | {"kind": "referral", "data": {"referred_id": str(uuid4())}}
    first = (await vendor.event(referral)).json()
    assert first["posted"] == []
    assert {**first["waiting"][0], "pending_id": None} == {
        "pending_id": None,
        "point_kind": "volunteer-points",
        "amount": "20",
        "what": "matures",
        "due_at": "2026-12-06T06:00:00.000000Z",
    }
    second = (await vendor.event(referral | {"business_key": "another"})).json()
    assert second["unpaid"] == [{"programme": "volunteering", "item": "referral", "why": "times"}]
    lapsing = (await vendor.event(gift(resident.holder_id, hall.now))).json()["waiting"]
    assert [(one["what"], one["due_at"]) for one in lapsing] == [("lapses", "2026-11-29T16:00:00.000000Z")]
    too_old = (await vendor.event(gift(resident.holder_id, hall.now - timedelta(days=900)))).json()
    assert too_old["unpaid"] == [{"programme": "giving", "item": None, "why": "no_pack"}]


async def test_bodies_are_holders_too_where_a_pack_reads_their_events(hall: Hall, site: httpx2.AsyncClient) -> None:
    await published(hall, giving(holder="organisation", give=3))
    async with hall.transaction() as session:
        body_id = await create_organisation(session, code="red-cross", title={"zh": "红会", "en": "R"}, now=hall.now)
    [resident] = await hall.residents(1)
    vendor = await program(hall, site)
    told = (await vendor.event(gift(body_id, hall.now))).json()
    assert [(one["point_kind"], one["balance_after"]) for one in told["posted"]] == [("volunteer-points", "30")]
    assert (await vendor.event(gift(resident.holder_id, hall.now))).json()["posted"] == []
    unknown = await vendor.event(gift(uuid4(), hall.now), lang="zh")
    assert unknown.json()["errors"][0]["code"] == "UNKNOWN_HOLDER"
    await green(hall)


@pytest.mark.feature("L6")
@pytest.mark.feature("L7")
async def test_a_hundred_retries_at_two_servers_make_one_event_and_get_the_same_bytes(
    hall: Hall, fresh: Server, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    [resident] = await hall.residents(1)
    async with server(hall, fresh.app_url) as other:
        vendor = await program(hall, site, other)
        body = service(resident.holder_id, hall.now)
        answers = await asyncio.gather(
            *(vendor.event(body, key="one-key-for-all-001", server=number % 2) for number in range(100))
        )
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
        changed = await vendor.event({**body, "data": {**body["data"], "minutes": 1}}, key="one-key-for-all-001")
        assert (changed.status_code, changed.json()["code"]) == (422, "REQUEST_KEY_REUSED")
    assert await hall.points_of(resident.holder_id) == 20
    assert await green(hall) == 1


@pytest.mark.feature("R5")
async def test_a_cap_holds_under_a_hundred_events_at_once_at_two_servers(
    hall: Hall, fresh: Server, site: httpx2.AsyncClient
) -> None:
    await published(hall, giving(terms="caps: [{per: day, most: 75}]"))
    [resident] = await hall.residents(1)
    async with server(hall, fresh.app_url) as other:
        vendor = await program(hall, site, other)
        asked = [gift(resident.holder_id, hall.now, yuan=2) for _ in range(100)]
        answers = await asyncio.gather(*(vendor.event(body, server=no % 2) for no, body in enumerate(asked)))
    given = Counter(int(answer.json()["posted"][0]["amount"]) if answer.json()["posted"] else 0 for answer in answers)
    assert given == {2: 37, 1: 1, 0: 62}
    assert {one["why"] for answer in answers for one in answer.json()["unpaid"]} == {"cap"}
    assert await hall.points_of(resident.holder_id) == 75
    assert await green(hall) == 100


@pytest.mark.feature("R6")
async def test_a_budget_is_never_overdrawn_at_two_servers_and_the_answer_says_that_it_is_used_up(
    hall: Hall, fresh: Server, site: httpx2.AsyncClient
) -> None:
    budget = "limits: {city: {title: {zh: 预算, en: Budget}, per: year, most: 101}}"
    await published(hall, giving(terms="limits: [city]", limits=budget))
    people = await hall.residents(60)
    async with server(hall, fresh.app_url) as other:
        vendor = await program(hall, site, other)
        asked = [gift(one.holder_id, hall.now, yuan=2) for one in people]
        answers = await asyncio.gather(*(vendor.event(body, server=no % 2) for no, body in enumerate(asked)))
    told = [answer.json() for answer in answers]
    amounts = Counter(int(one["posted"][0]["amount"]) if one["posted"] else 0 for one in told)
    assert amounts == {2: 50, 1: 1, 0: 9}
    assert [one["unpaid"] for one in told if not one["posted"]] == [
        [{"programme": "giving", "item": "gift", "why": "budget"}]
    ] * 9
    async with hall.transaction() as session:
        assert (await session.execute(text("select granted, ceiling from limits"))).one() == (101, 101)
        rooms = await session.scalars(text("select decisions->'giving'->'trace'->'items'->0->'limits'->0 from events"))
        assert Counter(room["given"] for room in rooms) == {2: 50, 1: 1, 0: 9}
    assert await green(hall) == 60


@pytest.mark.feature("L18")
async def test_one_issuer_pays_many_residents_and_no_writer_waits_for_another(
    hall: Hall, fresh: Server, site: httpx2.AsyncClient
) -> None:
    """A transaction that stays open has paid one resident; others are paid meanwhile, who may wait for nothing."""
    await published(hall, giving())
    people = await hall.residents(12)
    opened, done = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with hall.transaction() as session:
            registry = await load_registry(session)
            draft = EventItem.model_validate(gift(people[0].holder_id, hall.now)).draft(uuid4())
            await award(session, submissions=[Submission((draft,))], now=hall.now, registry=registry)
            opened.set()
            await done.wait()

    paying = asyncio.create_task(slow())
    await opened.wait()
    async with server(hall, fresh.app_url) as other:
        vendor = await program(hall, site, other)
        asked = [gift(one.holder_id, hall.now) for one in people[1:]]
        async with asyncio.timeout(8):
            answers = await asyncio.gather(*(vendor.event(body, server=no % 2) for no, body in enumerate(asked)))
    assert not paying.done()
    assert {answer.status_code for answer in answers} == {201}
    done.set()
    await paying
    assert [await hall.points_of(one.holder_id) for one in people] == [10] * 12
    assert await green(hall) == 12


async def test_an_account_that_stays_locked_is_told_as_busy_and_nothing_is_recorded(
    hall: Hall, fresh: Server, site: httpx2.AsyncClient
) -> None:
    await published(hall, giving())
    [resident] = await hall.residents(1)
    async with server(hall, fresh.app_url, lock_timeout="200ms") as hasty:
        vendor = await program(hall, hasty, may=("record_events", "hold_points"))
        body = gift(resident.holder_id, hall.now)
        until = (hall.now + timedelta(hours=1)).isoformat()
        wish = {"point_kind": "volunteer-points", "amount": "1", "purpose": "bus", "expires_at": until}
        async with hall.transaction() as session:
            await session.execute(text("select from holders for update"))
            busy = [
                await vendor.event(body, key="told-when-locked-1"),
                await vendor.post(f"/api/v1/holders/{resident.holder_id}/holds", wish),
            ]
        for answer in busy:
            assert (answer.status_code, answer.json()["code"]) == (503, "STILL_LOCKED")
            assert int(answer.headers["retry-after"]) > 0
        assert (await vendor.event(body, key="told-when-locked-1")).status_code == 201
    assert await green(hall) == 1
