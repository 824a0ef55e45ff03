"""Named SQL as files: headers, binds, and which module loads which.

Must never run a statement; test_sql.py does, and only to have it explained.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

from kernel.sql import statement
from tests.architecture.tree import Source, house_files, named_sql

HEADER = ("binds", "gives", "locks")
"""What a header says after its first sentence, in this order."""

_BIND = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_STRING = re.compile(r"'(?:[^']|'')*'")


def header_of(source: Source) -> list[str]:
    """The comment lines a file opens with, without their dashes."""
    lines: list[str] = []
    for line in source.text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return lines


def header_faults(source: Source) -> list[str]:
    """What its header does not say, or says in another order."""
    lines = header_of(source)
    if not lines or lines[0].partition(":")[0] in HEADER:
        return [f"{source.path}: no sentence saying what it answers"]
    said = [word for line in lines if (word := line.partition(":")[0]) in HEADER]
    if said != list(HEADER):
        return [f"{source.path}: says {said}, not {list(HEADER)}"]
    told = " ".join(lines).partition("binds:")[2].partition("gives:")[0]
    if "one array a column" in told:
        return []
    untold = [name for name in binds_of(source) if not re.search(rf"\b{name}\b", told)]
    return [f"{source.path}: binds {', '.join(untold)} without saying so"] if untold else []


def binds_of(source: Source) -> list[str]:
    """Its named binds, each once, in order; what only a distributed database asks for is left out."""
    body = _STRING.sub("", statement(source.text, distributed=False))
    return list(dict.fromkeys(_BIND.findall(body)))


def numbered(source: Source, *, distributed: bool) -> tuple[str, int]:
    """The statement with $1, $2, ... for its named binds, and how many there are."""
    body = statement(source.text, distributed=distributed)
    kept = _STRING.findall(body)
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        if found.group(1) not in names:
            names.append(found.group(1))
        return f"${names.index(found.group(1)) + 1}"

    pieces = [_BIND.sub(number, piece) for piece in _STRING.split(body)]
    text = pieces[0] + "".join(quoted + piece for quoted, piece in zip(kept, pieces[1:], strict=True))
    return text.rstrip().rstrip(";"), len(names)


@cache
def loaded() -> frozenset[str]:
    """Paths of every statement that some module loads by name."""
    return frozenset(path for source in house_files() for path in _loaded_by(source))


def _loaded_by(source: Source) -> Iterator[str]:
    """What a module loads: named in the call itself, or one of a list of names in the same module."""
    beside = PurePosixPath(source.path).parent
    calls = [node for node in source.nodes if isinstance(node, ast.Call) and _is_named(node)]
    for call in calls:
        match call.args:
            case [ast.Name(id="__file__"), ast.Constant(value=name)]:
                yield f"{beside}/sql/{name}.sql"
            case [ast.Attribute(attr="__file__"), ast.Constant(value=name)]:
                # A neighbour's statement: whose, the import says; its name is enough to know that it is used.
                yield from (statement.path for statement in named_sql() if statement.path.endswith(f"/sql/{name}.sql"))
            case [ast.Name(id="__file__"), _]:
                listed = {str(node.value) for node in source.nodes if isinstance(node, ast.Constant)}
                written = (PurePosixPath(statement.path) for statement in named_sql())
                yield from (str(path) for path in written if path.parent.parent == beside and path.stem in listed)


def _is_named(call: ast.Call) -> bool:
    return len(call.args) == 2 and ast.unparse(call.func).rpartition(".")[2] == "named"


def unused() -> list[str]:
    """Statements that no module loads."""
    return [source.path for source in named_sql() if source.path not in loaded()]


def absent() -> list[str]:
    """Statements that a module loads and nobody wrote."""
    return sorted(loaded() - {source.path for source in named_sql()})
