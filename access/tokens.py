"""Tokens: what a session, a program or a device shows at the door.

The plain token is shown once and never stored; the database keeps its SHA-256. A revoked or expired
token is refused on the very next request, so nothing here may be cached.
"""

import binascii
import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import text

from access.actors import Actor, Grant
from kernel.canonical import dumps
from kernel.db import Session
from kernel.ids import random_bytes
from kernel.sql import named

TokenKind = Literal["web", "api", "device"]

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BODY_LENGTH = 43  # 62^43 > 2^256
_CHECK_LENGTH = 6  # 62^6 > 2^32
_PREFIX: dict[TokenKind, str] = {"web": "tc_web_", "api": "tc_live_", "device": "tc_device_"}
_TOUCH_AFTER = timedelta(minutes=1)

_ISSUE = text("""
    insert into tokens (
        token_sha256, actor_id, kind, scopes, purpose, issued_at, expires_at, idle_seconds, last_used_at
    )
    values (:sha256, :actor_id, :kind, cast(:scopes as jsonb), :purpose, :now, :expires_at, :idle_seconds, :now)
""")
_TOUCH = text("update tokens set last_used_at = :now where token_sha256 = :sha256")
_REVOKE = text("update tokens set revoked_at = :now where token_sha256 = :sha256 and revoked_at is null")
_REVOKE_ALL = text("update tokens set revoked_at = :now where actor_id = :actor_id and revoked_at is null")


async def issue(
    session: Session,
    *,
    actor_id: UUID,
    kind: TokenKind,
    scopes: Iterable[str] | None,
    ttl: timedelta,
    now: datetime,
    idle: timedelta | None = None,
    purpose: str | None = None,
) -> str:
    """Make a token and give its plain text, this once. `scopes` None: whatever the actor may do.

    `purpose`: what a program of another body is told of residents for (`access.purposes`).

    It ends `ttl` from now, or after `idle` without use.
    """
    token = mint_token(kind)
    await session.execute(
        _ISSUE,
        {
            "sha256": sha256_of(token),
            "actor_id": actor_id,
            "kind": kind,
            "scopes": None if scopes is None else dumps(sorted(scopes)),
            "purpose": purpose,
            "now": now,
            "expires_at": now + ttl,
            "idle_seconds": int(idle.total_seconds()) if idle else None,
        },
    )
    return token


async def resolve(session: Session, *, token: str, now: datetime) -> Actor | None:
    """Who shows this token; none when it is unknown, damaged, expired, idle too long or revoked."""
    if not well_formed(token):
        return None
    sha256 = sha256_of(token)
    row = (await session.execute(named(__file__, "resolve_token"), {"sha256": sha256, "now": now})).one_or_none()
    if row is None:
        return None
    if now - row.last_used_at >= _TOUCH_AFTER:
        await session.execute(_TOUCH, {"sha256": sha256, "now": now})
    scopes = None if row.scopes is None else frozenset(row.scopes)
    grants = tuple(
        Grant(grant["role"], _id(grant["organisation_id"]), _id(grant["merchant_id"]), _id(grant["unit_id"]))
        for grant in row.grants
    )
    return Actor(row.actor_id, row.kind, row.holder_id, grants, scopes, row.purpose)


async def revoke(session: Session, *, token: str, now: datetime) -> None:
    """End one token, for instance at sign-out. Ending it twice changes nothing."""
    await session.execute(_REVOKE, {"sha256": sha256_of(token), "now": now})


async def revoke_all(session: Session, *, actor_id: UUID, now: datetime) -> None:
    """End every token of an actor: sign out everywhere."""
    await session.execute(_REVOKE_ALL, {"actor_id": actor_id, "now": now})


def mint_token(kind: TokenKind) -> str:
    """A new token: prefix, 32 random bytes in base 62, and their CRC-32, so that a scanner can tell it from noise."""
    secret = random_bytes(32)
    return _PREFIX[kind] + _base62(int.from_bytes(secret), _BODY_LENGTH) + _check(secret)


def well_formed(token: str) -> bool:
    """Whether prefix, length and check agree; a typing mistake never reaches the database."""
    prefix = next((known for known in _PREFIX.values() if token.startswith(known)), None)
    rest = token[len(prefix) :] if prefix else ""
    if len(rest) != _BODY_LENGTH + _CHECK_LENGTH or not all(character in _ALPHABET for character in rest):
        return False
    number = 0
    for character in rest[:_BODY_LENGTH]:
        number = number * 62 + _ALPHABET.index(character)
    return number < 1 << 256 and rest[_BODY_LENGTH:] == _check(number.to_bytes(32))


def sha256_of(token: str) -> bytes:
    """What the database keeps of a token. A 256-bit random secret needs no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def _check(secret: bytes) -> str:
    return _base62(binascii.crc32(secret), _CHECK_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None
