"""To whom each event goes: the register that goes on after a merge, and the household of the day beside the member.

Reads what surrounds a batch in two queries, then answers purely. Must never decide what an event is worth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from kernel.calendar import day_of
from kernel.db import Session
from points.events.model import EventDraft
from points.events.record import find_events
from points.people.around import Around, read_around
from points.people.households import households_of
from points.submission import Submission
from rules.governance.registry import Registry


@dataclass(frozen=True, slots=True)
class Addressed:
    """A submission's events with their holders settled; `origins`: for a derived event the place of its origin."""

    submission: Submission
    drafts: tuple[EventDraft, ...]
    origins: tuple[int | None, ...]

    @property
    def holder_ids(self) -> set[UUID]:
        return {draft.holder_id for draft in self.drafts}


async def address(
    session: Session, submissions: Sequence[Submission], registry: Registry
) -> tuple[list[Addressed], Around]:
    """Settle the holders of a batch: merged registers lead on, and what a household earns from is sent there too."""
    drafts = [draft for submission in submissions for draft in submission.events]
    around = await read_around(session, {draft.holder_id for draft in drafts})
    corrected = await find_events(
        session,
        [
            (holder_id, draft.corrects_event_id)
            for draft in drafts
            if draft.corrects_event_id
            for holder_id in (around.goes_to(draft.holder_id), *around.beside(around.goes_to(draft.holder_id)))
        ],
    )
    numbers = {event_id: event.correction_no + 1 for event_id, event in corrected.items()}
    settled = [tuple(_settled(draft, around, numbers) for draft in submission.events) for submission in submissions]
    asked = [
        (draft.holder_id, day_of(draft.occurred_at))
        for drafts in settled
        for draft in drafts
        if "household" in registry.holder_kinds(draft.kind)
    ]
    homes = await households_of(session, asked) if asked else {}
    return [_spread(one, drafts, registry, homes) for one, drafts in zip(submissions, settled, strict=True)], around


def _settled(draft: EventDraft, around: Around, numbers: Mapping[UUID, int]) -> EventDraft:
    """The draft for the register that goes on, with the number of its correction."""
    number = numbers.get(draft.corrects_event_id, 1) if draft.corrects_event_id else 0
    holder_id = around.goes_to(draft.holder_id)
    if holder_id == draft.holder_id and number == draft.correction_no:
        return draft
    return replace(draft, holder_id=holder_id, subject_id=draft.subject_id or draft.holder_id, correction_no=number)


def _spread(
    submission: Submission,
    drafts: tuple[EventDraft, ...],
    registry: Registry,
    homes: Mapping[tuple[UUID, date], UUID],
) -> Addressed:
    """Add the household's share after the submitted events: the same fact, under the member's name."""
    shares, origins = [], []
    for place, draft in enumerate(drafts):
        home = homes.get((draft.holder_id, day_of(draft.occurred_at)))
        if home is None or "household" not in registry.holder_kinds(draft.kind):
            continue
        shares.append(
            replace(
                draft,
                holder_id=home,
                business_key=f"{draft.holder_id}/{draft.business_key}",
                ref=None,
                event_id=None,
                derived_from=None,
                corrects_event_id=None,
                subject_id=draft.holder_id,
            )
        )
        origins.append(place)
    return Addressed(submission, (*drafts, *shares), (*(None for _ in drafts), *origins))
