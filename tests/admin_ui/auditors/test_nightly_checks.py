"""The alarm of the nightly check: on the auditors' and officials' pages until a check finds nothing."""

import logging
from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import text

from kernel.db import Database, Scope
from points.jobs import reconcile
from tests.hall import Hall, signed

DAMAGE = text("update accounts set posted = posted + :by where point_kind = 'volunteer-points'")
HOMES = ("/auditor", "/official")


async def pages(hall: Hall, site: httpx2.AsyncClient, *addresses: str) -> list[str]:
    """These pages as somebody sees them who is both an auditor and an official."""
    tokens = {role: (await hall.staff(role, role))[1] for role in ("auditor", "official")}
    found = [await site.get(f"{at}?lang=en", headers=signed(tokens[at[1:].split("/")[0]])) for at in addresses]
    assert [one.status_code for one in found] == [200] * len(found)
    return [one.text for one in found]


async def test_a_damaged_balance_rings_the_alarm_until_a_check_finds_nothing(
    hall: Hall, site: httpx2.AsyncClient, owner_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await hall.publish()
    [resident] = await hall.residents(1)
    await hall.serve(resident.holder_id)
    await reconcile(hall.database, hall.clock)
    assert [("do not fit" in one, "missing" in one) for one in await pages(hall, site, *HOMES)] == [(False, False)] * 2
    async with owner_database.transaction(Scope()) as session:
        await session.execute(DAMAGE, {"by": 1})
    hall.clock.advance(timedelta(days=1))
    with caplog.at_level(logging.ERROR, "tongcheng.reconciliation"):
        await reconcile(hall.database, hall.clock)
    [alarm] = [record.getMessage() for record in caplog.records]
    assert alarm.startswith("ledger_alarm ")
    assert "ACCOUNT_POSTED=1" in alarm
    for home in await pages(hall, site, *HOMES):
        assert "rows of the ledger do not fit" in home
        assert 'href="/auditor/reconciliations"' in home
    rows, acts = await pages(hall, site, "/auditor/reconciliations", "/auditor/acts")
    assert "ACCOUNT_POSTED" in rows
    assert f"{resident.holder_id}/volunteer-points" in rows
    assert "rang the alarm" in acts
    async with owner_database.transaction(Scope()) as session:
        await session.execute(DAMAGE, {"by": -1})
    hall.clock.advance(timedelta(days=1))
    await reconcile(hall.database, hall.clock)
    assert not [home for home in await pages(hall, site, *HOMES) if "of the ledger do not fit" in home]


async def test_a_night_without_a_check_is_told_too(hall: Hall, site: httpx2.AsyncClient) -> None:
    [empty] = await pages(hall, site, "/auditor/reconciliations")
    assert "No check yet" in empty
    await reconcile(hall.database, hall.clock)
    hall.clock.advance(timedelta(hours=37))
    assert [("check is missing" in home) for home in await pages(hall, site, *HOMES)] == [True, True]


async def test_an_official_may_read_the_rows_and_an_organiser_may_not(hall: Hall, site: httpx2.AsyncClient) -> None:
    for role, status in (("official", 200), ("organiser", 403)):
        _, token = await hall.staff(role, role)  # type: ignore[arg-type]
        answer = await site.get("/auditor/reconciliations", headers=signed(token))
        assert answer.status_code == status, role
