"""What if: the same events under two packs. Nothing is written, small groups are kept back, nothing changes nothing."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.ids import mint
from kernel.sealed import KeyFile
from points.people.register import NewResident, register_residents
from points.what_if.figures import Figures
from points.what_if.population import Side, what_if
from rules.language.edit import with_parameter
from rules.language.loader import load, pack_sha256
from tests.builders import VOLUNTEERING, award_all, publish_volunteering, residents, service

SOURCE = VOLUNTEERING.read_text("utf-8")
YEAR = timedelta(days=365)


def side(source: str) -> Side:
    return Side(load(source), pack_sha256(source))


async def compare(database: Database, clock: FixedClock, draft: str, span: timedelta = YEAR) -> Figures:
    """The volunteering pack against a draft, over what ended within the span."""
    now = clock.now()
    async with database.transaction(Scope()) as session:
        return await what_if(session, base=side(SOURCE), draft=side(draft), since=now - span, until=now, known_at=now)


async def year_of_service(database: Database, clock: FixedClock, keys: KeyFile, people: int) -> list[UUID]:
    """The n-th resident served n days for two hours, and one day for nine."""
    await publish_volunteering(database, clock)
    holders = [resident.holder_id for resident in await residents(database, clock, keys, people)]
    for number, holder_id in enumerate(holders, start=1):
        days = [service(holder_id, ended_at=clock.now() - timedelta(days=day)) for day in range(1, number + 1)]
        long_day = service(holder_id, ended_at=clock.now() - timedelta(days=40), minutes=540)
        await award_all(database, clock, *days)
        await award_all(database, clock, long_day)
    clock.advance(timedelta(minutes=2))
    return holders


def spendable(figures: Figures) -> Figures:
    found: Figures = next(kind for kind in figures["kinds"] if kind["point_kind"] == "volunteer-points")
    return found


async def test_a_whatif_with_nothing_changed_shows_no_difference(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await year_of_service(database, clock, keys, 5)
    figures = await compare(database, clock, SOURCE)
    assert {(kind["gain"], kind["lose"], kind["cost"]) for kind in figures["kinds"]} == {(0, 0, 0)}
    assert all(kind["top"] == [] for kind in figures["kinds"])
    assert all(level["come"] == level["leave"] == 0 for level in figures["levels"])


async def test_before_is_exactly_what_was_awarded(database: Database, clock: FixedClock, keys: KeyFile) -> None:
    await year_of_service(database, clock, keys, 5)
    figures = await compare(database, clock, SOURCE)
    async with database.transaction(Scope()) as session:
        rows = await session.execute(text("select point_kind, sum(posted) as posted from accounts group by 1"))
    posted = {row.point_kind: row.posted for row in rows}
    assert {kind["point_kind"]: kind["before"] for kind in figures["kinds"]} == posted


async def test_a_higher_cap_gives_to_those_who_reached_it_and_says_what_it_costs(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    holders = await year_of_service(database, clock, keys, 6)
    figures = spendable(await compare(database, clock, with_parameter(SOURCE, "daily_cap", 90)))
    assert (figures["gain"], figures["lose"], figures["cost"]) == (6, 0, 60)
    assert {row["holder_id"] for row in figures["top"]} == {str(holder_id) for holder_id in holders}


async def test_a_lower_rate_names_who_loses_most_first(database: Database, clock: FixedClock, keys: KeyFile) -> None:
    holders = await year_of_service(database, clock, keys, 6)
    figures = spendable(await compare(database, clock, with_parameter(SOURCE, "points_per_hour", 8)))
    assert (figures["gain"], figures["lose"]) == (0, 6)
    first = figures["top"][0]
    # The long day began at five in the morning: nine hours at 8, and 20 % more for one of them, rounded to 2.
    assert (first["holder_id"], first["before"], first["after"]) == (str(holders[5]), 6 * 20 + 80, 6 * 16 + 74)
    bars = figures["distribution"]
    assert bars[0]["from"] == 0
    assert bars[-1]["to"] is None


async def test_a_limit_for_life_looks_back_beyond_the_span(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    [holder_id] = await year_of_service(database, clock, keys, 1)
    for days in (400, 10):
        referral = service(holder_id, ended_at=clock.now() - timedelta(days=days), minutes=1)
        data = {"referred_id": str(mint(clock.now()))}
        at = referral.occurred_at
        draft = type(referral)(holder_id, "referral", data["referred_id"], at, at, "declared", "test", data)
        await award_all(database, clock, draft)
    clock.advance(timedelta(minutes=2))
    changed = with_parameter(SOURCE, "referral_points", 50)
    assert spendable(await compare(database, clock, changed))["cost"] == 0
    assert spendable(await compare(database, clock, changed, span=timedelta(days=800)))["cost"] == 30


async def test_looking_writes_nothing(database: Database, clock: FixedClock, keys: KeyFile) -> None:
    await year_of_service(database, clock, keys, 2)
    counts = text("""
        select (select count(*) from events), (select count(*) from postings), (select sum(version) from holders),
               (select count(*) from whatif_runs), (select count(*) from redecisions)
    """)
    async with database.transaction(Scope()) as session:
        before = (await session.execute(counts)).one()
    await compare(database, clock, with_parameter(SOURCE, "points_per_hour", 20))
    async with database.transaction(Scope()) as session:
        assert (await session.execute(counts)).one() == before


async def test_a_group_of_fewer_than_five_is_kept_back_and_the_next_with_it(
    database: Database, owner_database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    units = {name: mint(clock.now()) for name in ("large", "larger", "small")}
    async with owner_database.transaction(Scope()) as session:
        for name, unit_id in units.items():
            await session.execute(
                text("""
                    insert into units (unit_id, level, title)
                    values (:id, 'town', jsonb_build_object('en', cast(:name as text)))
                """),
                {"id": unit_id, "name": name},
            )
    async with database.transaction(Scope()) as session:
        homes = [units["large"]] * 5 + [units["larger"]] * 6 + [units["small"]] * 4
        people = [NewResident("测试", unit_id=home) for home in homes]
        registered = await register_residents(session, people, keys=keys, now=clock.now())
    for resident in registered:
        await award_all(database, clock, service(resident.holder_id, ended_at=clock.now() - timedelta(hours=1)))
    clock.advance(timedelta(minutes=2))
    figures = await compare(database, clock, with_parameter(SOURCE, "points_per_hour", 20))
    [by_unit] = figures["dimensions"]
    points = next(kind["groups"] for kind in by_unit["kinds"] if kind["point_kind"] == "volunteer-points")
    groups = {figures["units"][group["group"]]["en"]: group for group in points}
    assert (by_unit["by"], groups["large"]["holders"], groups["small"]["holders"]) == ("unit", None, None)
    assert "before" not in groups["small"]
    told = groups["larger"]
    assert (told["holders"], told["gain"], told["before"], told["after"], told["ratio"]) == (6, 6, 120, 240, "1.00")
