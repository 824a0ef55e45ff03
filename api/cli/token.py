"""`tongcheng token`: let another body's program record events, or hold points, over the API. Shown this once."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated

import typer

from access.authorize import PurposeMissing
from access.people_register import create_vendor
from access.purposes import PURPOSES, covers
from access.tokens import issue
from api.cli.terminal import noun
from kernel.clock import SystemClock, TrialClock
from kernel.db import Database, Scope
from kernel.postgres import running
from kernel.settings import Settings

RECORD, HOLD = "record_events", "hold_points"

app = noun("Tokens of programs · 程序令牌")


@app.callback()
def group() -> None:
    """Keeps `vendor` a word of its own."""


@app.command("vendor")
def vendor(
    label: Annotated[str, typer.Argument(help="Whose program, as the audit log will name it · 谁的程序")],
    purpose: Annotated[str, typer.Option(help=f"What it is told of residents for · 用途: {', '.join(PURPOSES)}")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days it lasts · 有效天数")] = 90,
    holds: Annotated[bool, typer.Option("--holds", help="It may hold points too · 还可预留积分")] = False,
) -> None:
    """Make a vendor and print a token that may record events, this once · 新建对接方并打印一次令牌

    Refuses with PurposeMissing.
    """
    scopes = {RECORD, HOLD} if holds else {RECORD}
    if not all(covers(purpose, scope) for scope in scopes):
        raise PurposeMissing()
    settings = Settings()
    clock = TrialClock(settings.clock_path) if settings.trial else SystemClock()
    with running(settings) as server:
        typer.echo(asyncio.run(_issue(server.app_url, label, purpose, scopes, timedelta(days=days), clock.now())))


async def _issue(url: str, label: str, purpose: str, scopes: set[str], ttl: timedelta, now: datetime) -> str:
    database = Database(url, pool_size=1)
    try:
        async with database.transaction(Scope()) as session:
            actor_id = await create_vendor(session, label=label, now=now)
            return await issue(session, actor_id=actor_id, kind="api", scopes=scopes, purpose=purpose, ttl=ttl, now=now)
    finally:
        await database.close()
