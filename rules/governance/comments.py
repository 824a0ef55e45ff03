"""What people say of a public draft, and what the office answers: each kept once, none ever edited.

Must never keep a name: a comment carries its writer's id, which leaves this package nowhere.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text

from kernel.audit import audit
from kernel.db import Session, constraint_error
from kernel.errors import DomainError, Kind
from kernel.ids import mint
from rules.governance.consultations import consultation

COMMENT_MOST: Final = 500
ANSWER_MOST: Final = 1000
COMMENTS_EACH: Final = 5
"""How many comments one person may write about one draft; a constraint holds it."""


class ConsultationClosed(DomainError):
    """The time for comments on this draft is over. Nothing was saved.

    Read what was said and answered; the next draft has its own time for comments.
    """

    kind, code = Kind.REFUSED, "CONSULTATION_CLOSED"


class CommentLength(DomainError):
    """A comment has between 1 and {most} letters. Nothing was saved.

    Shorten it, or write two.
    """

    kind, code = Kind.INVALID, "COMMENT_LENGTH"


class TooManyComments(DomainError):
    """You may comment on one draft five times, one after the other. This comment was not saved.

    Wait for the answers: the office answers every comment.
    """

    kind, code = Kind.LIMITED, "TOO_MANY_COMMENTS"


class CommentMissing(DomainError):
    """There is no such comment on this draft.

    Open the draft and choose one of its comments.
    """

    kind, code = Kind.MISSING, "COMMENT_MISSING"


class AnswerLength(DomainError):
    """An answer has between 1 and {most} letters. Nothing was saved.

    Shorten it; the gazette prints it whole.
    """

    kind, code = Kind.INVALID, "ANSWER_LENGTH"


class AlreadyAnswered(DomainError):
    """A colleague has answered this comment already. Your answer was not saved.

    Open the draft again to read it.
    """

    kind, code = Kind.CONFLICT, "ALREADY_ANSWERED"


constraint_error("draft_comments_most", TooManyComments)
constraint_error("draft_comments_one_at_a_time", TooManyComments)
constraint_error("comment_answers_pkey", AlreadyAnswered)

_COMMENT = text("""
    insert into draft_comments (comment_id, draft_id, holder_id, place, comment, written_at)
    select :comment_id, :draft_id, cast(:holder_id as uuid), count(*) + 1, :comment, :now
    from draft_comments where draft_id = :draft_id and holder_id = cast(:holder_id as uuid)
""")
_ENDORSE = text("""
    insert into draft_endorsements (draft_id, holder_id, endorsed_at) values (:draft_id, :holder_id, :now)
    on conflict (draft_id, holder_id) do nothing
""")
_ANSWER = text("""
    insert into comment_answers (comment_id, answer, answered_by, answered_at)
    values (:comment_id, :answer, :by, :now)
""")


async def comment(session: Session, *, draft_id: UUID, holder_id: UUID, words: str, now: datetime) -> UUID:
    """Say something about a public draft; gives the comment's id.

    Refuses with ConsultationMissing, ConsultationClosed, CommentLength, TooManyComments.
    """
    if not (await consultation(session, draft_id)).open(now):
        raise ConsultationClosed()
    if not 0 < len(words.strip()) <= COMMENT_MOST:
        raise CommentLength(most=COMMENT_MOST)
    comment_id = mint(now)
    binds = {"comment_id": comment_id, "draft_id": draft_id, "holder_id": holder_id}
    await session.execute(_COMMENT, {**binds, "comment": words.strip(), "now": now})
    return comment_id


async def endorse(session: Session, *, draft_id: UUID, holder_id: UUID, now: datetime) -> None:
    """Say yes to a public draft; a second yes of the same person changes nothing.

    Refuses with ConsultationMissing, ConsultationClosed.
    """
    if not (await consultation(session, draft_id)).open(now):
        raise ConsultationClosed()
    await session.execute(_ENDORSE, {"draft_id": draft_id, "holder_id": holder_id, "now": now})


async def answer(
    session: Session, *, draft_id: UUID, comment_id: UUID, words: str, answered_by: UUID, now: datetime
) -> None:
    """Answer a comment in the office's name, for everybody to read and for good; also after the time for comments.

    Refuses with ConsultationMissing, CommentMissing, AnswerLength, AlreadyAnswered.
    """
    shown = await consultation(session, draft_id)
    if comment_id not in {one.comment_id for one in shown.comments}:
        raise CommentMissing()
    if not 0 < len(words.strip()) <= ANSWER_MOST:
        raise AnswerLength(most=ANSWER_MOST)
    binds = {"comment_id": comment_id, "answer": words.strip(), "by": answered_by, "now": now}
    await session.execute(_ANSWER, binds)
    seen = {"draft_id": str(draft_id)}
    await audit(session, at=now, action="answer_comment", object_kind="comment", object_id=comment_id, data=seen)
