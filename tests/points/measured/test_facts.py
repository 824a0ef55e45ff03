"""What is true of somebody on a day: the latest fact that was valid then, by what was known, verified unless asked."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.sealed import KeyFile
from points.measured.facts import key_of, names_of, read_facts
from points.people.aliases import add_alias, end_alias
from points.submission import Outcome
from rules.catalogue.register import catalogue
from tests.builders import award_all, publish_volunteering, residents
from tests.points.measured.telling import corrected, fact, tell

MARCH, JUNE, TODAY = date(2026, 3, 1), date(2026, 6, 1), date(2026, 11, 22)


async def read(database: Database, holder_id: UUID, as_of: date, known_at: datetime, **more: Any) -> dict[str, Any]:
    async with database.transaction(Scope()) as session:
        return (await read_facts(session, [holder_id], as_of=as_of, known_at=known_at, **more))[holder_id]


@pytest.fixture
async def holder_id(database: Database, clock: FixedClock, keys: KeyFile) -> UUID:
    [resident] = await residents(database, clock, keys)
    return resident.holder_id


async def test_of_several_facts_the_one_that_began_last_by_the_day_counts(
    database: Database, clock: FixedClock, holder_id: UUID
) -> None:
    early, late = fact(holder_id, "employed_years", 4, MARCH), fact(holder_id, "employed_years", 5, JUNE)
    await tell(database, clock, late, early)
    found = [
        (await read(database, holder_id, day, clock.now())).get("employed_years")
        for day in (MARCH - timedelta(1), MARCH, JUNE - timedelta(1), JUNE, TODAY)
    ]
    assert found == [None, 4, 4, 5, 5]


async def test_a_fact_ends_after_its_last_day_and_the_one_before_it_counts_again(
    database: Database, clock: FixedClock, holder_id: UUID
) -> None:
    await tell(
        database,
        clock,
        fact(holder_id, "home_town_class", "class_a", MARCH),
        fact(holder_id, "home_town_class", "class_c", JUNE, date(2026, 6, 30)),
    )
    days = (date(2026, 6, 30), date(2026, 7, 1))
    assert [(await read(database, holder_id, day, clock.now()))["home_town_class"] for day in days] == [
        "class_c",
        "class_a",
    ]


async def test_what_was_recorded_or_corrected_later_was_not_known_then(
    database: Database, clock: FixedClock, holder_id: UUID
) -> None:
    draft = fact(holder_id, "employed_years", 4, MARCH)
    before = clock.now() - timedelta(minutes=1)
    [event_id] = await tell(database, clock, draft)
    first = clock.now()
    clock.advance(timedelta(days=1))
    await tell(database, clock, corrected(draft, event_id, 7))
    known = [await read(database, holder_id, TODAY, at) for at in (before, first, clock.now())]
    assert known == [{}, {"employed_years": 4}, {"employed_years": 7}]


async def test_a_reversed_fact_does_not_count(
    database: Database, owner_database: Database, clock: FixedClock, holder_id: UUID
) -> None:
    [event_id] = await tell(database, clock, fact(holder_id, "residence_permit_valid", True, MARCH))
    assert await read(database, holder_id, TODAY, clock.now()) == {"residence_permit_valid": True}
    async with owner_database.transaction(Scope()) as session:
        await session.execute(
            text("""
                insert into corrections
                    (slice, holder_id, corrected_transaction_id, transaction_id, kind, recorded_at, event_id)
                values (slice_of(:holder_id), :holder_id, :event_id, :by, 'reversal', :now, :event_id)
            """),
            {"holder_id": holder_id, "event_id": event_id, "by": uuid4(), "now": clock.now()},
        )
    assert await read(database, holder_id, TODAY, clock.now()) == {}


async def test_declared_facts_count_only_where_they_are_asked_for(
    database: Database, clock: FixedClock, holder_id: UUID
) -> None:
    await tell(
        database,
        clock,
        fact(holder_id, "education", "bachelor", JUNE, standing="declared"),
        fact(holder_id, "education", "senior_secondary", MARCH),
    )
    assert await read(database, holder_id, TODAY, clock.now()) == {"education": "senior_secondary"}
    assert await read(database, holder_id, TODAY, clock.now(), declared=True) == {"education": "bachelor"}


async def test_kinds_of_a_fact_and_relatives_facts_come_as_the_rules_name_them(
    database: Database, clock: FixedClock, holder_id: UUID
) -> None:
    named = {"insured_years.pension": 3, "insured_years.medical": 4, "spouse.insured_years.pension": 9}
    await tell(
        database,
        clock,
        *(fact(holder_id, name, value, MARCH) for name, value in named.items()),
        fact(holder_id, "spouse.deed_tax_yuan", 1000, MARCH),
        fact(holder_id, "residence_permit_valid", False, MARCH),
    )
    everything = {
        "insured_years": {"pension": 3, "medical": 4},
        "spouse.insured_years": {"pension": 9},
        "spouse.deed_tax_yuan": 1000,
        "residence_permit_valid": False,
    }
    assert await read(database, holder_id, TODAY, clock.now()) == everything
    keys = {"insured_years", "spouse.deed_tax_yuan"}
    assert await read(database, holder_id, TODAY, clock.now(), keys=keys) == {key: everything[key] for key in keys}
    assert await read(database, holder_id, TODAY, clock.now(), keys=()) == {}


def test_names_lead_to_keys_and_back() -> None:
    known = catalogue()
    assert key_of("spouse.insured_years.pension", known) == ("spouse.insured_years", "pension")
    assert key_of("education", known) == ("education", None)
    names = names_of(["child.age", "insured_years"], known)
    assert {key_of(name, known)[0] for name in names} == {"child.age", "insured_years"}
    assert len(names) == 1 + len(known.facts["insured_years"].kinds)


async def test_a_merged_registers_facts_are_the_holders_own_while_it_is_merged(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    goes_on, gone = [one.holder_id for one in await residents(database, clock, keys, 2)]
    await tell(database, clock, fact(gone, "employed_years", 6, MARCH), fact(goes_on, "education", "other", MARCH))
    before = clock.now()
    clock.advance(timedelta(days=1))
    async with database.transaction(Scope()) as session:
        await add_alias(
            session, holder_id=gone, alias_of=goes_on, since=clock.now(), approval_id=uuid4(), transaction_id=uuid4()
        )
    merged = clock.now()
    assert await read(database, goes_on, TODAY, merged) == {"employed_years": 6, "education": "other"}
    assert await read(database, goes_on, TODAY, before) == {"education": "other"}
    clock.advance(timedelta(days=1))
    async with database.transaction(Scope()) as session:
        await end_alias(session, holder_id=gone, ended_at=clock.now())
    assert await read(database, goes_on, TODAY, merged) == {"employed_years": 6, "education": "other"}
    assert await read(database, goes_on, TODAY, clock.now()) == {"education": "other"}


async def test_facts_earn_no_points(database: Database, clock: FixedClock, holder_id: UUID) -> None:
    await publish_volunteering(database, clock)
    await tell(database, clock, fact(holder_id, "education", "bachelor", MARCH))
    async with database.transaction(Scope()) as session:
        assert await session.scalar(text("select count(*) from postings")) == 0
        assert await session.scalar(text("select count(*) from events where decisions = cast('{}' as jsonb)")) == 1


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("shoe_size", 43, "UNKNOWN_NAME"),
        ("neighbour.education", "bachelor", "UNKNOWN_NAME"),
        ("insured_years", 3, "UNKNOWN_NAME"),
        ("insured_years.lottery", 3, "UNKNOWN_NAME"),
        ("education.other.more", "bachelor", "UNKNOWN_NAME"),
        ("employed_years", "many", "WRONG_VALUE"),
        ("spouse.education", "doctor", "WRONG_VALUE"),
    ],
)
async def test_what_is_no_fact_of_the_catalogue_is_refused_with_its_field(
    database: Database, clock: FixedClock, holder_id: UUID, name: str, value: str | int, code: str
) -> None:
    [outcome] = await award_all(database, clock, fact(holder_id, name, value, MARCH))
    assert isinstance(outcome, Outcome)
    path = "data.name" if code == "UNKNOWN_NAME" else "data.value"
    assert [(finding.code, finding.path) for finding in outcome.findings] == [(code, path)]
