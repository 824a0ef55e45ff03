"""Two registers of one person made one, and parted again: dates, debts, facts, caps and the household go along."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from kernel.calendar import day_of
from points.ledger.refusals import HolderSuspended
from points.people.aliases import canonical
from points.people.households import create_household, join, memberships_of
from points.people.register import Resident
from points.submission import Submission
from redemption.rewards.redeem import redeem
from tests.builders import service
from tests.desk import POINTS, Desk, desk, hall, site

__all__ = ["desk", "hall", "site"]

Person = tuple[Resident, str]


async def two(desk: Desk) -> tuple[Person, Person]:
    return await desk.resident(), await desk.resident()


async def merge(desk: Desk, gone: Person, goes_on: Person) -> dict[str, object]:
    return await desk.carry_out("merge", holder_id=gone[0].holder_id, into_id=goes_on[0].holder_id)


async def refused(desk: Desk, change: str, **terms: object) -> tuple[int, str]:
    answer = await desk.propose(change, **terms)
    return answer.status_code, answer.json()["code"]


async def points(desk: Desk, person: Person, kind: str = POINTS) -> tuple[int, int]:
    return (await desk.balances(person[0].holder_id, person[1])).get(kind, (0, 0))


async def test_all_lots_go_along_with_their_dates_and_what_is_left_comes_back(desk: Desk) -> None:
    gone, goes_on = await two(desk)
    last_on = day_of(desk.hall.now) + timedelta(days=5)
    terms = {"point_kind": POINTS, "because": "missed"}
    await desk.carry_out("adjustment", holder_id=gone[0].holder_id, amount=30, last_on=last_on, **terms)
    await desk.carry_out("adjustment", holder_id=gone[0].holder_id, amount=20, **terms)
    await desk.hall.serve(goes_on[0].holder_id)
    await merge(desk, gone, goes_on)
    assert (await points(desk, gone), await points(desk, goes_on)) == ((0, 0), (70, 0))
    dates = [line["lot_expires_at"] for line in await desk.postings(goes_on[0].holder_id, goes_on[1])]
    assert None in dates
    assert sum(1 for one in dates if one and one.startswith(str(last_on))) == 1
    await desk.whole()
    await desk.spend(goes_on[0].holder_id, 40)
    await desk.carry_out("unmerge", holder_id=gone[0].holder_id)
    assert (await points(desk, gone), await points(desk, goes_on)) == ((20, 0), (10, 0))
    async with desk.hall.transaction() as session:
        assert await canonical(session, [gone[0].holder_id]) == {}
    assert await refused(desk, "unmerge", holder_id=gone[0].holder_id) == (409, "NOT_MERGED")
    await desk.whole()


async def test_a_debt_goes_along_and_is_paid_where_the_person_earns(desk: Desk) -> None:
    gone, goes_on = await two(desk)
    await desk.hall.serve(gone[0].holder_id)
    await desk.spend(gone[0].holder_id, 20)
    award = next(line for line in await desk.postings(gone[0].holder_id, gone[1]) if line["event_id"])
    await desk.carry_out("reversal", holder_id=gone[0].holder_id, transaction_id=award["transaction_id"])
    await merge(desk, gone, goes_on)
    assert await points(desk, goes_on, f"debt:{POINTS}") == (20, 0)
    await desk.hall.record(service(gone[0].holder_id, ended_at=desk.hall.now - timedelta(hours=5), minutes=60))
    assert (await points(desk, goes_on), await points(desk, goes_on, f"debt:{POINTS}")) == ((0, 0), (10, 0))
    await desk.carry_out("unmerge", holder_id=gone[0].holder_id)
    assert await points(desk, gone, f"debt:{POINTS}") == (10, 0)
    assert await points(desk, goes_on, f"debt:{POINTS}") == (0, 0)
    await desk.whole()


async def test_the_merged_number_leads_on_old_facts_are_repeats_and_caps_count_both_pasts(desk: Desk) -> None:
    gone, goes_on = await two(desk)
    shift, now = uuid4(), desk.hall.now
    before = service(gone[0].holder_id, ended_at=now - timedelta(hours=2), minutes=360, shift_id=shift)
    await desk.hall.record(before)
    await merge(desk, gone, goes_on)
    assert await points(desk, goes_on) == (60, 0)
    again = await desk.hall.intake.submit(Submission((before,)))
    assert again.status == "repeat"
    desk.hall.clock.advance(timedelta(hours=4))
    later = await desk.hall.record(service(gone[0].holder_id, ended_at=desk.hall.now, minutes=300))
    assert later.events[0].holder_id == goes_on[0].holder_id
    assert await points(desk, goes_on) == (80, 0)
    assert await points(desk, gone) == (0, 0)
    await desk.whole()


async def test_what_is_still_open_keeps_a_register_from_ending(desk: Desk) -> None:
    gone, goes_on = await two(desk)
    pair = {"holder_id": gone[0].holder_id, "into_id": goes_on[0].holder_id}
    await desk.referral(gone[0].holder_id)
    assert await refused(desk, "merge", **pair) == (409, "MERGE_POINTS_WAIT")
    third, fourth = await two(desk)
    await desk.hall.serve(third[0].holder_id)
    await desk.hold(third[0].holder_id, 15)
    answer = await desk.propose("merge", holder_id=third[0].holder_id, into_id=fourth[0].holder_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "MERGE_HOLDS_OPEN")
    assert "15" in answer.json()["detail"] + answer.json()["title"]
    same = {"holder_id": gone[0].holder_id, "into_id": gone[0].holder_id}
    assert await refused(desk, "merge", **same) == (422, "MERGED_INTO_ITSELF")
    fifth, sixth = await two(desk)
    waiting = (await desk.propose("merge", holder_id=fifth[0].holder_id, into_id=sixth[0].holder_id)).json()
    await desk.hall.serve(fifth[0].holder_id)
    await desk.hold(fifth[0].holder_id, 15)
    late = await desk.decide(waiting)
    assert (late.status_code, late.json()["code"]) == (409, "MERGE_HOLDS_OPEN")
    assert (await points(desk, fifth), await points(desk, sixth)) == ((20, 15), (0, 0))


async def test_a_suspension_goes_along_and_changes_are_proposed_where_the_person_goes_on(desk: Desk) -> None:
    gone, goes_on = await two(desk)
    await desk.hall.serve(gone[0].holder_id)
    await desk.set(gone[0].holder_id, "floor", floor="12")
    await desk.set(gone[0].holder_id, "suspension", "all")
    await merge(desk, gone, goes_on)
    terms = {"point_kind": POINTS, "amount": 5, "because": "missed"}
    assert await refused(desk, "adjustment", holder_id=gone[0].holder_id, **terms) == (409, "REGISTER_MERGED")
    offer_id = await desk.offer(15)
    with pytest.raises(HolderSuspended):
        async with desk.hall.transaction() as session:
            await redeem(session, holder_id=goes_on[0].holder_id, offer_id=offer_id, now=desk.hall.now, key=None)
    lifted = (await desk.set(goes_on[0].holder_id, "suspension/lift", "all")).json()["items"]
    assert next(item["floor"] for item in lifted if item["point_kind"] == POINTS) == "12"
    await desk.whole()


@pytest.mark.parametrize("own_home", [False, True])
async def test_the_household_goes_along_unless_there_is_one_already(desk: Desk, own_home: bool) -> None:
    gone, goes_on = await two(desk)
    today = day_of(desk.hall.now)
    homes: list[UUID] = []
    for person in (gone, goes_on) if own_home else (gone,):
        async with desk.hall.transaction() as session:
            home = await create_household(session, now=desk.hall.now)
            await join(
                session,
                household_id=home.holder_id,
                member_id=person[0].holder_id,
                from_on=today - timedelta(days=10),
                may_spend=True,
                now=desk.hall.now,
            )
            homes.append(home.holder_id)
    await merge(desk, gone, goes_on)
    async with desk.hall.transaction() as session:
        [old] = await memberships_of(session, gone[0].holder_id)
        [new] = await memberships_of(session, goes_on[0].holder_id)
    assert old.to_on == today
    assert (new.household_id, new.from_on, new.to_on) == (homes[-1], today - timedelta(days=10), None)
    assert new.may_spend


async def test_an_award_of_before_the_merge_is_taken_where_its_points_are_now(desk: Desk) -> None:
    gone, goes_on = await two(desk)
    await desk.hall.serve(gone[0].holder_id, minutes=180)
    await desk.hall.serve(goes_on[0].holder_id)
    spent = await desk.spend(gone[0].holder_id, 10)
    award = next(line for line in await desk.postings(gone[0].holder_id, gone[1]) if line["event_id"])
    await merge(desk, gone, goes_on)
    assert await points(desk, goes_on) == (40, 0)
    await desk.carry_out("reversal", holder_id=gone[0].holder_id, transaction_id=spent)
    assert (await points(desk, gone), await points(desk, goes_on)) == ((0, 0), (50, 0))
    await desk.carry_out("reversal", holder_id=gone[0].holder_id, transaction_id=award["transaction_id"])
    assert (await points(desk, gone), await points(desk, goes_on)) == ((0, 0), (20, 0))
    assert await points(desk, gone, "service-hours") == (0, 0)
    assert await points(desk, goes_on, "service-hours") == (120, 0)
    await desk.whole()
