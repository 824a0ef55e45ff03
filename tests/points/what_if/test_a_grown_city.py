"""A grown city's own history, late, reversed and corrected events among it: nothing changed shows no difference, in a
what-if as in a re-rate. `make gates` takes the medium city.
"""

from datetime import date

from api.seed.generator import City
from api.seed.grow import grow
from kernel.calendar import add_months, day_of, start_of
from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.postgres import Server
from kernel.sealed import KeyFile
from points.rerate.propose import look
from points.rerate.terms import Terms
from points.what_if.population import Side, what_if
from rules.governance.registry import load_registry


async def test_nothing_changed_shows_no_difference_over_a_whole_city(
    database: Database, fresh: Server, clock: FixedClock, keys: KeyFile, gates: bool
) -> None:
    residents, days = (20_000, 365) if gates else (120, 200)
    city = City(seed=7, residents=residents, until=date(2026, 11, 20), days=days)
    await grow(database, fresh, keys, city=city, now=clock.now(), copied=True)
    now = clock.now()
    async with database.transaction(Scope()) as session:
        registry = await load_registry(session)
        for programme in registry.programmes():
            published = registry.in_force(programme, day_of(now), now)
            assert published is not None
            side = Side(published.pack, published.sha256)
            since = start_of(add_months(day_of(now), -12))
            figures = await what_if(session, base=side, draft=side, since=since, until=now, known_at=now)
            assert figures["events"] > 0
            assert {(kind["gain"], kind["lose"], kind["cost"]) for kind in figures["kinds"]} == {(0, 0, 0)}
            assert all((level["come"], level["leave"]) == (0, 0) for level in figures["levels"])
            again = await look(session, Terms(programme, city.opened_on, day_of(now), "wrong_rule"), now=now)
            assert (again.changed, again.events > 0) == (0, True)
