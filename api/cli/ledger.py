"""`tongcheng ledger`: prove that the ledger holds. Reads only, as the application's role."""

import asyncio
import json
import time

import typer

from api.cli.terminal import FINDINGS, noun
from kernel.db import Database, Scope
from kernel.locale import LANGUAGES, translate
from kernel.postgres import running
from kernel.settings import Settings
from points.verify import Verified, verify
from rules.governance.registry import load_registry

app = noun("The ledger · 账本")


@app.callback()
def group() -> None:
    """Keeps `verify` a word of its own."""


@app.command("verify")
def verify_command(as_json: bool = typer.Option(False, "--json", help="One JSON object.")) -> None:
    """Add up every posting again and decide every event a second time. Exit 0: all fits; 3: findings, each named."""
    began = time.perf_counter_ns()
    with running(Settings()) as server:
        result = asyncio.run(_verify(server.app_url))
    milliseconds = (time.perf_counter_ns() - began) // 1_000_000
    if as_json:
        typer.echo(json.dumps(_document(result, milliseconds), ensure_ascii=False))
    else:
        _tell(result, milliseconds)
    if result.findings:
        raise typer.Exit(FINDINGS)


async def _verify(url: str) -> Verified:
    database = Database(url, pool_size=1)
    try:
        async with database.transaction(Scope()) as session:
            return await verify(session, registry=await load_registry(session))
    finally:
        await database.close()


def _document(result: Verified, milliseconds: int) -> dict[str, object]:
    return {
        "postings": result.postings_count,
        "events": result.events_count,
        "milliseconds": milliseconds,
        "findings": [{"code": one.code, "path": one.path, "message": str(one)} for one in result.findings],
    }


def _tell(result: Verified, milliseconds: int) -> None:
    for finding in result.findings:
        typer.echo(str(finding))
    for language in LANGUAGES:
        typer.echo(
            translate(
                language,
                "{postings} postings and {events} events checked in {seconds} s: {findings} findings.",
                postings=result.postings_count,
                events=result.events_count,
                seconds=f"{milliseconds / 1000:.1f}",
                findings=len(result.findings),
            )
        )
