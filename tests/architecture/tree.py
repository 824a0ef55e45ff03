"""The project as text: which files are ours, of which kind, and their syntax trees, read once a run.

Must never import what it reads: a module that cannot even be imported is still checked.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("kernel", "access", "rules", "points", "redemption", "api", "resident_ui", "admin_ui", "migrations")
"""The packages of the house, lowest first; `migrations` stands beside them."""

TOP_LEVEL = frozenset(
    (*ROOMS, "tests", "docs", "pyproject.toml", "requirements.lock", "Makefile", "README.md", "CHANGELOG.md", "LICENSE")
)
"""Everything that may stand at the top, dotfiles aside."""

_NOT_OURS = {"__pycache__", "node_modules"}
_VENDORED = ("api/web/static/v/",)


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its path from the root, with slashes, and its text."""

    path: str
    text: str

    @property
    def room(self) -> str:
        """The top-level directory it stands in."""
        return self.path.split("/", 1)[0]

    @property
    def module(self) -> str:
        """Its dotted name, for a Python file."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return _parse(self.text)

    @property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of its syntax tree."""
        return _walk_tree(self.text)

    @property
    def line_count(self) -> int:
        """Its length as it stands, docstrings and blank lines included."""
        return len(self.text.splitlines())


@cache
def _parse(text: str) -> ast.Module:
    return ast.parse(text)


@cache
def _walk_tree(text: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(_parse(text)))


def _walk(*suffixes: str, tops: tuple[str, ...]) -> Iterator[Source]:
    for top in tops:
        for path in sorted((ROOT / top).rglob("*")):
            inside = path.relative_to(ROOT)
            ours = not _NOT_OURS & set(inside.parts) and not inside.as_posix().startswith(_VENDORED)
            if path.suffix in suffixes and ours and path.is_file():
                yield Source(inside.as_posix(), path.read_text("utf-8"))


@cache
def python_files() -> tuple[Source, ...]:
    """Every Python file of ours, tests included."""
    return tuple(_walk(".py", tops=(*ROOMS, "tests")))


@cache
def house_files() -> tuple[Source, ...]:
    """Every Python file of the rooms, without tests."""
    return tuple(source for source in python_files() if source.room != "tests")


@cache
def sql_files() -> tuple[Source, ...]:
    """Every SQL file: named statements and migrations."""
    return tuple(_walk(".sql", tops=ROOMS))


@cache
def named_sql() -> tuple[Source, ...]:
    """The statements that code loads by name, from a `sql/` folder beside it."""
    return tuple(source for source in sql_files() if source.room != "migrations")


@cache
def templates() -> tuple[Source, ...]:
    """Every page template."""
    return tuple(_walk(".html", tops=ROOMS))


@cache
def styles_and_scripts() -> tuple[Source, ...]:
    """Our own style sheets and scripts; what is vendored is left out."""
    return tuple(_walk(".css", ".js", tops=ROOMS))


@cache
def documents() -> tuple[Source, ...]:
    """The Markdown that people read; decisions included, the two generated lists left out."""
    top = (Source(name, (ROOT / name).read_text("utf-8")) for name in ("README.md", "CHANGELOG.md"))
    inside = _walk(".md", tops=("docs",))
    return tuple(source for source in (*top, *inside) if source.path not in GENERATED)


GENERATED = frozenset({"docs/SCOREBOARD.md", "docs/errors.md"})

_TABLE = re.compile(r"^\s*create (?:unlogged )?table (?:if not exists )?(\w+)", re.MULTILINE | re.IGNORECASE)


@cache
def tables() -> frozenset[str]:
    """Every table of ours that a migration creates; the queue's own are another project's."""
    migrations = (source.text for source in sql_files() if source.room == "migrations")
    found = (name for text in migrations for name in _TABLE.findall(text))
    return frozenset(name for name in found if not name.startswith("pgqueuer"))


@cache
def modules() -> frozenset[str]:
    """Every dotted module and package name of the rooms and the tests."""
    return frozenset(source.module for source in python_files())
