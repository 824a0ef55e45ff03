"""The small city: made once, of events through the real path, the same for the same seed and day."""

import re
from datetime import date

import pytest
from sqlalchemy import text

from api.seed.city import CityHalfMade, seed_city
from api.seed.plan import last_sunday, plan_city
from kernel.canonical import sha256
from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.sealed import KeyFile
from points.verify import verify
from rules.governance.registry import load_registry
from tests.builders import residents

UNTIL = date(2026, 11, 15)
_ROWS = {
    "holders": "holder_id, kind, version, subject_handle, last_recorded_at",
    "events": "event_id, kind, business_key, occurred_at, ended_at, recorded_at, data, decisions",
    "postings": "holder_id, point_kind, seq, amount, balance_after, leaf_hash",
    "holds": "hold_id, amount, held_at, expires_at",
    "vouchers": "code, holder_id",
}


async def digest(database: Database) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and SHA-256 over them in their own order."""
    found = {}
    async with database.transaction(Scope()) as session:
        for table, columns in _ROWS.items():
            rows = await session.execute(text(f"select {columns} from {table} order by {columns}"))
            lines = [[str(bytes(cell).hex() if isinstance(cell, bytes) else cell) for cell in row] for row in rows]
            found[table] = (len(lines), sha256(lines).hex())
    return found


def test_last_sunday_is_never_today() -> None:
    assert last_sunday(date(2026, 11, 22)) == date(2026, 11, 15)
    assert last_sunday(date(2026, 11, 23)) == date(2026, 11, 22)
    assert last_sunday(date(2026, 11, 21)) == date(2026, 11, 15)


def test_another_seed_or_another_day_is_another_city() -> None:
    plans = [plan_city(seed=seed, until=until) for seed, until in ((1, UNTIL), (2, UNTIL), (1, date(2026, 11, 8)))]
    assert plans[0] == plan_city(seed=1, until=UNTIL)
    assert plans[0] != plans[1] != plans[2]
    assert len(plans[0].names) == 50
    assert [sunday.day for sunday in plans[0].sundays][-1] == UNTIL


async def test_the_same_seed_and_day_give_the_same_bytes_and_a_ledger_that_verifies(
    database: Database, clock: FixedClock, keys: KeyFile, second_database: Database
) -> None:
    for one in (database, second_database):
        assert len(await seed_city(one, keys, seed=7, until=UNTIL, now=clock.now())) == 7
    first = await digest(database)
    assert first == await digest(second_database)
    assert first["events"][0] > 2_000
    assert first["vouchers"][0] > 10
    async with database.transaction(Scope()) as session:
        verified = await verify(session, registry=await load_registry(session))
        assert verified.findings == []
        assert verified.events_count == first["events"][0]


async def test_staff_are_called_by_their_post_in_both_languages(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    sign_ins = await seed_city(database, keys, seed=7, until=UNTIL, now=clock.now())
    posts = {one.kind: one.label for one in sign_ins}
    assert len(set(posts.values())) == 7
    assert all(re.search(r"[一-鿿]+ · [a-z]", post) for post in posts.values())
    async with database.transaction(Scope()) as session:
        written = set(await session.scalars(text("select label from actors where kind = 'staff'")))
    assert written == {posts[kind] for kind in ("organiser", "official", "colleague", "merchant", "auditor")}


async def test_a_city_is_made_once_and_a_half_made_one_is_refused(
    database: Database, clock: FixedClock, keys: KeyFile, second_database: Database
) -> None:
    assert await seed_city(database, keys, seed=7, until=UNTIL, now=clock.now()) != []
    assert await seed_city(database, keys, seed=7, until=UNTIL, now=clock.now()) == []
    await residents(second_database, clock, keys)
    with pytest.raises(CityHalfMade):
        await seed_city(second_database, keys, seed=7, until=UNTIL, now=clock.now())


async def test_the_city_verifies_and_a_damaged_copy_names_each_row(
    database: Database, owner_database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await seed_city(database, keys, seed=7, until=UNTIL, now=clock.now())
    row_of = "holder_id || '/' || point_kind || '/' || seq"
    damages = {
        "LEAF_HASH": f"""
            update postings set title = jsonb_build_object()
            where leaf_hash = (select min(leaf_hash) from postings) returning {row_of}
        """,
        "ACCOUNT_HELD": """
            update accounts set held = held + 1
            where point_kind = 'volunteer-points' and holder_id = (select min(holder_id::text)::uuid from postings)
            returning holder_id || '/' || point_kind
        """,
        "DECIDES_OTHERWISE": """
            update events set data = data || jsonb_build_object('minutes', 1)
            where event_id = (select max(event_id::text)::uuid from events where kind = 'service')
            returning holder_id || '/' || event_id
        """,
    }
    async with owner_database.transaction(Scope()) as session:
        rows = {code: await session.scalar(text(damage)) for code, damage in damages.items()}
    async with database.transaction(Scope()) as session:
        findings = (await verify(session, registry=await load_registry(session))).findings
    for code, row in rows.items():
        assert row in {finding.path for finding in findings if finding.code == code}
