"""A grown city's own history, late, reversed and corrected events among it: both readers of quantities and of prices
say the same of everybody, and nothing changed shows no difference. `make gates` takes the medium city.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import text

from api.seed.generator import City
from api.seed.grow import grow
from kernel.calendar import add_months, day_of, start_of
from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.postgres import Server
from kernel.sealed import KeyFile
from points.measured.events import read_events
from points.measured.quantities import read_quantities
from points.measured.score import pages_of
from points.rerate.propose import look
from points.rerate.terms import Terms
from points.what_if.pieces import pieces
from points.what_if.population import Side, what_if
from points.what_if.worth_columns import Span, read
from rules import packs
from rules.engine.quantities import of_history
from rules.engine.subject import Subject
from rules.governance.registry import Registry, load_registry
from rules.language.loader import load
from tests.points.what_if.test_columns import held_equal
from tests.properties.packs_drawn import accrual
from tests.properties.past import quantity

HOME = Path(packs.__file__).parent
ASSESSMENTS = [HOME / f"{name}.yaml" for name in ("household-registration-2026", "school-enrolment-2027")]
UNDONE = text("select count(*) from corrections")
LATE = text("select count(*) from events where kind = 'service' and recorded_at > ended_at + interval '1 day'")


async def grown(
    database: Database, fresh: Server, clock: FixedClock, keys: KeyFile, gates: bool
) -> tuple[City, datetime]:
    """A city with its history, and the instant at which it is asked."""
    residents, days = (20_000, 365) if gates else (120, 200)
    city = City(seed=7, residents=residents, until=date(2026, 11, 20), days=days)
    await grow(database, fresh, keys, city=city, now=clock.now(), copied=True)
    return city, clock.now()


def published(registry: Registry, now: datetime) -> list[Side]:
    """What is in force of every programme."""
    found = [registry.in_force(programme, day_of(now), now) for programme in registry.programmes()]
    return [Side(one.pack, one.sha256) for one in found if one is not None]


async def test_nothing_changed_shows_no_difference_over_a_whole_city(
    database: Database, fresh: Server, clock: FixedClock, keys: KeyFile, gates: bool
) -> None:
    city, now = await grown(database, fresh, clock, keys, gates)
    async with database.transaction(Scope()) as session:
        for side in published(await load_registry(session), now):
            since = start_of(add_months(day_of(now), -12))
            figures = await what_if(session, base=side, draft=side, since=since, until=now, known_at=now)
            assert figures["events"] > 0
            assert {(kind["gain"], kind["lose"], kind["cost"]) for kind in figures["kinds"]} == {(0, 0, 0)}
            assert all((level["come"], level["leave"]) == (0, 0) for level in figures["levels"])
            again = await look(session, Terms(side.pack.programme, city.opened_on, day_of(now), "wrong_rule"), now=now)
            assert (again.changed, again.events > 0) == (0, True)


async def test_the_database_measures_a_whole_citys_history_as_the_engine_does(
    database: Database, fresh: Server, clock: FixedClock, keys: KeyFile, gates: bool
) -> None:
    _, now = await grown(database, fresh, clock, keys, gates)
    chance = Random(3)
    wanted = [quantity(chance) for _ in range(60 if gates else 25)]
    found: Counter[str] = Counter()
    async with database.transaction(Scope()) as session:
        for ahead in (0, 20, 150):
            known_at = now - timedelta(days=ahead)
            as_of = day_of(known_at)
            async for page in pages_of(session, "resident", known_at=known_at, at_once=2_000):
                told = await read_quantities(session, {own: {} for own in page}, wanted, as_of=as_of, known_at=known_at)
                events = await read_events(session, list(page), {"service"}, as_of=as_of, known_at=known_at)
                for own in page:
                    subject = Subject({}, events[own], as_of)
                    for one in wanted:
                        expected = of_history(one, subject)
                        assert told[own][one] == expected, one
                        found[type(one).__name__] += bool(expected)
        assert (await session.execute(UNDONE)).scalar_one() > 0
        assert (await session.execute(LATE)).scalar_one() > 0
    assert found["Count"]
    assert found["Sum"]


async def test_prices_in_columns_are_the_single_readers_over_a_whole_city(
    database: Database, fresh: Server, clock: FixedClock, keys: KeyFile, gates: bool
) -> None:
    _, now = await grown(database, fresh, clock, keys, gates)
    span = Span(start_of(add_months(day_of(now), -12)), day_of(now))
    async with database.transaction(Scope()) as session:
        priced = [side.pack for side in published(await load_registry(session), now)]
        priced += [accrual(Random(seed)) for seed in range(4)]
        priced += [load(path.read_text("utf-8")) for path in ASSESSMENTS]
        for pack in priced:
            assert pack.holder == "resident"
            async for piece in pieces(session, [pack], until=now, known_at=now):
                held_equal(pack, list(piece.people), span, read(pack, piece.people, span))
