"""Households over the API: officials keep them, members see their own, nobody is told by name."""

from datetime import timedelta
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import text

from access.people_register import create_resident_actor
from access.tokens import issue
from kernel.calendar import day_of
from points.people.register import Resident
from tests.hall import Hall, hall, signed, site

__all__ = ["hall", "site"]

HOUSEHOLDS = "/api/v1/households"


async def resident(hall: Hall) -> tuple[Resident, str]:
    """Somebody who is signed in on the phone."""
    [one] = await hall.residents(1)
    async with hall.transaction() as session:
        await create_resident_actor(session, holder_id=one.holder_id, now=hall.now)
        ttl = timedelta(days=1)
        return one, await issue(session, actor_id=one.holder_id, kind="api", scopes=None, ttl=ttl, now=hall.now)


async def made(site: httpx2.AsyncClient, token: str) -> dict[str, str]:
    answer = await site.post(HOUSEHOLDS, headers=signed(token, f"new-household-{uuid4()}"))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def add(
    site: httpx2.AsyncClient, token: str, household_id: str, number: str, from_on: str, key: str | None = None
) -> httpx2.Response:
    return await site.post(
        f"{HOUSEHOLDS}/{household_id}/members",
        json={"number": number, "from_on": from_on, "may_spend": True},
        headers=signed(token, key or f"new-member-{uuid4()}"),
    )


async def test_a_member_is_added_once_and_leaves_on_a_day(hall: Hall, site: httpx2.AsyncClient) -> None:
    _, official = await hall.staff("official", "家庭岗")
    one, token = await resident(hall)
    household = await made(site, official)
    today = day_of(hall.now)
    key = f"same-member-{uuid4()}"
    first = await add(site, official, household["household_id"], one.number.lower(), today.isoformat(), key)
    again = await add(site, official, household["household_id"], one.number.lower(), today.isoformat(), key)
    assert (first.status_code, again.content) == (201, first.content)
    member = {
        "member_id": str(one.holder_id),
        "number": one.number,
        "from_on": today.isoformat(),
        "to_on": None,
        "may_spend": True,
    }
    assert first.json() == member
    refused = await add(site, official, household["household_id"], one.number, today.isoformat())
    assert (refused.status_code, refused.json()["code"]) == (409, "MEMBERSHIP_OVERLAPS")
    address = f"{HOUSEHOLDS}/{household['household_id']}"
    seen = await site.get(address, headers=signed(token))
    assert seen.json() == {**household, "members": [member]}
    to_on = (today + timedelta(days=1)).isoformat()
    ended = await site.post(
        f"{address}/members/{one.holder_id}/end", json={"to_on": to_on}, headers=signed(official, f"end-{uuid4()}")
    )
    assert ended.json() == {**member, "to_on": to_on}
    assert (await site.get(address, headers=signed(token))).status_code == 200
    hall.clock.advance(timedelta(hours=10))
    assert (await site.get(address, headers=signed(token))).status_code == 404
    assert (await site.get(address, headers=signed(official))).json() == {**household, "members": []}


async def test_a_foreign_household_reads_like_a_missing_one(hall: Hall, site: httpx2.AsyncClient) -> None:
    _, official = await hall.staff("official", "家庭岗")
    household = await made(site, official)
    one, token = await resident(hall)
    _, auditor = await hall.staff("auditor", "审计岗")
    missing = uuid4()
    for reader in (token, auditor):
        answers = [
            await site.get(f"{HOUSEHOLDS}/{which}", headers=signed(reader))
            for which in (household["household_id"], missing, one.holder_id)
        ]
        bodies = [{**answer.json(), "request_id": ""} for answer in answers]
        assert [answer.status_code for answer in answers] == [404, 404, 404]
        assert bodies[0] == bodies[1] == bodies[2]
    lost = await add(site, official, str(missing), one.number, day_of(hall.now).isoformat())
    assert lost.status_code == 404


@pytest.mark.parametrize(
    ("number", "from_on", "status", "code"),
    [
        ("V-00000001", "2026-11-22", 404, "UNKNOWN_HOLDER"),
        ("a name", "2026-11-22", 404, "UNKNOWN_HOLDER"),
        (None, "2026-09-22", 422, "MEMBERSHIP_DAY_TOO_FAR"),
        (None, "9999-12-31", 422, "MEMBERSHIP_DAY_TOO_FAR"),
        (None, "2026-02-30", 422, "BODY_INVALID"),
    ],
)
async def test_what_cannot_be_joined_is_refused_and_nothing_recorded(
    hall: Hall, site: httpx2.AsyncClient, number: str | None, from_on: str, status: int, code: str
) -> None:
    _, official = await hall.staff("official", "家庭岗")
    one, _ = await resident(hall)
    household = await made(site, official)
    answer = await add(site, official, household["household_id"], number or one.number, from_on)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    seen = await site.get(f"{HOUSEHOLDS}/{household['household_id']}", headers=signed(official))
    assert seen.json()["members"] == []


async def test_each_act_is_written_down_with_whoever_did_it(hall: Hall, site: httpx2.AsyncClient) -> None:
    official_id, official = await hall.staff("official", "家庭岗")
    one, _ = await resident(hall)
    household = await made(site, official)
    await add(site, official, household["household_id"], one.number, day_of(hall.now).isoformat())
    async with hall.transaction() as session:
        query = text("select action, actor_id, data from audit where object_kind = 'household' order by action")
        acts = [tuple(row) for row in await session.execute(query)]
    assert acts == [
        ("household_created", official_id, {"number": household["number"]}),
        (
            "household_joined",
            official_id,
            {"member": str(one.holder_id), "from_on": "2026-11-22", "may_spend": True},
        ),
    ]
