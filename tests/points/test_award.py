"""Events become decisions and postings in one transaction: once, in order, by the pack of their own day."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text

from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.sealed import KeyFile
from points.award import award
from points.events.record import find_event
from points.ledger.statement import balances
from points.submission import MOVED, Outcome, Submission
from points.verify import verify
from rules.governance.registry import load_registry
from tests.builders import award_all, publish_volunteering, residents, service


async def test_two_hours_give_twenty_points_and_a_hundred_and_twenty_minutes(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    [resident] = await residents(database, clock, keys)
    [outcome] = await award_all(database, clock, service(resident.holder_id, ended_at=clock.now()))
    assert isinstance(outcome, Outcome)
    assert outcome.status == "recorded"
    posted = {one.point_kind: (one.amount, one.balance_after) for one in outcome.events[0].posted}
    assert posted == {"volunteer-points": (20, 20), "service-hours": (120, 120)}
    async with database.transaction(Scope()) as session:
        event = await find_event(session, holder_id=resident.holder_id, event_id=outcome.events[0].event_id)
        assert event is not None
        assert event.decisions["volunteering"]["outcome"] == "awarded"
        verified = await verify(session, registry=await load_registry(session))
        assert (verified.postings_count, verified.events_count, verified.findings) == (2, 1, [])


async def test_the_same_fact_is_a_repeat_and_another_content_under_its_key_differs(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    [resident] = await residents(database, clock, keys)
    shift = uuid4()
    first = service(resident.holder_id, ended_at=clock.now(), shift_id=shift)
    other = service(resident.holder_id, ended_at=clock.now(), minutes=119, shift_id=shift)
    outcomes = await award_all(database, clock, first, first, other)
    outcomes += await award_all(database, clock, first, other)
    statuses = sorted(outcome.status for outcome in outcomes if isinstance(outcome, Outcome))
    assert statuses.count("recorded") == 1
    assert len(statuses) == 5
    codes = {finding.code for outcome in outcomes if isinstance(outcome, Outcome) for finding in outcome.findings}
    assert codes == {"DIFFERS"}
    async with database.transaction(Scope()) as session:
        assert await session.scalar(text("select count(*) from events")) == 1


async def test_a_stretch_that_overlaps_another_is_refused_in_the_batch_and_after_it(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    [resident] = await residents(database, clock, keys)
    now = clock.now()
    drafts = [service(resident.holder_id, ended_at=now - timedelta(minutes=shift)) for shift in (0, 60, 119)]
    outcomes = await award_all(database, clock, *drafts)
    after = await award_all(database, clock, service(resident.holder_id, ended_at=now - timedelta(minutes=30)))
    assert sorted(one.status for one in outcomes if isinstance(one, Outcome)) == ["recorded", "refused", "refused"]
    assert [one.findings[0].code for one in after if isinstance(one, Outcome)] == ["OVERLAPS"]
    beside = await award_all(database, clock, service(resident.holder_id, ended_at=now - timedelta(hours=5)))
    assert [one.status for one in beside if isinstance(one, Outcome)] == ["recorded"]


async def test_the_daily_cap_holds_within_one_batch_and_over_several(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    [resident] = await residents(database, clock, keys)
    morning = clock.now() - timedelta(hours=12)
    spans = [service(resident.holder_id, ended_at=morning + timedelta(hours=hours)) for hours in (2, 4, 6, 8, 10)]
    await award_all(database, clock, *spans[:3])
    await award_all(database, clock, *spans[3:])
    async with database.transaction(Scope()) as session:
        standing = await balances(session, holder_id=resident.holder_id, now=clock.now())
        found = {one.point_kind: one.posted for one in standing}
        assert found == {"volunteer-points": 80, "service-hours": 600}
        assert (await verify(session, registry=await load_registry(session))).findings == []


async def test_one_bad_item_never_spoils_its_neighbours(database: Database, clock: FixedClock, keys: KeyFile) -> None:
    await publish_volunteering(database, clock)
    [resident] = await residents(database, clock, keys)
    good = service(resident.holder_id, ended_at=clock.now())
    stranger = service(uuid4(), ended_at=clock.now())
    future = service(resident.holder_id, ended_at=clock.now() + timedelta(days=1))
    outcomes = await award_all(database, clock, stranger, good, future)
    assert [one.status for one in outcomes if isinstance(one, Outcome)] == ["refused", "recorded", "refused"]
    codes = [[finding.code for finding in one.findings] for one in outcomes if isinstance(one, Outcome)]
    assert codes == [["UNKNOWN_HOLDER"], [], ["FUTURE_EVENT"]]


async def test_a_holder_who_moved_while_the_rules_ran_is_told_to_come_again(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    [resident, other] = await residents(database, clock, keys, 2)
    async with database.transaction(Scope()) as slow:
        registry = await load_registry(slow)
        # A rival commits between the slow batch's snapshot of versions and its claim.
        original = slow.execute

        async def rival_first(statement: object, *rest: object) -> object:
            if "update holders" in str(statement):
                slow.execute = original  # type: ignore[method-assign]
                await award_all(database, clock, service(resident.holder_id, ended_at=clock.now() - timedelta(hours=4)))
            return await original(statement, *rest)  # type: ignore[call-overload]

        slow.execute = rival_first  # type: ignore[method-assign, assignment]
        drafts = [service(one.holder_id, ended_at=clock.now()) for one in (resident, other)]
        asked = [Submission((replace(draft, ref="no-7"),)) for draft in drafts]
        # The other's refusal would rest on a number that was not written down after all.
        assert await award(slow, submissions=asked, now=clock.now(), registry=registry) == [MOVED, MOVED]
    async with database.transaction(Scope()) as session:
        assert await session.scalar(text("select count(*) from events")) == 1


async def test_without_a_pack_in_force_the_event_stays_with_that_decision(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock, since=clock.now().date() + timedelta(days=1))
    [resident] = await residents(database, clock, keys)
    [outcome] = await award_all(database, clock, service(resident.holder_id, ended_at=clock.now()))
    assert isinstance(outcome, Outcome)
    assert outcome.status == "recorded"
    assert outcome.events[0].decisions["volunteering"]["outcome"] == "no_pack"
    assert outcome.events[0].posted == ()


async def test_a_number_that_named_another_fact_of_the_same_person_is_a_finding_in_the_batch_and_after_it(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    [resident] = await residents(database, clock, keys)
    first, other, later = (
        replace(service(resident.holder_id, ended_at=clock.now() - timedelta(hours=hours)), ref="no-7")
        for hours in (0, 4, 8)
    )
    outcomes = await award_all(database, clock, first, other)
    outcomes += await award_all(database, clock, later, first)
    assert [one.status for one in outcomes if isinstance(one, Outcome)] == ["recorded", "refused", "refused", "repeat"]
    codes = [finding.code for one in outcomes if isinstance(one, Outcome) for finding in one.findings]
    assert codes == ["REF_TAKEN", "REF_TAKEN"]


async def test_a_service_of_many_days_is_refused_so_that_no_overlap_hides_in_it(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    [resident] = await residents(database, clock, keys)
    draft = service(resident.holder_id, ended_at=clock.now())
    endless = replace(draft, occurred_at=clock.now() - timedelta(days=2, seconds=1))
    [outcome] = await award_all(database, clock, endless)
    assert isinstance(outcome, Outcome)
    assert [finding.code for finding in outcome.findings] == ["SERVICE_TOO_LONG"]
    [longest] = await award_all(database, clock, replace(draft, occurred_at=clock.now() - timedelta(days=2)))
    [inside] = await award_all(
        database, clock, service(resident.holder_id, ended_at=clock.now() - timedelta(seconds=1), minutes=1)
    )
    assert isinstance(longest, Outcome)
    assert isinstance(inside, Outcome)
    assert longest.status == "recorded"
    assert [finding.code for finding in inside.findings] == ["OVERLAPS"]
