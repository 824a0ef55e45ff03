"""Four eyes: somebody submits, somebody else decides, about exactly the content that was seen.

An approval binds the SHA-256 of the canonical content; any later edit makes it worthless. Author and
decider differ by a check in the database too; its author may only take it back. What a decision sets in
motion is `api.decide`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, text

from access.authorize import NotFoundHere, OwnWork
from kernel.audit import audit
from kernel.canonical import dumps, sha256
from kernel.db import Session, constraint_error
from kernel.errors import DomainError, Kind
from kernel.ids import mint
from kernel.sql import named

LIFETIME = timedelta(days=7)

State = Literal["waiting", "approved", "rejected", "withdrawn", "expired"]

_SUBMIT = text("""
    insert into approvals (approval_id, kind, object_id, sha256, author_id, submitted_at, expires_at, data)
    values (:approval_id, :kind, :object_id, :sha256, :author_id, :now, :expires_at, cast(:data as jsonb))
""")
_DECIDE = text("""
    insert into approval_decisions (approval_id, author_id, sha256, decided_by, approved, reason, decided_at)
    values (:approval_id, :author_id, :sha256, :decided_by, :approved, :reason, :now)
""")
_GET = text("""
    select a.*, d.decided_by, d.approved, d.reason, d.decided_at
    from approvals a left join approval_decisions d using (approval_id)
    where a.approval_id = :approval_id
""")


class ContentChanged(DomainError):
    """What you looked at is not what was submitted. Nothing was decided.

    Open it again, read it as it is now, and decide then.
    """

    kind, code = Kind.CONFLICT, "CONTENT_CHANGED"


class ApprovalExpired(DomainError):
    """This waited longer than seven days and has lapsed. Nothing was decided.

    Ask its author to submit it again.
    """

    kind, code = Kind.CONFLICT, "APPROVAL_EXPIRED"


class AlreadyDecided(DomainError):
    """Somebody has already decided about this. Your decision was not recorded.

    Open it again to see what was decided and why.
    """

    kind, code = Kind.CONFLICT, "ALREADY_DECIDED"


class NotYours(DomainError):
    """Only whoever submitted this may take it back. Nothing was changed.

    Decide about it, or ask its author.
    """

    kind, code = Kind.FORBIDDEN, "NOT_YOUR_SUBMISSION"


class ReasonMissing(DomainError):
    """Sending something back needs a reason. Nothing was decided.

    Write in a sentence what should change.
    """

    kind, code = Kind.INVALID, "REASON_MISSING"


constraint_error("approval_decisions_pkey", AlreadyDecided)
constraint_error("approval_decisions_seen", ContentChanged)
constraint_error("approval_decisions_other_eyes", OwnWork)


@dataclass(frozen=True, slots=True)
class Approval:
    """Something submitted, and how it ended, if it did. `data` is its kind's own.

    `approved` is None while it waits, and when its author took it back: then `decided_at` says when.
    """

    approval_id: UUID
    kind: str
    object_id: UUID
    sha256: bytes
    author_id: UUID
    submitted_at: datetime
    expires_at: datetime
    data: Mapping[str, Any]
    decided_by: UUID | None = None
    approved: bool | None = None
    reason: str | None = None
    decided_at: datetime | None = None

    def state(self, now: datetime) -> State:
        """Where it stands at `now`."""
        if self.decided_at is not None:
            return "withdrawn" if self.approved is None else "approved" if self.approved else "rejected"
        return "waiting" if now < self.expires_at else "expired"


async def submit(
    session: Session, *, kind: str, object_id: UUID, content: Any, author_id: UUID, now: datetime, data: dict[str, Any]
) -> UUID:
    """Ask for a decision about `content` (any JSON value) within seven days; gives the approval's id."""
    approval_id = mint(now)
    fingerprint = sha256(content)
    values = {
        "approval_id": approval_id,
        "kind": kind,
        "object_id": object_id,
        "sha256": fingerprint,
        "author_id": author_id,
        "now": now,
        "expires_at": now + LIFETIME,
        "data": dumps(data),
    }
    await session.execute(_SUBMIT, values)
    seen = {"kind": kind, "object_id": str(object_id), "sha256": fingerprint.hex()}
    await audit(session, at=now, action="submit", object_kind="approval", object_id=approval_id, data=seen)
    return approval_id


async def decide(
    session: Session,
    *,
    approval_id: UUID,
    decided_by: UUID,
    approve: bool,
    reason: str,
    seen_sha256: bytes,
    now: datetime,
) -> Approval:
    """Approve, or send back with a reason, what was seen under `seen_sha256`.

    Refuses with OwnWork, ContentChanged, ApprovalExpired, AlreadyDecided, ReasonMissing or NotFoundHere.
    """
    approval = await get(session, approval_id)
    if approval is None:
        raise NotFoundHere()
    _refuse_unfit(approval, decided_by, approve=approve, reason=reason, seen_sha256=seen_sha256, now=now)
    values = {
        "approval_id": approval_id,
        "author_id": approval.author_id,
        "sha256": seen_sha256,
        "decided_by": decided_by,
        "approved": approve,
        "reason": reason.strip(),
        "now": now,
    }
    await session.execute(_DECIDE, values)
    seen = {"approved": approve, "sha256": seen_sha256.hex()}
    await audit(session, at=now, action="decide", object_kind="approval", object_id=approval_id, data=seen)
    decided = await get(session, approval_id)
    assert decided is not None
    return decided


async def withdraw(session: Session, *, approval_id: UUID, author_id: UUID, now: datetime) -> None:
    """Take back what one submitted oneself, before anybody decides.

    Refuses with NotFoundHere, NotYours, AlreadyDecided: whoever comes second, author or colleague, is refused.
    """
    approval = await get(session, approval_id)
    if approval is None:
        raise NotFoundHere()
    if approval.author_id != author_id:
        raise NotYours()
    if approval.decided_at is not None:
        raise AlreadyDecided()
    values = {
        "approval_id": approval_id,
        "author_id": author_id,
        "sha256": approval.sha256,
        "decided_by": author_id,
        "approved": None,
        "reason": "",
        "now": now,
    }
    await session.execute(_DECIDE, values)
    seen = {"kind": approval.kind, "sha256": approval.sha256.hex()}
    await audit(session, at=now, action="withdraw", object_kind="approval", object_id=approval_id, data=seen)


def _refuse_unfit(
    approval: Approval, decided_by: UUID, *, approve: bool, reason: str, seen_sha256: bytes, now: datetime
) -> None:
    if approval.author_id == decided_by:
        raise OwnWork()
    if approval.decided_at is not None:
        raise AlreadyDecided()
    if approval.sha256 != seen_sha256:
        raise ContentChanged()
    if now >= approval.expires_at:
        raise ApprovalExpired()
    if not approve and not reason.strip():
        raise ReasonMissing()


async def get(session: Session, approval_id: UUID) -> Approval | None:
    """One approval with its decision; none when there is no such thing."""
    row = (await session.execute(_GET, {"approval_id": approval_id})).one_or_none()
    return _read(row) if row else None


async def waiting(session: Session, kinds: Sequence[str], *, now: datetime) -> list[Approval]:
    """What of these kinds waits for a decision at `now`, oldest first."""
    rows = await session.execute(named(__file__, "waiting_approvals"), {"kinds": list(kinds), "now": now})
    return [_read(row) for row in rows]


def _read(row: Row[Any]) -> Approval:
    return Approval(
        row.approval_id,
        row.kind,
        row.object_id,
        bytes(row.sha256),
        row.author_id,
        row.submitted_at,
        row.expires_at,
        row.data,
        row.decided_by,
        row.approved,
        row.reason,
        row.decided_at,
    )
