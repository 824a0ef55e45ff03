"""Versions that end with nothing to follow: told in time, each warning once, silent when somebody sees to it."""

import logging
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from kernel.calendar import day_of
from rules.governance.jobs import watch_sunsets
from rules.governance.publish import publish
from rules.governance.registry import load_registry
from rules.governance.sunsets import endings
from tests.decree import SOURCE
from tests.hall import LONG_AGO, Hall
from tests.programs import published
from tests.rules.governance.test_publish import approval_of


async def ends_on(hall: Hall, day: date, version: str = "first") -> None:
    """Volunteering as the installation brings it, with another last day."""
    await published(hall, SOURCE.replace("2026-11.2", version).replace("2030-12-31", day.isoformat()), LONG_AGO)


async def left(hall: Hall) -> list[int]:
    async with hall.transaction() as session:
        return [one.days_left for one in endings(await load_registry(session), hall.now)]


async def follows(hall: Hall, version: str, since: date) -> None:
    """Another version under an approval, in force from a day."""
    source, approval_id = SOURCE.replace("2026-11.2", version), await approval_of(hall)
    async with hall.transaction() as session:
        await publish(session, text=source, approval_id=approval_id, now=hall.now, effective_from=since)


async def alarms(hall: Hall) -> int:
    async with hall.transaction() as session:
        return int(await session.scalar(text("select count(*) from audit where action = 'sunset_alarm'")) or 0)


async def test_each_warning_rings_once_however_often_the_job_runs(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    await ends_on(hall, day_of(hall.now) + timedelta(days=100))
    rung = []
    for days in (9, 1, 20, 20, 30, 20, 1):  # 91, 90, 70, 50, 20 days before; on the last day; after it
        hall.clock.advance(timedelta(days=days))
        with caplog.at_level(logging.ERROR, "tongcheng.sunset"):
            await watch_sunsets(hall.database, hall.clock)
            await watch_sunsets(hall.database, hall.clock)
        rung.append(await alarms(hall))
    assert rung == [0, 1, 1, 2, 3, 4, 4]
    assert [record.message for record in caplog.records] == [f"sunset_alarm volunteering {date(2027, 3, 2)}"] * 4


async def test_the_banner_stands_until_a_successor_is_published_and_comes_back_for_a_gap(hall: Hall) -> None:
    await ends_on(hall, day_of(hall.now) + timedelta(days=60))
    assert await left(hall) == [60]
    await follows(hall, "late", day_of(hall.now) + timedelta(days=66))
    assert await left(hall) == [60]
    await follows(hall, "in-time", day_of(hall.now) + timedelta(days=61))
    assert await left(hall) == []


async def test_what_has_ended_is_told_for_thirty_days(hall: Hall) -> None:
    await ends_on(hall, day_of(hall.now) + timedelta(days=1))
    hall.clock.advance(timedelta(days=3))
    assert await left(hall) == [-2]
    hall.clock.advance(timedelta(days=29))
    assert await left(hall) == []
