"""`tongcheng rank`: a list in order, and who is within the quota, without a database.

Stable: other programs call it. Exit codes: 0 done, 1 failure, 2 usage, 4 refused. Results go to the standard output,
everything about the file to the standard error. Must never reorder what its keys leave equal, nor read `97.5 分` as
a number: what cannot be ordered exactly is refused, with its row.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, NoReturn
from unicodedata import east_asian_width

import typer

from api.cli.findings import Lang, print_findings, refuse_with, usage
from api.cli.ordering import plain, read_column
from api.cli.packs import UseOption, known_use, load_pack, pack_file
from api.cli.score import order_column
from api.cli.tables import Table, read_table
from api.cli.terminal import REFUSED
from kernel.errors import Finding
from kernel.locale import translate
from rules.engine import ranking
from rules.engine.assess import result_of
from rules.engine.outcome import Result as PackResult
from rules.engine.ranking import Key, Ties, lot

MOST_ROWS = 2_000_000
MOST_BYTES = 512 * 1024 * 1024
MOST_FINDINGS = 20
_A_PAGE = 1_000
_ADDED = ("rank", "admitted")


@dataclass(frozen=True, slots=True)
class Listed:
    """A table in order: which row comes when, and what it got; without a quota nobody is admitted or not."""

    table: Table
    order: Sequence[int]
    ranks: Sequence[int]
    admitted: Sequence[bool | None]

    def __iter__(self) -> Iterator[tuple[tuple[Any, ...], int, bool | None]]:
        for row in self.order:
            yield self.table.rows[row], self.ranks[row], self.admitted[row]


def rank(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv, .xlsx, .json or .jsonl file.")],
    by: Annotated[
        str | None, typer.Option("--by", help="What decides, first to last: total:desc,applied_at:asc.")
    ] = None,
    order_of: Annotated[
        str | None, typer.Option("--order-of", help="A pack: the order and ties of its result, over its scores.")
    ] = None,
    use: UseOption = None,
    quota: Annotated[
        str | None, typer.Option("--quota", help="How many seats; with --within also by group: Humen=700,Changan=676.")
    ] = None,
    ties: Annotated[
        Ties | None,
        typer.Option("--ties", help="What becomes of a tie that the quota would cut; strict when left out."),
    ] = None,
    seed: Annotated[str | None, typer.Option("--seed", help="What the lottery is drawn with.")] = None,
    identity: Annotated[
        str | None, typer.Option("--id", help="The column that names a row in the lottery: `holder`, else the first.")
    ] = None,
    within: Annotated[
        str | None, typer.Option("--within", help="A column whose groups are ranked by themselves.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    lang: Annotated[Lang, typer.Option("--lang", help="Language of what is printed.")] = Lang.ZH,
) -> None:
    """Rank the rows of a file (1, 2, 2, 4), and say who is within a quota."""
    result = _result(order_of, use, by, lang)
    wanted = _wanted(by or "", lang) if result is None else _keys_of(result)
    ties = ties or (Ties.STRICT if result is None else Ties(result.ties))
    seats = None if quota is None else _seats(quota, within, lang)
    if ties is Ties.LOTTERY and not seed:
        refuse_with(translate(lang.value, "A lottery needs --seed, so that it can be drawn again."))
    table = read_table(file, lang, most_rows=MOST_ROWS, most_bytes=MOST_BYTES)
    columns = (*(column for column, _ in wanted), within, identity, None if result is None else "eligible")
    _require_columns(table, [column for column in columns if column is not None], lang)
    if result is not None:
        table = _eligible(table, lang)
    keys = [Key(_values(table, column, lang), descending) for column, descending in wanted]
    groups = None if within is None else _names(table, within, lang)
    ranks = ranking.rank(keys, groups)
    admitted: Sequence[bool | None] = [None] * len(ranks)
    if seats is not None:
        names = _drawn_by(table, identity, lang) if ties is Ties.LOTTERY else []
        if isinstance(seats, dict) and (without := sorted(set(groups or ()) - set(seats))):
            refuse_with(translate(lang.value, "There is no quota for {names}.", names=", ".join(without[:10])))
        admitted = ranking.admit(ranks, seats, ties, within=groups, draw=lambda row: lot(seed or "", names[row]))
    order = sorted(range(len(ranks)), key=lambda row: (groups[row] if groups else "", ranks[row]))
    listed = Listed(table, order, ranks, admitted)
    _print(_json_lines(listed) if as_json else _table_lines(listed, lang))


def _result(pack: str | None, use: str | None, by: str | None, lang: Lang) -> PackResult | None:
    """The result whose order is asked for; None where the command line says the order itself."""
    if (pack is None) is (by is None) or (pack is None and use is not None):
        usage(lang, "Say either --by, or --order-of a pack (and --use which result).")
    if pack is None:
        return None
    found = load_pack(pack_file(pack), lang)
    known_use(found, use, lang)
    return result_of(found, use)


def _keys_of(result: PackResult) -> list[tuple[str, bool]]:
    """The columns that `rules score --json` gives an order, with whether more is better."""
    return [(order_column(place), key.descending) for place, key in enumerate(result.order, 1)] or [("total", True)]


def _eligible(table: Table, lang: Lang) -> Table:
    """The rows that may be ranked; who is not eligible stands in no order, and is counted. Excel writes FALSE."""
    place = table.columns.index("eligible")
    said = ["" if cells[place] is None else str(plain(cells[place])).strip().lower() for cells in table.rows]
    if odd := [row for row, word in enumerate(said) if word not in ("true", "false", "")]:
        places = [f"row {table.numbers[row]}.eligible" for row in odd]
        message = "{name} must be true or false."
        _refuse([Finding("NOT_TRUE_OR_FALSE", path, message, {"name": "eligible"}) for path in places], lang)
    kept = [row for row, word in enumerate(said) if word != "false"]
    if left := len(said) - len(kept):
        typer.echo(translate(lang.value, "Not eligible, and so not ranked: {count}.", count=left), err=True)
    return Table(table.columns, [table.rows[row] for row in kept], [table.numbers[row] for row in kept])


def _wanted(by: str, lang: Lang) -> list[tuple[str, bool]]:
    """The columns that decide, each with whether more is better."""
    wanted = []
    for entry in by.split(","):
        column, _, direction = entry.strip().rpartition(":")
        if not column or direction not in ("asc", "desc"):
            usage(lang, "{name} must be a column and its direction: total:desc or applied_at:asc.", name=entry.strip())
        wanted.append((column, direction == "desc"))
    if twice := [column for column, times in Counter(column for column, _ in wanted).items() if times > 1]:
        usage(lang, "--by names {name} twice.", name=twice[0])
    return wanted


def _seats(quota: str, within: str | None, lang: Lang) -> int | dict[Any, int]:
    """The quota: one number, or one a group."""
    if quota.isascii() and quota.isdigit() and len(quota) <= 9:
        return int(quota)
    seats: dict[Any, int] = {}
    for entry in quota.split(","):
        group, _, count = entry.strip().rpartition("=")
        if (
            within is None
            or not group
            or group in seats
            or not (count.isascii() and count.isdigit() and len(count) <= 9)
        ):
            usage(lang, "{name} is not a quota: 6000, or with --within Humen=700,Changan=676.", name=quota)
        seats[group] = int(count)
    return seats


def _require_columns(table: Table, named: list[str], lang: Lang) -> None:
    if twice := [name for name, times in Counter(table.columns).items() if times > 1]:
        refuse_with(translate(lang.value, "Two columns have the name {name}.", name=twice[0]))
    for name in _ADDED:
        if name in table.columns:
            refuse_with(translate(lang.value, "The file has a column {name} already; give it another name.", name=name))
    if missing := [name for name in named if name not in table.columns]:
        known = ", ".join(table.columns)
        message = "There is no column {name}; there is: {known}."
        refuse_with(translate(lang.value, message, name=", ".join(missing), known=known))


def _values(table: Table, column: str, lang: Lang) -> list[Any]:
    """A column's exact values to order by; says how many rows lack one."""
    place = table.columns.index(column)
    values, faults = read_column([row[place] for row in table.rows])
    if faults:
        places = [f"row {table.numbers[fault.row]}.{column}" for fault in faults]
        pairs = zip(places, faults, strict=True)
        _refuse([Finding("NOT_ORDERED", path, one.message_id, {"value": one.value}) for path, one in pairs], lang)
    if missing := values.count(None):
        message = "Rows with nothing in column {name}: {count}. There they stand last."
        typer.echo(translate(lang.value, message, count=missing, name=column), err=True)
    return values


def _names(table: Table, column: str, lang: Lang) -> list[str]:
    """A column in which every row must have something, as texts."""
    place = table.columns.index(column)
    if empty := [row for row, cells in enumerate(table.rows) if cells[place] in (None, "")]:
        places = [f"row {table.numbers[row]}.{column}" for row in empty]
        _refuse([Finding("MISSING", path, "{name} is missing.", {"name": column}) for path in places], lang)
    return [str(plain(cells[place])) for cells in table.rows]


def _drawn_by(table: Table, identity: str | None, lang: Lang) -> list[str]:
    """What names each row in the draw: one column, no value twice."""
    column = identity or ("holder" if "holder" in table.columns else table.columns[0]) if table.columns else ""
    names = _names(table, column, lang) if table.rows else []
    if len(set(names)) < len(names):
        [(name, _)] = Counter(names).most_common(1)
        message = "{name} stands twice in column {column}; the lottery needs a column that names each row once: --id."
        refuse_with(translate(lang.value, message, name=name, column=column))
    message = "A tie at the line is drawn: the smallest SHA-256 of the seed, a line feed and {column} wins."
    typer.echo(translate(lang.value, message, column=column), err=True)
    return names


def _refuse(findings: list[Finding], lang: Lang) -> NoReturn:
    """The first faults of the file, each with its place, and how many more there are."""
    print_findings(findings[:MOST_FINDINGS], False, lang, aside=True)
    if (more := len(findings) - MOST_FINDINGS) > 0:
        typer.echo(translate(lang.value, "And {count} more.", count=more), err=True)
    raise typer.Exit(REFUSED)


def _json_lines(listed: Listed) -> Iterator[str]:
    names = (*listed.table.columns, *_ADDED)
    for row, place, admitted in listed:
        entry = dict(zip(names, (*row, place, admitted), strict=True))
        yield json.dumps(entry, ensure_ascii=False, separators=(",", ":"), default=plain)


def _table_lines(listed: Listed, lang: Lang) -> Iterator[str]:
    """The list as people read it, its columns aligned page by page; the last line counts."""
    words = {None: "", True: translate(lang.value, "yes"), False: translate(lang.value, "no")}
    head = [*listed.table.columns, translate(lang.value, "Rank"), translate(lang.value, "Admitted")]
    rows = iter(listed)
    while page := list(islice(rows, _A_PAGE)):
        cells = [[*map(_shown, row), str(place), words[admitted]] for row, place, admitted in page]
        widths = [max(map(_wide, column)) for column in zip(head, *cells, strict=True)]
        for line in (head, *cells):
            padded = [cell + " " * (width - _wide(cell)) for cell, width in zip(line, widths, strict=True)]
            yield "  ".join(padded).rstrip()
    count, seats = len(listed.order), sum(map(bool, listed.admitted))
    if None in listed.admitted or not count:
        yield translate(lang.value, "Rows: {count}.", count=count)
    else:
        yield translate(lang.value, "Rows: {count}, admitted: {admitted}.", count=count, admitted=seats)


def _print(lines: Iterator[str]) -> None:
    while page := list(islice(lines, _A_PAGE)):
        typer.echo("\n".join(page))


def _shown(cell: Any) -> str:
    return "" if cell is None else str(plain(cell))


def _wide(text: str) -> int:
    """How many places of a terminal a text takes: an ideograph takes two."""
    return len(text) if text.isascii() else sum(1 + (east_asian_width(sign) in "WF") for sign in text)
