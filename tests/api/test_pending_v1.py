"""Points that wait, over the API: they mature on their day, or lapse unless whoever ran the activity confirms them."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx2
import pytest

from access.actors import Grant
from access.people_register import create_staff
from access.tokens import issue
from points.ledger.sweep import due_pending, settle_pending
from tests.hall import Hall, hall, signed, site
from tests.programs import giving, green, program, published, service

__all__ = ["hall", "site"]

CONFIRMED = giving(terms="matures: {on: confirmation, within_days: 7}").replace(
    "on: charitable_donation\n    quantity: {data: yuan}", "on: service\n    quantity: {data: minutes}"
)


async def organiser(hall: Hall, organisation_id: UUID) -> str:
    """Somebody who runs activities for this body: a token."""
    async with hall.transaction() as session:
        grant = Grant("organiser", organisation_id=organisation_id)
        actor_id = await create_staff(session, label="organiser", grants=[grant], now=hall.now)
        return await issue(session, actor_id=actor_id, kind="api", scopes=None, ttl=timedelta(days=60), now=hall.now)


async def settle(hall: Hall) -> None:
    """What the sweep does when its hour has come, twice."""
    for _ in range(2):
        async with hall.transaction() as session:
            await settle_pending(session, await due_pending(session, now=hall.now), now=hall.now)


async def confirm(
    site: httpx2.AsyncClient, token: str, holder: UUID, pending_id: str, key: str = ""
) -> httpx2.Response:
    address = f"/api/v1/holders/{holder}/pending/{pending_id}/confirmations"
    return await site.post(address, headers=signed(token, key or f"key-{uuid4()}"))


async def waiting(
    hall: Hall, site: httpx2.AsyncClient, organisation_id: UUID, count: int = 1
) -> tuple[UUID, list[str]]:
    """A resident with so many services of this body that wait for a confirmation."""
    await published(hall, CONFIRMED)
    [resident] = await hall.residents(1)
    vendor = await program(hall, site)
    ids = []
    for number in range(count):
        body = service(resident.holder_id, hall.now - timedelta(hours=3 * number), minutes=60)
        body["data"] |= {"organisation_id": str(organisation_id)}
        [one] = (await vendor.event(body)).json()["waiting"]
        assert (one["what"], one["amount"]) == ("lapses", "60")
        ids.append(one["pending_id"])
    return resident.holder_id, ids


@pytest.mark.feature("R8")
async def test_points_mature_once_at_the_stated_instant(hall: Hall, site: httpx2.AsyncClient) -> None:
    await hall.publish()
    [resident] = await hall.residents(1)
    vendor = await program(hall, site)
    body = service(resident.holder_id, hall.now) | {"kind": "referral", "data": {"referred_id": str(uuid4())}}
    [one] = (await vendor.event(body)).json()["waiting"]
    hall.clock.advance(timedelta(days=14) - timedelta(seconds=1))
    await settle(hall)
    assert await hall.points_of(resident.holder_id) == 0
    hall.clock.advance(timedelta(seconds=1))
    await settle(hall)
    assert await hall.points_of(resident.holder_id) == 20
    _, official = await hall.staff("official", "积分办")
    refused = await confirm(site, official, resident.holder_id, one["pending_id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "NOTHING_TO_CONFIRM")
    assert await green(hall) == 1


@pytest.mark.feature("R9")
async def test_what_its_organiser_confirms_counts_and_what_nobody_confirms_is_void(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    ours = uuid4()
    holder, ids = await waiting(hall, site, ours, count=3)
    token = await organiser(hall, ours)
    first = await confirm(site, token, holder, ids[0], "confirm-the-first-1")
    assert first.status_code == 201
    assert (await confirm(site, token, holder, ids[0], "confirm-the-first-1")).content == first.content
    again = await confirm(site, token, holder, ids[0])
    assert (again.status_code, again.json()["code"]) == (409, "PENDING_ENDED")
    _, official = await hall.staff("official", "积分办")
    assert (await confirm(site, official, holder, ids[1])).status_code == 201
    assert await hall.points_of(holder) == 120
    hall.clock.advance(timedelta(days=8))
    late = await confirm(site, token, holder, ids[2])
    assert (late.status_code, late.json()["code"]) == (409, "PENDING_ENDED")
    await settle(hall)
    assert (await confirm(site, token, holder, ids[2])).json()["code"] == "PENDING_ENDED"
    assert await hall.points_of(holder) == 120
    assert await green(hall) == 3


async def test_who_did_not_run_it_finds_nothing_there(hall: Hall, site: httpx2.AsyncClient) -> None:
    ours = uuid4()
    holder, [pending_id] = await waiting(hall, site, ours)
    stranger = await organiser(hall, uuid4())
    told = [
        await confirm(site, stranger, *where)
        for where in ((holder, pending_id), (holder, str(uuid4())), (uuid4(), pending_id))
    ]
    assert [answer.status_code for answer in told] == [404, 404, 404]
    assert len({str({**answer.json(), "request_id": ""}) for answer in told}) == 1
    _, auditor = await hall.staff("auditor", "审计岗")
    assert (await confirm(site, auditor, holder, pending_id)).status_code == 403
    assert await hall.points_of(holder) == 0


async def test_a_correction_ends_what_waited_of_the_event_it_replaces(hall: Hall, site: httpx2.AsyncClient) -> None:
    await published(hall, CONFIRMED)
    [resident] = await hall.residents(1)
    vendor = await program(hall, site)
    body = service(resident.holder_id, hall.now, minutes=60)
    first = (await vendor.event(body)).json()
    right = {**body, "data": {**body["data"], "minutes": 30}, "corrects": first["event_id"]}
    second = (await vendor.event(right)).json()
    _, official = await hall.staff("official", "积分办")
    holder = resident.holder_id
    gone = await confirm(site, official, holder, first["waiting"][0]["pending_id"])
    assert (gone.status_code, gone.json()["code"]) == (409, "PENDING_ENDED")
    assert (await confirm(site, official, holder, second["waiting"][0]["pending_id"])).status_code == 201
    assert await hall.points_of(holder) == 30
    assert await green(hall) == 2
