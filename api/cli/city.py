"""The made-up city of a trial, asked for in one place. Must never touch a real city's database."""

import asyncio
from datetime import date, datetime

from api.seed.city import keep_sign_ins, seed_city
from api.seed.plan import last_sunday
from kernel.calendar import day_of
from kernel.db import Database
from kernel.postgres import Server
from kernel.sealed import KeyFile
from kernel.settings import Settings


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
