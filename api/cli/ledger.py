"""`tongcheng ledger`: prove that the ledger holds, as the application's role. Moves no point and repairs nothing."""

import asyncio
import json
import os
import time
from typing import Annotated

import typer

from api.cli.terminal import FINDINGS, noun
from kernel.clock import Clock, SystemClock, TrialClock
from kernel.db import Database, Scope
from kernel.errors import Finding
from kernel.locale import LANGUAGES, Language, translate
from kernel.postgres import running
from kernel.settings import Settings
from points.ledger.refusals import UnknownHolder
from points.people.labels import typed_holder
from points.reconciliation import Reconciliation, reconcile
from points.verify import Verified, begin_snapshot, verify
from points.verify_city import verify_city
from rules.governance.registry import load_registry

app = noun("The ledger · 账本")


@app.command("verify")
def verify_command(
    holder: Annotated[
        str | None, typer.Option(help="Only this volunteer number, household number or organisation code.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="How many processes; as many as there are cores.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Add up every posting again and decide every event a second time. Exit 0: all fits; 3: findings, each named."""
    began = time.perf_counter_ns()
    with running(Settings()) as server:
        result = asyncio.run(_verify(server.app_url, holder, workers or os.cpu_count() or 1))
    milliseconds = (time.perf_counter_ns() - began) // 1_000_000
    if as_json:
        typer.echo(json.dumps(_document(result, milliseconds), ensure_ascii=False))
    else:
        _tell(result, milliseconds)
    if result.findings:
        raise typer.Exit(FINDINGS)


@app.command("reconcile")
def reconcile_command() -> None:
    """Do now what runs each night: prove everything, keep what is found, raise or end the alarm. Exit 3: findings."""
    settings = Settings()
    clock = TrialClock(settings.clock_path) if settings.trial else SystemClock()
    with running(settings) as server:
        kept = asyncio.run(_reconcile(server.app_url, clock))
    _tell(Verified(kept.postings_count, kept.events_count, list(kept.findings)), kept.milliseconds)
    if kept.findings:
        raise typer.Exit(FINDINGS)


async def _reconcile(url: str, clock: Clock) -> Reconciliation:
    database = Database(url, pool_size=1)
    try:
        return await reconcile(database, clock)
    finally:
        await database.close()


async def _verify(url: str, typed: str | None, workers: int) -> Verified:
    if typed is None:
        return await verify_city(url, workers=workers)
    database = Database(url, pool_size=1)
    try:
        async with database.transaction(Scope()) as session:
            await begin_snapshot(session)
            holder_id = await typed_holder(session, typed)
            if holder_id is None:
                raise UnknownHolder()
            return await verify(session, holder_id=holder_id, registry=await load_registry(session))
    finally:
        await database.close()


def _document(result: Verified, milliseconds: int) -> dict[str, object]:
    return {
        "postings": result.postings_count,
        "events": result.events_count,
        "milliseconds": milliseconds,
        "checked": dict(result.checked),
        "findings": [
            {
                "code": one.code,
                "path": one.path,
                "message": str(one),
                **{language: _sentence(language, one) for language in LANGUAGES},
            }
            for one in result.findings
        ],
    }


def _tell(result: Verified, milliseconds: int) -> None:
    """Each fault in both languages, then what was looked at, and for how long."""
    for finding in result.findings:
        typer.echo(f"{finding.path} [{finding.code}]")
        for language in LANGUAGES:
            typer.echo(f"  {_sentence(language, finding)}")
    for check, spent in result.checked.items():
        typer.echo(f"{check:<12}{spent / 1000:>8.1f} s")
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


def _sentence(language: Language, finding: Finding) -> str:
    return translate(language, finding.message_id, **finding.values)
