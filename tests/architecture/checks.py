"""What may not stand in a file, one pure check each: a file in, complaints out.

Must never decide where a check applies: test_tidy.py says that, and test_checks_bite.py proves on seeded
faults that each check still finds what it is for.
"""

import ast
import re
from collections.abc import Iterator

from tests.architecture.tree import Source

Function = ast.FunctionDef | ast.AsyncFunctionDef

FUNCTION_LINES = 50
CLASS_LINES = 150
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "X" * 3)
"""Marks of unfinished work, spelled so that this file does not hold them."""
EMPTY_NAMES = frozenset(
    ["utils", "util", "helpers", "service", "services", "manager", "common", "base", "misc", "core"]
)
"""Module names that say nothing about what is inside."""


def _at(source: Source, node: ast.AST, what: str) -> str:
    return f"{source.path}:{getattr(node, 'lineno', 1)}: {what}"


def _length(node: Function | ast.ClassDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def long_bodies(source: Source) -> Iterator[str]:
    """Functions and classes over their caps, counted from `def` or `class` to the last line."""
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > FUNCTION_LINES:
            yield _at(source, node, f"function {node.name} has {_length(node)} lines, the cap is {FUNCTION_LINES}")
        if isinstance(node, ast.ClassDef) and _length(node) > CLASS_LINES:
            yield _at(source, node, f"class {node.name} has {_length(node)} lines, the cap is {CLASS_LINES}")


def missing_docstring(source: Source) -> Iterator[str]:
    """A module that does not open by saying what it is for."""
    if not ast.get_docstring(source.tree):
        yield f"{source.path}:1: no module docstring"


def empty_name(source: Source) -> Iterator[str]:
    """A module or folder whose name could hold anything."""
    if parts := EMPTY_NAMES & set(source.module.split(".")):
        yield f"{source.path}:1: a module named {', '.join(sorted(parts))} says nothing"


def unfinished(source: Source) -> Iterator[str]:
    """Marks of work left for later: write the work, or an issue."""
    for number, line in enumerate(source.text.splitlines(), 1):
        if any(mark in line for mark in UNFINISHED):
            yield f"{source.path}:{number}: unfinished: {line.strip()}"


def prints(source: Source) -> Iterator[str]:
    """A bare print: the command line says things through typer, everything else through a logger."""
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"print", "breakpoint"}:
            yield _at(source, node, f"{node.func.id}()")


def hidden_imports(source: Source) -> Iterator[str]:
    """Imports inside functions or under TYPE_CHECKING: they hide a knot instead of untying it."""
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    yield _at(source, inner, f"import inside {node.name}")
        if isinstance(node, ast.Name) and node.id == "TYPE_CHECKING":
            yield _at(source, node, "TYPE_CHECKING")


def floats(source: Source) -> Iterator[str]:
    """Binary fractions where points are counted; asking whether a value is one, to refuse it, is fine."""
    asked = {
        id(inner)
        for node in source.nodes
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance")
        or isinstance(node, ast.MatchClass)
        for inner in ast.walk(node)
    }
    for node in source.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield _at(source, node, f"float {node.value!r}")
        if isinstance(node, ast.Name) and node.id == "float" and id(node) not in asked:
            yield _at(source, node, "float")


def commits(source: Source) -> Iterator[str]:
    """A commit outside the one place that commits."""
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
            yield _at(source, node, "commit()")


_QUERY_MODULES = ("sqlalchemy", "sqlmodel", "asyncpg", "kernel.sql")


def queries(source: Source) -> Iterator[str]:
    """A query, or the means to write one: routes and pages call a use case instead."""
    for node in source.nodes:
        for name in _imported(node):
            if name.startswith(_QUERY_MODULES) and not name.startswith("sqlalchemy.exc"):
                yield _at(source, node, f"imports {name}")
        if isinstance(node, ast.Attribute) and node.attr in {"execute", "scalar", "scalars"}:
            yield _at(source, node, node.attr)


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom():
            return [node.module or ""]
        case _:
            return []


_MACHINE = re.compile(
    "/(?:home|root|Users|work)/\\w|" + "py" + r"pi\.org|--(?:extra-)?index-" + r"url|--trusted-" + "host"
)


def somebodys_machine(source: Source) -> Iterator[str]:
    """A path of one machine, or the address of a package index: neither is there for anyone else."""
    for number, line in enumerate(source.text.splitlines(), 1):
        if found := _MACHINE.search(line):
            yield f"{source.path}:{number}: {found.group()}"


_ASKING = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}


def time_asked(source: Source) -> Iterator[str]:
    """Asking the time: use cases are handed `now`, so that a test, a replay and a trial can move it."""
    for node in source.nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _ASKING:
            yield _at(source, node, f"{ast.unparse(node.func)}()")
