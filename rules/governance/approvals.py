"""A draft goes to another official: bound to its bytes and its figures, approved whole or returned with a reason.

The author can't approve (access.approvals and a constraint both refuse it). Approval publishes one
immutable version; nothing else in the system is switched.
"""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from access import approvals
from access.approvals import Approval
from kernel.db import Session
from kernel.errors import DomainError, Kind
from rules.governance.drafts import Draft, find_draft, newest
from rules.governance.figures import WhatIfRun, latest_figures
from rules.governance.publish import earliest_effect, publish
from rules.governance.registry import Published, Registry, load_registry

KIND: Final = "rule_pack"
"""The kind of approval that publishes a pack."""


class NotYourDraft(DomainError):
    """Only its author may submit a draft. Nothing was saved.

    Ask the author, or write a draft of your own.
    """

    kind, code = Kind.FORBIDDEN, "NOT_YOUR_DRAFT"


class WhatIfMissing(DomainError):
    """Nobody has yet looked at what this draft would change. Nothing was saved.

    Run the what-if first; the approver sees the same figures.
    """

    kind, code = Kind.REFUSED, "WHATIF_MISSING"


class DraftStale(DomainError):
    """Another version was published since this draft was begun. Nothing was saved.

    Begin a new draft from the newest version.
    """

    kind, code = Kind.CONFLICT, "DRAFT_STALE"


class AlreadySubmitted(DomainError):
    """This draft already waits for another official. Nothing was saved.

    Wait for the decision, or begin a new draft.
    """

    kind, code = Kind.CONFLICT, "ALREADY_SUBMITTED"


def content_of(draft: Draft, run: WhatIfRun) -> dict[str, Any]:
    """What an approval binds: the draft's very rules, its reasons, and the figures that were shown."""
    return {
        "draft_id": str(draft.draft_id),
        "programme": draft.programme,
        "base_sha256": draft.base_sha256.hex(),
        "draft_sha256": draft.draft_sha256.hex(),
        "reason": draft.reason,
        "basis": draft.basis,
        "figures_sha256": run.figures_sha256.hex(),
    }


async def submit_draft(session: Session, *, draft_id: UUID, author_id: UUID, now: datetime) -> UUID:
    """Hand a draft to another official: gives the approval's id.

    Refuses with DraftMissing, NotYourDraft, WhatIfMissing, DraftStale, AlreadySubmitted.
    """
    draft = await find_draft(session, draft_id)
    if draft.author_id != author_id:
        raise NotYourDraft()
    _check_base(await load_registry(session), draft, now)
    run = await latest_figures(session, draft_id=draft_id)
    if run is None:
        raise WhatIfMissing()
    if any(one.object_id == draft_id for one in await approvals.waiting(session, [KIND], now=now)):
        raise AlreadySubmitted()
    content = content_of(draft, run)
    return await approvals.submit(
        session,
        kind=KIND,
        object_id=draft_id,
        content=content,
        author_id=author_id,
        now=now,
        data={**content, "whatif_id": str(run.whatif_id)},
    )


def counts_from(draft: Draft, now: datetime) -> date:
    """The day from which a draft would count if it were approved now: never less than thirty days ahead."""
    return max(draft.effective_from, earliest_effect(now))


async def publish_approved(session: Session, approval: Approval, now: datetime) -> Published:
    """Carry out an approval of this kind: one immutable version. Refuses with DraftStale and what `publish` refuses."""
    draft = await find_draft(session, approval.object_id)
    _check_base(await load_registry(session), draft, now)
    return await publish(
        session,
        text=draft.text,
        approval_id=approval.approval_id,
        now=now,
        effective_from=counts_from(draft, now),
    )


def _check_base(registry: Registry, draft: Draft, now: datetime) -> None:
    if newest(registry, draft.programme, now).sha256 != draft.base_sha256:
        raise DraftStale()
