"""`tongcheng db`: the database's schema. Must never run as the application's role."""

import asyncio

import typer

from api.cli.prepare import ready
from api.cli.terminal import noun
from kernel.clock import SystemClock
from kernel.postgres import running
from kernel.settings import Settings
from migrations.migrate import current_revision, newest_revision

app = noun("The database's schema · 数据库结构")


@app.command("migrate")
def migrate_command() -> None:
    """Bring the schema to this program's version and say again what the application's role may do."""
    settings = Settings()
    with running(settings) as server:
        ready(settings, server, SystemClock())
        typer.echo(newest_revision())


@app.command("show")
def show() -> None:
    """Print the schema's revision and the one that this program needs."""
    with running(Settings()) as server:
        typer.echo(f"{asyncio.run(current_revision(server.owner_url)) or '-'} -> {newest_revision()}")
