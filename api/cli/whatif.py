"""`tongcheng rules whatif DRAFT --against PACK`: who gains and loses, over a file of histories or the database.

Reads only. Results go to the standard output, findings about the input to the standard error. Must never print a name:
of a database it prints ids, of a file what its `holder` column says.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from api.cli.findings import Lang, print_findings, usage
from api.cli.packs import pack_file
from api.cli.tables import read_table
from api.cli.terminal import FINDINGS
from kernel.calendar import add_months, day_of, start_of
from kernel.clock import Clock, SystemClock, TrialClock
from kernel.db import Database, Scope
from kernel.errors import Finding
from kernel.locale import translate
from kernel.postgres import running
from kernel.settings import Settings
from points.what_if.comparing import Comparing
from points.what_if.figures import Everybody, Figures, tally
from points.what_if.pieces import Piece
from points.what_if.population import SETTLED, Side, frame_of, grouped, what_if
from points.what_if.worth_columns import Read, Span
from rules.catalogue.register import catalogue
from rules.engine.model import Pack
from rules.language.facts import HolderFacts, read_holder
from rules.language.loader import PackInvalid, load, pack_sha256

MOST_ROWS = 200_000
MOST_BYTES = 256 * 1024 * 1024
AT_ONCE = 10_000
"""So many rows stand in columns at once."""
DraftArgument = Annotated[str, typer.Argument(metavar="DRAFT", help="A pack's file: what might become the rule.")]
AgainstOption = Annotated[str, typer.Option("--against", metavar="PACK", help="A pack's file, or a programme's name.")]
HistoryOption = Annotated[
    Path | None, typer.Option("--history", help="A .json, .jsonl, .csv or .xlsx file, one holder a row.")
]


def whatif(
    draft: DraftArgument,
    against: AgainstOption,
    history: HistoryOption = None,
    database: Annotated[bool, typer.Option("--database", help="Over all that the database holds.")] = False,
    as_of: Annotated[str | None, typer.Option("--as-of", help="The last day looked at; today when left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    lang: Annotated[Lang, typer.Option("--lang", help="Language of what is printed.")] = Lang.ZH,
) -> None:
    """Two versions over the same past: winners, losers, cost, thresholds, groups. Nothing is stored."""
    if (history is None) is not database:
        usage(lang, "Say either --history FILE or --database.")
    sides = [_side(name, lang) for name in (against, draft)]
    if (sides[0].pack.mode, sides[0].pack.holder) != (sides[1].pack.mode, sides[1].pack.holder):
        usage(lang, "Both packs must be of one mode and pay one kind of holder.")
    names: dict[str, str] = {}
    if history is None:
        figures = _over_database(sides[0], sides[1])
    else:
        figures, names = _over_file(sides[0], sides[1], history, _day(as_of, lang), lang)
    for row in (row for kind in figures["kinds"] for row in kind["top"]):
        holder_id = row.pop("holder_id")
        row["holder"] = names.get(holder_id, holder_id)
    if as_json:
        typer.echo(json.dumps(_with_strings(figures), ensure_ascii=False))
    else:
        _tell(figures, lang)


def _side(name: str, lang: Lang) -> Side:
    source = pack_file(name).read_text(encoding="utf-8")
    try:
        return Side(load(source), pack_sha256(source))
    except PackInvalid as invalid:
        print_findings(invalid.findings, False, lang, aside=True)
        raise typer.Exit(FINDINGS) from None


def _day(text: str | None, lang: Lang) -> date:
    try:
        return date.fromisoformat(text) if text else day_of(SystemClock().now())
    except ValueError:
        usage(lang, "{name} is not a date such as 2026-11-22.", name=text)


def _over_file(base: Side, draft: Side, path: Path, day: date, lang: Lang) -> tuple[Figures, dict[str, str]]:
    """The figures over a file's holders, and what each of them is called there. Rows with findings are left out."""
    until = start_of(day + timedelta(days=1))
    comparing = Comparing(base.pack, draft.pack, Span(start_of(add_months(day, -12)), day))
    known, faults, names = catalogue(draft.pack.catalogue), list[Finding](), list[str]()
    groups: list[Mapping[str, Any]] = []
    rows = read_table(path, lang, most_rows=MOST_ROWS, most_bytes=MOST_BYTES).named()
    while batch := list(islice(rows, AT_ONCE)):
        told = [read_holder(row, place, known) for place, row in batch]
        people = [holder for holder, findings in told if not findings]
        faults += [finding for _, findings in told for finding in findings]
        ids = [UUID(int=len(names) + place) for place in range(len(people))]
        comparing.add(Piece(ids, [None] * len(ids), [_read(holder, draft.pack, until) for holder in people]))
        names += [holder.holder for holder in people]
        groups += [holder.facts for holder in people]
    if faults:
        print_findings(faults, False, lang, aside=True)
    everybody = Everybody(*comparing.sides(), grouped(groups, [None] * len(groups)), comparing.holder_ids)
    figures = {
        **frame_of(base, draft, comparing, until, until),
        "units": {},
        **tally(everybody, base.pack, draft.pack),
    }
    return figures, {str(UUID(int=place)): name for place, name in enumerate(names)}


def _read(holder: HolderFacts, pack: Pack, until: datetime) -> Read:
    """One holder of the file; an accrual reads only what had happened by then."""
    events = [event for event in holder.events if pack.mode == "assessment" or event.occurred_at < until]
    return Read(holder.facts, events)


def _over_database(base: Side, draft: Side) -> Figures:
    settings = Settings()
    clock = TrialClock(settings.clock_path) if settings.trial else SystemClock()
    with running(settings) as server:
        return asyncio.run(_from(server.app_url, base, draft, clock))


async def _from(url: str, base: Side, draft: Side, clock: Clock) -> Figures:
    database = Database(url, pool_size=1)
    now = clock.now()
    since = start_of(add_months(day_of(now), -12))
    try:
        async with database.transaction(Scope(request_id="rules whatif")) as session:
            return await what_if(session, base=base, draft=draft, since=since, until=now, known_at=now - SETTLED)
    finally:
        await database.close()


def _with_strings(figures: Figures) -> Figures:
    """Points as decimal texts of minor units; counts stay numbers."""
    points = ("before", "after", "cost")

    def said(row: dict[str, Any]) -> dict[str, Any]:
        return {name: str(value) if name in points and value is not None else value for name, value in row.items()}

    return {
        **figures,
        "kinds": [said(kind) | {"top": [said(row) for row in kind["top"]]} for kind in figures["kinds"]],
        "dimensions": [
            {"by": one["by"], "kinds": [k | {"groups": [said(row) for row in k["groups"]]} for k in one["kinds"]]}
            for one in figures["dimensions"]
        ],
    }


def _tell(figures: Figures, lang: Lang) -> None:
    said = translate(
        lang.value, "{events} events of {holders} people.", events=figures["events"], holders=figures["holders"]
    )
    typer.echo(said)
    for kind in figures["kinds"]:
        numbers = {name: f"{kind[name]:,}" for name in ("gain", "lose", "same", "before", "after", "cost")}
        said = translate(
            lang.value,
            "{point_kind}: {gain} gain, {lose} lose, {same} stay the same; {before} before, {after} after ({cost}).",
            point_kind=kind["point_kind"],
            **numbers,
        )
        typer.echo(said)
    if figures["eligible"]:
        said = translate(
            lang.value,
            "Meet the line: {before} before, {after} after; {come} come to it, {leave} leave it.",
            **{name: "–" if value is None else str(value) for name, value in figures["eligible"].items()},
        )
        typer.echo(said)
    for one in figures["dimensions"]:
        for kind in one["kinds"]:
            for group in (group for group in kind["groups"] if group.get("unfair")):
                said = translate(
                    lang.value,
                    "{by} {group}: gains {ratio} of what everybody gains ({point_kind}).",
                    by=one["by"],
                    group=group["group"] or "–",
                    ratio=group["ratio"],
                    point_kind=kind["point_kind"],
                )
                typer.echo(said)
