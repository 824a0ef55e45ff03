"""Corrections over the API: what an event gave is taken back and decided anew, in one step, once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
from sqlalchemy import text

from kernel.postgres import Server
from points.people.households import create_household, join
from tests.hall import Hall, hall, site
from tests.programs import Program, gift, giving, green, program, published, server

__all__ = ["hall", "site"]

CAPPED = giving(terms="caps: [{per: day, most: 50}]")


async def city(hall: Hall, site: httpx2.AsyncClient) -> tuple[Program, UUID]:
    """A pack that gives a point a yuan, at most 50 a day, a program, and a resident."""
    await published(hall, CAPPED)
    [resident] = await hall.residents(1)
    return await program(hall, site), resident.holder_id


async def corrected(vendor: Program, body: dict[str, Any], **other: Any) -> httpx2.Response:
    """The event of `body`, which has just been recorded, as it should have been told."""
    return await vendor.event({**body, **other})


async def test_a_correction_takes_back_and_gives_anew_and_its_repeat_changes_nothing(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    vendor, holder = await city(hall, site)
    body = gift(holder, hall.now, yuan=40)
    first = (await vendor.event(body)).json()["event_id"]
    right = {**body, "data": {"yuan": 25}, "corrects": first}
    answer = await vendor.event(right)
    assert answer.status_code == 201
    assert [(one["amount"], one["balance_after"]) for one in answer.json()["posted"]] == [("25", "25")]
    again = await vendor.event(right)
    assert (again.status_code, again.json()["event_id"]) == (200, answer.json()["event_id"])
    differs = await vendor.event({**right, "data": {"yuan": 26}}, lang="zh")
    assert (differs.status_code, differs.json()["errors"][0]["code"]) == (422, "DIFFERS")
    assert "更正" in differs.json()["errors"][0]["detail"]
    assert await hall.points_of(holder) == 25
    async with hall.transaction() as session:
        reversal = (
            await session.execute(
                text(
                    "select p.amount, p.transaction_id from postings p join corrections using (transaction_id) "
                    "where p.reason like 'reversal:%'"
                )
            )
        ).one()
    assert reversal.amount == -40
    assert str(reversal.transaction_id) == answer.json()["posted"][0]["transaction_id"]
    assert await green(hall) == 2


async def test_what_cannot_be_corrected_is_named_and_nothing_moves(hall: Hall, site: httpx2.AsyncClient) -> None:
    vendor, holder = await city(hall, site)
    body = gift(holder, hall.now, yuan=40)
    first = (await vendor.event(body)).json()["event_id"]
    for wrong in (
        {"corrects": str(uuid4())},
        {"corrects": first, "business_key": "another"},
        {"corrects": first, "kind": "blood_donation", "data": {}},
    ):
        answer = await vendor.event({**body, **wrong}, lang="zh")
        [error] = answer.json()["errors"]
        assert (answer.status_code, error["code"], error["pointer"]) == (422, "CORRECTS_NOTHING", "#/corrects")
        assert error["detail"] == "没有可更正的此类记录,或它已被更正过。"
    assert await hall.points_of(holder) == 40
    assert await green(hall) == 1


async def test_a_correction_can_be_corrected_and_what_it_replaced_can_not_be_corrected_again(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    vendor, holder = await city(hall, site)
    body = gift(holder, hall.now, yuan=40)
    ids = [(await vendor.event(body)).json()["event_id"]]
    for yuan in (30, 20, 45):
        answer = await vendor.event({**body, "data": {"yuan": yuan}, "corrects": ids[-1]})
        assert answer.status_code == 201, answer.text
        ids.append(answer.json()["event_id"])
        assert await hall.points_of(holder) == yuan
    stale = await vendor.event({**body, "data": {"yuan": 1}, "corrects": ids[1]})
    assert [one["code"] for one in stale.json()["errors"]] == ["DIFFERS"]
    assert await green(hall) == 4


async def test_a_correction_that_moves_the_day_frees_the_old_day_for_later_events_only(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    vendor, holder = await city(hall, site)
    yesterday = hall.now - timedelta(days=1)
    body = gift(holder, hall.now, yuan=50)
    first = (await vendor.event(body)).json()["event_id"]
    before = (await vendor.event(gift(holder, hall.now, yuan=30))).json()
    assert before["posted"] == []
    moved = {"occurred_at": yesterday.isoformat(), "ended_at": yesterday.isoformat(), "corrects": first}
    assert (await vendor.event({**body, **moved})).json()["posted"][0]["amount"] == "50"
    assert await hall.points_of(holder) == 50
    later = (await vendor.event(gift(holder, hall.now, yuan=30))).json()
    assert later["posted"][0]["amount"] == "30"
    assert (await vendor.event(gift(holder, yesterday, yuan=1))).json()["posted"] == []
    assert await green(hall) == 5


async def test_a_correction_that_earns_nothing_leaves_nothing_and_one_that_was_spent_is_owed(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    vendor, holder = await city(hall, site)
    spender = await program(hall, site, may=("hold_points",))
    body = gift(holder, hall.now, yuan=40)
    first = (await vendor.event(body)).json()["event_id"]
    until = (hall.now + timedelta(days=1)).isoformat()
    wish = {"point_kind": "volunteer-points", "amount": "30", "purpose": "bus", "expires_at": until}
    held = (await spender.post(f"/api/v1/holders/{holder}/holds", wish)).json()["hold_id"]
    taken = await spender.post(f"/api/v1/holders/{holder}/holds/{held}/captures", {})
    assert taken.status_code == 201
    long_ago = (hall.now - timedelta(days=900)).isoformat()
    moved = await vendor.event({**body, "occurred_at": long_ago, "ended_at": long_ago, "corrects": first})
    assert (moved.json()["posted"], moved.json()["unpaid"][0]["why"]) == ([], "no_pack")
    assert await hall.points_of(holder) == 0
    assert await hall.points_of(holder, "debt:volunteer-points") == 30
    paid = (await vendor.event(gift(holder, hall.now - timedelta(days=1), yuan=35))).json()
    assert [one["amount"] for one in paid["posted"] if one["point_kind"] == "volunteer-points"] == ["35", "-30"]
    assert await hall.points_of(holder) == 5
    assert await green(hall) == 3


async def test_many_corrections_of_one_event_at_once_leave_one(
    hall: Hall, fresh: Server, site: httpx2.AsyncClient
) -> None:
    vendor, holder = await city(hall, site)
    async with server(hall, fresh.app_url) as other:
        vendor = Program(hall, vendor.token, (site, other))
        body = gift(holder, hall.now, yuan=50)
        first = (await vendor.event(body)).json()["event_id"]
        asked = [{**body, "data": {"yuan": 10 + number}, "corrects": first} for number in range(20)]
        answers = await asyncio.gather(*(vendor.event(one, server=no % 2) for no, one in enumerate(asked)))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 19
    [won] = [answer.json() for answer in answers if answer.status_code == 201]
    assert await hall.points_of(holder) == int(won["posted"][0]["amount"])
    assert await green(hall) == 2


async def test_a_household_s_share_follows_the_correction_and_is_told_to_no_program(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    vendor, holder = await city(hall, site)
    await published(hall, giving(programme="homes", holder="household", into="household-points"))
    async with hall.transaction() as session:
        home = await create_household(session, now=hall.now)
        today = hall.now.date()
        await join(session, household_id=home.holder_id, member_id=holder, from_on=today, may_spend=True, now=hall.now)
    body = gift(holder, hall.now, yuan=40)
    first = await vendor.event(body)
    assert "household-points" not in first.text
    assert await hall.points_of(home.holder_id, "household-points") == 40
    right = await vendor.event({**body, "data": {"yuan": 15}, "corrects": first.json()["event_id"]})
    assert "household-points" not in right.text
    assert await hall.points_of(home.holder_id, "household-points") == 15
    assert await green(hall) == 4
