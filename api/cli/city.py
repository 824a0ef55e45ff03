"""`tongcheng city`: the made-up cities of a trial, small, medium and large. Must never touch a real city's database."""

import asyncio
import time
from datetime import date, datetime, timedelta
from typing import Annotated

import typer

from api.cli.prepare import ready
from api.cli.terminal import USAGE, noun, tell
from api.seed.city import seed_city
from api.seed.generator import DAYS, City
from api.seed.grow import LIVED_MOST, SIZES, grow
from api.seed.offices import keep_sign_ins
from api.seed.plan import last_sunday
from kernel.calendar import day_of
from kernel.clock import SystemClock, TrialClock
from kernel.db import Database
from kernel.errors import DomainError, Kind
from kernel.postgres import Server, running
from kernel.sealed import KeyFile
from kernel.settings import Settings

app = noun("Made-up cities for a trial · 试用城市")


class CityMayBeReal(DomainError):
    """DATABASE_URL names a database that may be a real city's. Nothing was changed.

    If it is a trial's, say so: add --trial.
    """

    kind, code = Kind.REFUSED, "CITY_MAY_BE_REAL"


@app.callback()
def group() -> None:
    """Keeps `grow` a word of its own."""


@app.command("grow")
def grow_command(
    size: Annotated[str, typer.Option(help="medium, large, or how many residents · 规模或人数")] = "medium",
    seed: Annotated[int, typer.Option(help="Which made-up city · 城市编号")] = 1,
    days: Annotated[int, typer.Option(min=30, max=3650, help="Days of its past · 历史天数")] = DAYS,
    copied: Annotated[bool | None, typer.Option("--copied/--lived", help="By COPY, or the real road · 方式")] = None,
    workers: Annotated[int, typer.Option(min=1, max=32, help="Processes that copy · 进程数")] = 2,
    trial: Annotated[bool, typer.Option("--trial", help="DATABASE_URL is a trial's · 确认是试用库")] = False,
) -> None:
    """Grow a city with two years of past in an empty trial · 在空的试用库中生成一座城市"""
    residents = SIZES.get(size) or (int(size) if size.isascii() and size.isdigit() else 0)
    if residents < 2:
        tell("--size needs medium, large, or a number of residents from 2 on.")
        raise typer.Exit(USAGE)
    settings = Settings()
    if not (settings.trial or trial):
        raise CityMayBeReal()
    clock = TrialClock(settings.clock_path) if settings.trial else SystemClock()
    now = clock.now()
    city = City(seed, residents, day_of(now) - timedelta(days=1), days)
    began = time.perf_counter()
    with running(settings) as found:
        server = ready(settings, found, clock)
        by_copy = residents > LIVED_MOST if copied is None else copied
        asyncio.run(_grow(settings, server, city, now, copied=by_copy, workers=workers))
    tell("A city of {residents} residents stands after {seconds} s.", residents=residents, seconds=_since(began))


def _since(began: float) -> int:
    return round(time.perf_counter() - began)


async def _grow(settings: Settings, server: Server, city: City, now: datetime, *, copied: bool, workers: int) -> None:
    database = Database(server.app_url)
    try:
        keys = KeyFile.open(settings.key_path)
        made = await grow(database, server, keys, city=city, now=now, copied=copied, workers=workers)
        keep_sign_ins(settings.sign_ins_path, made)
    finally:
        await database.close()


def seed_small_city(settings: Settings, server: Server, *, until: date | None, seed: int, now: datetime) -> None:
    """Seed 50 residents and one year of Sundays up to `until` (by default the last Sunday), and keep the sign-ins.

    A database that holds a city already stays as it is.
    """
    asyncio.run(_seed(settings, server, until or last_sunday(day_of(now)), seed, now))


async def _seed(settings: Settings, server: Server, until: date, seed: int, now: datetime) -> None:
    database = Database(server.app_url)
    try:
        keys = KeyFile.open(settings.key_path)
        if sign_ins := await seed_city(database, keys, seed=seed, until=until, now=now):
            keep_sign_ins(settings.sign_ins_path, sign_ins)
    finally:
        await database.close()
