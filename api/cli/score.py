"""`tongcheng rules score|explain`: every holder of a file scored, and one of them explained, without a database.

Stable: other programs call it. Results go to the standard output, everything about the input to the standard error.
"""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date
from fractions import Fraction
from typing import Annotated, Any

import typer

from api.cli.findings import Lang, json_line, print_findings, usage
from api.cli.packs import (
    AsOfOption,
    FactsOption,
    JsonOption,
    LangOption,
    PackArgument,
    UseOption,
    asked_day,
    holders_of,
    known_facts,
    known_use,
    load_pack,
    pack_file,
    rows_of,
)
from api.cli.terminal import FINDINGS, REFUSED
from kernel.errors import Finding
from kernel.locale import translate
from rules.catalogue.register import catalogue
from rules.engine.assess import result_of
from rules.engine.explain import explain as sentences
from rules.engine.explain import one_line
from rules.engine.levels import opened
from rules.engine.model import Pack
from rules.engine.words import number, titled
from rules.language.facts import HolderFacts, read_holder
from rules.language.score import Result, decimal, score
from rules.language.score_many import Engine, score_many

DecidedOption = Annotated[
    list[str] | None, typer.Option("--decided", help="A line that was decided, such as cut-line=105.5.")
]


def score_file(
    pack: PackArgument,
    facts: FactsOption,
    as_of: AsOfOption = None,
    engine: Annotated[
        Engine, typer.Option("--engine", help="One holder after the other, or all in columns.")
    ] = Engine.SINGLE,
    use: UseOption = None,
    decided: DecidedOption = None,
    beside: Annotated[
        list[str] | None, typer.Option("--with", help="A fact to print beside the score, to rank within, say.")
    ] = None,
    more: Annotated[
        bool, typer.Option("--more", help="In JSON also the level, what it opens, days, and the keys of the order.")
    ] = False,
    as_json: JsonOption = False,
    lang: LangOption = Lang.ZH,
) -> None:
    """Score every holder of a file. Rows with findings are left out and named; the others are scored."""
    found = load_pack(pack_file(pack), lang)
    day, lines = asked_day(as_of, lang), _decided(decided or [], lang)
    known_use(found, use, lang)
    faults: list[Finding] = []
    apart: Counter[str] = Counter()
    known_facts(found, beside or [], lang)
    carried: deque[dict[str, Any]] = deque()
    holders = _carrying(holders_of(found, facts, faults, lang), beside or [], carried)
    for result in score_many(found, holders, day, engine=engine, use=use, decided=lines, apart=apart):
        told = _told(found, result, day) | (_more(found, result, use, day) if more else {}) | carried.popleft()
        typer.echo(json_line(told) if as_json else _line(found, result, lang))
    if any(apart.values()):
        words = "{holders} holders and {parts} prices were worked out one by one."
        holders_apart, parts = apart.pop("holders", 0), apart.total()
        typer.echo(translate(lang.value, words, holders=holders_apart, parts=parts), err=True)
    if faults:
        print_findings(faults, as_json, lang, aside=True)
        raise typer.Exit(FINDINGS)


def _carrying(
    holders: Iterable[HolderFacts], names: Sequence[str], carried: deque[dict[str, Any]]
) -> Iterator[HolderFacts]:
    """The holders as they come, and beside them the facts that are to be printed with their scores."""
    for known in holders:
        carried.append({name: _ordered(known.facts.get(name)) for name in names})
        yield known


def _decided(entries: list[str], lang: Lang) -> dict[str, Fraction]:
    """`cut-line=105.5` as the line of that name."""
    lines: dict[str, Fraction] = {}
    for entry in entries:
        name, _, points = entry.partition("=")
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", points):
            usage(lang, "{entry} must be a name and points, such as cut-line=105.5.", entry=entry)
        lines[name] = Fraction(points)
    return lines


def explain(
    pack: PackArgument,
    facts: FactsOption,
    holder: Annotated[str, typer.Option("--holder", help="Which row: the value in its `holder` column.")],
    as_of: AsOfOption = None,
    use: UseOption = None,
    decided: DecidedOption = None,
    lang: LangOption = Lang.ZH,
) -> None:
    """How one holder's points were worked out, sentence by sentence; every zero names its reason."""
    found = load_pack(pack_file(pack), lang)
    day, lines = asked_day(as_of, lang), _decided(decided or [], lang)
    known_use(found, use, lang)
    for place, row in rows_of(facts, lang):
        if str(row.get("holder", "")) == holder:
            known, findings = read_holder(row, place, catalogue(found.catalogue))
            if findings:
                print_findings(findings, False, lang, aside=True)
                raise typer.Exit(FINDINGS)
            result = score(found, known, day, use=use, decided=lines)
            if found.mode == "assessment" and result_of(found, use).shares:
                everybody = score_many(found, holders_of(found, facts, [], lang), day, use=use, decided=lines)
                result = _with_shares(result, next(one for one in everybody if one.holder == holder))
            _print_explanation(found, result, lang)
            return
    typer.echo(translate(lang.value, "There is no row with holder {name}.", name=holder), err=True)
    raise typer.Exit(REFUSED)


def _with_shares(result: Result, among_all: Result) -> Result:
    """A holder's own result, told together with what shares left of its level among everybody in the file."""
    shared = {"shares": [asdict(step) for step in among_all.steps], "shared_level": among_all.level}
    traces = tuple(trace | shared if among_all.steps else trace for trace in result.traces)
    return replace(result, level=among_all.level, traces=traces)


def _print_explanation(pack: Pack, result: Result, lang: Lang) -> None:
    for trace in result.traces:
        if pack.mode == "accrual":
            typer.echo(one_line(pack, trace, lang.value))
        for line in sentences(pack, trace, lang.value):
            typer.echo(f"  {line.text}")
    for reason in result.reasons:
        typer.echo(translate(lang.value, "Not eligible: {reason}", reason=titled(reason.title, lang.value)))
    total = number(Fraction(result.total, 10**pack.decimals))
    typer.echo(translate(lang.value, "In all: {total}", total=total))


def _told(pack: Pack, result: Result, day: date) -> dict[str, Any]:
    """What every pack says of a holder."""
    return {
        "holder": result.holder,
        "eligible": result.eligible,
        "total": decimal(result.total, pack.decimals),
        "items": {code: decimal(points, pack.decimals) for code, points in result.items.items()},
        "reasons": [{"code": reason.code, **reason.title} for reason in result.reasons],
        "as_of": day.isoformat(),
    }


def _more(pack: Pack, result: Result, use: str | None, day: date) -> dict[str, Any]:
    """What only some packs say: the level and what it opens, days, and the keys of the order, each a column."""
    more: dict[str, Any] = {} if result.level is None else {"level": result.level}
    if rights := [
        {"code": one.right.code, "percent": one.right.percent, "until": _ordered(one.until)}
        for scale in pack.scales.values()
        for level in scale.levels
        if level.code == result.level
        for one in opened(level, day)
    ]:
        more["gives"] = rights
    if result.valid_until is not None:
        more["valid_until"] = result.valid_until.isoformat()
    if result.barred_until is not None:
        more["barred_until"] = result.barred_until.isoformat()
    order = result_of(pack, use).order if pack.mode == "assessment" else ()
    for place, (key, value) in enumerate(zip(order, result.keys or (), strict=True), 1):
        in_points = key.by in ("total", "points")
        more[order_column(place)] = decimal(value, pack.decimals) if in_points else _ordered(value)
    return more


def _line(pack: Pack, result: Result, lang: Lang) -> str:
    """A holder in a line that people read."""
    words = [
        f"{titled(pack.item(code).title, lang.value)} {decimal(n, pack.decimals)}" for code, n in result.items.items()
    ]
    words += [titled(reason.title, lang.value) for reason in result.reasons]
    if result.level is not None:
        levels = {level.code: level.title for scale in pack.scales.values() for level in scale.levels}
        words.append(titled(levels[result.level], lang.value))
    return f"{result.holder}\t{decimal(result.total, pack.decimals)}\t" + " · ".join(words)


def order_column(place: int) -> str:
    """The column of the key that decides at this place of an order, the first is 1."""
    return f"order_{place}"


def _ordered(value: Any) -> Any:
    """A fact or a number as `tongcheng rank` puts it in order: a yes is 1."""
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value
