"""One holder under two versions: what each item gave and would give, event by event, in sentences."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.sealed import KeyFile
from points.what_if.one import Comparison, for_holder
from rules.engine.model import Pack
from rules.language.edit import with_parameter
from rules.language.loader import load
from tests.builders import VOLUNTEERING, award_all, publish_volunteering, residents, service

SOURCE = VOLUNTEERING.read_text("utf-8")
BASE = load(SOURCE)


async def a_helper(database: Database, clock: FixedClock, keys: KeyFile) -> UUID:
    """One resident with two services this year and one before it."""
    await publish_volunteering(database, clock)
    [resident] = await residents(database, clock, keys, 1)
    for days, minutes in ((400, 120), (30, 540), (3, 120)):
        ended_at = clock.now() - timedelta(days=days)
        await award_all(database, clock, service(resident.holder_id, ended_at=ended_at, minutes=minutes))
    clock.advance(timedelta(minutes=2))
    return resident.holder_id


async def under(database: Database, clock: FixedClock, holder_id: UUID, base: Pack | None, draft: Pack) -> Comparison:
    async with database.transaction(Scope()) as session:
        return await for_holder(session, holder_id=holder_id, base=base, draft=draft, now=clock.now())


async def test_each_item_says_what_it_gave_and_what_it_would_give(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    holder_id = await a_helper(database, clock, keys)
    draft = load(with_parameter(SOURCE, "daily_cap", 90))
    found = await under(database, clock, holder_id, BASE, draft)
    points = next(one for one in found.totals if one.point_kind == "volunteer-points")
    assert (found.events_count, points.before, points.after, found.changed) == (2, 100, 110, True)
    [told] = found.told
    before, after = found.sentences(told, "zh")
    assert (told.at, "80" in before[0].text, "90" in after[0].text) == (
        clock.now() - timedelta(minutes=2 + 540, days=30), True, True
    )  # fmt: skip


async def test_the_same_rules_twice_change_nothing(database: Database, clock: FixedClock, keys: KeyFile) -> None:
    holder_id = await a_helper(database, clock, keys)
    found = await under(database, clock, holder_id, BASE, BASE)
    assert (found.changed, found.told) == (False, ())


async def test_a_first_version_is_compared_with_nothing(database: Database, clock: FixedClock, keys: KeyFile) -> None:
    holder_id = await a_helper(database, clock, keys)
    text = Path("rules/packs/volunteering.yaml").read_text("utf-8")
    found = await under(database, clock, holder_id, None, load(text))
    assert {one.before for one in (*found.items, *found.totals)} == {None}
    assert next(one.after for one in found.totals if one.point_kind == "volunteer-points") == 100


async def test_looking_stores_nothing_and_counts_only_this_holder(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    first = await a_helper(database, clock, keys)
    [other] = await residents(database, clock, keys, 1)
    assert (await under(database, clock, other.holder_id, BASE, BASE)).events_count == 0
    assert (await under(database, clock, first, BASE, BASE)).events_count == 2
