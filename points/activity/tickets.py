"""Tickets: a verified scan waits, single use, for the person's one tap.

A scan only opens a check-in; the ticket carries it over the tap, and over a sign-in where nobody was
signed in yet. The plain ticket is 128 random bits, shown once; the database keeps its SHA-256. A ticket
that is bound to a person never serves another. Must never be issued for a code that was not verified.
"""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kernel.canonical import dumps
from kernel.db import Session
from kernel.errors import DomainError, Kind
from kernel.ids import mint, random_bytes
from points.activity.tokens import Gate

TTL = timedelta(seconds=60)
"""How long a signed-in person has for the tap."""

TTL_OVER_SIGN_IN = timedelta(minutes=10)
"""How long a scan waits for somebody to sign in, in the very browser that scanned."""


class TicketExpired(DomainError):
    """You took longer than a minute to confirm, so this scan no longer counts. Nothing was recorded.

    Scan the code on the screen once more.
    """

    kind, code = Kind.REFUSED, "TICKET_EXPIRED"


class TicketUsed(DomainError):
    """This scan was already used by somebody else. Nothing was recorded for you.

    Scan the code on the screen yourself.
    """

    kind, code = Kind.REFUSED, "TICKET_USED"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as it stands; `answer` is what the gate said when it was used."""

    ticket_id: UUID
    activity_id: UUID
    gate: Gate
    holder_id: UUID | None
    scanned_at: datetime
    expires_at: datetime
    used_at: datetime | None
    answer: dict[str, Any] | None


_INSERT = text("""
    insert into check_in_tickets (ticket_hash, ticket_id, activity_id, gate, holder_id, scanned_at, expires_at)
    values (:ticket_hash, :ticket_id, :activity_id, :gate, :holder_id, :now, :expires_at)
""")
_COLUMNS = "ticket_id, activity_id, gate, holder_id, scanned_at, expires_at, used_at, answer"
_FIND = text(f"select {_COLUMNS} from check_in_tickets where ticket_hash = :ticket_hash for update")
_FIND_ANSWERED = text(f"""
    select {_COLUMNS} from check_in_tickets where ticket_id = :ticket_id and holder_id = :holder_id
""")
_BIND = text("""
    update check_in_tickets set holder_id = :holder_id, expires_at = :expires_at
    where ticket_hash = :ticket_hash and holder_id is null
""")
_USE = text("""
    update check_in_tickets set used_at = :now, holder_id = :holder_id
    where ticket_hash = :ticket_hash and used_at is null
""")
_ANSWER = text("""
    update check_in_tickets set answer = cast(:answer as jsonb) where ticket_id = :ticket_id and answer is null
""")
_SWEEP = text("delete from check_in_tickets where expires_at < :before")


async def issue_ticket(
    session: Session, *, activity_id: UUID, gate: Gate, holder_id: UUID | None, now: datetime
) -> str:
    """A new ticket for a verified scan; gives its plain text, this once. `holder_id` None: nobody is signed in yet."""
    ticket = urlsafe_b64encode(random_bytes(16)).rstrip(b"=").decode()
    await session.execute(
        _INSERT,
        {
            "ticket_hash": _hash(ticket),
            "ticket_id": mint(now),
            "activity_id": activity_id,
            "gate": gate.value,
            "holder_id": holder_id,
            "now": now,
            "expires_at": now + (TTL if holder_id else TTL_OVER_SIGN_IN),
        },
    )
    return ticket


async def bind_ticket(session: Session, *, ticket: str, holder_id: UUID, now: datetime) -> Ticket | DomainError:
    """Give a ticket from before the sign-in to the person who signed in: a minute from now for the tap."""
    found = await _find(session, ticket)
    if found is None or (found.expires_at <= now and found.used_at is None):
        return TicketExpired()
    if found.holder_id not in (None, holder_id):
        return TicketUsed()
    parameters = {"ticket_hash": _hash(ticket), "holder_id": holder_id, "expires_at": now + TTL}
    await session.execute(_BIND, parameters)
    return found


async def use_ticket(session: Session, *, ticket: str, holder_id: UUID, now: datetime) -> Ticket | DomainError:
    """Mark a ticket as used by its person. The same person may show it again and gets the same answer."""
    found = await _find(session, ticket)
    if found is None:
        return TicketExpired()
    if found.holder_id not in (None, holder_id):
        return TicketUsed()
    if found.used_at is None and found.expires_at <= now:
        return TicketExpired()
    await session.execute(_USE, {"ticket_hash": _hash(ticket), "holder_id": holder_id, "now": now})
    return found


async def answer_ticket(session: Session, *, ticket_id: UUID, answer: dict[str, Any]) -> None:
    """Keep what the gate said; the first answer stays."""
    await session.execute(_ANSWER, {"ticket_id": ticket_id, "answer": dumps(answer)})


async def find_answered(session: Session, *, ticket_id: UUID, holder_id: UUID) -> Ticket | None:
    """A person's own used ticket with its answer; none when there is no such."""
    row = (await session.execute(_FIND_ANSWERED, {"ticket_id": ticket_id, "holder_id": holder_id})).one_or_none()
    return _ticket(row) if row is not None and row.answer is not None else None


async def sweep_tickets(session: Session, *, before: datetime) -> None:
    """Forget tickets that ended before then: they hold who scanned where, and nothing needs them any more."""
    await session.execute(_SWEEP, {"before": before})


async def _find(session: Session, ticket: str) -> Ticket | None:
    row = (await session.execute(_FIND, {"ticket_hash": _hash(ticket)})).one_or_none()
    return _ticket(row) if row is not None else None


def _ticket(row: Any) -> Ticket:
    return Ticket(
        row.ticket_id,
        row.activity_id,
        Gate(row.gate),
        row.holder_id,
        row.scanned_at,
        row.expires_at,
        row.used_at,
        row.answer,
    )


def _hash(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode()).digest()
