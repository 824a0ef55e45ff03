"""The request key of HTTP: the same key and the same request get the stored answer again, byte for byte.

The key, the effect and the answer are written in one transaction; the grammar and the lifetime are in
docs/operations.md. Must never be the only guard of a business fact: those have keys of their own.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from kernel.canonical import canonical_json
from kernel.db import Session, constraint_error
from kernel.errors import DomainError, Kind

GRAMMAR = re.compile(r"^[A-Za-z0-9_-]{16,64}$")


class RequestKeyMissing(DomainError):
    """This request needs an Idempotency-Key header of 16 to 64 letters, digits, - or _.

    Send it again with a new key; nothing was recorded.
    """

    kind, code = Kind.MALFORMED, "REQUEST_KEY_MISSING"


class RequestKeyReused(DomainError):
    """This request key was already used for another request.

    Use a new key for a new request; nothing was recorded.
    """

    kind, code = Kind.INVALID, "REQUEST_KEY_REUSED"


class RequestInFlight(DomainError):
    """The same request is still being worked on.

    Wait a moment and send it again with the same key.
    """

    kind, code = Kind.CONFLICT, "REQUEST_IN_FLIGHT"


constraint_error("request_keys_pkey", RequestInFlight)


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Who sent which key, and the fingerprint of what was asked."""

    principal_id: UUID
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """A stored answer: the status and the very bytes."""

    status: int
    body: bytes


def request_key(principal_id: UUID, key: str | None, method: str, route: str, body: object) -> RequestKey:
    """Read the header's key against the grammar and take the fingerprint of method, route and body."""
    if not key or not GRAMMAR.match(key):
        raise RequestKeyMissing()
    fingerprint = hashlib.sha256(f"{method}|{route}|".encode() + canonical_json(body)).digest()
    return RequestKey(principal_id, key, fingerprint)


_FIND = text("""
    select k.principal_id, k.key, k.fingerprint, k.status, k.body
    from unnest(cast(:principal_ids as uuid[]), cast(:keys as text[])) as r (principal_id, key)
    join request_keys k on (k.principal_id, k.key) = (r.principal_id, r.key)
""")
_STORE = text("""
    insert into request_keys (principal_id, key, fingerprint, status, body, at)
    select r.*, cast(:at as timestamptz) from unnest(
        cast(:principal_ids as uuid[]), cast(:keys as text[]), cast(:fingerprints as bytea[]),
        cast(:statuses as smallint[]), cast(:bodies as bytea[])) as r
""")


async def find_answers(session: Session, keys: Sequence[RequestKey]) -> dict[tuple[UUID, str], tuple[bytes, Answer]]:
    """The stored answers of these keys, each with the fingerprint it was given for."""
    if not keys:
        return {}
    bind = {"principal_ids": [key.principal_id for key in keys], "keys": [key.key for key in keys]}
    rows = await session.execute(_FIND, bind)
    return {(row.principal_id, row.key): (bytes(row.fingerprint), Answer(row.status, bytes(row.body))) for row in rows}


async def find_answer(session: Session, key: RequestKey) -> Answer | None:
    """The stored answer, or none. Refuses the same key with another fingerprint."""
    found = (await find_answers(session, [key])).get((key.principal_id, key.key))
    if found is None:
        return None
    if found[0] != key.fingerprint:
        raise RequestKeyReused()
    return found[1]


async def store_answers(session: Session, answers: Sequence[tuple[RequestKey, Answer]], at: datetime) -> None:
    """Keep answers beside their effects. A rival that was faster makes the transaction fail whole."""
    if answers:
        await session.execute(
            _STORE,
            {
                "principal_ids": [key.principal_id for key, _ in answers],
                "keys": [key.key for key, _ in answers],
                "fingerprints": [key.fingerprint for key, _ in answers],
                "statuses": [answer.status for _, answer in answers],
                "bodies": [answer.body for _, answer in answers],
                "at": at,
            },
        )
