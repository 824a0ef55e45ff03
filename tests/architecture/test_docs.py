"""The documents tell of what exists: every file, module, code, setting and command that they name is there."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from typer.main import get_command

from api.cli.main import app
from tests.architecture.tree import ROOT, Source, documents, house_files, modules, python_files, sql_files, tables

_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)#\s]+)\)")
_FILE = re.compile(r"^[\w.-]+(/[\w.<>-]+)*\.(py|sql|md|csv|yaml|toml|lock|html|po)$")
_CAPITALS = re.compile(r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$")
_COMMAND = re.compile(r"\btongcheng ((?:[a-z][a-z-]+ ?)+)")
_ROOM = re.compile(r"^(kernel|access|rules|points|redemption|api|resident_ui|admin_ui)(\.\w+)+$")


def _quoted(source: Source) -> Iterator[str]:
    prose = re.sub(r"^(```|~~~).*?^\1", "", source.text, flags=re.MULTILINE | re.DOTALL)
    return (found.strip() for found in _CODE.findall(prose))


def _exists(path: str) -> bool:
    return (ROOT / path).exists() or (ROOT / "docs" / path).exists()


def test_every_link_leads_somewhere() -> None:
    broken = [
        f"{source.path}: {target}"
        for source in documents()
        for target in _LINK.findall(source.text)
        if "://" not in target and not ((ROOT / source.path).parent / target).exists()
    ]
    assert not broken


def test_every_file_named_exists() -> None:
    named = [(source.path, name) for source in documents() for name in _quoted(source) if _FILE.match(name)]
    files = [(where, name) for where, name in named if "<" not in name]
    assert not [f"{where}: {name}" for where, name in files if "/" in name and not _exists(name)]


def test_every_module_named_exists() -> None:
    named = [(source.path, name) for source in documents() for name in _quoted(source) if _ROOM.match(name)]
    assert named
    known = modules() | _jobs()
    unknown = [f"{where}: {name}" for where, name in named if name not in known and not _defined(name)]
    assert not unknown


def test_every_job_is_told_to_whoever_runs_the_city() -> None:
    told = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert _jobs()
    assert not sorted(job for job in _jobs() if f"`{job}`" not in told)


@cache
def _jobs() -> frozenset[str]:
    """The name of every job, scheduled or put in the queue by what somebody approved."""
    found: set[str] = set()
    for source in house_files():
        for node in source.nodes:
            match node:
                case ast.Call(func=ast.Name(id="Schedule"), args=[ast.Constant(value=str(name)), *_]):
                    found.add(name)
                case ast.AnnAssign(target=ast.Name(id="JOB"), value=ast.Constant(value=str(name))):
                    found.add(name)
    return frozenset(found)


def _defined(name: str) -> bool:
    """A name inside a module: `access.actors.Actor`."""
    module, _, inside = name.rpartition(".")
    return any(source.module == module and re.search(rf"\b{inside}\b", source.text) for source in house_files())


def test_every_code_and_setting_in_capitals_is_one_of_ours() -> None:
    texts = [source.text for source in (*python_files(), *sql_files())]
    texts += [(ROOT / name).read_text("utf-8") for name in ("Makefile", ".ci/run")]
    known = {word for text in texts for word in re.findall(r"[A-Z][A-Z0-9_]+", text)} | _settings()
    named = [(source.path, name) for source in documents() for name in _quoted(source) if _CAPITALS.match(name)]
    assert not [f"{where}: {name}" for where, name in named if name not in known]


def _settings() -> set[str]:
    text = (ROOT / "kernel" / "settings.py").read_text("utf-8")
    return {f"TONGCHENG_{name.upper()}" for name in re.findall(r"^    (\w+): ", text, re.MULTILINE)}


@cache
def _commands() -> frozenset[str]:
    """Every command of the program, as its words: `ledger verify`."""
    found: set[str] = set()
    waiting = [("", get_command(app))]
    while waiting:
        words, command = waiting.pop()
        found.add(words)
        for name, inner in getattr(command, "commands", {}).items():
            waiting.append((f"{words} {name}".strip(), inner))
    return frozenset(found)


@pytest.mark.parametrize("source", documents(), ids=lambda source: source.path)
def test_every_command_named_exists(source: Source) -> None:
    commands = _commands()
    named = {found.strip() for found in _COMMAND.findall(_as_commands(source.text))}
    unknown = [words for words in named if not _starts_with_a_command(words, commands)]
    assert not unknown


def _as_commands(text: str) -> str:
    """Only what stands as code: quoted, or indented by four."""
    quoted = "\n".join(_CODE.findall(text))
    indented = "\n".join(line for line in text.splitlines() if line.startswith("    "))
    return f"{quoted}\n{indented}"


def _starts_with_a_command(words: str, commands: frozenset[str]) -> bool:
    parts = words.split()
    leaves = {command for command in commands if not any(other.startswith(f"{command} ") for other in commands)}
    return any(" ".join(parts[:count]) in leaves for count in range(1, len(parts) + 1))


def test_every_decision_is_one_page_with_its_parts() -> None:
    decisions = [source for source in documents() if "/decisions/" in source.path]
    numbers = [int(source.path.rsplit("/", 1)[1][:4]) for source in decisions]
    assert numbers == list(range(1, len(decisions) + 1))
    parts = ("**Context.**", "**Decision.**", "**Consequences.**", "**What we did not choose.**")
    assert not [source.path for source in decisions if [part for part in parts if part not in source.text]]
    assert not [source.path for source in decisions if source.line_count > 60]


def test_every_table_named_as_one_in_the_architecture_exists() -> None:
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text("utf-8")
    section = text.split("## Tables\n", 1)[1].split("\n## ", 1)[0]
    assert set(_CODE.findall(section)) == tables()
