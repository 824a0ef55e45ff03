"""A member sees the household's number, who belongs to it, and what it has together; nobody else does."""

from datetime import timedelta
from uuid import UUID

from kernel.calendar import day_of
from points.people.households import Household, create_household, join, leave
from tests.hall import signed
from tests.venue import Venue


async def family(venue: Venue, *member_ids: UUID) -> Household:
    hall = venue.hall
    async with hall.transaction() as session:
        made = await create_household(session, now=hall.now)
        for member_id in member_ids:
            await join(
                session,
                household_id=made.holder_id,
                member_id=member_id,
                from_on=day_of(hall.now),
                may_spend=False,
                now=hall.now,
            )
    return made


async def test_a_member_reads_the_household_in_both_languages_until_the_day_of_leaving(venue: Venue) -> None:
    one, token = await venue.resident()
    other, _ = await venue.resident()
    household = await family(venue, one.holder_id, other.holder_id)
    assert 'href="/household"' in (await venue.site.get("/", headers=signed(token))).text
    page = (await venue.site.get("/household", headers=signed(token))).text
    assert household.number in page
    assert page.count("测***0") == 2
    assert "测试000" not in page
    assert "我的家庭" in page
    english = (await venue.site.get("/household", params={"lang": "en"}, headers=signed(token))).text
    assert "My household" in english
    assert "since 22 Nov 2026" in english
    venue.hall.clock.advance(timedelta(days=1))
    async with venue.hall.transaction() as session:
        await leave(
            session,
            household_id=household.holder_id,
            member_id=one.holder_id,
            to_on=day_of(venue.hall.now),
            now=venue.hall.now,
        )
    assert (await venue.site.get("/household", headers=signed(token))).status_code == 404


async def test_who_belongs_to_no_household_is_shown_no_way_there(venue: Venue) -> None:
    _, token = await venue.resident()
    assert 'href="/household"' not in (await venue.site.get("/", headers=signed(token))).text
    assert (await venue.site.get("/household", headers=signed(token))).status_code == 404
