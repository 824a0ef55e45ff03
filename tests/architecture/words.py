"""The names we define, found in code, SQL, addresses and pages; and the words none of them may hold.

Must never look at names that others define: `Task.cancel()` is asyncio's word, a method `cancel` would be ours.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache

from tests.architecture.tree import Source

BANNED = frozenset({"wallet", "freeze", "reservation", "coupon", "ruleset", "bonus", "cancel", "user"})
"""Words of docs/GLOSSARY.md's last table: each has a word of ours instead."""

_NOT_OURS_IN_SQL = frozenset({"current_user", "session_user"})
_ENDINGS = ("s", "es", "ed", "led", "ling", "lation")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SQL_NOISE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_NAMED_IN_PAGES = re.compile(r"""(?:\b(?:macro|set|block)\s+|\b(?:id|name|for)=["'])([\w-]+)""")


def words_of(name: str) -> set[str]:
    """The words of a name, lower case and without endings: `CancelledRuleset` -> cancel, ruleset."""
    words = {part.lower() for part in _PARTS.findall(name)}
    if "rule_set" in name.lower():
        words.add("ruleset")
    return words | {word.removesuffix(ending) for word in words for ending in _ENDINGS}


@cache
def banned_in(name: str) -> set[str]:
    """The banned words in a name."""
    return BANNED & words_of(name)


def names_in_python(source: Source) -> Iterator[tuple[int, str]]:
    """Functions, classes, arguments and variables a module defines, and the paths of its routes, with their lines."""
    for node in source.nodes:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
                for decorator in node.decorator_list:
                    yield from _route_path(decorator)
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr


def _route_path(decorator: ast.expr) -> Iterator[tuple[int, str]]:
    match decorator:
        case ast.Call(args=[ast.Constant(value=str(path)), *_]) if path.startswith("/"):
            yield decorator.lineno, path


def names_in_sql(source: Source) -> Iterator[tuple[int, str]]:
    """Every identifier outside comments and strings; Postgres's own words excepted."""
    body = _SQL_NOISE.sub(lambda found: "\n" * found.group().count("\n"), source.text)
    for number, line in enumerate(body.splitlines(), 1):
        for name in re.findall(r"[A-Za-z_]\w*", line):
            if name.lower() not in _NOT_OURS_IN_SQL:
                yield number, name


def names_in_page(source: Source) -> Iterator[tuple[int, str]]:
    """Macros, blocks, variables, field names and ids of a template."""
    for number, line in enumerate(source.text.splitlines(), 1):
        for name in _NAMED_IN_PAGES.findall(line):
            yield number, name
