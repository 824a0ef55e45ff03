"""A city of any size: planned resident by resident, lived through the real road or copied in, the same either way."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from api.seed.copying import holder_of, household_of, number_of
from api.seed.generator import City, evening_of, families, life, season, spans
from api.seed.grow import CityNotEmpty, grow
from kernel.canonical import dumps
from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.postgres import Server
from kernel.sealed import KeyFile
from points.people.numbers import read_number
from points.verify import verify
from rules.governance.registry import load_registry
from tests.trial import tongcheng

pytestmark = pytest.mark.thorough

CITY = City(seed=3, residents=90, until=date(2026, 11, 20), days=150)
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_EVENTS = """
    select holder_id, kind, business_key, correction_no, occurred_at, ended_at, recorded_at, evidence, source, data,
        decisions, corrects_event_id is null as first
    from events order by holder_id, recorded_at, event_id
"""
_POSTINGS = """
    select holder_id, point_kind, seq, contra, amount, balance_after, effective_at, about_on, recorded_at,
        lot_expires_at, reason, title from postings order by holder_id, point_kind, seq
"""
_ACCOUNTS = """
    select a.holder_id, a.point_kind, a.posted, a.held, a.seq, a.expires_next_at, a.lots_from
    from accounts a join holders h using (slice, holder_id) where a.seq > 0 order by a.holder_id, a.point_kind
"""
_LOTS = "select holder_id, point_kind, seq, remaining, grace_days from lots order by holder_id, point_kind, seq"
_USES = """
    select holder_id, use_no, point_kind, lot_seq, posting_seq, amount, recorded_at
    from lot_uses order by holder_id, use_no
"""
_PENDING = "select holder_id, due_at, what, recorded_at from pending order by holder_id, due_at"
_ENDS = "select holder_id, outcome, ended_at from pending_ends order by holder_id, ended_at"
_DUES = "select holder_id, what, due_at from dues order by holder_id, due_at"
_CORRECTIONS = "select holder_id, kind, recorded_at from corrections order by holder_id, recorded_at"
_LIMITS = "select limit_id, granted, ceiling from limits order by limit_id"


async def rows(database: Database, query: str, asked: Mapping[UUID, str], people: Mapping[UUID, str]) -> Counter[str]:
    """The rows of these people, or all that name none: people by their number, other ids of the ledger left out."""
    async with database.transaction(Scope()) as session:
        found = [dict(row) for row in (await session.execute(text(query))).mappings()]
    wanted = [row for row in found if "holder_id" not in row or row["holder_id"] in asked]
    return Counter(_line(row, people) for row in wanted)


def _line(row: dict[str, Any], people: Mapping[UUID, str]) -> str:
    told = dumps({name: value if isinstance(value, dict) else str(value) for name, value in row.items()})
    return _ID.sub(lambda found: people.get(UUID(found[0]), "id"), told)


def test_the_plan_is_the_same_for_the_same_seed_and_holds_its_shares() -> None:
    city = City(seed=1, residents=3_000, until=date(2026, 11, 20))
    deeds = [deed for resident in range(city.residents) for deed in life(city, resident)]
    services = [deed for deed in deeds if deed.kind == "service"]
    assert life(city, 7) == life(City(1, 3_000, city.until), 7)
    assert life(city, 7) != life(City(2, 3_000, city.until), 7)
    assert 4 < len(services) / city.residents < 7
    late = sum(deed.recorded_on > deed.occurred_at.date() for deed in services)
    assert 0.04 < late / len(services) < 0.06
    fates = Counter(deed.fate for deed in services)
    assert all(0.006 < fates[fate] / len(services) < 0.014 for fate in ("reversed", "corrected"))
    assert abs(sum(len(family) for family in families(city)) - city.residents // 3) < 3
    done = Counter(deed.resident for deed in deeds if deed.kind != "fact_recorded")
    keen = sorted(done.values(), reverse=True)
    assert sum(keen[: city.residents // 10]) > 0.35 * sum(keen)


def test_no_day_of_the_plan_is_lost_between_its_pieces() -> None:
    pieces = [season(CITY, first, last) for first, last in spans(CITY, 50)]
    recorded = Counter(deed for piece in pieces for deeds in piece.recorded.values() for deed in deeds)
    assert recorded == Counter(deed for resident in range(CITY.residents) for deed in life(CITY, resident))
    assert all(CITY.opened_on < deed.recorded_on <= CITY.until for deed in recorded)
    assert evening_of(CITY.until) - evening_of(CITY.opened_on) == timedelta(days=CITY.days)
    assert sum(map(len, (household for household in families(CITY)))) == sum(
        household_of(CITY, resident) is not None for resident in range(CITY.residents)
    )
    assert len({holder_of(CITY, resident) for resident in range(CITY.residents)}) == CITY.residents


def test_a_copied_citys_numbers_are_all_different_and_hold_their_check() -> None:
    """Drawn at random, two of so many would meet once in two runs."""
    people = [number_of(CITY, "V", resident) for resident in range(200_000)]
    assert len(set(people)) == len(people)
    assert all(read_number(number) == number for number in people[:2_000])
    assert len({number[2:] for number in people} & {number_of(CITY, "H", one)[2:] for one in range(100)}) < 3
    assert number_of(CITY, "V", 7) != number_of(City(4, 90, CITY.until), "V", 7)


async def test_the_lived_and_the_copied_city_are_the_same_to_the_posting_and_both_verify(
    fresh: Server, second_server: Server, keys: KeyFile, clock: FixedClock
) -> None:
    lived, copied = Database(fresh.app_url, pool_size=3), Database(second_server.app_url, pool_size=3)
    for database, server, by_copy in ((lived, fresh, False), (copied, second_server, True)):
        await grow(database, server, keys, city=CITY, now=clock.now(), copied=by_copy)
        async with database.transaction(Scope()) as session:
            assert (await verify(session, registry=await load_registry(session))).findings == []
    async with lived.transaction(Scope()) as session:
        # They moved in in the order of the plan, and nothing ever rewrites these rows.
        ids = list(await session.scalars(text("select holder_id from residents order by ctid")))
        shoppers = set(await session.scalars(text("select distinct holder_id from holds")))
    people = {holder_id: f"resident-{number}" for number, holder_id in enumerate(ids)}
    copies = {holder_of(CITY, number): name for number, name in enumerate(people.values())}
    asked = {holder_id: name for holder_id, name in people.items() if holder_id not in shoppers}
    kept = {holder_id: name for holder_id, name in copies.items() if name in asked.values()}
    assert 0 < len(shoppers) < CITY.residents // 4
    for query in (_EVENTS, _POSTINGS, _ACCOUNTS, _LOTS, _USES, _PENDING, _ENDS, _DUES, _CORRECTIONS):
        found = await rows(lived, query, asked, people)
        assert found == await rows(copied, query, kept, copies), query
        assert found or query == _DUES, query
    assert await rows(lived, _LIMITS, {}, people) == await rows(copied, _LIMITS, {}, copies)
    await lived.close()
    await copied.close()


async def test_a_city_grows_only_where_there_is_none(
    database: Database, fresh: Server, keys: KeyFile, clock: FixedClock
) -> None:
    assert len(await grow(database, fresh, keys, city=CITY, now=clock.now(), copied=True)) == 7
    with pytest.raises(CityNotEmpty):
        await grow(database, fresh, keys, city=CITY, now=clock.now(), copied=True)


@pytest.mark.db
def test_the_command_grows_a_city_into_an_empty_trial_and_refuses_what_may_be_real(tmp_path: Path) -> None:
    refused = tongcheng("city", "grow", "--size", "20", data_dir=tmp_path / "a", DATABASE_URL="postgresql://x/y")
    assert (refused.returncode, "CITY_MAY_BE_REAL" in refused.stderr) == (4, True)
    assert tongcheng("city", "grow", "--size", "huge", data_dir=tmp_path / "a").returncode == 2
    home = tmp_path / "local"
    done = tongcheng("city", "grow", "--size", "30", "--days", "60", "--copied", data_dir=home)
    assert done.returncode == 0, done.stderr
    assert (home / "sign-ins.json").exists()
    verified = tongcheng("ledger", "verify", "--json", data_dir=home)
    assert verified.returncode == 0, verified.stdout
    assert tongcheng("city", "grow", "--size", "30", data_dir=home).returncode == 4
