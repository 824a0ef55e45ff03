"""`tongcheng rules whatif DRAFT --against PACK`: who gains and loses, over a file of histories or the database.

Reads only. Results go to the standard output, findings about the input to the standard error. Must never print a name:
of a database it prints ids, of a file what its `holder` column says.
"""

import asyncio
import json
from datetime import date, datetime, timedelta
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
from points.what_if.assessed import keep_shares, of_score
from points.what_if.figures import FACTS, Compared, Figures, tally
from points.what_if.population import SETTLED, Side, frame_of, what_if
from points.what_if.worth import Earned, earned
from rules.catalogue.register import catalogue
from rules.engine.assess import assess
from rules.engine.model import Pack
from rules.language.facts import HolderFacts, read_holder
from rules.language.loader import PackInvalid, load, pack_sha256

MOST_ROWS = 200_000
MOST_BYTES = 256 * 1024 * 1024
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
    if sides[0].pack.mode != sides[1].pack.mode:
        usage(lang, "Both packs must be of one mode.")
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
    since, until = start_of(add_months(day, -12)), start_of(day + timedelta(days=1))
    known, faults, people = catalogue(draft.pack.catalogue), list[Finding](), list[Compared]()
    names: dict[str, str] = {}
    events_count = 0
    for place, row in read_table(path, lang, most_rows=MOST_ROWS, most_bytes=MOST_BYTES).named():
        holder, findings = read_holder(row, place, known)
        faults += findings
        if not findings:
            holder_id = UUID(int=len(people))
            names[str(holder_id)] = holder.holder
            groups = {name: str(holder.facts[name]) for name in FACTS if name in holder.facts}
            sides = [_earned(one.pack, holder, since, until, day) for one in (base, draft)]
            people.append(Compared(holder_id, sides[0], sides[1], groups))
            events_count += sum(1 for event in holder.events if since <= event.occurred_at < until)
    if faults:
        print_findings(faults, False, lang, aside=True)
    if draft.pack.mode == "assessment":
        keep_shares(base.pack, [one.before for one in people])
        keep_shares(draft.pack, [one.after for one in people])
    return {
        **frame_of(base, draft, since, until, until),
        "holders": len(people),
        "events": events_count,
        "units": {},
        **tally(people, base.pack, draft.pack),
    }, names


def _earned(pack: Pack, holder: HolderFacts, since: datetime, until: datetime, day: date) -> Earned:
    if pack.mode == "assessment":
        return of_score(assess(pack, holder.facts, holder.events, day))
    return earned(pack, [event for event in holder.events if event.occurred_at < until], since)


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
