"""Fifty members of one household scan at the same moment at two servers: the household's cap holds to the point."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from kernel.calendar import day_of
from kernel.postgres import Server
from points.activity.tokens import Gate
from points.people.households import create_household, join
from tests.hall import Hall, hall, site
from tests.programs import green, published, server
from tests.venue import Venue, venue

__all__ = ["hall", "site", "venue"]

HOUSEHOLDS = Path("rules/packs/household-service.yaml")
MEMBERS, MONTHLY_CAP = 50, 40
SHARES = text("""
    select cast(decisions -> 'household-service' -> 'trace' -> 'items' -> 0 ->> 'points' as integer)
    from events where holder_id = :home
""")


@pytest.mark.feature("R5")
async def test_a_household_s_cap_holds_under_fifty_members_scans_at_once(
    hall: Hall, fresh: Server, site: httpx2.AsyncClient, venue: Venue
) -> None:
    await published(hall, HOUSEHOLDS.read_text("utf-8"))
    people = [await venue.resident() for _ in range(MEMBERS)]
    async with hall.transaction() as session:
        home = await create_household(session, now=hall.now)
        for one, _ in people:
            await join(
                session,
                household_id=home.holder_id,
                member_id=one.holder_id,
                from_on=day_of(hall.now),
                may_spend=False,
                now=hall.now,
            )
    activity = await venue.activity()
    async with server(hall, fresh.app_url) as other:
        gates = (venue, replace(venue, site=other))

        async def all_scan(gate: Gate) -> list[httpx2.Response]:
            scans = (gates[no % 2].scan(token, activity, gate) for no, (_, token) in enumerate(people))
            return list(await asyncio.gather(*scans))

        assert {answer.status_code for answer in await all_scan(Gate.IN)} == {200}
        hall.clock.advance(timedelta(hours=2))
        told = await all_scan(Gate.OUT)
    assert {answer.status_code for answer in told} == {200}
    assert [await hall.points_of(one.holder_id) for one, _ in people] == [20] * MEMBERS
    assert await hall.points_of(home.holder_id, "household-points") == MONTHLY_CAP
    async with hall.transaction() as session:
        shares = (
            "select decisions->'household-service'->'trace'->'items'->0->>'points' from events where holder_id = :home"
        )
        given = sorted(map(int, await session.scalars(text(shares), {"home": home.holder_id})))
    assert given == [0] * 40 + [4] * 10
    await green(hall)
