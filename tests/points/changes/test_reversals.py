"""Reversals through the API: all that an event gave, once, wherever its points have gone meanwhile."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from kernel.calendar import day_of
from points.people.households import create_household, join
from tests.builders import service
from tests.desk import POINTS, Desk, desk, hall, site
from tests.hall import signed

__all__ = ["desk", "hall", "site"]


async def transaction_of(desk: Desk, holder_id: UUID, token: str, contra_first: int = 0) -> str:
    return str((await desk.postings(holder_id, token))[contra_first]["transaction_id"])


def told(change: dict[str, object], which: str = "figures") -> dict[tuple[str, str], tuple[str, str, str]]:
    figures = change[which]
    assert isinstance(figures, dict)
    return {
        (move["holder_id"], move["point_kind"]): (move["before"], move["change"], move["after"])
        for move in figures["moves"]
    }


@pytest.mark.feature("L11")
async def test_a_reversal_is_new_entries_that_name_the_old_and_a_second_one_is_refused(desk: Desk) -> None:
    one, token = await desk.resident()
    await desk.hall.serve(one.holder_id)
    transaction_id = await transaction_of(desk, one.holder_id, token)
    proposed = await desk.propose("reversal", holder_id=one.holder_id, transaction_id=transaction_id)
    rival = await desk.propose("reversal", holder_id=one.holder_id, event_id=(await events_of(desk, one.holder_id))[0])
    assert (proposed.status_code, rival.status_code) == (201, 201)
    holder = str(one.holder_id)
    assert told(proposed.json()) == {
        (holder, POINTS): ("20", "-20", "0"),
        (holder, "service-hours"): ("120", "-120", "0"),
    }
    assert await desk.balances(one.holder_id, token) == {POINTS: (20, 0), "service-hours": (120, 0)}
    decided = (await desk.decide(proposed.json())).json()
    assert (decided["state"], decided["decided_by"]) == ("approved", str(desk.colleague_id))
    lines = await desk.postings(one.holder_id, token)
    assert {line["reason"] for line in lines[2:]} == {f"reversal:{transaction_id}"}
    assert sum(int(line["amount"]) for line in lines) == 0
    second = await desk.decide(rival.json())
    assert (second.status_code, second.json()["code"]) == (409, "ALREADY_CORRECTED")
    again = await desk.propose("reversal", holder_id=one.holder_id, transaction_id=transaction_id)
    assert (again.status_code, again.json()["code"]) == (409, "ALREADY_CORRECTED")
    seen = await desk.site.get(f"/api/v1/ledger/changes/{rival.json()['change_id']}", headers=signed(desk.colleague))
    assert (seen.json()["state"], seen.json()["refused_now"]) == ("waiting", "ALREADY_CORRECTED")
    assert len(await desk.postings(one.holder_id, token)) == 4
    await desk.whole()


async def events_of(desk: Desk, holder_id: UUID) -> list[UUID]:
    query = text("select event_id from events where holder_id = :holder_id order by recorded_at, event_id")
    async with desk.hall.transaction() as session:
        return list((await session.scalars(query, {"holder_id": holder_id})).all())


async def test_an_award_partly_held_partly_spent_and_partly_lapsed_is_taken_as_far_as_it_is_there(desk: Desk) -> None:
    one, token = await desk.resident()
    given = await desk.carry_out(
        "adjustment",
        holder_id=one.holder_id,
        point_kind=POINTS,
        amount=50,
        because="goodwill",
        last_on=day_of(desk.hall.now) + timedelta(days=3),
    )
    assert given["state"] == "approved"
    await desk.hall.serve(one.holder_id, minutes=180)
    await desk.spend(one.holder_id, 35)
    await desk.hold(one.holder_id, 20)
    before = await desk.balances(one.holder_id, token)
    assert before[POINTS] == (45, 20)
    lines = await desk.postings(one.holder_id, token)
    adjustment = lines[0]["transaction_id"]
    award = next(line["transaction_id"] for line in lines if line["event_id"])
    proposed = (await desk.propose("reversal", holder_id=one.holder_id, transaction_id=adjustment)).json()
    assert told(proposed)[str(one.holder_id), POINTS] == ("45", "-25", "20")
    assert told(proposed)[str(one.holder_id), f"debt:{POINTS}"] == ("0", "25", "25")
    assert (await desk.decide(proposed)).status_code == 200
    await desk.whole()
    desk.hall.clock.advance(timedelta(days=5))
    lapsing = (await desk.propose("reversal", holder_id=one.holder_id, transaction_id=award)).json()
    assert (await desk.decide(lapsing)).status_code == 200
    await desk.whole()


async def test_what_lapsed_of_an_award_is_not_taken_again(desk: Desk) -> None:
    one, token = await desk.resident()
    last_on = day_of(desk.hall.now) + timedelta(days=3)
    terms = {"holder_id": one.holder_id, "point_kind": POINTS, "amount": 50, "because": "missed", "last_on": last_on}
    await desk.carry_out("adjustment", **terms)
    await desk.spend(one.holder_id, 20)
    desk.hall.clock.advance(timedelta(days=5))
    transaction_id = await transaction_of(desk, one.holder_id, token)
    proposed = (await desk.propose("reversal", holder_id=one.holder_id, transaction_id=transaction_id)).json()
    holder = str(one.holder_id)
    assert told(proposed) == {(holder, POINTS): ("30", "0", "0"), (holder, f"debt:{POINTS}"): ("0", "20", "20")}
    await desk.decide(proposed)
    assert (await desk.balances(one.holder_id, token))[f"debt:{POINTS}"] == (20, 0)
    await desk.whole()


async def test_a_households_share_is_taken_back_with_the_members_award_from_either_side(desk: Desk) -> None:
    await desk.publish_households()
    for from_household in (False, True):
        one, token = await desk.resident()
        async with desk.hall.transaction() as session:
            home = await create_household(session, now=desk.hall.now)
            await join(
                session,
                household_id=home.holder_id,
                member_id=one.holder_id,
                from_on=day_of(desk.hall.now),
                may_spend=False,
                now=desk.hall.now,
            )
        await desk.hall.record(service(one.holder_id, ended_at=desk.hall.now))
        assert await desk.hall.points_of(home.holder_id, "household-points") == 4
        holder_id = home.holder_id if from_household else one.holder_id
        [event_id] = await events_of(desk, holder_id)
        change = await desk.carry_out("reversal", holder_id=holder_id, event_id=event_id)
        assert told(change)[str(home.holder_id), "household-points"] == ("4", "-4", "0")
        assert told(change)[str(one.holder_id), POINTS] == ("20", "-20", "0")
        assert await desk.hall.points_of(home.holder_id, "household-points") == 0
        assert await desk.balances(one.holder_id, token) == {POINTS: (0, 0), "service-hours": (0, 0)}
        await desk.whole()


async def test_points_that_wait_are_undone_with_their_event(desk: Desk) -> None:
    one, token = await desk.resident()
    event_id = await desk.referral(one.holder_id)
    change = await desk.carry_out("reversal", holder_id=one.holder_id, event_id=event_id)
    assert [(part["point_kind"], part["amount"]) for part in change["figures"]["waiting"]] == [(POINTS, "20")]
    again = await desk.propose("reversal", holder_id=one.holder_id, event_id=event_id)
    assert (again.status_code, again.json()["code"]) == (409, "ALREADY_CORRECTED")
    desk.hall.clock.advance(timedelta(days=20))
    assert await desk.balances(one.holder_id, token) == {}
    await desk.whole()


async def test_a_spending_reversed_goes_back_to_its_own_lots(desk: Desk) -> None:
    one, token = await desk.resident()
    await desk.hall.serve(one.holder_id)
    spent = await desk.spend(one.holder_id, 15)
    assert (await desk.balances(one.holder_id, token))[POINTS] == (5, 0)
    change = await desk.carry_out("reversal", holder_id=one.holder_id, transaction_id=spent)
    assert told(change)[str(one.holder_id), POINTS] == ("5", "15", "20")
    assert (await desk.balances(one.holder_id, token))[POINTS] == (20, 0)
    await desk.whole()


@pytest.mark.feature("S8")
async def test_what_is_owed_stops_at_its_cap_and_earning_pays_it_first(desk: Desk) -> None:
    one, token = await desk.resident()
    for day in range(8):
        await desk.hall.serve(one.holder_id, days_ago=day, minutes=480)
    await desk.spend(one.holder_id, 640)
    owed, forgiven = 0, 0
    for event_id in await events_of(desk, one.holder_id):
        change = await desk.carry_out("reversal", holder_id=one.holder_id, event_id=event_id)
        forgiven += sum(int(part["amount"]) for part in change["figures"]["forgiven"])
        owed = (await desk.balances(one.holder_id, token))[f"debt:{POINTS}"][0]
        assert owed <= 500
    assert (owed, forgiven) == (500, 140)
    desk.hall.clock.advance(timedelta(days=1))
    await desk.hall.serve(one.holder_id, minutes=300)
    after = await desk.balances(one.holder_id, token)
    assert (after[POINTS], after[f"debt:{POINTS}"]) == ((0, 0), (450, 0))
    await desk.whole()
