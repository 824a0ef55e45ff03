"""Adjustments and transfers through the API: two people, exact lots, once; organisations hold accounts like anybody."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from kernel.calendar import day_of
from kernel.db import Database, Scope
from points.ledger.statement import balances, statement
from points.people.register import create_organisation
from tests.desk import CHANGES, POINTS, Desk, desk, hall, site
from tests.hall import signed

__all__ = ["desk", "hall", "site"]

_TRANSFERABLE = text("update point_kinds set transferable = true where code = :code")


async def refused(desk: Desk, change: str, **terms: object) -> tuple[int, str]:
    answer = await desk.propose(change, **terms)
    return answer.status_code, answer.json()["code"]


@pytest.mark.feature("A5")
async def test_the_author_cannot_approve_and_two_approvals_at_once_post_once(desk: Desk) -> None:
    one, token = await desk.resident()
    terms = {"holder_id": one.holder_id, "point_kind": POINTS, "amount": 30, "because": "missed"}
    change = (await desk.propose("adjustment", **terms)).json()
    twin = await refused(desk, "adjustment", **terms)
    assert twin == (409, "ALREADY_PROPOSED")
    own = await desk.decide(change, desk.author)
    assert (own.status_code, own.json()["code"]) == (403, "OWN_WORK")
    other = {**change, "sha256": "0" * 64}
    changed = await desk.decide(other)
    assert (changed.status_code, changed.json()["code"]) == (409, "CONTENT_CHANGED")
    assert await desk.balances(one.holder_id, token) == {}
    _, third = await desk.hall.staff("official", "积分岗三")
    answers = await asyncio.gather(*(desk.decide(change, who) for who in (desk.colleague, third) * 3))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"ALREADY_DECIDED"}
    assert await desk.balances(one.holder_id, token) == {POINTS: (30, 0)}
    [line] = await desk.postings(one.holder_id, token)
    async with desk.hall.transaction() as session:
        row = (await session.execute(text("select contra, case_id, decided_by from postings"))).one()
    assert (line["reason"], row.contra, row.case_id) == ("adjustment:missed", "adjustment", UUID(change["change_id"]))
    assert row.decided_by != desk.author_id
    await desk.whole()


async def test_the_same_request_key_proposes_and_decides_once(desk: Desk) -> None:
    one, token = await desk.resident()
    body = {"change": "adjustment", "holder_id": str(one.holder_id), "point_kind": POINTS, "amount": "30"}
    body |= {"because": "missed", "reason": "补录"}
    key = f"propose-{uuid4()}"
    answers = [await desk.site.post(CHANGES, json=body, headers=signed(desk.author, key)) for _ in range(2)]
    assert answers[0].content == answers[1].content
    change = answers[0].json()
    decision = {"verdict": "approve", "seen_sha256": change["sha256"]}
    address, key = f"{CHANGES}/{change['change_id']}/decisions", f"decide-{uuid4()}"
    decided = [await desk.site.post(address, json=decision, headers=signed(desk.colleague, key)) for _ in range(2)]
    assert (decided[0].status_code, decided[0].content) == (200, decided[1].content)
    assert await desk.balances(one.holder_id, token) == {POINTS: (30, 0)}
    bare = await desk.site.post(CHANGES, json=body, headers=signed(desk.author))
    assert bare.json()["code"] == "REQUEST_KEY_MISSING"


async def test_an_adjustment_stops_at_its_bounds_and_at_the_floor(desk: Desk) -> None:
    one, token = await desk.resident()
    holder = {"holder_id": one.holder_id, "point_kind": POINTS, "because": "miscounted"}
    today = day_of(desk.hall.now)
    assert await refused(desk, "adjustment", **holder, amount=10_001) == (422, "AMOUNT_INVALID")
    assert await refused(desk, "adjustment", **holder, amount=-10_001) == (422, "AMOUNT_INVALID")
    assert await refused(desk, "adjustment", **holder, amount=0) == (422, "BODY_INVALID")
    assert await refused(desk, "adjustment", **{**holder, "because": "bribe"}, amount=1) == (
        422,
        "ADJUSTMENT_REASON_UNKNOWN",
    )
    assert await refused(desk, "adjustment", **{**holder, "point_kind": f"debt:{POINTS}"}, amount=1) == (
        422,
        "POINT_KIND_UNKNOWN",
    )
    yesterday = today - timedelta(days=1)
    assert await refused(desk, "adjustment", **holder, amount=1, last_on=yesterday) == (422, "LAST_DAY_INVALID")
    assert await refused(desk, "adjustment", **{**holder, "holder_id": uuid4()}, amount=1) == (404, "UNKNOWN_HOLDER")
    await desk.carry_out("adjustment", **holder, amount=50, last_on=today)
    await desk.carry_out("adjustment", **holder, amount=20)
    assert (await desk.set(one.holder_id, "floor", floor="30")).status_code == 200
    assert await refused(desk, "adjustment", **holder, amount=-41) == (409, "TOO_FEW_POINTS")
    taken = (await desk.propose("adjustment", **holder, amount=-40)).json()
    await desk.hold(one.holder_id, 5)
    late = await desk.decide(taken)
    assert (late.status_code, late.json()["code"]) == (409, "TOO_FEW_POINTS")
    assert (await desk.balances(one.holder_id, token))[POINTS] == (70, 5)
    await desk.carry_out("adjustment", **holder, amount=-35)
    assert (await desk.balances(one.holder_id, token))[POINTS] == (35, 5)
    await desk.whole()


async def test_what_is_given_by_hand_pays_a_debt_first_and_can_itself_be_reversed(desk: Desk) -> None:
    one, token = await desk.resident()
    await desk.hall.serve(one.holder_id)
    await desk.spend(one.holder_id, 20)
    award = next(line for line in await desk.postings(one.holder_id, token) if line["event_id"])
    await desk.carry_out("reversal", holder_id=one.holder_id, transaction_id=award["transaction_id"])
    terms = {"holder_id": one.holder_id, "point_kind": POINTS, "amount": 30, "because": "goodwill"}
    await desk.carry_out("adjustment", **terms)
    paid = await desk.balances(one.holder_id, token)
    assert (paid[POINTS], paid[f"debt:{POINTS}"]) == ((10, 0), (0, 0))
    given = next(line for line in await desk.postings(one.holder_id, token) if line["reason"] == "adjustment:goodwill")
    await desk.carry_out("reversal", holder_id=one.holder_id, transaction_id=given["transaction_id"])
    owed = await desk.balances(one.holder_id, token)
    assert (owed[POINTS], owed[f"debt:{POINTS}"]) == ((0, 0), (20, 0))
    await desk.whole()


@pytest.mark.feature("L21")
async def test_an_organisation_gives_points_to_a_resident_as_one_pair(desk: Desk, owner_database: Database) -> None:
    one, token = await desk.resident()
    async with desk.hall.transaction() as session:
        title = {"zh": "护湖队", "en": "Lake group"}
        group = await create_organisation(session, code="lake-group", title=title, now=desk.hall.now)
    last_on = day_of(desk.hall.now) + timedelta(days=9)
    terms = {"holder_id": group, "point_kind": POINTS, "because": "ruling"}
    await desk.carry_out("adjustment", **terms, amount=60)
    await desk.carry_out("adjustment", **terms, amount=30, last_on=last_on)
    pair = {"holder_id": group, "taker_id": one.holder_id, "point_kind": POINTS, "amount": 40}
    assert await refused(desk, "transfer", **pair) == (409, "NOT_TRANSFERABLE")
    async with owner_database.transaction(Scope()) as session:
        await session.execute(_TRANSFERABLE, {"code": POINTS})
    assert await refused(desk, "transfer", **{**pair, "taker_id": group}) == (422, "TRANSFER_TO_ITSELF")
    assert await refused(desk, "transfer", **{**pair, "amount": 91}) == (409, "TOO_FEW_POINTS")
    change = await desk.carry_out("transfer", **pair)
    moved = {(move["before"], move["change"]) for move in change["figures"]["moves"]}
    assert moved == {("90", "-40"), ("0", "40")}
    lines = await desk.postings(one.holder_id, token)
    assert [line["amount"] for line in lines] == ["30", "10"]
    assert lines[0]["lot_expires_at"] is not None
    assert lines[1]["lot_expires_at"] is None
    async with desk.hall.transaction() as session:
        [left] = await balances(session, holder_id=group, now=desk.hall.now)
        told = await statement(session, holder_id=group)
    assert (left.posted, told[0].balance_after, told[0].amount) == (50, 50, -40)
    assert {line["transaction_id"] for line in lines} == {str(told[0].transaction_id)}
    waiting = (await desk.propose("transfer", **pair)).json()
    assert (await desk.set(group, "suspension")).status_code == 200
    late = await desk.decide(waiting)
    assert (late.status_code, late.json()["code"]) == (409, "HOLDER_SUSPENDED")
    await desk.whole()
