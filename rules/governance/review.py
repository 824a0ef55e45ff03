"""What an official sees before deciding: the draft, the very figures its author saw, the change in words.

Reads only. Must never show other figures than those whose digest the approval binds.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from access import approvals
from access.approvals import Approval
from kernel.canonical import sha256
from kernel.db import Session
from kernel.errors import DomainError, Kind
from kernel.locale import Language
from rules.governance.approvals import KIND, content_of, counts_from
from rules.governance.drafts import Draft, find_draft
from rules.governance.figures import WhatIfRun, figures_of
from rules.governance.registry import Published, load_registry
from rules.language.edit import describe_changes


class ApprovalBroken(DomainError):
    """What is stored is no longer what was submitted, so nobody can decide about it. Nothing was saved.

    Tell the operator, and ask the author for a new draft.
    """

    kind, code = Kind.CONFLICT, "APPROVAL_BROKEN"


class ApprovalMissing(DomainError):
    """There is no such proposal of a rule change.

    Open the list of rule changes that wait, and choose one.
    """

    kind, code = Kind.MISSING, "APPROVAL_MISSING"


@dataclass(frozen=True, slots=True)
class Review:
    """One proposal as the approver sees it. `counts_from` is the day it would count from if approved now."""

    approval: Approval
    draft: Draft
    run: WhatIfRun
    base: Published
    counts_from: date
    author_label: str

    def changes(self, language: Language) -> list[str]:
        """The change in words."""
        return describe_changes(self.base.pack, self.draft.pack, language)


_LABEL = text("select label from actors where actor_id = :actor_id")


async def review(session: Session, *, approval_id: UUID, now: datetime) -> Review:
    """Everything about one proposal, checked against its digest. Refuses with ApprovalMissing, ApprovalBroken."""
    approval = await approvals.get(session, approval_id)
    if approval is None or approval.kind != KIND:
        raise ApprovalMissing()
    draft = await find_draft(session, approval.object_id)
    run = await figures_of(session, UUID(str(approval.data["whatif_id"])))
    if run is None or sha256(content_of(draft, run)) != approval.sha256 or sha256(run.figures) != run.figures_sha256:
        raise ApprovalBroken()
    base = (await load_registry(session)).by_sha256[draft.base_sha256]
    label = (await session.execute(_LABEL, {"actor_id": approval.author_id})).scalar_one()
    return Review(approval, draft, run, base, counts_from(draft, now), label)
