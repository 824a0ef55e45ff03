"""Public drafts: from a day on everybody may read what is planned, say something about it, and see the answers.

Only the author makes a draft public, and only one that could be submitted as it stands. Must never tell who commented
or endorsed: what leaves here is words, times and a count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, text

from kernel.audit import audit
from kernel.calendar import day_of
from kernel.canonical import sha256
from kernel.db import Session, constraint_error
from kernel.errors import DomainError, Kind
from kernel.sql import named
from rules.governance.drafts import (
    Draft,
    DraftHasFindings,
    NotYourDraft,
    find_draft,
    find_drafts,
    refuse_unless_current,
)
from rules.governance.figures import latest_figures
from rules.governance.proposals import followed, unfit
from rules.governance.reach import refuse_if_it_costs
from rules.governance.registry import Registry, load_registry

SHORTEST: Final = timedelta(days=7)
LONGEST: Final = timedelta(days=180)
"""How long people may comment: our choice, between a week and half a year."""


class DraftStale(DomainError):
    """Another version was published since this draft was begun. Nothing was saved.

    Begin a new draft from the newest version.
    """

    kind, code = Kind.CONFLICT, "DRAFT_STALE"


class ConsultationLength(DomainError):
    """People need between {shortest} and {longest} days to comment. Nothing was saved.

    Choose a last day between {first} and {last}.
    """

    kind, code = Kind.INVALID, "CONSULTATION_LENGTH"


class AlreadyPublic(DomainError):
    """This draft is public already. Nothing was saved.

    Open its public page; what people say of it stands there.
    """

    kind, code = Kind.CONFLICT, "DRAFT_ALREADY_PUBLIC"


class ConsultationMissing(DomainError):
    """There is no public draft here.

    Open the list of rules and drafts, and choose one.
    """

    kind, code = Kind.MISSING, "CONSULTATION_MISSING"


constraint_error("draft_publications_pkey", AlreadyPublic)


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said of a draft, and what the office answered, if it has."""

    comment_id: UUID
    draft_id: UUID
    comment: str
    written_at: datetime
    answer: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Consultation:
    """One draft in public: since when, until when people may comment, and what they said, oldest first."""

    draft: Draft
    published_at: datetime
    comments_until: date
    endorsements: int
    comments: tuple[Comment, ...]

    def open(self, now: datetime) -> bool:
        """Whether people may comment and endorse: up to the end of the last day, while the draft stands."""
        return self.draft.current and day_of(now) <= self.comments_until

    @property
    def unanswered(self) -> int:
        """How many comments wait for the office."""
        return sum(1 for one in self.comments if one.answer is None)


_PUBLISH = text("""
    insert into draft_publications (draft_id, published_by, published_at, comments_until)
    values (:draft_id, :by, :now, :comments_until)
""")
_ENDORSED = text("select exists (select from draft_endorsements where draft_id = :draft_id and holder_id = :holder_id)")


async def make_public(
    session: Session, *, draft_id: UUID, author_id: UUID, comments_until: date, now: datetime
) -> Consultation:
    """Show one's own draft to everybody, for comments up to the end of a Shanghai day.

    Refuses with DraftMissing, NotYourDraft, DraftWithdrawn, DraftSuperseded, DraftHasFindings, DraftStale,
    ConsultationLength, AlreadyPublic; and with WhatIfMissing where it reaches back and nobody saw what that would do.
    """
    draft = await find_draft(session, draft_id)
    if draft.author_id != author_id:
        raise NotYourDraft()
    refuse_unless_fit(await load_registry(session), draft, now)
    if draft.pack.reaches_back_to is not None:
        refuse_if_it_costs(draft, await latest_figures(session, draft_id=draft_id))
    first, last = day_of(now) + SHORTEST, day_of(now) + LONGEST
    if not first <= comments_until <= last:
        raise ConsultationLength(
            shortest=SHORTEST.days, longest=LONGEST.days, first=first.isoformat(), last=last.isoformat()
        )
    binds = {"draft_id": draft_id, "by": author_id, "now": now, "comments_until": comments_until}
    await session.execute(_PUBLISH, binds)
    seen = {
        "programme": draft.programme,
        "text_sha256": draft.text_sha256.hex(),
        "comments_until": comments_until.isoformat(),
    }
    await audit(session, at=now, action="publish_draft", object_kind="draft", object_id=draft_id, data=seen)
    return Consultation(draft, now, comments_until, 0, ())


def refuse_unless_fit(registry: Registry, draft: Draft, now: datetime) -> None:
    """Pass what could be published as it stands; else DraftWithdrawn, DraftSuperseded, DraftHasFindings, DraftStale."""
    refuse_unless_current(draft)
    blocking = [finding for finding in draft.findings if finding.blocking]
    if blocking:
        raise DraftHasFindings(findings=blocking)
    base = followed(registry, draft.programme, now)
    if (base.sha256 if base else None) != draft.base_sha256:
        raise DraftStale()
    if taken := unfit(draft.pack, draft.sha256, registry):
        raise DraftHasFindings(findings=list(taken))


async def consultation(session: Session, draft_id: UUID) -> Consultation:
    """One public draft with all that was said of it. Refuses with ConsultationMissing."""
    found = await _consultations(session, [draft_id])
    if not found:
        raise ConsultationMissing()
    return found[0]


async def consultation_of(session: Session, draft_id: UUID) -> Consultation | None:
    """The same, or None for a draft that its author has not shown."""
    return next(iter(await _consultations(session, [draft_id])), None)


async def open_consultations(session: Session, *, now: datetime) -> list[Consultation]:
    """Every public draft that still stands and may be commented on, the one that ends first at the top."""
    found = [one for one in await _consultations(session, None) if one.open(now)]
    return sorted(found, key=lambda one: (one.comments_until, one.published_at))


async def said_of(session: Session, draft_id: UUID) -> list[Consultation]:
    """What was said of a draft and of those whose place it took, the first draft first; empty where none was public."""
    rows = await session.execute(named(__file__, "drafts_before"), {"draft_id": draft_id})
    found = await _consultations(session, [row.draft_id for row in rows])
    return sorted(found, key=lambda one: one.published_at)


async def endorsed_by(session: Session, *, draft_id: UUID, holder_id: UUID) -> bool:
    """Whether this resident has endorsed a draft."""
    return bool((await session.execute(_ENDORSED, {"draft_id": draft_id, "holder_id": holder_id})).scalar_one())


def digest_of(said: Sequence[Consultation]) -> str:
    """What was said and answered, as one digest: hexadecimal SHA-256."""
    return sha256(
        [
            {
                "draft_id": str(one.draft.draft_id),
                "endorsements": one.endorsements,
                "comments": [[str(c.comment_id), c.comment, c.answer] for c in one.comments],
            }
            for one in said
        ]
    ).hex()


async def _consultations(session: Session, draft_ids: Sequence[UUID] | None) -> list[Consultation]:
    """Publications of these drafts, or of all; comments come along in the same rows, ordered by draft and time."""
    rows = await session.execute(
        named(__file__, "publications"), {"draft_ids": None if draft_ids is None else list(draft_ids)}
    )
    shown = {draft_id: list(theirs) for draft_id, theirs in groupby(rows.mappings(), key=lambda row: row["draft_id"])}
    drafts = {one.draft_id: one for one in await find_drafts(session, list(shown))}
    return [
        Consultation(
            draft=drafts[draft_id],
            published_at=theirs[0]["published_at"],
            comments_until=theirs[0]["comments_until"],
            endorsements=theirs[0]["endorsements"],
            comments=tuple(_comment(row) for row in theirs if row["comment_id"]),
        )
        for draft_id, theirs in shown.items()
    ]


def _comment(row: RowMapping) -> Comment:
    names = ("comment_id", "draft_id", "comment", "written_at", "answer", "answered_at")
    return Comment(**{name: row[name] for name in names})
