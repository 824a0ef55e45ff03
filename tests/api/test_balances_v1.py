"""Balances of any instant, the statement and the trial balance over the API, for whoever may see them."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import text

from access.approvals import decide, submit
from kernel.calendar import day_of, rfc3339
from kernel.canonical import sha256
from points.ledger.book import open_book
from points.ledger.holds import capture, hold
from points.ledger.model import Minor
from points.ledger.page import spend
from points.ledger.periods import read_closed
from points.ledger.reversal import read_transactions, reverse
from points.ledger.write import write
from points.people.households import create_household, join
from points.people.register import create_organisation
from tests.hall import Hall, hall, signed, site
from tests.histories import KIND, TITLE, draw_instants, live, rows_of

__all__ = ["hall", "site"]

HOURS = "service-hours"


async def get(site: httpx2.AsyncClient, token: str, address: str, **asked: Any) -> Any:
    answer = await site.get(f"/api/v1{address}", params=asked, headers={**signed(token), "accept-language": "en"})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def posted(site: httpx2.AsyncClient, token: str, holder_id: UUID, **asked: datetime) -> dict[str, str]:
    """What each kind has posted."""
    at = {name: rfc3339(instant) for name, instant in asked.items()}
    found = await get(site, token, f"/holders/{holder_id}/balances", **at)
    return {one["point_kind"]: one["posted"] for one in found["items"]}


@pytest.mark.feature("L12")
async def test_the_balance_of_random_past_instants_equals_a_replay_of_all_rows(
    hall: Hall, site: httpx2.AsyncClient, gates: bool
) -> None:
    [resident] = await hall.residents(1)
    token = await hall.token_of(resident.holder_id)
    await live(hall, resident.holder_id, seed=5, steps=100)
    hall.clock.advance(timedelta(days=1))
    async with hall.transaction() as session:
        rows = await rows_of(session, resident.holder_id)
    seen = set()
    for as_of, known_at in draw_instants(rows, Random(5), 1_000 if gates else 120, hall.now):
        asked = {"as_of": rfc3339(as_of), "known_at": rfc3339(known_at)}
        found = await get(site, token, f"/holders/{resident.holder_id}/balances", **asked)
        for one in found["items"]:
            expected = rows.balance(one["point_kind"], as_of, known_at)
            assert (one["posted"], one["held"]) == tuple(map(str, expected)), asked
            seen.add(expected)
    assert len(seen) > 20


@pytest.mark.feature("L13")
async def test_what_we_knew_on_one_day_about_another_is_told_apart_from_what_we_know_now(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    [resident] = await hall.residents(1)
    holder_id, token = resident.holder_id, await hall.token_of(resident.holder_id)
    await hall.serve(holder_id, days_ago=10)
    day_e = hall.now + timedelta(hours=1)
    hall.clock.advance(timedelta(days=5))
    day_d = hall.now
    hall.clock.advance(timedelta(days=5))
    await hall.serve(holder_id, days_ago=11)  # it happened before day E, and is learnt only now
    hall.clock.advance(timedelta(days=1))
    assert (await posted(site, token, holder_id, as_of=day_e, known_at=day_d))[KIND] == "20"
    assert (await posted(site, token, holder_id, as_of=day_e))[KIND] == "40"
    assert (await posted(site, token, holder_id, known_at=day_d))[KIND] == "20"
    assert (await posted(site, token, holder_id, as_of=day_e - timedelta(days=30)))[KIND] == "0"
    items = (await get(site, token, f"/holders/{holder_id}/postings", point_kind=KIND))["items"]
    assert [one["recorded_at"] > one["effective_at"] for one in items] == [True, True]


@pytest.mark.feature("L15")
async def test_point_kinds_are_counted_apart_and_no_answer_adds_them_up(hall: Hall, site: httpx2.AsyncClient) -> None:
    await hall.publish()
    [resident] = await hall.residents(1)
    holder_id, token = resident.holder_id, await hall.token_of(resident.holder_id)
    _, auditor = await hall.staff("auditor", "审计岗")
    await hall.serve(holder_id)
    await spend_some(hall, holder_id, 15)
    assert await posted(site, token, holder_id) == {KIND: "5", HOURS: "120"}
    found = await get(site, token, f"/holders/{holder_id}/balances")
    assert set(found) == {"as_of", "known_at", "items"}, "no sum stands beside the kinds"
    items = (await get(site, token, f"/holders/{holder_id}/postings"))["items"]
    for kind in (KIND, HOURS):
        balance = 0
        for line in reversed([one for one in items if one["point_kind"] == kind]):
            balance += int(line["amount"])
            assert line["balance_after"] == str(balance)
    both = await site.get(
        f"/api/v1/holders/{holder_id}/postings", params={"point_kind": f"{KIND},{HOURS}"}, headers=signed(token)
    )
    assert both.status_code == 422
    trial = await get(site, auditor, "/ledger/trial-balance")
    assert {kind["point_kind"]: kind["holders"] for kind in trial["kinds"]} == {KIND: "5", HOURS: "120"}
    assert set(trial) == {"until", "fits", "kinds"}


async def spend_some(hall: Hall, holder_id: UUID, amount: Minor, by: UUID | None = None) -> UUID:
    async with hall.transaction() as session:
        about: dict[str, Any] = {"holder_id": holder_id, "now": hall.now}
        held = await hold(
            session,
            **about,
            point_kind=KIND,
            amount=amount,
            purpose="redemption",
            expires_at=hall.now + timedelta(days=3),
        )
        return await capture(session, **about, hold_id=held.hold_id, contra="redemption:shop", title=TITLE, by=by)


@pytest.mark.feature("L21")
async def test_an_organisations_statement_balances_and_only_its_own_staff_read_it(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    async with hall.transaction() as session:
        own = await create_organisation(session, code="91360000A", title=TITLE, now=hall.now)
        other = await create_organisation(session, code="91360000B", title=TITLE, now=hall.now)
    _, staff = await hall.staff("organiser", "甲团体经办岗", own)
    _, stranger = await hall.staff("organiser", "乙团体经办岗", other)
    _, auditor = await hall.staff("auditor", "审计岗")
    for amount in (300, -120, 45, -200):
        hall.clock.advance(timedelta(days=1))
        async with hall.transaction() as session:
            page = (await open_book(session, [own], now=hall.now, kinds=[KIND]))[own]
            about = {"transaction_id": page.mint(), "contra": "adjustment", "title": TITLE, "reason": "budget"}
            if amount > 0:
                page.credit(KIND, amount, lot_expires_at=None, **about)
            else:
                page.debit(spend(page, KIND, -amount), **about)
            await write(session, [page])
    lines = (await get(site, staff, f"/holders/{own}/postings"))["items"]
    assert [one["amount"] for one in lines] == ["-200", "45", "-120", "300"]
    assert [one["balance_after"] for one in lines] == ["25", "225", "180", "300"]
    assert await posted(site, staff, own) == {KIND: "25"}
    trial = await get(site, auditor, "/ledger/trial-balance")
    [kind] = trial["kinds"]
    assert (kind["holders"], kind["contra_sum"], kind["fits"]) == ("25", "-25", True)
    for address in ("balances", "postings", "lots/expiring", "pending"):
        assert (await site.get(f"/api/v1/holders/{own}/{address}", headers=signed(stranger))).status_code == 404


@pytest.mark.feature("L22")
async def test_each_line_names_its_rule_event_version_and_who_decided_and_what_it_undoes(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    published = await hall.publish()
    [resident] = await hall.residents(1)
    holder_id, token = resident.holder_id, await hall.token_of(resident.holder_id)
    clerk, _ = await hall.staff("official", "换领点经办岗")
    outcome = await hall.serve(holder_id)
    await spend_some(hall, holder_id, 15, by=clerk)
    await undo(hall, holder_id, outcome.events[0].posted[0].transaction_id)
    hall.clock.advance(timedelta(days=1))
    lines = (await get(site, token, f"/holders/{holder_id}/postings"))["items"]
    running: dict[str, int] = {}
    for line in reversed(lines):
        running[line["point_kind"]] = running.get(line["point_kind"], 0) + int(line["amount"])
        assert line["balance_after"] == str(running[line["point_kind"]])
        assert line["by"]
        assert line["because"]
        assert line["title"]["zh"]
    told = {(one["point_kind"], one["amount"]): one for one in lines}
    award = told[KIND, "20"]
    assert (award["programme"], award["version"], award["items"]) == ("volunteering", published.version, ["service"])
    assert (award["event_id"], award["event_kind"]) == (str(outcome.events[0].event_id), "service")
    assert award["because"] == f"Volunteer service, by {published.pack.title['en']} {published.version}"
    assert award["by"].startswith("By the rules; ")
    assert told[KIND, "-15"]["by"] == "Decided by 换领点经办岗"
    back = told[KIND, "-5"]
    assert (back["undoes"], award["undone_by"]) == (award["transaction_id"], back["transaction_id"])
    assert back["by"] == "Proposed by 更正申请岗, approved by 更正审批岗"
    assert told["debt:" + KIND, "15"]["because"].endswith("new points pay them back first")
    [points] = [
        one for one in (await get(site, token, f"/holders/{holder_id}/balances"))["items"] if one["point_kind"] == KIND
    ]
    assert (points["posted"], points["owed"], points["spendable"]) == ("0", "15", "0")


async def undo(hall: Hall, holder_id: UUID, transaction_id: UUID) -> None:
    """Reverse a transaction after two officials have agreed."""
    author, _ = await hall.staff("official", "更正申请岗")
    decider, _ = await hall.staff("official", "更正审批岗")
    async with hall.transaction(author) as session:
        about: dict[str, Any] = {"kind": "reversal", "object_id": transaction_id, "content": {}, "data": {}}
        approval_id = await submit(session, **about, author_id=author, now=hall.now)
    async with hall.transaction(decider) as session:
        await decide(
            session,
            approval_id=approval_id,
            decided_by=decider,
            approve=True,
            reason="",
            seen_sha256=sha256({}),
            now=hall.now,
        )
        pages = await open_book(session, [holder_id], now=hall.now)
        found = await read_transactions(session, pages, [(holder_id, transaction_id)])
        page = pages[holder_id]
        reverse(
            page,
            transaction_id,
            found[transaction_id],
            closed=await read_closed(session),
            approval_id=approval_id,
            decided_by=decider,
        )
        await write(session, [page])


async def test_a_household_is_read_by_who_belongs_to_it_today_and_by_no_neighbour(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    member, neighbour = await hall.residents(2)
    async with hall.transaction() as session:
        home = (await create_household(session, now=hall.now)).holder_id
        about: dict[str, Any] = {"household_id": home, "member_id": member.holder_id, "may_spend": False}
        await join(session, **about, from_on=day_of(hall.now), now=hall.now)
    mine, theirs = await hall.token_of(member.holder_id), await hall.token_of(neighbour.holder_id)
    assert (await get(site, mine, f"/holders/{home}/balances"))["items"] == []
    for holder_id in (home, member.holder_id, uuid4()):
        answer = await site.get(f"/api/v1/holders/{holder_id}/balances", headers=signed(theirs))
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_an_auditors_look_is_written_down_and_an_unknown_holder_is_missing(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    [resident] = await hall.residents(1)
    auditor_id, auditor = await hall.staff("auditor", "审计岗")
    await get(site, auditor, f"/holders/{resident.holder_id}/postings")
    assert (await site.get(f"/api/v1/holders/{uuid4()}/postings", headers=signed(auditor))).status_code == 404
    async with hall.transaction() as session:
        [row] = (await session.execute(text("select * from audit where action = 'read_record'"))).all()
    assert (row.actor_id, row.object_id, row.data) == (auditor_id, str(resident.holder_id), {"what": "postings"})


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"known_at": "2026-11-23T00:00:00Z"}, "NOT_YET_KNOWN"),
        ({"as_of": "yesterday"}, "BODY_INVALID"),
        ({"as_of": "2026-11-22T00:00:00"}, "BODY_INVALID"),
        ({"known_at": "0001-01-01T00:00:00Z"}, "BODY_INVALID"),
    ],
)
async def test_an_instant_that_makes_no_sense_is_refused_in_words(
    hall: Hall, site: httpx2.AsyncClient, asked: dict[str, str], code: str
) -> None:
    [resident] = await hall.residents(1)
    token = await hall.token_of(resident.holder_id)
    answer = await site.get(f"/api/v1/holders/{resident.holder_id}/balances", params=asked, headers=signed(token))
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.headers["content-type"] == "application/problem+json"
