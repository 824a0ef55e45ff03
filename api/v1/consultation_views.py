"""What the API shows of public drafts and of the gazette. Pure shapes; points are decimal strings.

No shape here has a place for a person.
"""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.web.shapes import Shape, Words
from kernel.locale import Language
from points.what_if.one import Comparison, Told, Worth
from rules.governance.comments import ANSWER_MOST, COMMENT_MOST
from rules.governance.consultations import Comment, Consultation
from rules.governance.gazette import Entry
from rules.governance.registry import Published
from rules.language.edit import describe_changes


class PublicationRequest(Shape):
    """Until the end of which Shanghai day people may comment."""

    comments_until: date


class WithdrawalRequest(Shape):
    """Why a draft is given up."""

    reason: Words = Field(max_length=500)


class CommentRequest(Shape):
    """What a resident says of a draft."""

    comment: Words = Field(max_length=COMMENT_MOST)


class AnswerRequest(Shape):
    """What the office answers."""

    answer: Words = Field(max_length=ANSWER_MOST)


class CommentView(Shape):
    """A comment and its answer. Who wrote it is not told."""

    comment_id: UUID
    comment: str
    written_at: datetime
    answer: str | None
    answered_at: datetime | None

    @classmethod
    def of(cls, one: Comment) -> Self:
        return cls(
            comment_id=one.comment_id,
            comment=one.comment,
            written_at=one.written_at,
            answer=one.answer,
            answered_at=one.answered_at,
        )


class ConsultationView(Shape):
    """A public draft: what it changes in words, its very text, what people said."""

    model_config = ConfigDict(str_strip_whitespace=False)

    draft_id: UUID
    programme: str
    title: dict[str, str]
    version: str
    base_sha256: str | None
    text: str
    text_sha256: str
    reaches_back_to: date | None
    reason: str
    basis: str
    changes: list[str]
    published_at: datetime
    comments_until: date
    open: bool
    endorsements: int
    comments: list[CommentView]

    @classmethod
    def of(cls, one: Consultation, base: Published | None, language: Language, now: datetime) -> Self:
        draft = one.draft
        return cls(
            draft_id=draft.draft_id,
            programme=draft.programme,
            title=dict(draft.pack.title),
            version=draft.version,
            base_sha256=base.sha256.hex() if base else None,
            text=draft.text,
            text_sha256=draft.text_sha256.hex(),
            reaches_back_to=draft.pack.reaches_back_to,
            reason=draft.reason,
            basis=draft.basis,
            changes=describe_changes(base.pack, draft.pack, language) if base else [],
            published_at=one.published_at,
            comments_until=one.comments_until,
            open=one.open(now),
            endorsements=one.endorsements,
            comments=[CommentView.of(comment) for comment in one.comments],
        )


class ParagraphView(Shape):
    """One paragraph: `title`, `heading`, `text` or a `point` of a list."""

    kind: str
    text: str


class GazetteView(Shape):
    """One published version in words. `text_sha256` is that of the downloaded text's bytes."""

    sha256: str
    text_sha256: str
    state: str
    paragraphs: list[ParagraphView]

    @classmethod
    def of(cls, entry: Entry, language: Language) -> Self:
        return cls(
            sha256=entry.published.sha256.hex(),
            text_sha256=entry.text_sha256,
            state=entry.state,
            paragraphs=[ParagraphView(kind=one.kind, text=one.text) for one in entry.printed(language)],
        )


class WorthView(Shape):
    """Points under both, in minor units; null where a version does not have it."""

    code: str
    title: dict[str, str]
    before: str | None
    after: str | None

    @classmethod
    def of(cls, one: Worth) -> Self:
        before, after = (None if points is None else str(points) for points in (one.before, one.after))
        return cls(code=one.code, title=dict(one.title), before=before, after=after)


class ToldView(Shape):
    """One event, or the assessment (`at` is null), with its sums under both."""

    at: datetime | None
    before: list[str]
    after: list[str]


class ComparisonView(Shape):
    """What the caller would get: item by item, by kind of points, and each event that would differ."""

    since: datetime
    until: datetime
    changed: bool
    items: list[WorthView]
    totals: list[WorthView]
    told: list[ToldView]

    @classmethod
    def of(cls, found: Comparison, language: Language) -> Self:
        return cls(
            since=found.since,
            until=found.until,
            changed=found.changed,
            items=[WorthView.of(one) for one in found.items],
            totals=[WorthView.of(one) for one in found.totals],
            told=[_told(found, one, language) for one in found.told],
        )


def _told(found: Comparison, one: Told, language: Language) -> ToldView:
    before, after = found.sentences(one, language)
    return ToldView(at=one.at, before=[line.text for line in before], after=[line.text for line in after])
