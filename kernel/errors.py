"""The one tree of expected refusals, and findings: faults of a file or pack, reported all at once.

    DomainError                 every refusal that a caller may expect; a kind says its family
        <each package's own>    named by what is refused, e.g. PointsInsufficient

Must never know HTTP: only `api.web.problems` turns a kind into a status. An error's docstring is its
English text: the first line says what happened, the line after the blank one says what to do next.
Both are message ids; the Chinese stands in the locale, and a test finds each.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from inspect import cleandoc
from typing import ClassVar


class Kind(StrEnum):
    """The family of a refusal."""

    MALFORMED = "malformed"  # not readable as what it claims to be
    UNAUTHENTICATED = "unauthenticated"  # nobody is signed in
    FORBIDDEN = "forbidden"  # signed in, but not entitled
    MISSING = "missing"  # not there, or not for this caller to know of
    CONFLICT = "conflict"  # the world has moved on
    INVALID = "invalid"  # readable, but a field is wrong
    REFUSED = "refused"  # understood, and a rule says no
    LIMITED = "limited"  # too often
    BUSY = "busy"  # full for now; nothing was recorded


class DomainError(Exception):
    """Something was refused.

    Try again, or ask for help with the request number.
    """

    kind: ClassVar[Kind] = Kind.REFUSED
    code: ClassVar[str] = "REFUSED"

    def __init__(self, **values: object) -> None:
        super().__init__(values)
        self.values = values

    @classmethod
    def message_id(cls) -> str:
        """The English sentence with its {placeholders}."""
        return cleandoc(cls.__doc__ or "").split("\n\n")[0].replace("\n", " ")

    @classmethod
    def next_step_id(cls) -> str:
        """What to do next, in English; empty where the message says it all."""
        paragraphs = cleandoc(cls.__doc__ or "").split("\n\n")
        return paragraphs[1].replace("\n", " ") if len(paragraphs) > 1 else ""

    def __str__(self) -> str:
        return f"{self.code}: {self.message_id().format_map(_Lenient(self.values))}"


class _Lenient(dict[str, object]):
    """Placeholders without a value stay as they are, so that an error can always be shown."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault in a pack or a file, as a value. `path` is where: `items.hours.cap`, `row 7, hours`.

    `message_id` is English with {placeholders} from `values`; the locale holds the Chinese.
    """

    code: str
    path: str
    message_id: str
    values: dict[str, object] = field(default_factory=dict)
    blocking: bool = True

    def __str__(self) -> str:
        return f"{self.path}: {self.message_id.format_map(_Lenient(self.values))} [{self.code}]"
