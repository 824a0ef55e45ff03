"""Where the next page of a statement, or of what programs were told, starts, as one opaque word in the address.

Pure. It holds a position and no right: whoever changes it only sees another part of their own statement.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from uuid import UUID

from kernel.calendar import rfc3339
from kernel.errors import DomainError, Kind
from points.ledger.statement import Position
from points.people.disclosures import Position as DisclosurePosition


class CursorMalformed(DomainError):
    """This page mark can't be read. Nothing was changed.

    Start again from the first page.
    """

    kind, code = Kind.MALFORMED, "CURSOR_MALFORMED"


def write_cursor(position: Position) -> str:
    """The word for a position."""
    at, point_kind, seq = position
    return urlsafe_b64encode(json.dumps([rfc3339(at), point_kind, seq]).encode()).decode().rstrip("=")


def read_cursor(word: str | None) -> Position | None:
    """The position again; none without a word. Refuses with CursorMalformed."""
    if not word:
        return None
    try:
        at, point_kind, seq = json.loads(urlsafe_b64decode(word + "=" * (-len(word) % 4)))
        found = datetime.fromisoformat(at)
        if (
            found.tzinfo is None
            or not 1900 <= found.year < 2200
            or not isinstance(point_kind, str)
            or "\x00" in point_kind
            or not 0 <= int(seq) < 1 << 63
        ):
            raise CursorMalformed()
        return found, point_kind, int(seq)
    except (ValueError, TypeError, OverflowError) as error:
        raise CursorMalformed() from error


def disclosure_mark(position: DisclosurePosition) -> str:
    """The word for a position in the log of what programs were told."""
    at, disclosure_id = position
    return write_cursor((at, str(disclosure_id), 0))


def at_disclosure(word: str | None) -> DisclosurePosition | None:
    """The position again; none without a word. Refuses with CursorMalformed."""
    found = read_cursor(word)
    try:
        return (found[0], UUID(found[1])) if found else None
    except ValueError as error:
        raise CursorMalformed() from error
