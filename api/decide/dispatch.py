"""Another official's yes or no, and what a yes sets in motion: one function for each kind of approval.

The decision and its effect are one transaction: a pack that can't be published leaves the approval
waiting. Must never decide by itself: `access.approvals` refuses the author, other content, and late ones.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from access import approvals
from access.approvals import Approval
from kernel.db import Session
from points.changes.propose import KINDS as LEDGER_CHANGES
from points.changes.propose import carry_out
from points.rerate.carry_out import begin
from points.rerate.propose import KIND as RE_RATE
from rules.governance.approvals import KIND as RULE_PACK
from rules.governance.approvals import publish_approved

Effect = Callable[[Session, Approval, datetime], Awaitable[Any]]

EFFECTS: Final[Mapping[str, Effect]] = {
    RULE_PACK: publish_approved,
    RE_RATE: begin,
    **dict.fromkeys(LEDGER_CHANGES, carry_out),
}
"""Kind of approval -> what it sets in motion, called inside the deciding transaction."""


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
    """Approve, or return with a reason, exactly what was seen; then do what it sets in motion.

    Refuses with what `access.approvals.decide` refuses (the author, other bytes, too late, already decided,
    no reason to return it), and with what the effect refuses; nothing is written then.
    """
    approval = await approvals.decide(
        session,
        approval_id=approval_id,
        decided_by=decided_by,
        approve=approve,
        reason=reason,
        seen_sha256=seen_sha256,
        now=now,
    )
    if approve:
        await EFFECTS[approval.kind](session, approval, now)
    return approval
