"""The refusals and messages of the house, read from its syntax: codes, sentences, next steps.

Also writes docs/errors.md: `python -m tests.architecture.errors` prints it. Must never import a room
other than `kernel`: the list is complete even while a page is broken.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment

from kernel.errors import DomainError
from tests.architecture.tree import Source, house_files, templates

_HEAD = """# Errors

Every refusal of the product, by its stable `code`: over the API in `application/problem+json`, on a page as
a sentence. Generated from the docstrings by `python -m tests.architecture.errors > docs/errors.md`; a test
compares. What a refusal's kind means over HTTP stands in decision 0010.

| code | kind | what happened | what to do next |
|---|---|---|---|"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One subclass of DomainError as it stands in the text."""

    where: str
    name: str
    code: str | None
    kind: str
    docstring: str
    bases: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """The English sentence, which is the message id."""
        return self._as_class().message_id()

    @property
    def next_step(self) -> str:
        """What to do next, in English."""
        return self._as_class().next_step_id()

    def _as_class(self) -> type[DomainError]:
        return type(self.name, (DomainError,), {"__doc__": self.docstring})


@cache
def refusals() -> tuple[Refusal, ...]:
    """Every subclass of DomainError in the rooms, at any remove.

    Left out: a mere family without a code, and one that says more under the code of its parent.
    """
    known = {"DomainError"}
    found: dict[str, Refusal] = {}
    classes = [(source, node) for source in house_files() for node in _classes(source)]
    growing = True
    while growing:
        fresh = [(s, n) for s, n in classes if _key(s, n) not in found and known & set(map(_last_name, n.bases))]
        found |= {_key(source, node): _refusal(source, node) for source, node in fresh}
        known |= {node.name for _, node in fresh}
        growing = bool(fresh)
    coded = {refusal.name for refusal in found.values() if refusal.code}
    families = {base for refusal in found.values() for base in refusal.bases}
    refused = [one for one in found.values() if one.code or (one.name not in families and not coded & set(one.bases))]
    return tuple(sorted(refused, key=lambda refusal: (refusal.code or "", refusal.where)))


def _classes(source: Source) -> Iterator[ast.ClassDef]:
    return (node for node in source.nodes if isinstance(node, ast.ClassDef))


def _key(source: Source, node: ast.ClassDef) -> str:
    return f"{source.path}:{node.lineno}"


def _last_name(base: ast.expr) -> str:
    return ast.unparse(base).rpartition(".")[2]


def _refusal(source: Source, node: ast.ClassDef) -> Refusal:
    values: dict[str, str] = {}
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=given)):
                values |= {ast.unparse(name): ast.unparse(value) for name, value in zip(names, given, strict=True)}
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                values[name] = ast.unparse(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                values[name] = ast.unparse(value)
    code = ast.literal_eval(values["code"]) if "code" in values else None
    kind = values.get("kind", "Kind.REFUSED").rpartition(".")[2].lower()
    bases = tuple(map(_last_name, node.bases))
    return Refusal(_key(source, node), node.name, code, kind, ast.get_docstring(node) or "", bases)


_SAYING = {"_": 0, "translate": 1, "gettext": 0}
"""Functions that put a message id into words, and which argument is the id."""


@cache
def said_in_code() -> dict[str, str]:
    """Message ids that stand as plain strings in code, and where: findings, and calls that translate."""
    found: dict[str, str] = {}
    for source in house_files():
        for node in source.nodes:
            if isinstance(node, ast.Call) and (said := _message_in(node)):
                found.setdefault(said, f"{source.path}:{node.lineno}")
    return found


def _message_in(call: ast.Call) -> str | None:
    name = _last_name(call.func)
    if name == "Finding":
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        given = call.args[2] if len(call.args) > 2 else named.get("message_id")
    elif name in _SAYING and len(call.args) > _SAYING[name]:
        given = call.args[_SAYING[name]]
    else:
        return None
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None


@cache
def said_in_pages() -> dict[str, str]:
    """Message ids of the templates, and where."""
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"])
    found: dict[str, str] = {}
    for source in templates():
        for line, _, message in environment.extract_translations(source.text):  # type: ignore[attr-defined]
            if isinstance(message, str):
                found.setdefault(message, f"{source.path}:{line}")
    return found


def placeholders(sentence: str) -> set[str]:
    """The {names} of a sentence."""
    return {name.partition(":")[0] for name in re.findall(r"\{(\w+(?::[^}]*)?)\}", sentence)}


def as_document() -> str:
    """The text of docs/errors.md."""
    rows = [
        f"| `{refusal.code}` | {refusal.kind} | {refusal.message} | {refusal.next_step} |"
        for refusal in refusals()
        if refusal.code
    ]
    return "\n".join([_HEAD, *rows]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_document())
