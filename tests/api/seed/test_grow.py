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

from api.seed.copying import holder_of, household_of
from api.seed.generator import City, evening_of, families, life, season, spans
from api.seed.grow import CityNotEmpty, grow
from kernel.canonical import dumps
from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.postgres import Server
from kernel.sealed import KeyFile
from points.verify import verify
from rules.governance.registry import load_registry
from tests.conftest import drop_database, on_database
from tests.trial import tongcheng

CITY = City(seed=3, residents=54, until=date(2026, 11, 20), days=120)
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_EVENTS = """
    select holder_id, kind, business_key, correction_no, occurred_at, ended_at, recorded_at, evidence, source, data,
        decisions, corrects_event_id is null as first
    from events order by holder_id, recorded_at, event_id
"""
_POSTINGS = """
    select holder_id, point_kind, seq, contra, amount, balance_after, effective_at, about_on, recorded_at, lot_expires_at,
        reason, title from postings order by holder_id, point_kind, seq
"""
_ACCOUNTS = """
    select a.holder_id, a.point_kind, a.posted, a.held, a.seq, a.expires_next_at, a.lots_from, h.version, h.last_recorded_at
    from accounts a join holders h using (slice, holder_id) where a.seq > 0 order by a.holder_id, a.point_kind
"""
_LOTS = "select holder_id, point_kind, seq, remaining, grace_days from lots order by holder_id, point_kind, seq"
_USES = """
    select holder_id, use_no, point_kind, lot_seq, posting_seq, amount, recorded_at from lot_uses order by holder_id, use_no
"""
_PENDING = "select holder_id, due_at, what, recorded_at from pending order by holder_id, due_at"
_CORRECTIONS = "select holder_id, kind, recorded_at from corrections order by holder_id, recorded_at"
_LIMITS = "select limit_id, granted, ceiling from limits order by limit_id"


async def rows(database: Database, query: str, people: Mapping[UUID, str]) -> Counter[str]:
    """The rows of a query, people by their numbers in the plan, every other id of the ledger left out."""
    async with database.transaction(Scope()) as session:
        found = (await session.execute(text(query))).mappings()
        return Counter(line for row in found if (line := _line(dict(row), people)))


def _line(row: dict[str, Any], people: Mapping[UUID, str]) -> str:
    if row.get("holder_id", None) is not None and row["holder_id"] not in people:
        return ""
    told = dumps({name: str(value) if not isinstance(value, dict) else value for name, value in row.items()})
    return _ID.sub(lambda found: people.get(UUID(found[0]), "id"), told)


async def people_of(database: Database) -> list[UUID]:
    """The residents in the order in which they moved in."""
    async with database.transaction(Scope()) as session:
        return list(await session.scalars(text("select holder_id from residents order by name_sealed")))


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
    keen = sorted((len(life(city, resident)) for resident in range(city.residents)), reverse=True)
    assert sum(keen[: len(keen) // 10]) > 0.35 * sum(keen)


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
