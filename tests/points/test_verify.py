"""A ledger to which everything happened once verifies; damage done as its owner is found, and the row is named."""

import asyncio
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from string import Template
from uuid import UUID

import pytest
import yaml
from sqlalchemy import text

from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.postgres import Server
from kernel.roles import make_database
from kernel.sealed import KeyFile
from points.ledger.book import open_book
from points.ledger.reconcile import CHECKS
from points.ledger.write import write
from points.verify import Verified, begin_snapshot, verify
from points.verify_city import verify_city
from rules.governance.registry import load_registry
from tests.builders import award_all, publish_volunteering, residents, service
from tests.conftest import NOON, drop_database, on_database
from tests.lived_ledger import KIND, live

WHOLE_ONLY = {"LIMIT_GRANTED", "CONTRA_DAY", "CLEARING_OPEN"}
"""What is found only by looking at everyone."""


@dataclass(frozen=True, slots=True)
class Grown:
    """The lived ledger's two addresses, and its people by name."""

    server: Server
    people: dict[str, UUID]


@pytest.fixture(scope="module")
def grown(server: Server, admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grown]:
    """The lived ledger, once for all damages: each is undone again."""
    name = f"lived_{secrets.token_hex(4)}"
    asyncio.run(make_database(admin_url, name, template=server.owner_url.rpartition("/")[2]))
    own = Server(on_database(server.owner_url, name), on_database(server.app_url, name), started_here=False)
    yield Grown(own, asyncio.run(_grow(own, tmp_path_factory.mktemp("lived"))))
    asyncio.run(drop_database(admin_url, name))


async def _grow(server: Server, home: Path) -> dict[str, UUID]:
    database = Database(server.app_url)
    lived = await live(database, FixedClock(NOON), KeyFile.open(home / "master.key"))
    await database.close()
    return {"ada": lived.ada, "ben": lived.ben, "cyn": lived.cyn, "home": lived.home}


async def look(grown: Grown, *damages: str, holder: str | None = None) -> Verified:
    """Do this damage as the owner, verify, and undo it again. `:ada` and the others are ids."""
    database = Database(grown.server.owner_url, pool_size=1)
    try:
        async with database.transaction(Scope()) as session:
            for one in damages:
                named = {name: value for name, value in grown.people.items() if f":{name}" in one}
                await session.execute(text(one), named)
            holder_id = grown.people[holder] if holder else None
            found = await verify(session, holder_id=holder_id, registry=await load_registry(session))
            await session.rollback()
            return found
    finally:
        await database.close()


DATA = yaml.safe_load((Path(__file__).parent / "damages.yaml").read_text("utf-8"))
ADA = DATA["rows"]["ADA"]


def statements_of(by: str) -> list[str]:
    """The statements of one damage, its rows spelled out."""
    rows = {name: Template(row).safe_substitute(DATA["rows"]) for name, row in DATA["rows"].items()}
    return Template(by).substitute(rows).split(";\n")


async def test_a_ledger_to_which_everything_happened_verifies_as_a_whole_and_holder_by_holder(grown: Grown) -> None:
    whole = await look(grown)
    assert whole.findings == []
    parts = [await look(grown, holder=name) for name in grown.people]
    assert [part.findings for part in parts] == [[], [], [], []]
    assert whole.postings_count == sum(part.postings_count for part in parts) == 52
    assert whole.events_count == sum(part.events_count for part in parts) == 18


@pytest.mark.parametrize("damage", DATA["damages"], ids=[one["damage"] for one in DATA["damages"]])
async def test_damage_is_found_and_its_row_named(grown: Grown, damage: dict[str, str]) -> None:
    code, statements = damage["finds"], statements_of(damage["by"])
    name, _, rest = damage["at"].partition("/")
    expected = f"{grown.people[name]}/{rest}" if rest else str(grown.people.get(name, name))
    findings = (await look(grown, *statements)).findings
    named = [finding.path for finding in findings if finding.code == code]
    assert any(expected in found for found in named), sorted(map(str, findings))
    if name in grown.people and code not in WHOLE_ONLY:
        alone = (await look(grown, *statements, holder=name)).findings
        own = [one for one in findings if one.code not in WHOLE_ONLY and str(grown.people[name]) == one.path[:36]]
        assert sorted(map(str, alone)) == sorted(map(str, own))


async def test_several_processes_find_what_one_finds(grown: Grown) -> None:
    whole = await look(grown)
    alone, spread = [await verify_city(grown.server.app_url, workers=workers, few=0) for workers in (1, 2)]
    for found in (alone, spread):
        assert (found.postings_count, found.events_count, found.findings) == (
            whole.postings_count,
            whole.events_count,
            [],
        )
        assert set(found.checked) == {*CHECKS, "decisions", "days"}


async def test_several_processes_read_one_instant_while_the_city_goes_on(
    fresh: Server, database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    people = await residents(database, clock, keys, 40)
    going = True

    async def go_on() -> int:
        rounds = 0
        while going:
            clock.advance(timedelta(hours=3))
            await award_all(database, clock, *(service(one.holder_id, ended_at=clock.now()) for one in people))
            rounds += 1
        return rounds

    writing = asyncio.create_task(go_on())
    await asyncio.sleep(1)
    seen = [await verify_city(fresh.app_url, workers=2, few=0) for _ in range(2)]
    going = False
    rounds = await writing
    assert [one.findings for one in seen] == [[], []]
    assert 0 < seen[0].postings_count < seen[1].postings_count <= rounds * 80


async def test_one_holder_is_read_at_one_instant(database: Database, clock: FixedClock, keys: KeyFile) -> None:
    await publish_volunteering(database, clock)
    [resident] = await residents(database, clock, keys)
    await award_all(database, clock, service(resident.holder_id, ended_at=clock.now()))
    async with database.transaction(Scope()) as session:
        await begin_snapshot(session)
        registry = await load_registry(session)
        await award_all(database, clock, service(resident.holder_id, ended_at=clock.now() - timedelta(hours=5)))
        found = await verify(session, holder_id=resident.holder_id, registry=registry)
    assert (found.postings_count, found.events_count, found.findings) == (2, 1, [])


async def test_points_slipped_in_beside_a_true_event_are_found(grown: Grown) -> None:
    database, ada = Database(grown.server.owner_url, pool_size=1), grown.people["ada"]
    async with database.transaction(Scope()) as session:
        first = (
            await session.execute(text(f"select event_id, title from postings where seq = 1 and {ADA}"), {"ada": ada})
        ).one()
        page = (await open_book(session, [ada], now=NOON + timedelta(days=30)))[ada]
        page.credit(
            KIND, 500, lot_expires_at=None, transaction_id=page.mint(), contra="issuance:volunteering",
            title=first.title, reason="service", event_id=first.event_id,
        )  # fmt: skip
        await write(session, [page])
        findings = (await verify(session, registry=await load_registry(session))).findings
        await session.rollback()
    await database.close()
    codes = sorted({(finding.code, finding.path) for finding in findings})
    assert codes == [("POSTED_APART", f"{ada}/{KIND}/15"), ("UNDONE_STANDS", f"{ada}/{KIND}/15")]
