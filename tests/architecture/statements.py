"""Named SQL as files: headers, binds, and which module loads which.

Must never run a statement; test_sql.py does, and only to have it explained.
"""

import ast
import re
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
    return [] if said == list(HEADER) else [f"{source.path}: says {said}, not {list(HEADER)}"]


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


def _loaded_by(source: Source) -> list[str]:
    beside = PurePosixPath(source.path).parent
    found: list[str] = []
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(
                func=ast.Name(id="named") | ast.Attribute(attr="named"), args=[_, ast.Constant(value=str(name))]
            ):
                found.append((beside / "sql" / f"{name}.sql").as_posix())
    return found


def unused() -> list[str]:
    """Statements that no module loads."""
    return [source.path for source in named_sql() if source.path not in loaded()]


def absent() -> list[str]:
    """Statements that a module loads and nobody wrote."""
    return sorted(loaded() - {source.path for source in named_sql()})
