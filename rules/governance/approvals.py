"""A draft goes to another official: bound to its bytes, its figures, its findings and what people said of it.

Approved whole or returned with a reason. The author can't approve (access.approvals and a constraint both refuse it).
Approval publishes one immutable version, byte for byte what was approved; nothing else in the system is switched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from access import approvals
from access.approvals import Approval
from kernel.canonical import sha256
from kernel.db import Session
from kernel.errors import DomainError, Kind
from rules.catalogue.charter_register import charter
from rules.governance.consultations import Consultation, digest_of, refuse_unless_fit, said_of
from rules.governance.drafts import REASON_MOST, Draft, NotYourDraft, find_draft
from rules.governance.figures import WhatIfMissing, WhatIfRun, figures_of, latest_figures
from rules.governance.publish import earliest_effect, publish
from rules.governance.reach import refuse_if_it_costs
from rules.governance.registry import Published, load_registry

KIND: Final = "rule_pack"
"""The kind of approval that publishes a pack."""


class FlagReasonMissing(DomainError):
    """A group gains less than four fifths of what everybody gains, and nobody says why. Nothing was saved.

    Write beside the flag why it is right all the same, in 500 letters at most; the gazette prints it.
    """

    kind, code = Kind.INVALID, "FLAG_REASON_MISSING"


class AlreadySubmitted(DomainError):
    """This draft already waits for another official. Nothing was saved.

    Wait for the decision, or begin a new draft.
    """

    kind, code = Kind.CONFLICT, "ALREADY_SUBMITTED"


class ConsultationOpen(DomainError):
    """People may still comment on this draft, up to the end of {until}. Nothing was saved.

    Submit it once the time for comments is over and every comment is answered.
    """

    kind, code = Kind.REFUSED, "CONSULTATION_OPEN"


class CommentsUnanswered(DomainError):
    """{count} comments on this draft have no answer yet. Nothing was saved.

    Answer each of them on the draft's page; the answers stand in the gazette.
    """

    kind, code = Kind.REFUSED, "COMMENTS_UNANSWERED"


class ApprovalMissing(DomainError):
    """There is no such proposal of a rule change.

    Open the list of rule changes that wait, and choose one.
    """

    kind, code = Kind.MISSING, "APPROVAL_MISSING"


class ApprovalBroken(DomainError):
    """What is stored is no longer what was submitted, so nobody can decide about it. Nothing was saved.

    Tell the operator, and ask the author for a new draft.
    """

    kind, code = Kind.CONFLICT, "APPROVAL_BROKEN"


@dataclass(frozen=True, slots=True)
class Bound:
    """What one approval is about: the draft, the very figures its author saw, and what people said.

    `flag_reason`: why it is right although a group gains little; empty where none is flagged.
    """

    draft: Draft
    run: WhatIfRun
    said: tuple[Consultation, ...]
    flag_reason: str = ""


def content_of(about: Bound, charter_sha256: str) -> dict[str, Any]:
    """What an approval binds: the draft's very text and reasons, the figures, findings and comments that were shown.

    And the charter that the findings were found by: a pack is published under a charter that can be named.
    """
    draft, run, said = about.draft, about.run, about.said
    reasons = {"flag_reason": about.flag_reason} if about.flag_reason else {}
    return {
        **reasons,
        "draft_id": str(draft.draft_id),
        "programme": draft.programme,
        "base_sha256": draft.base_sha256.hex() if draft.base_sha256 else None,
        "text_sha256": draft.text_sha256.hex(),
        "reason": draft.reason,
        "basis": draft.basis,
        "charter_sha256": charter_sha256,
        "findings": [[finding.code, finding.path] for finding in draft.findings],
        "figures_sha256": run.figures_sha256.hex(),
        "comments": sum(len(one.comments) for one in said),
        "said_sha256": digest_of(said),
    }


async def submit_draft(
    session: Session, *, draft_id: UUID, author_id: UUID, now: datetime, flag_reason: str = ""
) -> UUID:
    """Hand a draft to another official: gives the approval's id. A `flag_reason` is kept where a group is flagged.

    Refuses with DraftMissing, NotYourDraft, DraftWithdrawn, DraftSuperseded, DraftHasFindings, DraftStale,
    ConsultationOpen, CommentsUnanswered, WhatIfMissing, FlagReasonMissing, AlreadySubmitted.
    """
    draft = await find_draft(session, draft_id)
    if draft.author_id != author_id:
        raise NotYourDraft()
    refuse_unless_fit(await load_registry(session), draft, now)
    said = await said_of(session, draft_id)
    _refuse_unheard(said, now)
    run = await latest_figures(session, draft_id=draft_id)
    if run is None:
        raise WhatIfMissing()
    refuse_if_it_costs(draft, run)
    why = flag_reason.strip() if run.flagged else ""
    if run.flagged and not 0 < len(why) <= REASON_MOST:
        raise FlagReasonMissing()
    if await waiting_of(session, draft_id=draft_id, now=now):
        raise AlreadySubmitted()
    content = content_of(Bound(draft, run, tuple(said), why), charter().sha256.hex())
    return await approvals.submit(
        session,
        kind=KIND,
        object_id=draft_id,
        content=content,
        author_id=author_id,
        now=now,
        data={**content, "whatif_id": str(run.whatif_id), "title": dict(draft.pack.title)},
    )


async def waiting_of(session: Session, *, draft_id: UUID, now: datetime) -> Approval | None:
    """The submission of a draft that waits for a decision, if there is one."""
    waiting = await approvals.waiting(session, [KIND], now=now)
    return next((one for one in waiting if one.object_id == draft_id), None)


def counts_from(draft: Draft, now: datetime) -> date:
    """The day from which a draft would count if it were approved now: never less than thirty days ahead."""
    return max(draft.effective_from, earliest_effect(now))


async def bound(session: Session, approval: Approval) -> Bound:
    """What was submitted, checked against its digest. Refuses with ApprovalBroken."""
    draft = await find_draft(session, approval.object_id)
    run = await figures_of(session, UUID(str(approval.data["whatif_id"])))
    said = await said_of(session, draft.draft_id)
    if run is None or sha256(run.figures) != run.figures_sha256:
        raise ApprovalBroken()
    about = Bound(draft, run, tuple(said), str(approval.data.get("flag_reason", "")))
    if sha256(content_of(about, str(approval.data["charter_sha256"]))) != approval.sha256:
        raise ApprovalBroken()
    return about


async def publish_approved(session: Session, approval: Approval, now: datetime) -> Published:
    """Carry out an approval of this kind: one immutable version, the very text that was approved.

    Refuses with ApprovalBroken, DraftWithdrawn, DraftSuperseded, DraftStale and what `publish` refuses.
    """
    draft = (await bound(session, approval)).draft
    refuse_unless_fit(await load_registry(session), draft, now)
    return await publish(
        session,
        text=draft.text,
        approval_id=approval.approval_id,
        now=now,
        effective_from=counts_from(draft, now),
    )


def _refuse_unheard(said: Sequence[Consultation], now: datetime) -> None:
    """People are heard before a draft goes on: the time for comments is over, and each has its answer."""
    still = [one.comments_until for one in said if one.open(now)]
    if still:
        raise ConsultationOpen(until=max(still).isoformat())
    if unanswered := sum(one.unanswered for one in said):
        raise CommentsUnanswered(count=unanswered)
