"""How the command line speaks: both languages where something went wrong, and one table of exit codes.

0 done, 1 failure, 2 usage, 3 findings, 4 refused; from 10 on one code each for what stops a start.
Must never print an address with its password, a name or an identity number.
"""

from typing import Any

import typer
from typer.core import TyperGroup

from kernel.errors import DomainError, Kind
from kernel.locale import LANGUAGES, translate

DONE, FAILURE, USAGE, FINDINGS, REFUSED = range(5)
_BY_CODE = {
    "PORT_TAKEN": 13,
    "DISK_FULL": 14,
    "SCHEMA_NEWER": 15,
    "SCHEMA_OLDER": 15,
    "POSTGRES_MISSING": 16,
    "POSTGRES_FAILED": 16,
    "POSTGRES_STOPPED": 17,
    "ROLE_MISSING": 18,
    "HISTORY_WRITABLE": 19,
    "NOT_DURABLE": 20,
    "KEY_FILE_OTHER": 21,
    "KEY_FILE_DAMAGED": 21,
}
_BY_KIND = {Kind.MALFORMED: USAGE, Kind.INVALID: USAGE, Kind.BUSY: FAILURE, Kind.LIMITED: FAILURE}


def exit_code(error: DomainError) -> int:
    """The exit code of a refusal: its own, else its kind's."""
    return _BY_CODE.get(error.code, _BY_KIND.get(error.kind, REFUSED))


def tell(message_id: str, /, **values: object) -> None:
    """One line in each language on stderr: what must be understood by whoever sits there."""
    for language in LANGUAGES:
        typer.echo(translate(language, message_id, **values), err=True)


def refuse(error: DomainError) -> None:
    """A refusal in both languages: what happened, what to do next, and its code."""
    for language in LANGUAGES:
        said = [translate(language, part) for part in (error.message_id(), error.next_step_id()) if part]
        typer.echo(f"{' '.join(said).format_map(_Known(error.values))} [{error.code}]", err=True)


class _Known(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class Nouns(TyperGroup):
    """A group of commands whose refusals become sentences and exit codes, never tracebacks."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except DomainError as error:
            refuse(error)
            raise typer.Exit(exit_code(error)) from error


def noun(help_text: str) -> typer.Typer:
    """A group for one noun: `tongcheng <noun> <verb>`."""
    return typer.Typer(help=help_text, no_args_is_help=True, cls=Nouns, add_completion=False)
