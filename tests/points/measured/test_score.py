"""An assessment from the database: what is recorded of holders, scored by the same pure rules, one or everybody."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from api.seed.copying import holder_of
from api.seed.generator import City
from api.seed.grow import grow
from kernel.calendar import start_of
from kernel.clock import FixedClock
from kernel.db import Database, Scope, Session
from kernel.postgres import Server
from kernel.sealed import KeyFile
from points.ledger.statement import balances
from points.measured.balances import read_balances
from points.measured.quantities import left_out, read_quantities, value_of
from points.measured.score import Person, gather_facts, population, score_from_database, score_many
from points.people.households import create_household, join
from rules.engine.assess import assess
from rules.engine.model import Pack
from rules.engine.quantities import of_history
from rules.engine.reads import reads_of
from rules.engine.subject import Subject
from rules.language.loader import load
from tests.builders import award_all, publish_volunteering, residents, service
from tests.points.measured.telling import fact, tell

HEAD = """
programme: sample
version: "1"
status: example
effective_from: 2026-01-01
title: {zh: 示例, en: Sample}
holder: HOLDER
mode: assessment
purpose: benefit
catalogue: 2026-11
basis: [city-default-2026]
"""
SETTLING = (
    HEAD.replace("HOLDER", "resident")
    + """
requires:
  - code: permit
    when: {fact: residence_permit_valid, is: true}
    otherwise: {zh: 未持有有效居住证, en: No valid residence permit}
items:
  - {code: education, title: {zh: 学历, en: Education}, quantity: {fact: education},
     price: {choice: {bachelor: 80, junior_college: 60, senior_secondary: 20}}}
  - {code: insurance, title: {zh: 社保, en: Insurance}, quantity: {fact: insured_years, by: insurance_kind},
     price: {every: 1, give: 2}}
  - {code: employment, title: {zh: 就业, en: Employment}, quantity: {fact: employed_years}, price: {every: 1, give: 4}}
  - code: volunteering
    title: {zh: 志愿服务, en: Volunteering}
    quantity: {sum: minutes, of: service, within: {years: 1}, where: {evidence: [scanned_twice, scanned_late]}}
    price: {every: 60, give: 1, cap: 40}
  - {code: times, title: {zh: 次数, en: Times}, quantity: {count: service, where: {data: minutes, at_least: 90}},
     price: {every: 1, give: 1}}
  - {code: points, title: {zh: 积分, en: Points}, quantity: {balance: volunteer-points}, price: {every: 10, give: 1}}
result: {threshold: 60}
"""
)
HOME = (
    HEAD.replace("HOLDER", "household")
    + """
items:
  - {code: together, title: {zh: 全家, en: Together}, quantity: {members: total, of: service-hours},
     price: {every: 60, give: 1}}
"""
)
MARCH, TODAY = date(2026, 3, 1), date(2026, 11, 22)


async def test_what_is_recorded_of_somebody_is_scored_as_of_a_day_and_as_it_was_known(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    somebody, nobody = [one.holder_id for one in await residents(database, clock, keys, 2)]
    await award_all(database, clock, service(somebody, ended_at=clock.now() - timedelta(days=1), minutes=150))
    named = {"residence_permit_valid": True, "education": "junior_college", "insured_years.pension": 3}
    await tell(database, clock, *(fact(somebody, name, value, MARCH) for name, value in named.items()))
    known_at = clock.now()
    clock.advance(timedelta(days=1))
    await tell(database, clock, fact(somebody, "insured_years.medical", 2, MARCH))
    pack = load(SETTLING)
    async with database.transaction(Scope()) as session:

        async def scored(as_of: date, known_at: datetime) -> tuple[bool | None, dict[str, int]]:
            found = await score_from_database(session, pack, somebody, as_of=as_of, known_at=known_at)
            return found.eligible, {code: points for code, points in found.items.items() if points}

        there = {"education": 60, "insurance": 6, "volunteering": 2, "times": 1, "points": 2}
        assert await scored(TODAY, known_at) == (True, there)
        assert await scored(TODAY, clock.now()) == (True, {**there, "insurance": 10})
        assert await scored(date(2026, 11, 20), clock.now()) == (True, {"education": 60, "insurance": 10})
        assert await scored(MARCH - timedelta(days=1), clock.now()) == (False, {})
        many = await score_many(session, pack, [nobody, somebody], as_of=TODAY, known_at=clock.now())
        assert (many[nobody].total, many[nobody].eligible) == (0, False)
        assert many[somebody] == await score_from_database(session, pack, somebody, as_of=TODAY, known_at=clock.now())


async def test_what_a_household_has_together_is_what_its_members_of_the_day_have(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    people = [one.holder_id for one in await residents(database, clock, keys, 3)]
    async with database.transaction(Scope()) as session:
        home = (await create_household(session, now=clock.now())).holder_id
        alone = (await create_household(session, now=clock.now())).holder_id
        for member, since in zip(people, (10, 10, 1), strict=True):
            from_on = TODAY - timedelta(days=since)
            await join(session, household_id=home, member_id=member, from_on=from_on, may_spend=False, now=clock.now())
    await award_all(
        database, clock, *(service(one, ended_at=clock.now() - timedelta(days=4), minutes=120) for one in people)
    )
    clock.advance(timedelta(minutes=1))
    pack = load(HOME)
    async with database.transaction(Scope()) as session:
        days = (TODAY - timedelta(days=2), TODAY)
        found = [await score_many(session, pack, [home, alone], as_of=day, known_at=clock.now()) for day in days]
    assert [one[home].total for one in found] == [4, 6]
    assert found[0][alone].trace["items"][0]["why_not"] == "missing"


async def test_a_balance_of_a_past_day_is_without_what_had_lapsed_by_its_end(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    [one] = [person.holder_id for person in await residents(database, clock, keys)]
    await award_all(database, clock, service(one, ended_at=clock.now() - timedelta(days=1)))
    clock.advance(timedelta(minutes=1))
    lapses_on = date(2029, 11, 22)
    async with database.transaction(Scope()) as session:
        for day in (TODAY - timedelta(days=1), TODAY, lapses_on - timedelta(days=1), lapses_on):
            had = await read_balances(session, [one], ["volunteer-points"], as_of=day, known_at=clock.now())
            end = start_of(day + timedelta(days=1)) - timedelta(microseconds=1)
            told = await balances(session, holder_id=one, now=clock.now(), as_of=end)
            assert had[one]["volunteer-points"] == sum(b.posted for b in told if b.point_kind == "volunteer-points")


CITY = City(seed=11, residents=300, until=date(2026, 11, 20), days=400)
PAST = load(
    HEAD.replace("HOLDER", "resident")
    + """
items:
  - {code: months, title: {zh: 月, en: Months}, quantity: {count: service, per: month}, price: {give: 1}}
  - {code: streak, title: {zh: 连续, en: In a row}, quantity: {streak: month, of: service}, price: {every: 1, give: 1}}
  - {code: lasted, title: {zh: 天数, en: Days},
     quantity: {lasting: days, of: service, within: {from: 2026-01-01, to: 2026-12-31}}, price: {every: 1, give: 1}}
  - {code: both, title: {zh: 合计, en: Both}, quantity: {total_of: [{count: service}, {count: referral}, {fact: age}]},
     price: {every: 1, give: 1}}
  - {code: shifts, title: {zh: 班次, en: Shifts}, quantity: {count: service, distinct: shift_id, within: {months: 6}},
     price: {every: 1, give: 1}}
  - {code: longest, title: {zh: 最长, en: Longest}, quantity: {greatest: minutes, of: service},
     price: {every: 60, give: 1}}
  - {code: scanned, title: {zh: 扫码, en: Scanned},
     quantity: {sum: minutes, of: service, where: {none: [{evidence: [imported]}, {data: minutes, below: 90}]}},
     price: {every: 60, give: 1}}
  - {code: grown, title: {zh: 成年, en: Grown up}, quantity: {count: service, where: {fact: age, at_least: 30}},
     price: {every: 1, give: 1}}
"""
)


@pytest.fixture
async def grown(database: Database, fresh: Server, keys: KeyFile, clock: FixedClock) -> Database:
    """A city of three hundred, with late, reversed and corrected events."""
    await grow(database, fresh, keys, city=CITY, now=clock.now(), copied=True)
    return database


async def everybody(session: Session, pack: Pack, as_of: date, known_at: datetime, at_once: int) -> list[Person]:
    batches = [one async for one in population(session, pack, as_of=as_of, known_at=known_at, at_once=at_once)]
    assert all(len(batch) <= at_once for batch in batches)
    return [one for batch in batches for one in batch]


async def test_a_whole_city_is_read_in_batches_and_the_database_measures_as_the_engine_does(
    grown: Database, clock: FixedClock
) -> None:
    seen = 0
    async with grown.transaction(Scope()) as session:
        for as_of, known_at in ((TODAY, clock.now()), (TODAY, clock.now() - timedelta(days=90)), (MARCH, clock.now())):
            people = await everybody(session, PAST, as_of, known_at, 37)
            assert {one.holder_id for one in people} == {holder_of(CITY, number) for number in range(CITY.residents)}
            selections = reads_of(PAST).selections
            assert not left_out(selections)
            facts = {one.holder_id: one.facts for one in people}
            read = await read_quantities(session, facts, selections, as_of=as_of, known_at=known_at)
            for one in people:
                subject = Subject(one.facts, one.events, as_of)
                for item in PAST.items:
                    expected = of_history(item.quantity, subject)
                    assert value_of(item.quantity, subject, read[one.holder_id]) == expected, item.code
                    seen += bool(expected)
    assert seen > 1_000


CHOOSING = load(
    HEAD.replace("HOLDER", "resident")
    + """
choosing: {among: [applicant, spouse]}
bars:
  - {code: came-late, title: {zh: 迟到, en: Came late}, after: service, where: {data: minutes, at_most: 60}, months: 3}
items:
  - {code: grown, title: {zh: 成年, en: Grown up}, quantity: {count: service, where: {fact: age, at_least: 30}},
     price: {every: 1, give: 1}}
  - {code: nights, title: {zh: 夜, en: Nights}, when: {quantity: {count: service}, at_least: 3},
     quantity: {sum: minutes, of: service, where: {quantity: {count: referral}, at_least: 1}},
     price: {every: 60, give: 1}}
"""
)


async def test_what_the_database_measured_and_what_events_say_come_to_the_same_score(
    grown: Database, clock: FixedClock
) -> None:
    assert len(left_out(reads_of(CHOOSING).selections)) == 1
    async with grown.transaction(Scope()) as session:
        read = await everybody(session, CHOOSING, TODAY, clock.now(), 100)
        measured = [
            one
            async for batch in population(session, CHOOSING, as_of=TODAY, known_at=clock.now(), measured=True)
            for one in batch
        ]
    told = 0
    for one, other in zip(read, measured, strict=True):
        assert (one.holder_id, one.facts) == (other.holder_id, other.facts)
        assert other.events == [event for event in one.events if event.kind == "service"]
        for role in ("", "spouse"):
            for item in CHOOSING.items:
                expected = one.measure(item.quantity, Subject(one.facts, one.events, TODAY, role=role))
                assert other.measure(item.quantity, Subject(one.facts, as_of=TODAY, role=role)) == expected
                told += bool(expected)
    assert told > 20


async def test_the_city_has_people_to_try_a_draft_about_registration_on(grown: Database, clock: FixedClock) -> None:
    pack = load(SETTLING)
    async with grown.transaction(Scope()) as session:
        people = await everybody(session, pack, TODAY, clock.now(), 100)
        scores = {one.holder_id: assess(pack, one.facts, one.events, TODAY) for one in people}
        assert 10 < sum(bool(score.eligible) for score in scores.values()) < 60
        asked = [one.holder_id for one in people[:50]]
        many = await score_many(session, pack, asked, as_of=TODAY, known_at=clock.now())
        assert many == {holder_id: scores[holder_id] for holder_id in asked}


async def test_one_holder_is_never_looked_for_by_reading_everybodys_events(grown: Database, clock: FixedClock) -> None:
    one = holder_of(CITY, 5)
    scans = text("select relname, seq_scan from pg_stat_xact_user_tables where seq_scan > 0")
    async with grown.transaction(Scope()) as session:
        await score_from_database(session, load(SETTLING), one, as_of=TODAY, known_at=clock.now())
        facts = await gather_facts(session, reads_of(PAST), [one], as_of=TODAY, known_at=clock.now())
        await read_quantities(session, facts, reads_of(PAST).selections, as_of=TODAY, known_at=clock.now())
        scanned = {row.relname for row in await session.execute(scans)}
    assert not scanned & {"events", "postings", "corrections", "accounts"}


def test_a_pack_reads_what_it_names_and_no_more() -> None:
    reads = reads_of(load(SETTLING))
    assert reads.facts == {"residence_permit_valid", "education", "insured_years", "employed_years"}
    assert (reads.kinds, reads.balances, reads.members) == ({"service"}, {"volunteer-points"}, frozenset())
    assert len(reads.selections) == 2
    assert reads_of(load(HOME)).members == {"service-hours"}


async def test_somebody_unknown_has_nothing(database: Database, clock: FixedClock) -> None:
    async with database.transaction(Scope()) as session:
        found = await score_from_database(session, load(SETTLING), UUID(int=7), as_of=TODAY, known_at=clock.now())
    assert (found.total, found.eligible) == (0, False)
