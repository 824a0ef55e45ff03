"""Everything we say is said in both languages, and no page speaks one of them by itself."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from jinja2 import Environment

import api.app
from api.web.how import EVIDENCE
from api.web.problems import TITLES, every_problem
from kernel.locale import chinese

ROOT = Path(__file__).parents[2]
PACKAGES = ("kernel", "access", "rules", "points", "redemption", "api", "resident_ui", "admin_ui")
HAN = re.compile(r"[\u3400-\u9fff]")
assert api.app, "importing the whole application makes every refusal known"


def templates() -> list[Path]:
    folders = ("api/web/templates", "resident_ui/templates", "admin_ui/templates")
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.html"))


def in_templates() -> Iterator[tuple[str, str]]:
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"])
    extract = environment.extract_translations  # type: ignore[attr-defined]  # the extension adds it
    for path in templates():
        for line, _, message in extract(path.read_text("utf-8"), ("_",)):
            if isinstance(message, str):
                yield f"{path.relative_to(ROOT)}:{line}", message


def in_errors() -> Iterator[tuple[str, str]]:
    for error in every_problem():
        yield error.__name__, error.message_id()
        if error.next_step_id():
            yield error.__name__, error.next_step_id()


def in_code() -> Iterator[tuple[str, str]]:
    """The message of each `Finding(code, path, message)` and each constant handed to `translate` or `say`."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and (message := _message(node)):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", message


def _message(call: ast.Call) -> str | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    place = {"Finding": 2, "translate": 1, "say": 0}.get(name)
    if place is None or len(call.args) <= place:
        return None
    argument = call.args[place]
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def every_message() -> list[tuple[str, str]]:
    tables = [("a table of api.web", message) for message in (*TITLES.values(), *EVIDENCE.values())]
    return [*in_templates(), *in_errors(), *in_code(), *tables]


def test_every_message_has_its_chinese() -> None:
    known = chinese()
    missing = sorted({f"{where}: {message}" for where, message in every_message() if message not in known})
    assert missing == []


def test_both_languages_name_the_same_values() -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    differ = [english for english, chinese_text in chinese().items() if names(english) != names(chinese_text)]
    assert differ == []


def test_no_template_speaks_chinese_by_itself() -> None:
    speaking = [str(path.relative_to(ROOT)) for path in templates() if HAN.search(path.read_text("utf-8"))]
    assert speaking == []


def test_no_template_holds_inline_script_or_style() -> None:
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:")
    assert [str(path) for path in templates() if inline.search(path.read_text("utf-8"))] == []
