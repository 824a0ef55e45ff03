"""Authors take their own work back: a submission before anybody decides, or a whole draft.

Nothing is deleted: what was taken back stays readable, with the reason. Must never take back somebody else's work.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from access import approvals
from kernel.audit import audit
from kernel.db import Session
from rules.governance.approvals import KIND, AlreadySubmitted, ApprovalMissing, waiting_of
from rules.governance.drafts import (
    REASON_MOST,
    ChangeReasonMissing,
    NotYourDraft,
    find_draft,
    refuse_unless_current,
)

_WITHDRAW = text("""
    insert into draft_withdrawals (draft_id, withdrawn_by, reason, withdrawn_at) values (:draft_id, :by, :reason, :now)
""")


async def withdraw_submission(session: Session, *, approval_id: UUID, author_id: UUID, now: datetime) -> UUID:
    """Take one's own submission back; gives the draft's id, which may be submitted again.

    Refuses with ApprovalMissing, NotYours, AlreadyDecided.
    """
    approval = await approvals.get(session, approval_id)
    if approval is None or approval.kind != KIND:
        raise ApprovalMissing()
    await approvals.withdraw(session, approval_id=approval_id, author_id=author_id, now=now)
    return approval.object_id


async def withdraw_draft(session: Session, *, draft_id: UUID, author_id: UUID, reason: str, now: datetime) -> None:
    """Give up one's own draft, with a reason for everybody who reads it later.

    Refuses with DraftMissing, NotYourDraft, DraftSuperseded, DraftWithdrawn, AlreadySubmitted, ChangeReasonMissing.
    """
    draft = await find_draft(session, draft_id)
    if draft.author_id != author_id:
        raise NotYourDraft()
    refuse_unless_current(draft)
    if await waiting_of(session, draft_id=draft_id, now=now):
        raise AlreadySubmitted()
    if not 0 < len(reason.strip()) <= REASON_MOST:
        raise ChangeReasonMissing()
    await session.execute(_WITHDRAW, {"draft_id": draft_id, "by": author_id, "reason": reason.strip(), "now": now})
    seen = {"programme": draft.programme, "text_sha256": draft.text_sha256.hex()}
    await audit(session, at=now, action="withdraw_draft", object_kind="draft", object_id=draft_id, data=seen)
