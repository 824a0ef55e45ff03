"""`tongcheng events`: a department's file of events into the ledger, however large, as often as it takes.

Must never print a row's cells: they go into the file of bad rows, beside the department's own.
"""

import asyncio
import csv
import json
import os
import time
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from api.cli.terminal import FINDINGS, noun
from kernel.clock import Clock, SystemClock, TrialClock
from kernel.db import Database, Scope
from kernel.locale import LANGUAGES, translate
from kernel.postgres import running
from kernel.settings import Settings
from points.event_files.bad_rows import bad_rows
from points.event_files.bring_in import bring_in
from points.event_files.store import EventFile, outcomes

app = noun("Events from a department's file · 部门数据文件")


@app.callback()
def group() -> None:
    """Keeps `import` a word of its own."""


@app.command("import")
def import_command(
    path: Annotated[Path, typer.Argument(help="A CSV of events · 事件 CSV 文件")],
    source: Annotated[str, typer.Option(help="Which department, always the same name · 来源部门代号")],
    workers: Annotated[int, typer.Option(min=1, max=32, help="Processes · 进程数")] = 1,
    outcomes_to: Annotated[Path | None, typer.Option("--outcomes", help="Each row's outcome · 逐行结果")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object · 一个 JSON 对象")] = False,
) -> None:
    """Record every row, resume what was cut off, add nothing twice; exit 3 with bad rows · 导入、续传、不重复"""
    settings = Settings()
    clock = TrialClock(settings.clock_path) if settings.trial else SystemClock()
    began = time.perf_counter()
    with running(settings) as server:
        file, bad = asyncio.run(_import(settings, server.app_url, clock, path, source, workers, outcomes_to))
    seconds = time.perf_counter() - began
    if as_json:
        typer.echo(json.dumps(_document(file, bad, seconds), ensure_ascii=False))
    else:
        _tell(file, bad, seconds)
    if file.refused:
        raise typer.Exit(FINDINGS)


async def _import(
    settings: Settings, url: str, clock: Clock, path: Path, source: str, workers: int, outcomes_to: Path | None
) -> tuple[EventFile, Path | None]:
    database = Database(url, pool_size=3)
    try:
        spool_home = settings.data_dir / "spool"
        file = await bring_in(
            database, url, path=path, source=source, spool_home=spool_home, clock=clock, workers=workers
        )
        bad = path.with_name(f"{path.stem}.bad-rows.csv") if file.refused else None
        async with database.transaction(Scope()) as session:
            if bad:
                with _private(bad) as out:
                    async for piece in bad_rows(session, file=file):
                        out.write(piece)
            if outcomes_to:
                with outcomes_to.open("w", newline="", encoding="utf-8") as table:
                    writer = csv.writer(table)
                    writer.writerow(["row", "outcome"])
                    async for row_no, outcome in outcomes(session, file_id=file.file_id):
                        writer.writerow([row_no, outcome])
        return file, bad
    finally:
        await database.close()


def _private(path: Path) -> BinaryIO:
    """A file that only whoever imports may read: it holds rows of people."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _document(file: EventFile, bad: Path | None, seconds: float) -> dict[str, object]:
    return {
        "file_id": str(file.file_id),
        "source": file.source,
        "sha256": file.file_sha256.hex(),
        "rows": file.rows_count,
        "recorded": file.recorded,
        "repeats": file.repeats,
        "refused": file.refused,
        "bad_rows": str(bad) if bad else None,
        "seconds": round(seconds, 1),
    }


def _tell(file: EventFile, bad: Path | None, seconds: float) -> None:
    for language in LANGUAGES:
        typer.echo(
            translate(
                language,
                "{rows} rows: {recorded} recorded, {repeats} stood already, {refused} refused; {seconds} s.",
                rows=file.rows_count,
                recorded=file.recorded,
                repeats=file.repeats,
                refused=file.refused,
                seconds=f"{seconds:.1f}",
            )
        )
        if bad:
            typer.echo(translate(language, "The refused rows, each with what is wrong, are in {path}.", path=bad))
