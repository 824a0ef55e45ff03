"""`tongcheng rules check|cases|promise|timetable`: rule packs on the command line, without a database.

Stable: other programs call it. Exit codes: 0 done, 1 failure, 2 usage, 3 findings, 4 refused. Results go to the
standard output, findings about the input to the standard error (`check` and `cases` are about findings: theirs go out).
"""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.findings import Lang, json_line, print_findings, told, usage
from api.cli.packs import JsonOption, LangOption, PackArgument, asked_day, load_pack, pack_file
from api.cli.terminal import FINDINGS, noun
from kernel.errors import Finding
from kernel.locale import translate
from rules.catalogue.holiday_register import holidays
from rules.catalogue.register import catalogue
from rules.engine.clocks import timetable
from rules.engine.model import Pack
from rules.engine.promise import promise
from rules.language.cases import run_cases
from rules.language.checker import check as find_faults
from rules.language.levels_in_words import due_words
from rules.language.loader import PackInvalid, load

app = noun(help_text="Check, try and explain rule packs. No database is needed.")


@app.command()
def check(pack: PackArgument, as_json: JsonOption = False, lang: LangOption = Lang.ZH) -> None:
    """Every finding on a pack: names, types, gaps, overlaps, what is unreachable, and items without a case."""
    source = pack_file(pack)
    try:
        found = load(source.read_bytes())
    except PackInvalid as invalid:
        print_findings(invalid.findings, as_json, lang)
        raise typer.Exit(FINDINGS) from None
    findings = find_faults(found)
    cases = _cases_file(source)
    if cases.is_file():
        findings += run_cases(found, cases.read_bytes())[1]
    else:
        findings += [Finding("NO_CASE", f"items.{code}", "No case shows what this does.") for code in found.shown]
    print_findings(findings, as_json, lang)
    if findings:
        raise typer.Exit(FINDINGS)
    if not as_json:
        typer.echo(translate(lang.value, "No findings: {items} items.", items=len(found.items)))


@app.command()
def cases(pack: PackArgument, as_json: JsonOption = False, lang: LangOption = Lang.ZH) -> None:
    """Run the cases beside a pack; what comes out must be equal exactly."""
    source = pack_file(pack)
    found = load_pack(source, lang)
    beside = _cases_file(source)
    if not beside.is_file():
        usage(lang, "There is no file {name} beside the pack.", name=beside.name)
    results, findings = run_cases(found, beside.read_bytes())
    for result in results:
        if as_json:
            differences = [told(finding) for finding in result.differences]
            typer.echo(json_line({"name": result.name, "passed": result.passed, "differences": differences}))
        elif not result.passed:
            typer.echo(f"✗ {result.name}")
            print_findings(list(result.differences), False, lang)
    print_findings(findings, as_json, lang)
    failed = sum(not result.passed for result in results)
    if not as_json:
        typer.echo(translate(lang.value, "{count} cases, {failed} failed.", count=len(results), failed=failed))
    if failed or findings:
        raise typer.Exit(FINDINGS)


@app.command(name="promise")
def promise_command(
    pack: PackArgument,
    standing: Annotated[
        list[str] | None,
        typer.Option("--standing", help="What somebody has already, such as service-hours=18000 (minor units)."),
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.ZH,
) -> None:
    """What each item pays, and until when its points will last, before anything is earned."""
    found = load_pack(pack_file(pack), lang)
    for line in promise(found, _standing(found, standing or [], lang), lang.value):
        typer.echo(json_line({"item": line.code, "text": line.text}) if as_json else line.text)


@app.command(name="timetable")
def timetable_command(
    pack: PackArgument,
    begins_on: Annotated[str, typer.Option("--begins-on", help="The day the procedure begins, such as 2026-11-23.")],
    as_json: JsonOption = False,
    lang: LangOption = Lang.ZH,
) -> None:
    """Until when each stage of a pack's procedure may take, if it begins on a day."""
    found = load_pack(pack_file(pack), lang)
    for due in timetable(found.procedure, asked_day(begins_on, lang), holidays()):
        if as_json:
            days = {"begins_on": due.begins_on.isoformat(), "due_on": due.due_on.isoformat()}
            told = {"stage": due.code, **days, "provisional": due.provisional, "silence": due.silence.value}
            typer.echo(json_line(told))
        else:
            typer.echo(due_words(found, due, lang.value))


def _standing(pack: Pack, entries: list[str], lang: Lang) -> dict[str, int]:
    known = catalogue(pack.catalogue).point_kinds
    standing: dict[str, int] = {}
    for entry in entries:
        kind, _, value = entry.partition("=")
        if kind not in known:
            usage(lang, "There is no point kind {name}; there is: {known}.", name=kind, known=", ".join(known))
        if not (value.isascii() and value.isdigit() and len(value) <= 15):
            usage(lang, "{name} must be a point kind and a whole number: service-hours=18000.", name=entry)
        standing[kind] = int(value)
    return standing


def _cases_file(source: Path) -> Path:
    return source.with_name(f"{source.stem}.cases.yaml")
