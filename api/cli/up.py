"""`tongcheng up`: from nothing to a page. Environment, Postgres, schema, the small city, server and worker.

Idempotent: a second run finds what is there. Ctrl-C ends what this run started, and only that. Must
never print an address with its password.
"""

import json
import signal
from datetime import date
from typing import Annotated

import typer

from api.cli.children import started, wait_until_answering, watch
from api.cli.city import seed_small_city
from api.cli.prepare import FreshRefused, ready, require_port, require_room, throw_away
from api.cli.terminal import USAGE, tell
from kernel.clock import Clock, SystemClock, TrialClock
from kernel.postgres import running
from kernel.settings import Settings

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _end(_signal: int, _frame: object) -> None:
    """The first signal ends the run in order; a second one must not leave half of it running."""
    for ending in _ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt


def up(
    host: Annotated[str | None, typer.Option(help="Address to listen on · 监听地址")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port · 端口")] = None,
    workers: Annotated[int, typer.Option(min=1, max=32, help="Server processes · 服务进程数")] = 1,
    city: Annotated[bool, typer.Option(help="Seed the small made-up city · 生成小型试用城市")] = True,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw the trial's data away first · 先清空试用数据")] = False,
    until: Annotated[str | None, typer.Option(help="Last day of the city's past, YYYY-MM-DD · 城市历史截止日")] = None,
    seed: Annotated[int, typer.Option(help="Which made-up city · 城市编号")] = 1,
) -> None:
    """Start everything and print where to go · 启动一切,并给出入口"""
    for ending in _ENDINGS:
        signal.signal(ending, _end)
    settings = Settings()
    settings = settings.model_copy(update={"host": host or settings.host, "port": port or settings.port})
    try:
        _serve(settings, workers=workers, city=city, fresh=fresh, until=_day(until), seed=seed)
    except KeyboardInterrupt:
        tell("Stopped. Everything that this run started has ended; the data are kept.")


def _serve(settings: Settings, *, workers: int, city: bool, fresh: bool, until: date | None, seed: int) -> None:
    require_port(settings.host, settings.port)
    require_room(settings)
    if fresh:
        if not settings.trial:
            raise FreshRefused()
        throw_away(settings)
    clock: Clock = TrialClock(settings.clock_path) if settings.trial else SystemClock()
    tell("Starting the database …")
    with running(settings) as found:
        server = ready(settings, found, clock)
        if city and settings.trial:
            tell("Preparing the small city (only the first time takes a while) …")
            seed_small_city(settings, server, until=until, seed=seed, now=clock.now())
        with started(settings, workers) as children:
            wait_until_answering(settings, children)
            _print_addresses(settings)
            watch(children)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        tell("--until needs a date such as 2026-11-22.")
        raise typer.Exit(USAGE) from error


def _print_addresses(settings: Settings) -> None:
    """Where to go, and a sign-in for each kind of person; machine-readable in `<data_dir>/sign-ins.json`."""
    typer.echo(f"\n同城积分 Tongcheng  {settings.base_url}")
    if settings.sign_ins_path.exists():
        tell("Sign in as (code):")
        for entry in json.loads(settings.sign_ins_path.read_text("utf-8")):
            typer.echo(f"  {entry['kind']:<10} {entry['code']:<12} {entry['label']}")
    tell("Stop with Ctrl-C.")
