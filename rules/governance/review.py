"""What an official sees before deciding: the draft, the very figures its author saw, the change in words.

Reads only. Must never show other figures, findings or comments than those whose digest the approval binds.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from access import approvals
from access.approvals import Approval
from kernel.db import Session
from kernel.locale import Language
from rules.governance.approvals import KIND, ApprovalMissing, bound, counts_from
from rules.governance.consultations import Consultation
from rules.governance.drafts import Draft, base_of
from rules.governance.figures import WhatIfRun
from rules.governance.registry import Published, load_registry
from rules.language.edit import describe_changes


@dataclass(frozen=True, slots=True)
class Review:
    """One proposal as the approver sees it. `counts_from` is the day it would count from if approved now."""

    approval: Approval
    draft: Draft
    run: WhatIfRun
    said: tuple[Consultation, ...]
    base: Published | None
    counts_from: date
    author_label: str
    flag_reason: str

    def changes(self, language: Language) -> list[str]:
        """The change in words; of a programme's first version there is none."""
        return describe_changes(self.base.pack, self.draft.pack, language) if self.base else []


_LABEL = text("select label from actors where actor_id = :actor_id")


async def review(session: Session, *, approval_id: UUID, now: datetime) -> Review:
    """Everything about one proposal, checked against its digest. Refuses with ApprovalMissing, ApprovalBroken."""
    approval = await approvals.get(session, approval_id)
    if approval is None or approval.kind != KIND:
        raise ApprovalMissing()
    about = await bound(session, approval)
    base = base_of(await load_registry(session), about.draft)
    label = (await session.execute(_LABEL, {"actor_id": approval.author_id})).scalar_one()
    return Review(
        approval=approval,
        draft=about.draft,
        run=about.run,
        said=about.said,
        base=base,
        counts_from=counts_from(about.draft, now),
        author_label=label,
        flag_reason=about.flag_reason,
    )
