"""The gazette: each published version as anybody may read it, written from the very pack that the engine runs.

What the pack says comes from `rules.language.gazette`; here stand beside it who approved it, what people said of the
draft and what they were answered, and the digests by which the text can be checked. Reads only.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from kernel.calendar import day_of
from kernel.db import Session
from kernel.locale import Language, translate
from kernel.sql import named
from rules.governance.consultations import Consultation, said_of
from rules.governance.registry import PackMissing, Published, Registry, text_of
from rules.language.gazette import Paragraph, heading, paragraphs, point

State = Literal["past", "in_force", "to_come"]


@dataclass(frozen=True, slots=True)
class Hands:
    """Who wrote a version and who approved it, as the house shows them, and the reasons that were given."""

    draft_id: UUID
    reason: str
    basis: str
    flag_reason: str
    author_label: str
    submitted_at: datetime
    decider_label: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One version in the gazette. `before` is the version that it followed, `hands` None for what was installed."""

    published: Published
    state: State
    before: Published | None
    text: str
    hands: Hands | None
    said: tuple[Consultation, ...]

    @property
    def text_sha256(self) -> str:
        """SHA-256 of the text's own bytes, as a downloaded file would show it."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def printed(self, language: Language) -> list[Paragraph]:
        """The whole entry in one language."""
        before = self.before.pack if self.before else None
        told = paragraphs(self.published.pack, language, before=before)
        return [*told, *said_in_words(self.said, language), *self._approved(language)]

    def _approved(self, language: Language) -> list[Paragraph]:
        told = [heading(translate(language, "Who decided, and how to check it"))]
        if self.hands is None:
            told.append(point(translate(language, "This version came with the installation.")))
        else:
            submitted, decided = (day_of(at).isoformat() for at in (self.hands.submitted_at, self.hands.decided_at))
            told += [
                point(translate(language, "Why: {words}", words=self.hands.reason)),
                point(translate(language, "Legal basis of the change: {words}", words=self.hands.basis)),
                *self._although_unequal(self.hands.flag_reason, language),
                point(
                    translate(
                        language,
                        "Written by {label}, submitted on {day}.",
                        label=self.hands.author_label,
                        day=submitted,
                    )
                ),
                point(
                    translate(language, "Approved by {label} on {day}.", label=self.hands.decider_label, day=decided)
                ),
            ]
        published = day_of(self.published.published_at).isoformat()
        told += [
            point(translate(language, "Public since {day}.", day=published)),
            point(translate(language, "SHA-256 of the text: {digest}", digest=self.text_sha256)),
            point(
                translate(
                    language,
                    "SHA-256 of what it says, which every entry names: {digest}",
                    digest=self.published.sha256.hex(),
                )
            ),
        ]
        return told

    @staticmethod
    def _although_unequal(reason: str, language: Language) -> list[Paragraph]:
        said = "Some people gain less than four fifths of what everybody gains. Why it is right all the same: {words}"
        return [point(translate(language, said, words=reason))] if reason else []


def said_in_words(said: Sequence[Consultation], language: Language) -> list[Paragraph]:
    """What people said of the drafts, each with its answer; nobody is named."""
    if not said:
        return []
    told = [heading(translate(language, "What people said"))]
    for one in said:
        first, last = day_of(one.published_at).isoformat(), one.comments_until.isoformat()
        message = "Draft of {first}, open for comments until {last}: {comments} comments, {count} endorse it."
        told.append(
            point(
                translate(language, message, first=first, last=last, comments=len(one.comments), count=one.endorsements)
            )
        )
        for comment in one.comments:
            told.append(point(translate(language, "A resident: {words}", words=comment.comment)))
            if comment.answer:
                told.append(point(translate(language, "Answer: {words}", words=comment.answer)))
    return told


def state_of(registry: Registry, one: Published, today: date, now: datetime) -> State:
    """Whether a version is in force on a day, was, or will be."""
    if registry.in_force(one.programme, today, now) == one:
        return "in_force"
    return "to_come" if one.effective_from > today else "past"


async def gazette_entry(session: Session, registry: Registry, *, sha256: bytes, now: datetime) -> Entry:
    """One published version as the gazette prints it. Refuses with PackMissing."""
    published = registry.by_sha256.get(sha256)
    if published is None:
        raise PackMissing()
    versions = registry.versions(published.programme)
    following = versions[versions.index(published) + 1 :]
    hands = await hands_of(session, sha256)
    return Entry(
        published=published,
        state=state_of(registry, published, day_of(now), now),
        before=following[0] if following else None,
        text=await text_of(session, sha256),
        hands=hands,
        said=tuple(await said_of(session, hands.draft_id)) if hands else (),
    )


def named_version(registry: Registry, programme: str, version: str) -> Published:
    """A version by the name that people use. Refuses with PackMissing."""
    for one in registry.versions(programme):
        if one.version == version:
            return one
    raise PackMissing()


async def hands_of(session: Session, sha256: bytes) -> Hands | None:
    """Who wrote and approved a version; None for what was installed."""
    row = (await session.execute(named(__file__, "who_approved"), {"pack_sha256": sha256})).mappings().one_or_none()
    return Hands(**row) if row else None
