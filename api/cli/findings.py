"""What is wrong with a file that somebody gave a command: findings and refusals, in one language, as text or JSON.

`terminal` speaks where the program itself refuses; here an official asked for a language. Must never print a person.
"""

import json
from enum import StrEnum
from typing import Any, NoReturn

import typer

from api.cli.terminal import REFUSED, USAGE
from kernel.errors import Finding
from kernel.locale import LANGUAGES, translate


class Lang(StrEnum):
    """The language of what is printed."""

    ZH = "zh"
    EN = "en"


def print_findings(findings: list[Finding], as_json: bool, lang: Lang, *, aside: bool = False) -> None:
    """One line a finding; `aside` sends them to the standard error, where results go out."""
    for finding in findings:
        found = told(finding)
        line = f":{found['line']}" if "line" in found else ""
        plain = f"{finding.path}{line}: {found[lang.value]} [{finding.code}]"
        typer.echo(json_line(found) if as_json else plain, err=aside)


def told(finding: Finding) -> dict[str, Any]:
    """A finding as JSON, in both languages."""
    values = {key: str(value) for key, value in finding.values.items()}
    found: dict[str, Any] = {"code": finding.code, "path": finding.path}
    found |= {language: translate(language, finding.message_id, **values) for language in LANGUAGES}
    found |= {"line": finding.values["line"]} if "line" in finding.values else {}
    return {**found, "blocking": finding.blocking}


def json_line(value: Any) -> str:
    """A value as one line of JSON, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def usage(lang: Lang, message: str, **values: object) -> NoReturn:
    """The command was called wrongly: one sentence, exit code 2."""
    typer.echo(translate(lang.value, message, **values), err=True)
    raise typer.Exit(USAGE)


def refuse_with(message: str) -> NoReturn:
    """The file cannot be taken: one sentence, exit code 4."""
    typer.echo(message, err=True)
    raise typer.Exit(REFUSED)
