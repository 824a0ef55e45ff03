"""Actors and how they sign in: staff, residents and vendors, their roles, and sign-in codes.

Must never know who they are: a label says "organiser of the lake group", never a person's name.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from access.actors import ActorKind, Grant
from access.tokens import issue
from kernel.audit import audit
from kernel.canonical import dumps
from kernel.db import Session, constraint_error, scope_of
from kernel.errors import DomainError, Kind
from kernel.ids import mint
from kernel.sql import named

STAFF_TTL, STAFF_IDLE = timedelta(hours=12), timedelta(minutes=30)
RESIDENT_TTL = timedelta(days=14)
FAILURES_MOST = 10
"""Wrong codes that one address may try within a minute, over all processes."""

_CREATE = text("""
    insert into actors (actor_id, kind, holder_id, label, created_at)
    values (:actor_id, :kind, :holder_id, :label, :now)
""")
_SET_CODE = text("""
    insert into sign_in_codes (code_sha256, actor_id, set_at, expires_at)
    values (:sha256, :actor_id, :now, :expires_at)
    on conflict (code_sha256) do update set set_at = excluded.set_at, expires_at = excluded.expires_at
    where sign_in_codes.actor_id = excluded.actor_id
    returning actor_id
""")
_FIND_CODE = text("""
    select a.actor_id, a.kind from sign_in_codes c join actors a using (actor_id)
    where c.code_sha256 = :sha256 and c.expires_at > :now and a.ended_at is null
""")
_END_GRANTS = text("update role_grants set ended_at = :now where actor_id = :actor_id and ended_at is null")
_FAILURES = text("select attempts from failed_attempts where who = :who and minute = :minute")


class SignInRefused(DomainError):
    """This code isn't valid, or no longer. You are not signed in.

    Check the code and type it again, or ask for a new one.
    """

    kind, code = Kind.INVALID, "SIGN_IN_REFUSED"


class TooManyTries(DomainError):
    """Too many wrong codes within a minute. You are not signed in.

    Wait a minute, then try again.
    """

    kind, code = Kind.LIMITED, "TOO_MANY_TRIES"


class SignInCodeTaken(DomainError):
    """This sign-in code already belongs to somebody else. Nothing was recorded.

    Choose another code.
    """

    kind, code = Kind.CONFLICT, "SIGN_IN_CODE_TAKEN"


class ActorExists(DomainError):
    """This resident can already sign in. Nothing was recorded.

    Set a new sign-in code instead.
    """

    kind, code = Kind.CONFLICT, "ACTOR_EXISTS"


constraint_error("actors_pkey", ActorExists)


async def create_staff(session: Session, *, label: str, grants: Sequence[Grant], now: datetime) -> UUID:
    """A member of staff with these roles; gives the actor's id."""
    return await _create_with_grants(session, "staff", label, grants, now)


async def create_vendor(session: Session, *, label: str, now: datetime) -> UUID:
    """A program of somebody else's that records events with a token; gives the actor's id."""
    return await _create_with_grants(session, "vendor", label, (), now)


async def create_device_actor(session: Session, *, label: str, grants: Sequence[Grant], now: datetime) -> UUID:
    """A device that scans or uploads for an organisation; gives the actor's id."""
    return await _create_with_grants(session, "device", label, grants, now)


async def create_resident_actor(session: Session, *, holder_id: UUID, now: datetime) -> UUID:
    """Let a resident sign in; the actor's id is the holder's. Refuses with ActorExists."""
    values = {"actor_id": holder_id, "kind": "resident", "holder_id": holder_id, "label": "resident", "now": now}
    await session.execute(_CREATE, values)
    return holder_id


async def end_grants(session: Session, *, actor_id: UUID, now: datetime) -> None:
    """Take all roles from an actor; the next request is already refused."""
    await session.execute(_END_GRANTS, {"actor_id": actor_id, "now": now})
    await audit(session, at=now, action="end_grants", object_kind="actor", object_id=actor_id, data={})


async def set_sign_in_code(session: Session, *, actor_id: UUID, code: str, now: datetime, ttl: timedelta) -> None:
    """Let an actor sign in with this code until `ttl` has passed. Refuses with SignInCodeTaken."""
    values = {"sha256": _code_sha256(code), "actor_id": actor_id, "now": now, "expires_at": now + ttl}
    if (await session.execute(_SET_CODE, values)).one_or_none() is None:
        raise SignInCodeTaken()


async def sign_in(session: Session, *, code: str, now: datetime) -> str:
    """A fresh session token for whoever has this code. Refuses with SignInRefused.

    Staff: half an hour idle, twelve hours at most. Residents: fourteen days.
    """
    row = (await session.execute(_FIND_CODE, {"sha256": _code_sha256(code), "now": now})).one_or_none()
    if row is None:
        raise SignInRefused()
    resident = row.kind == "resident"
    return await issue(
        session,
        actor_id=row.actor_id,
        kind="web",
        scopes=None,
        ttl=RESIDENT_TTL if resident else STAFF_TTL,
        now=now,
        idle=None if resident else STAFF_IDLE,
    )


async def refuse_too_many_tries(session: Session, *, who: str, now: datetime) -> None:
    """Refuse with TooManyTries when this address has failed too often within the minute."""
    attempts = (await session.execute(_FAILURES, _attempt(who, now))).scalar_one_or_none()
    if (attempts or 0) >= FAILURES_MOST:
        raise TooManyTries()


async def count_failure(session: Session, *, who: str, now: datetime) -> None:
    """Remember one wrong code of this address; everybody's minutes long past are forgotten along the way."""
    await session.execute(named(__file__, "count_failure"), _attempt(who, now))


def _attempt(who: str, now: datetime) -> dict[str, object]:
    return {"who": hashlib.sha256(who.encode()).digest(), "minute": now.replace(second=0, microsecond=0)}


def _code_sha256(code: str) -> bytes:
    """Case and blanks don't matter when a person types a code."""
    return hashlib.sha256("".join(code.split()).upper().encode()).digest()


async def _create_with_grants(
    session: Session, kind: ActorKind, label: str, grants: Sequence[Grant], now: datetime
) -> UUID:
    actor_id = mint(now)
    values = {"actor_id": actor_id, "kind": kind, "holder_id": None, "label": label, "now": now}
    await session.execute(_CREATE, values)
    rows = [
        {
            "grant_id": str(mint(now)),
            "role": grant.role,
            "organisation_id": _text(grant.organisation_id),
            "merchant_id": _text(grant.merchant_id),
            "unit_id": _text(grant.unit_id),
        }
        for grant in grants
    ]
    given_by = scope_of(session).actor_id
    binds = {"actor_id": actor_id, "granted_by": given_by, "now": now, "grants": dumps(rows)}
    await session.execute(named(__file__, "insert_grants"), binds)
    data = {"kind": kind, "roles": sorted({grant.role for grant in grants})}
    await audit(session, at=now, action="create_actor", object_kind="actor", object_id=actor_id, data=data)
    return actor_id


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
