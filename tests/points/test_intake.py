"""Group commit: every caller hears its own outcome after COMMIT, once, whatever the others do."""

import asyncio
import random
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.postgres import APP_ROLE, Server
from kernel.request_keys import Answer, RequestKeyReused, request_key
from kernel.sealed import KeyFile
from points import intake as intake_module
from points.intake import Intake, IntakeFull
from points.submission import Outcome, Submission
from points.verify import verify
from rules.governance.registry import load_registry
from tests.builders import publish_volunteering, residents, service


def rendered(outcome: Outcome) -> Answer:
    """An answer that differs between two effects, so that a second effect could not hide."""
    return Answer(201, b"|".join(str(event.event_id).encode() for event in outcome.events))


async def test_two_thousand_posts_sent_up_to_twenty_times_have_two_thousand_effects(
    database: Database, clock: FixedClock, keys: KeyFile, gates: bool
) -> None:
    posts = 20_000 if gates else 2_000
    await publish_volunteering(database, clock)
    people = await residents(database, clock, keys, 100)
    chance = random.Random(5)
    asked = []
    for number in range(posts):
        ended_at = clock.now() - timedelta(days=number // 100 + 1)
        draft = service(people[number % 100].holder_id, ended_at=ended_at, minutes=60 + number % 60)
        key = request_key(people[number % 100].holder_id, f"request-{number:08d}", "POST", "/events", {"no": number})
        asked += [(number, Submission((draft,), request_key=key, render=rendered))] * chance.randint(1, 20)
    chance.shuffle(asked)
    lanes = [Intake(database, clock), Intake(database, clock)]
    at_once = asyncio.Semaphore(4_000)

    async def send(submission: Submission) -> Outcome:
        async with at_once:
            return await chance.choice(lanes).submit(submission)

    outcomes = await asyncio.gather(*(send(submission) for _, submission in asked))
    answers: dict[int, set[bytes]] = {}
    for (number, _), outcome in zip(asked, outcomes, strict=True):
        assert outcome.answer is not None
        answers.setdefault(number, set()).add(outcome.answer.body)
    assert len(asked) > 7 * posts
    assert {len(bodies) for bodies in answers.values()} == {1}
    assert len(answers) == posts
    async with database.transaction(Scope()) as session:
        assert await session.scalar(text("select count(*) from events")) == posts
        assert (await verify(session, registry=await load_registry(session))).findings == []


async def test_the_same_key_for_another_request_is_refused_to_that_caller_alone(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    [resident] = await residents(database, clock, keys)
    intake = Intake(database, clock)
    first = request_key(resident.holder_id, "the-same-key-0001", "POST", "/events", {"no": 1})
    other = request_key(resident.holder_id, "the-same-key-0001", "POST", "/events", {"no": 2})
    earlier = service(resident.holder_id, ended_at=clock.now() - timedelta(hours=5))
    await intake.submit(Submission((earlier,), request_key=first, render=rendered))
    draft = service(resident.holder_id, ended_at=clock.now())
    with pytest.raises(RequestKeyReused):
        await intake.submit(Submission((draft,), request_key=other, render=rendered))
    outcome = await intake.submit(Submission((draft,)))
    assert outcome.status == "recorded"


async def test_a_full_lane_refuses_and_loses_nothing(
    database: Database, clock: FixedClock, keys: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish_volunteering(database, clock)
    [resident] = await residents(database, clock, keys)
    monkeypatch.setattr(intake_module, "MOST_WAITING", 3)
    intake = Intake(database, clock, lanes=1)
    drafts = [service(resident.holder_id, ended_at=clock.now() - timedelta(hours=3 * hour)) for hour in range(8)]
    outcomes = await asyncio.gather(*(intake.submit(Submission((draft,))) for draft in drafts), return_exceptions=True)
    accepted = [outcome for outcome in outcomes if isinstance(outcome, Outcome)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, IntakeFull)]
    assert len(accepted) + len(refused) == 8
    assert refused
    async with database.transaction(Scope()) as session:
        assert await session.scalar(text("select count(*) from events")) == len(accepted)


async def test_a_batch_that_cannot_be_written_is_split_down_to_the_culprit(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    people = await residents(database, clock, keys, 9)
    drafts = [service(person.holder_id, ended_at=clock.now()) for person in people]
    # A zero byte is what Postgres cannot store; the routes refuse it, so only a fault of ours could bring it here.
    spoilt = Submission((service(people[4].holder_id, ended_at=clock.now(), shift_id=uuid4()),))
    object.__setattr__(spoilt.events[0], "source", "scan\x00")
    asked = [Submission((draft,)) for draft in drafts]
    asked[4] = spoilt
    intake = Intake(database, clock, lanes=1)
    outcomes = await asyncio.gather(*(intake.submit(one) for one in asked), return_exceptions=True)
    assert [isinstance(outcome, Outcome) for outcome in outcomes] == [number != 4 for number in range(9)]
    async with database.transaction(Scope()) as session:
        assert await session.scalar(text("select count(*) from events")) == 8


@pytest.mark.parametrize("away", [ConnectionRefusedError(), PoolTimeout("no connection came free")])
async def test_when_the_database_is_away_every_caller_hears_so_at_once_and_the_next_batch_goes_on(
    database: Database, clock: FixedClock, keys: KeyFile, monkeypatch: pytest.MonkeyPatch, away: Exception
) -> None:
    await publish_volunteering(database, clock)
    people = await residents(database, clock, keys, 64)
    asked = [Submission((service(person.holder_id, ended_at=clock.now()),)) for person in people]
    intake = Intake(database, clock, lanes=1)
    tried = []

    async def no_database(*_: object, **__: object) -> None:
        tried.append(1)
        raise away

    with monkeypatch.context() as patched:
        patched.setattr(intake_module, "award", no_database)
        outcomes = await asyncio.gather(*(intake.submit(one) for one in asked), return_exceptions=True)
    assert all(outcome is away for outcome in outcomes)
    assert len(tried) <= 6, "the whole batch, a few times; never item by item"
    assert {outcome.status for outcome in await intake.submit_many(asked)} == {"recorded"}


async def test_a_caller_that_goes_away_leaves_its_neighbours_and_its_own_record_alone(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    people = await residents(database, clock, keys, 8)
    asked = [Submission((service(person.holder_id, ended_at=clock.now()),)) for person in people]
    intake = Intake(database, clock, lanes=1)
    callers = [asyncio.create_task(intake.submit(one)) for one in asked]
    await asyncio.sleep(0.005)
    for caller in callers[::2]:
        caller.cancel()
    outcomes = await asyncio.gather(*callers, return_exceptions=True)
    assert [isinstance(outcome, Outcome) for outcome in outcomes[1::2]] == [True] * 4
    assert {outcome.status for outcome in await intake.submit_many(asked)} <= {"recorded", "repeat"}
    async with database.transaction(Scope()) as session:
        assert await session.scalar(text("select count(*) from events")) == 8


async def test_a_lane_that_is_ended_from_outside_leaves_nobody_waiting(
    database: Database, clock: FixedClock, keys: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish_volunteering(database, clock)
    [resident] = await residents(database, clock, keys)
    intake = Intake(database, clock, lanes=1)
    submission = Submission((service(resident.holder_id, ended_at=clock.now()),))

    async def ended(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(intake_module, "award", ended)
        async with asyncio.timeout(5):
            outcomes = await asyncio.gather(
                intake.submit(submission), intake.submit(submission), return_exceptions=True
            )
    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError] * 2
    assert (await intake.submit(submission)).status == "recorded"


async def test_connections_that_the_server_closed_are_replaced_and_no_caller_hears_of_it(
    database: Database, owner_database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    people = await residents(database, clock, keys, 20)
    asked = [Submission((service(person.holder_id, ended_at=clock.now()),)) for person in people]
    intake = Intake(database, clock)
    await intake.submit_many(asked[:10])
    async with owner_database.transaction(Scope()) as session:
        closed = "select pg_terminate_backend(pid) from pg_stat_activity where (datname, usename) = "
        await session.execute(text(closed + "(current_database(), :role)"), {"role": APP_ROLE})
    assert [outcome.status for outcome in await intake.submit_many(asked[10:])] == ["recorded"] * 10


async def test_of_many_each_hears_its_own_refusal_and_the_others_their_outcome(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    people = await residents(database, clock, keys, 4)
    drafts = [service(person.holder_id, ended_at=clock.now()) for person in people]
    asked = [Submission((draft,)) for draft in drafts]
    key = request_key(people[1].holder_id, "the-same-key-0001", "POST", "/events", {"no": 1})
    taken = request_key(people[1].holder_id, "the-same-key-0001", "POST", "/events", {"no": 2})
    intake = Intake(database, clock)
    await intake.submit(Submission((drafts[0],), request_key=key, render=rendered))
    asked[1] = Submission((drafts[1],), request_key=taken, render=rendered)
    spoilt = service(people[2].holder_id, ended_at=clock.now())
    object.__setattr__(spoilt, "source", "scan\x00")
    asked[2] = Submission((spoilt,))
    outcomes = await intake.submit_many(asked)
    assert [type(one.error).__name__ for one in outcomes] == ["NoneType", "RequestKeyReused", "ItemFailed", "NoneType"]
    assert [one.status for one in outcomes] == ["repeat", "refused", "refused", "recorded"]


async def test_a_preview_is_what_the_batch_becomes_and_leaves_nothing(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    people = await residents(database, clock, keys, 3)
    asked = [
        Submission((service(person.holder_id, ended_at=clock.now() - timedelta(hours=3 * hour)),))
        for hour in range(4)
        for person in people
    ]
    intake = Intake(database, clock)
    tried = await intake.preview(asked)
    async with database.transaction(Scope()) as session:
        assert await session.scalar(text("select count(*) from events")) == 0
        assert await session.scalar(text("select max(version) from holders")) == 0
    real = await intake.submit_many(asked)

    def told(outcomes: list[Outcome]) -> list[list[tuple[str, int, int]]]:
        return [
            [(one.point_kind, one.amount, one.balance_after) for event in outcome.events for one in event.posted]
            for outcome in outcomes
        ]

    assert told(tried) == told(real)
    assert {outcome.status for outcome in await intake.preview(asked)} == {"repeat"}


async def test_a_row_that_stays_locked_is_told_to_all_who_wait_and_the_next_batch_goes_on(
    database: Database, fresh: Server, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    people = await residents(database, clock, keys, 8)
    asked = [Submission((service(person.holder_id, ended_at=clock.now()),)) for person in people]
    hasty = Database(fresh.app_url, pool_size=1)
    async with hasty.transaction(Scope()) as session:
        assert await session.scalar(text("show lock_timeout")) == "10s"
        await session.execute(text("set lock_timeout = '200ms'"))
    intake = Intake(hasty, clock, lanes=1)
    async with database.transaction(Scope()) as session:
        kept = text("select from holders where holder_id = :one for update")
        await session.execute(kept, {"one": people[3].holder_id})
        outcomes = await asyncio.gather(*(intake.submit(one) for one in asked), return_exceptions=True)
    assert {getattr(getattr(one, "orig", None), "sqlstate", None) for one in outcomes} == {"55P03"}
    assert {outcome.status for outcome in await intake.submit_many(asked)} == {"recorded"}
    await hasty.close()
