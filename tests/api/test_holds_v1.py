"""Holds over the API: a program sets points aside, and each hold ends once, in one of four ways."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from kernel.postgres import Server
from points.ledger.statement import balances
from points.ledger.sweep import due_holds, expire_holds
from tests.hall import Hall, hall, site
from tests.programs import Program, contents, gift, giving, green, program, published, server

__all__ = ["hall", "site"]

KIND = "volunteer-points"


async def saver(hall: Hall, site: httpx2.AsyncClient, *, yuan: int = 100) -> tuple[Program, UUID]:
    """A program that may hold points, and a resident who has some."""
    await published(hall, giving())
    [resident] = await hall.residents(1)
    await (await program(hall, site)).event(gift(resident.holder_id, hall.now, yuan=yuan))
    return await program(hall, site, may=("hold_points",)), resident.holder_id


def wish(hall: Hall, amount: int, **other: Any) -> dict[str, Any]:
    until = (hall.now + timedelta(hours=1)).isoformat()
    return {"point_kind": KIND, "amount": str(amount), "purpose": "bus_fare", "expires_at": until, **other}


async def hold(vendor: Program, holder: UUID, body: dict[str, Any], **how: Any) -> httpx2.Response:
    return await vendor.post(f"/api/v1/holders/{holder}/holds", body, **how)


async def end(vendor: Program, holder: UUID, hold_id: str, how: str, **body: str) -> httpx2.Response:
    return await vendor.post(f"/api/v1/holders/{holder}/holds/{hold_id}/{how}", body or {})


async def account(hall: Hall, holder: UUID) -> tuple[int, int]:
    """Posted and held."""
    async with hall.transaction() as session:
        [one] = await balances(session, holder_id=holder, now=hall.now)
    return one.posted, one.held


@pytest.mark.feature("L8")
async def test_a_hold_is_taken_in_full_in_part_let_go_or_runs_out_and_each_only_once(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    vendor, holder = await saver(hall, site)
    ids = [(await hold(vendor, holder, wish(hall, 20))).json()["hold_id"] for _ in range(4)]
    assert await account(hall, holder) == (100, 80)
    full = await end(vendor, holder, ids[0], "captures")
    assert (full.status_code, full.json()["captured"], full.json()["released"]) == (201, "20", "0")
    part = await end(vendor, holder, ids[1], "captures", amount="5")
    assert (part.json()["captured"], part.json()["released"]) == ("5", "15")
    assert (await end(vendor, holder, ids[2], "releases")).json()["released"] == "20"
    assert await account(hall, holder) == (75, 20)
    hall.clock.advance(timedelta(hours=1))
    late = await end(vendor, holder, ids[3], "captures")
    assert (late.status_code, late.json()["code"]) == (409, "HOLD_ENDED")
    for _ in range(2):
        async with hall.transaction() as session:
            await expire_holds(session, await due_holds(session, now=hall.now), now=hall.now)
    assert await account(hall, holder) == (75, 0)
    before = await contents(hall)
    for hold_id in ids:
        for how in ("captures", "releases"):
            again = await end(vendor, holder, hold_id, how)
            assert (again.status_code, again.json()["code"]) == (409, "HOLD_ENDED"), again.text
    assert await contents(hall) == before
    await green(hall)


@pytest.mark.feature("L9")
async def test_holds_taken_at_once_at_two_servers_never_exceed_the_balance(
    hall: Hall, fresh: Server, site: httpx2.AsyncClient
) -> None:
    vendor, holder = await saver(hall, site, yuan=100)
    async with server(hall, fresh.app_url) as other:
        vendor = Program(hall, vendor.token, (site, other))
        answers = await asyncio.gather(*(hold(vendor, holder, wish(hall, 7), server=no % 2) for no in range(40)))
        assert Counter(answer.status_code for answer in answers) == {201: 14, 409: 26}
        assert {one.json()["code"] for one in answers if one.status_code == 409} == {"POINTS_INSUFFICIENT"}
        assert await account(hall, holder) == (100, 98)
        held = [answer.json()["hold_id"] for answer in answers if answer.status_code == 201]
        ends = await asyncio.gather(
            *(end(vendor, holder, hold_id, how) for hold_id in held for how in ("captures", "releases", "captures"))
        )
    assert Counter(answer.status_code for answer in ends) == {201: 14, 409: 28}
    taken = sum(int(answer.json()["captured"]) for answer in ends if answer.status_code == 201)
    assert await account(hall, holder) == (100 - taken, 0)
    await green(hall)


async def test_the_same_number_or_the_same_request_is_the_same_hold(hall: Hall, site: httpx2.AsyncClient) -> None:
    vendor, holder = await saver(hall, site)
    body = wish(hall, 30, ref="order-7")
    answers = await asyncio.gather(*(hold(vendor, holder, body) for _ in range(8)))
    assert {answer.json()["hold_id"] for answer in answers} == {answers[0].json()["hold_id"]}
    assert await account(hall, holder) == (100, 30)
    differs = await hold(vendor, holder, {**body, "amount": "31"})
    assert (differs.status_code, differs.json()["code"]) == (409, "HOLD_DIFFERS")
    key = "one-hold-one-key-1"
    keyed = [await hold(vendor, holder, wish(hall, 10), key=key) for _ in range(3)]
    assert len({answer.content for answer in keyed}) == 1
    other = await hold(vendor, holder, wish(hall, 11), key=key)
    assert (other.status_code, other.json()["code"]) == (422, "REQUEST_KEY_REUSED")
    assert await account(hall, holder) == (100, 40)
    hold_id = keyed[0].json()["hold_id"]
    too_much = await end(vendor, holder, hold_id, "captures", amount="11")
    assert (too_much.status_code, too_much.json()["code"]) == (409, "CAPTURE_TOO_LARGE")
    assert await account(hall, holder) == (100, 40)


async def test_a_hold_of_another_program_is_not_there(hall: Hall, site: httpx2.AsyncClient) -> None:
    vendor, holder = await saver(hall, site)
    stranger = await program(hall, site, may=("hold_points",))
    hold_id = (await hold(vendor, holder, wish(hall, 30, ref="order-7"))).json()["hold_id"]
    for how in ("captures", "releases"):
        refused = await end(stranger, holder, hold_id, how)
        assert (refused.status_code, refused.json()["code"]) == (404, "HOLD_UNKNOWN")
    theirs = await hold(stranger, holder, wish(hall, 30, ref="order-7"))
    assert theirs.json()["hold_id"] != hold_id
    reader = await program(hall, site, may=("record_events",))
    assert (await hold(reader, holder, wish(hall, 1))).status_code == 403


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"amount": "0"}, 422, "BODY_INVALID"),
        ({"amount": "1.5"}, 422, "BODY_INVALID"),
        ({"purpose": "redemption"}, 422, "BODY_INVALID"),
        ({"expires_at": "2026-11-22T06:00:00Z"}, 422, "HOLD_TIME_OUT_OF_RANGE"),
        ({"expires_at": "2028-11-22T06:00:00Z"}, 422, "HOLD_TIME_OUT_OF_RANGE"),
        ({"point_kind": "debt:volunteer-points"}, 422, "POINT_KIND_NOT_SPENDABLE"),
        ({"point_kind": "nothing"}, 422, "POINT_KIND_NOT_SPENDABLE"),
        ({"amount": "101"}, 409, "POINTS_INSUFFICIENT"),
    ],
)
async def test_what_can_not_be_held_is_refused_and_nothing_moves(
    hall: Hall, site: httpx2.AsyncClient, changed: dict[str, str], status: int, code: str
) -> None:
    vendor, holder = await saver(hall, site)
    before = await contents(hall)
    refused = await hold(vendor, holder, {**wish(hall, 30), **changed})
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    missing = await hold(vendor, uuid4(), wish(hall, 30))
    assert (missing.status_code, missing.json()["code"]) == (404, "UNKNOWN_HOLDER")
    assert await contents(hall) == before
