"""Which two instants an auditor asks for: what counts by then, and what was known by then. Pure.

Typed as Shanghai time, as the browser's own field gives it; empty means now.
"""

from dataclasses import dataclass
from datetime import datetime

from kernel.calendar import instant, local

_UNREADABLE = "This is no date and time, such as 2026-11-22 14:00."
_NOT_YET = "What will be known in the future can't be told. Choose a time that has passed."


@dataclass(frozen=True, slots=True)
class Asked:
    """The instants asked for, None where a field was empty; `errors` are message ids by field."""

    as_of: datetime | None
    known_at: datetime | None
    errors: dict[str, str]

    @property
    def elsewhen(self) -> bool:
        """Whether anything but now was asked for."""
        return self.as_of is not None or self.known_at is not None


def read_asked(as_of: str, known_at: str, now: datetime) -> Asked:
    """Two typed instants, with a sentence for each that can't be looked at; those are left out."""
    found: dict[str, datetime | None] = {}
    errors: dict[str, str] = {}
    for name, typed in (("as_of", as_of.strip()), ("known_at", known_at.strip())):
        found[name] = _read(typed)
        if typed and found[name] is None:
            errors[name] = _UNREADABLE
    known = found["known_at"]
    if known is not None and known > now:
        found["known_at"], errors["known_at"] = None, _NOT_YET
    return Asked(found["as_of"], found["known_at"], errors)


def _read(typed: str) -> datetime | None:
    try:
        at = instant(typed)
    except (ValueError, OverflowError):
        return None
    return at if 1900 <= at.year < 2200 else None


def typed(at: datetime | None) -> str:
    """An instant as the browser's field takes it: Shanghai time, without its offset."""
    return local(at).strftime("%Y-%m-%dT%H:%M:%S") if at else ""
