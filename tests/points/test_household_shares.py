"""A member's service is the household's too: one share, decided on its own history, undone with its origin."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.sealed import KeyFile
from points.events.model import EventDraft
from points.ledger.statement import balances
from points.people.households import create_household, join, leave
from points.submission import Outcome
from rules.governance.publish import publish
from tests.builders import award_all, publish_volunteering, residents, service

LONG_AGO = date(2025, 1, 1)


async def two_at_home(database: Database, clock: FixedClock, keys: KeyFile) -> tuple[UUID, UUID, UUID]:
    """Two members since ten days ago, and their household; both schemes are published."""
    await publish_volunteering(database, clock, since=LONG_AGO)
    one, other = await residents(database, clock, keys, 2)
    async with database.transaction(Scope()) as session:
        text = Path("rules/packs/household-service.yaml").read_text("utf-8")
        await publish(session, text=text, approval_id=None, now=clock.now(), effective_from=LONG_AGO)
        home = (await create_household(session, now=clock.now())).holder_id
        for member in (one, other):
            await join(
                session,
                household_id=home,
                member_id=member.holder_id,
                from_on=(clock.now() - timedelta(days=10)).date(),
                may_spend=False,
                now=clock.now(),
            )
    return one.holder_id, other.holder_id, home


async def has(database: Database, clock: FixedClock, holder_id: UUID) -> dict[str, int]:
    async with database.transaction(Scope()) as session:
        return {one.point_kind: one.posted for one in await balances(session, holder_id=holder_id, now=clock.now())}


async def recorded(database: Database, clock: FixedClock, draft: EventDraft) -> Outcome:
    [outcome] = await award_all(database, clock, draft)
    assert isinstance(outcome, Outcome)
    assert outcome.status == "recorded", outcome.findings
    return outcome


async def test_a_members_service_counts_for_the_member_and_once_for_the_household(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    one, other, home = await two_at_home(database, clock, keys)
    mine = service(one, ended_at=clock.now())
    await recorded(database, clock, mine)
    await recorded(database, clock, service(other, ended_at=clock.now(), minutes=60))
    assert (await has(database, clock, home)) == {"household-points": 6}
    [again] = await award_all(database, clock, mine)
    assert isinstance(again, Outcome)
    assert again.status == "repeat"
    assert (await has(database, clock, home)) == {"household-points": 6}
    assert (await has(database, clock, one))["volunteer-points"] == 20


async def test_a_correction_corrects_the_households_share_as_well(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    one, _, home = await two_at_home(database, clock, keys)
    first = service(one, ended_at=clock.now())
    outcome = await recorded(database, clock, first)
    clock.advance(timedelta(minutes=5))
    longer = replace(
        service(one, ended_at=first.ended_at, minutes=240, shift_id=UUID(first.data["shift_id"])),
        corrects_event_id=outcome.events[0].event_id,
    )
    await recorded(database, clock, longer)
    assert (await has(database, clock, home)) == {"household-points": 8}
    assert (await has(database, clock, one)) == {"volunteer-points": 40, "service-hours": 240}


async def test_a_correction_to_a_day_before_the_membership_undoes_the_share_it_had(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    one, _, home = await two_at_home(database, clock, keys)
    first = service(one, ended_at=clock.now())
    outcome = await recorded(database, clock, first)
    clock.advance(timedelta(minutes=5))
    earlier = replace(
        service(one, ended_at=first.ended_at - timedelta(days=20), shift_id=UUID(first.data["shift_id"])),
        corrects_event_id=outcome.events[0].event_id,
    )
    await recorded(database, clock, earlier)
    assert (await has(database, clock, home)) == {"household-points": 0}
    assert (await has(database, clock, one)) == {"volunteer-points": 20, "service-hours": 120}


async def test_who_joins_later_brings_nothing_along(database: Database, clock: FixedClock, keys: KeyFile) -> None:
    one, _, home = await two_at_home(database, clock, keys)
    async with database.transaction(Scope()) as session:
        await leave(session, household_id=home, member_id=one, to_on=clock.now().date(), now=clock.now())
    mine = service(one, ended_at=clock.now())
    await recorded(database, clock, mine)
    async with database.transaction(Scope()) as session:
        elsewhere = (await create_household(session, now=clock.now())).holder_id
        await join(
            session, household_id=elsewhere, member_id=one, from_on=clock.now().date(), may_spend=False, now=clock.now()
        )
    [again] = await award_all(database, clock, mine)
    assert isinstance(again, Outcome)
    assert again.status == "repeat"
    assert await has(database, clock, home) == {}
    assert await has(database, clock, elsewhere) == {}
