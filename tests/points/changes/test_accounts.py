"""Suspensions and floors: set at run time, seen by every spending from then on, under real concurrency."""

import asyncio
from datetime import timedelta
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text

from kernel.db import Database, Scope
from kernel.postgres import Server
from points.changes.accounts import set_account_floor
from points.ledger.holds import hold, release
from points.ledger.refusals import FloorTooHigh, PointsInsufficient
from redemption.jobs import expire_unclaimed
from tests.desk import POINTS, Desk, desk, hall, site
from tests.hall import signed

__all__ = ["desk", "hall", "site"]


async def redeem(desk: Desk, holder_id: UUID, token: str, offer_id: UUID, key: str) -> httpx2.Response:
    return await desk.site.post(
        f"/api/v1/holders/{holder_id}/redemptions", json={"offer_id": str(offer_id)}, headers=signed(token, key)
    )


@pytest.mark.feature("L19")
async def test_while_suspended_holds_end_earning_goes_on_and_spending_says_why(desk: Desk) -> None:
    one, token = await desk.resident()
    await desk.hall.serve(one.holder_id)
    offer_id = await desk.offer(15)
    assert (await redeem(desk, one.holder_id, token, offer_id, "redeem-before-it-1")).status_code == 201
    suspended = await desk.set(one.holder_id, "suspension", "all")
    assert suspended.status_code == 200
    assert all(item["suspended_at"] for item in suspended.json()["items"])
    again = await desk.set(one.holder_id, "suspension")
    assert again.json() == suspended.json()
    desk.hall.clock.advance(timedelta(hours=2))
    await expire_unclaimed(desk.hall.database, desk.hall.clock, {})
    assert (await desk.balances(one.holder_id, token))[POINTS] == (20, 0)
    await desk.hall.serve(one.holder_id, days_ago=1)
    assert (await desk.balances(one.holder_id, token))[POINTS] == (40, 0)
    refused = await redeem(desk, one.holder_id, token, offer_id, "redeem-while-it-01")
    assert (refused.status_code, refused.json()["code"]) == (409, "HOLDER_SUSPENDED")
    assert "暂时停用" in refused.json()["detail"] + refused.json()["title"]
    assert (await desk.set(one.holder_id, "suspension/lift", "all")).status_code == 200
    assert (await redeem(desk, one.holder_id, token, offer_id, "redeem-after-it-01")).status_code == 201
    kept = text("select action, data from audit where object_id = :id order by at, audit_id")
    async with desk.hall.transaction() as session:
        acts = (await session.execute(kept, {"id": str(one.holder_id)})).all()
    assert [act.action for act in acts] == ["account_suspended", "account_suspended", "account_lifted"]
    assert {act.data["reason"] for act in acts} == {"按规定处理"}
    await desk.whole()


async def test_what_an_account_cannot_be_set_to_is_refused_and_needs_an_official(desk: Desk) -> None:
    one, token = await desk.resident()
    await desk.hall.serve(one.holder_id)
    high = await desk.set(one.holder_id, "floor", floor="21")
    assert (high.status_code, high.json()["code"]) == (409, "FLOOR_TOO_HIGH")
    unknown = await desk.set(one.holder_id, "suspension", "gold")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "POINT_KIND_UNKNOWN")
    nobody = await desk.set(UUID(int=7), "suspension")
    assert (nobody.status_code, nobody.json()["code"]) == (404, "UNKNOWN_HOLDER")
    address = f"/api/v1/holders/{one.holder_id}/accounts/{POINTS}/suspension"
    own = await desk.site.post(address, json={"reason": "x"}, headers=signed(token, "suspend-me-please-1"))
    assert own.status_code == 403


@pytest.mark.feature("L10")
async def test_a_floor_is_seen_by_the_very_next_spending(desk: Desk) -> None:
    one, token = await desk.resident()
    await desk.hall.serve(one.holder_id)
    offer_id = await desk.offer(15)
    assert (await desk.set(one.holder_id, "floor", floor="6")).status_code == 200
    refused = await redeem(desk, one.holder_id, token, offer_id, "redeem-below-it-01")
    assert (refused.status_code, refused.json()["code"]) == (409, "POINTS_INSUFFICIENT")
    assert (await desk.set(one.holder_id, "floor", floor="5")).status_code == 200
    made, late = await asyncio.gather(
        redeem(desk, one.holder_id, token, offer_id, "redeem-and-race-01"),
        desk.set(one.holder_id, "floor", floor="20"),
    )
    assert (made.status_code, late.status_code) in ((201, 409), (409, 200))
    await desk.whole()


async def test_a_floor_and_a_debit_of_two_connections_never_both_win(desk: Desk, fresh: Server) -> None:
    other = Database(fresh.app_url, pool_size=4)
    one, _ = await desk.resident()
    await desk.hall.serve(one.holder_id, minutes=480)
    for _ in range(20):

        async def raise_floor() -> bool:
            try:
                async with other.transaction(Scope()) as session:
                    await set_account_floor(
                        session, holder_id=one.holder_id, point_kind=POINTS, floor=50, reason="保底", now=desk.hall.now
                    )
            except FloorTooHigh:
                return False
            return True

        async def debit() -> UUID | None:
            try:
                async with desk.hall.transaction() as session:
                    expires_at = desk.hall.now + timedelta(minutes=1)
                    held = await hold(
                        session,
                        holder_id=one.holder_id,
                        point_kind=POINTS,
                        amount=40,
                        purpose="race",
                        expires_at=expires_at,
                        now=desk.hall.now,
                    )
            except PointsInsufficient:
                return None
            return held.hold_id

        floored, held = await asyncio.gather(raise_floor(), debit())
        assert floored != (held is not None)
        async with desk.hall.transaction() as session:
            if held:
                await release(session, holder_id=one.holder_id, hold_id=held, now=desk.hall.now, by=None)
            else:
                await set_account_floor(
                    session, holder_id=one.holder_id, point_kind=POINTS, floor=0, reason="复原", now=desk.hall.now
                )
    await other.close()
    await desk.whole()
