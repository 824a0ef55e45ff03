"""Another number tried over what was kept: the same figures as reading the past anew, and no way back to anybody."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from kernel.calendar import add_months, day_of, start_of
from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.sealed import KeyFile
from points.what_if.figures import Figures
from points.what_if.live import Year, read_past, try_out
from points.what_if.population import Side, what_if
from rules.engine.model import Pack
from rules.language.edit import with_parameter
from rules.language.loader import load, pack_sha256
from tests.builders import VOLUNTEERING, award_all, publish_volunteering, residents, service

SOURCE = VOLUNTEERING.read_text("utf-8")
BASE = Side(load(SOURCE), pack_sha256(SOURCE))


async def some_served(database: Database, clock: FixedClock, keys: KeyFile) -> list[str]:
    await publish_volunteering(database, clock)
    holders = [one.holder_id for one in await residents(database, clock, keys, 6)]
    for number, holder_id in enumerate(holders, start=1):
        days = [service(holder_id, ended_at=clock.now() - timedelta(days=day), minutes=400) for day in range(number)]
        await award_all(database, clock, *days)
    clock.advance(timedelta(days=1))
    return [str(holder_id) for holder_id in holders]


async def tried(database: Database, clock: FixedClock, folder: Path, draft: Pack) -> Figures:
    year = Year.before(clock.now(), BASE, folder)
    async with database.transaction(Scope()) as session:
        return try_out(year.kept or await read_past(session, year), year, draft)


def kept_in(folder: Path) -> list[Path]:
    return [told.parent for told in folder.glob("*/told.json")]


@pytest.mark.parametrize(("number", "value"), [("points_per_hour", 12), ("daily_cap", 40), ("night_percent", 50)])
async def test_a_number_tried_gives_the_figures_of_reading_the_past_anew(
    database: Database, clock: FixedClock, keys: KeyFile, tmp_path: Path, number: str, value: int
) -> None:
    await some_served(database, clock, keys)
    source = with_parameter(SOURCE, number, value)
    live = await tried(database, clock, tmp_path, load(source))
    today = start_of(day_of(clock.now()))
    async with database.transaction(Scope()) as session:
        anew = await what_if(
            session,
            base=BASE,
            draft=Side(load(source), pack_sha256(source)),
            since=start_of(add_months(day_of(clock.now()), -12)),
            until=today,
            known_at=today,
        )
    for kind in anew["kinds"]:
        kind["top"] = []  # for whose ids a number tried does not ask
    assert {**live, "draft": None} == {**anew, "draft": None}


async def test_the_second_try_of_a_day_reads_no_past(
    database: Database, clock: FixedClock, keys: KeyFile, tmp_path: Path
) -> None:
    holders = await some_served(database, clock, keys)
    await tried(database, clock, tmp_path, BASE.pack)
    [folder] = kept_in(tmp_path)
    written = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert (await tried(database, clock, tmp_path, load(with_parameter(SOURCE, "daily_cap", 40))))["holders"] == 6
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == written
    content = b"".join(path.read_bytes() for path in folder.iterdir())
    assert not any(holder_id.encode() in content for holder_id in holders)
    assert folder.stat().st_mode & 0o077 == 0


async def test_what_is_kept_names_no_activity_and_what_broke_off_is_not_kept(
    database: Database, clock: FixedClock, keys: KeyFile, tmp_path: Path
) -> None:
    await some_served(database, clock, keys)
    await tried(database, clock, tmp_path / "kept", BASE.pack)
    [folder] = kept_in(tmp_path / "kept")
    events = "".join(pl.read_parquet(folder / "*.people.parquet")["events"])
    assert '"minutes":400' in events
    assert re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", events) is None

    def broken(percent: int) -> None:
        raise RuntimeError(percent)

    clock.advance(timedelta(days=1))
    async with database.transaction(Scope()) as session:
        with pytest.raises(RuntimeError):
            await read_past(session, Year.before(clock.now(), BASE, tmp_path / "kept"), broken)
    assert list((tmp_path / "kept").iterdir()) == [folder]


async def test_two_who_read_the_same_year_at_once_keep_one_folder(
    database: Database, clock: FixedClock, keys: KeyFile, tmp_path: Path
) -> None:
    await some_served(database, clock, keys)
    year = Year.before(clock.now(), BASE, tmp_path / "kept")

    async def once() -> Path:
        async with database.transaction(Scope()) as session:
            return (await read_past(session, year)).folder

    assert await asyncio.gather(once(), once()) == [year.folder, year.folder]
    assert list((tmp_path / "kept").iterdir()) == [year.folder]


async def test_only_the_newest_files_are_kept(
    database: Database, clock: FixedClock, keys: KeyFile, tmp_path: Path
) -> None:
    await some_served(database, clock, keys)
    for _ in range(10):
        await tried(database, clock, tmp_path, BASE.pack)
        clock.advance(timedelta(days=1))
    assert len(kept_in(tmp_path)) == 8
