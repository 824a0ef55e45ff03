"""A medium or large city for a trial: the plan of `generator`, lived through the real road or copied in.

    live     day by day: `award` in batches, reversals, corrections, redemptions, as a real city's come in
    copy     the same plan by COPY, in processes, without the shops

Rules, offices and sign-ins are made the same way by both. Must never run against a real city.
"""

from datetime import datetime

import asyncpg
from sqlalchemy import text

from access.people_register import create_resident_actor
from api.seed.copying import holder_of
from api.seed.generator import City, life, season, spans
from api.seed.living import Town, live, settle
from api.seed.load import load
from api.seed.offices import PACK, SignIn, found_offices, hand_out_codes, say_made
from kernel.calendar import start_of
from kernel.db import Database, Scope
from kernel.errors import DomainError, Kind
from kernel.postgres import Server
from kernel.sealed import KeyFile
from points.people.register import create_organisation

SIZES = {"medium": 20_000, "large": 1_000_000}
LIVED_MOST = 50_000
"""A larger city is copied in: through the real road it would take a night."""


class CityNotEmpty(DomainError):
    """There is a city in this database already. Nothing was changed.

    Grow one in a trial that stands empty: tongcheng up --fresh --no-city, and stop it again.
    """

    kind, code = Kind.CONFLICT, "CITY_NOT_EMPTY"


async def grow(
    database: Database, server: Server, keys: KeyFile, *, city: City, now: datetime, copied: bool, workers: int = 2
) -> list[SignIn]:
    """Make the whole city in an empty database; gives the trial's sign-ins. Refuses with CityNotEmpty."""
    opened = start_of(city.opened_on)
    async with database.transaction(Scope()) as session:
        if await session.scalar(text("select exists (select from holders)")):
            raise CityNotEmpty()
        offices = await found_offices(session, now=opened, pack=rules_for(city), stock=city.residents)
        for number in range(2, city.organisations + 1):
            title = {"zh": f"第{number}志愿服务队", "en": f"Volunteers no. {number}"}
            await create_organisation(session, code=f"VOL-{number:04}", title=title, now=opened)
    visitors = (keenest(city), 0)
    if copied:
        await load(server.app_url, city, keys=keys, by=offices.staff["official"], workers=workers)
        people = [holder_of(city, resident) for resident in visitors]
    else:
        town = Town(city, await settle(database, keys, city, opened), offices)
        for first, last in spans(city):
            await analyse(server.owner_url)
            await live(database, town, season(city, first, last))
        people = [town.people[resident] for resident in visitors]
    await analyse(server.owner_url)
    async with database.transaction(Scope()) as session:
        for holder_id in people:
            await create_resident_actor(session, holder_id=holder_id, now=opened)
        named = dict(zip(("resident", "neighbour"), people, strict=True))
        sign_ins = await hand_out_codes(session, offices, named, now)
        await say_made(session, seed=city.seed, until=city.until, now=now)
    return sign_ins


def rules_for(city: City) -> str:
    """The volunteering pack with a budget for this many residents: the written one is for a town."""
    budget = max(2_000_000, city.residents * 200)
    written = "    value: 2000000\n    min: 500000\n    max: 10000000\n"
    pack = PACK.read_text("utf-8")
    if written not in pack:
        raise AssertionError("the pack's budget has moved")
    return pack.replace(written, f"    value: {budget}\n    min: 500000\n    max: {budget * 5}\n")


def keenest(city: City) -> int:
    """Whom a visitor plays: whoever did most, of the first residents beside the neighbour."""

    def did(resident: int) -> int:
        return sum(deed.kind != "fact_recorded" for deed in life(city, resident))

    return max(range(1, min(city.residents, 200)), key=did)


async def analyse(owner_url: str) -> None:
    """Tell the planner what is there now: on young tables it takes scans, and a batch falls to a third."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("analyze")
    finally:
        await connection.close()
