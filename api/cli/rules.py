"""`tongcheng rules check|cases|score|explain|promise`: rule packs on the command line, without a database.

Stable: other programs call it. Exit codes: 0 done, 1 failure, 2 usage, 3 findings, 4 refused. Results go to the
standard output, findings about the input to the standard error (`check` and `cases` are about findings: theirs go out).
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.findings import Lang, json_line, print_findings, told, usage
from api.cli.tables import read_table
from api.cli.terminal import FINDINGS, REFUSED, noun
from kernel.calendar import day_of
from kernel.clock import SystemClock
from kernel.errors import Finding
from kernel.locale import translate
from rules import packs
from rules.catalogue.register import catalogue
from rules.engine.explain import explain as sentences
from rules.engine.explain import one_line
from rules.engine.model import Pack
from rules.engine.promise import promise
from rules.engine.words import titled
from rules.language.cases import run_cases
from rules.language.checker import check as find_faults
from rules.language.facts import HolderFacts, read_holder
from rules.language.loader import PackInvalid, load
from rules.language.score import Result, decimal, score
from rules.language.score_many import Engine, score_many

MOST_ROWS = 200_000
MOST_BYTES = 64 * 1024 * 1024

app = noun(help_text="Check, try and explain rule packs. No database is needed.")


PackArgument = Annotated[str, typer.Argument(metavar="PACK", help="A pack's file, or the name of a programme.")]
FactsOption = Annotated[Path, typer.Option("--facts", help="A .json, .jsonl, .csv or .xlsx file, one holder a row.")]
LangOption = Annotated[Lang, typer.Option("--lang", help="Language of what is printed.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
UseOption = Annotated[str | None, typer.Option("--use", help="Which result of the pack; the first when left out.")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="The day, such as 2026-11-22; today when left out.")]


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
    found = _load(source, lang)
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


@app.command(name="score")
def score_command(
    pack: PackArgument,
    facts: FactsOption,
    as_of: AsOfOption = None,
    engine: Annotated[
        Engine, typer.Option("--engine", help="One holder after the other, or all in columns.")
    ] = Engine.SINGLE,
    use: UseOption = None,
    decided: Annotated[
        list[str] | None, typer.Option("--decided", help="A line that was decided, such as cut-line=105.5.")
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.ZH,
) -> None:
    """Score every holder of a file. Rows with findings are left out and named; the others are scored."""
    found = _load(pack_file(pack), lang)
    day, lines = _day(as_of, lang), _decided(decided or [], lang)
    _known_use(found, use, lang)
    faults: list[Finding] = []
    apart: Counter[str] = Counter()
    holders = _holders(found, facts, faults, lang)
    for result in score_many(found, holders, day, engine=engine, use=use, decided=lines, apart=apart):
        _print_score(found, result, day, as_json, lang)
    if any(apart.values()):
        words = "{holders} holders and {parts} prices were worked out one by one."
        holders_apart, parts = apart.pop("holders", 0), apart.total()
        typer.echo(translate(lang.value, words, holders=holders_apart, parts=parts), err=True)
    if faults:
        print_findings(faults, as_json, lang, aside=True)
        raise typer.Exit(FINDINGS)


def _holders(pack: Pack, path: Path, faults: list[Finding], lang: Lang) -> Iterator[HolderFacts]:
    """The holders of a file that can be read; what is wrong with the others is added to `faults`."""
    for place, row in _rows(path, lang):
        holder, findings = read_holder(row, place, catalogue(pack.catalogue))
        faults += findings
        if not findings:
            yield holder


def _known_use(pack: Pack, use: str | None, lang: Lang) -> None:
    if use is not None and all(one.code != use for one in pack.results):
        known = ", ".join(one.code for one in pack.results)
        usage(lang, "There is no result {name}; there is: {known}.", name=use, known=known)


def _decided(entries: list[str], lang: Lang) -> dict[str, Fraction]:
    """`cut-line=105.5` as the line of that name."""
    lines: dict[str, Fraction] = {}
    for entry in entries:
        name, _, points = entry.partition("=")
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", points):
            usage(lang, "{entry} must be a name and points, such as cut-line=105.5.", entry=entry)
        lines[name] = Fraction(points)
    return lines


@app.command()
def explain(
    pack: PackArgument,
    facts: FactsOption,
    holder: Annotated[str, typer.Option("--holder", help="Which row: the value in its `holder` column.")],
    as_of: AsOfOption = None,
    use: UseOption = None,
    lang: LangOption = Lang.ZH,
) -> None:
    """How one holder's points were worked out, sentence by sentence; every zero names its reason."""
    found = _load(pack_file(pack), lang)
    day = _day(as_of, lang)
    _known_use(found, use, lang)
    for place, row in _rows(facts, lang):
        if str(row.get("holder", "")) == holder:
            known, findings = read_holder(row, place, catalogue(found.catalogue))
            if findings:
                print_findings(findings, False, lang, aside=True)
                raise typer.Exit(FINDINGS)
            _print_explanation(found, known, day, use, lang)
            return
    typer.echo(translate(lang.value, "There is no row with holder {name}.", name=holder), err=True)
    raise typer.Exit(REFUSED)


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
    found = _load(pack_file(pack), lang)
    for line in promise(found, _standing(found, standing or [], lang), lang.value):
        typer.echo(json_line({"item": line.code, "text": line.text}) if as_json else line.text)


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


def _print_explanation(pack: Pack, known: HolderFacts, day: date, use: str | None, lang: Lang) -> None:
    result = score(pack, known, day, use=use)
    for trace in result.traces:
        if pack.mode == "accrual":
            typer.echo(one_line(pack, trace, lang.value))
        for line in sentences(pack, trace, lang.value):
            typer.echo(f"  {line.text}")
    for reason in result.reasons:
        typer.echo(translate(lang.value, "Not eligible: {reason}", reason=titled(reason.title, lang.value)))
    total = decimal(result.total, pack.decimals)
    typer.echo(translate(lang.value, "In all: {total}", total=total))


def _print_score(pack: Pack, result: Result, day: date, as_json: bool, lang: Lang) -> None:
    total = decimal(result.total, pack.decimals)
    if as_json:
        typer.echo(
            json_line(
                {
                    "holder": result.holder,
                    "eligible": result.eligible,
                    "total": total,
                    "items": {code: decimal(points, pack.decimals) for code, points in result.items.items()},
                    "reasons": [{"code": reason.code, **reason.title} for reason in result.reasons],
                    "as_of": day.isoformat(),
                }
            )
        )
        return
    words = [
        f"{titled(pack.item(code).title, lang.value)} {decimal(n, pack.decimals)}" for code, n in result.items.items()
    ]
    words += [titled(reason.title, lang.value) for reason in result.reasons]
    typer.echo(f"{result.holder}\t{total}\t" + " · ".join(words))


def pack_file(name: str) -> Path:
    """The file of a pack: a path, or the name of a programme among the packs that come with the program."""
    path = Path(name)
    if path.is_file():
        return path
    home = Path(packs.__file__).parent
    known = {found.stem: found for found in sorted(home.rglob("*.yaml")) if not found.name.endswith(".cases.yaml")}
    fitting = [stem for stem in known if stem == name or stem.rpartition("-")[0] == name]
    if not fitting:
        usage(Lang.EN, "There is no pack {name}; there is: {known}.", name=name, known=", ".join(known))
    return known[fitting[-1]]


def _cases_file(source: Path) -> Path:
    return source.with_name(f"{source.stem}.cases.yaml")


def _load(source: Path, lang: Lang) -> Pack:
    try:
        return load(source.read_bytes())
    except PackInvalid as invalid:
        print_findings(invalid.findings, False, lang, aside=True)
        raise typer.Exit(FINDINGS) from None


def _day(text: str | None, lang: Lang) -> date:
    if text is None:
        return day_of(SystemClock().now())
    try:
        return date.fromisoformat(text)
    except ValueError:
        usage(lang, "{name} is not a date such as 2026-11-22.", name=text)


def _rows(path: Path, lang: Lang) -> Iterator[tuple[str, dict[str, Any]]]:
    """The holders of a file with where they stand in it: `row 2`, as people count."""
    return read_table(path, lang, most_rows=MOST_ROWS, most_bytes=MOST_BYTES).named()
