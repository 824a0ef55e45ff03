"""What the commands about rule packs share: which pack is meant, the day, the holders of a file, common options.

Ends a command with a sentence where something cannot be found or read. Must never print a result.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.findings import Lang, print_findings, usage
from api.cli.tables import read_table
from api.cli.terminal import FINDINGS
from kernel.calendar import day_of
from kernel.clock import SystemClock
from kernel.errors import Finding
from rules import packs
from rules.catalogue.register import catalogue
from rules.engine.model import Pack
from rules.language.facts import HolderFacts, read_holder
from rules.language.loader import PackInvalid, load

MOST_ROWS = 200_000
MOST_BYTES = 64 * 1024 * 1024

PackArgument = Annotated[str, typer.Argument(metavar="PACK", help="A pack's file, or the name of a programme.")]
FactsOption = Annotated[Path, typer.Option("--facts", help="A .json, .jsonl, .csv or .xlsx file, one holder a row.")]
LangOption = Annotated[Lang, typer.Option("--lang", help="Language of what is printed.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
UseOption = Annotated[str | None, typer.Option("--use", help="Which result of the pack; the first when left out.")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="The day, such as 2026-11-22; today when left out.")]


def pack_file(name: str) -> Path:
    """The file of a pack: a path, its name among the packs that come with the program, or the name of a programme.

    A programme is its live edition, the newest; records and examples are meant only by their whole name.
    """
    path = Path(name)
    if path.is_file():
        return path
    home = Path(packs.__file__).parent
    files = [found for found in sorted(home.rglob("*.yaml")) if not found.name.endswith(".cases.yaml")]
    known = {found.stem: found for found in files}
    live = [found for found in files if found.parent == home and found.stem.rpartition("-")[0] == name]
    if name not in known and not live:
        usage(Lang.EN, "There is no pack {name}; there is: {known}.", name=name, known=", ".join(known))
    return known[name] if name in known else live[-1]


def load_pack(source: Path, lang: Lang) -> Pack:
    """The pack in a file; ends the command with its findings where it has any."""
    try:
        return load(source.read_bytes())
    except PackInvalid as invalid:
        print_findings(invalid.findings, False, lang, aside=True)
        raise typer.Exit(FINDINGS) from None


def asked_day(text: str | None, lang: Lang) -> date:
    """The day that was asked about; today where none was."""
    if text is None:
        return day_of(SystemClock().now())
    try:
        return date.fromisoformat(text)
    except ValueError:
        usage(lang, "{name} is not a date such as 2026-11-22.", name=text)


def holders_of(pack: Pack, path: Path, faults: list[Finding], lang: Lang) -> Iterator[HolderFacts]:
    """The holders of a file that can be read; what is wrong with the others is added to `faults`."""
    for place, row in rows_of(path, lang):
        holder, findings = read_holder(row, place, catalogue(pack.catalogue))
        faults += findings
        if not findings:
            yield holder


def rows_of(path: Path, lang: Lang) -> Iterator[tuple[str, dict[str, Any]]]:
    """The holders of a file with where they stand in it: `row 2`, as people count."""
    return read_table(path, lang, most_rows=MOST_ROWS, most_bytes=MOST_BYTES).named()


def known_use(pack: Pack, use: str | None, lang: Lang) -> None:
    """Ends the command where the pack has no such result."""
    if use is not None and all(one.code != use for one in pack.results):
        known = ", ".join(one.code for one in pack.results)
        usage(lang, "There is no result {name}; there is: {known}.", name=use, known=known)


def known_facts(pack: Pack, names: Sequence[str], lang: Lang) -> None:
    """Ends the command where a name is no fact of the catalogue with one value."""
    facts = catalogue(pack.catalogue).facts
    for name in names:
        if name not in facts or facts[name].by is not None:
            usage(lang, "There is no fact {name} with one value.", name=name)
