"""Two packs over the same pieces of the past: what each holder has under either, put side by side as pieces come. Pure.

Keeps a row a holder and no event, so that memory stays flat. What both packs read alike is read once.
"""

from collections.abc import Sequence
from uuid import UUID

from points.what_if.pieces import Piece
from points.what_if.worth_columns import Frames, Had, Read, Span, priced, read, together
from rules.engine.column_reading import reads_alike
from rules.engine.model import Pack


class Comparing:
    """A base, none where nothing was in force, and a draft, over whatever pieces are added."""

    def __init__(self, base: Pack | None, draft: Pack, span: Span) -> None:
        self.base, self.draft, self.span = base, draft, span
        self.holder_ids: list[UUID] = []
        self.homes: list[UUID | None] = []
        self.events_count = 0
        self._alike = base is not None and reads_alike(base, draft)
        self._before: list[Had] = []
        self._after: list[Had] = []

    def add(self, piece: Piece) -> Frames:
        """Some more holders, under both packs; what was read of them for the draft."""
        people = piece.people
        self.holder_ids += piece.holder_ids
        self.homes += piece.homes
        self.events_count += self._counted(people)
        frames = read(self.draft, people, self.span)
        self._after.append(priced(self.draft, frames, people, self.span))
        if self.base is not None:
            before = frames if self._alike else read(self.base, people, self.span)
            self._before.append(priced(self.base, before, people, self.span))
        return frames

    def _counted(self, people: Sequence[Read]) -> int:
        """How many events were looked at: of an accrual those within the span, of an assessment all that it reads."""
        if self.draft.mode == "assessment":
            return sum(len(one.events) for one in people)
        return sum(event.occurred_at >= self.span.since for one in people for event in one.events)

    def sides(self) -> tuple[Had | None, Had]:
        """What everybody has before and after, in the order in which they came."""
        self.add(Piece((), (), ()))  # where nobody came, the columns are there all the same
        before = together(self.base, self._before) if self.base is not None else None
        return before, together(self.draft, self._after)
