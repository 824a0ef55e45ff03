"""To whom each event goes: the register that goes on after a merge, and the household of the day beside the member.

Reads what surrounds a batch in two queries, then answers purely. Must never decide what an event is worth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from kernel.calendar import day_of
from kernel.db import Session
from points.events.model import EventDraft, Key, StoredEvent
from points.events.record import find_events
from points.people.around import Around, read_around
from points.people.households import households_of
from points.submission import Submission
from rules.governance.registry import Registry


@dataclass(frozen=True, slots=True)
class Stray:
    """The share of a corrected event in a household that its correction goes to no more: it is only undone."""

    origin: Key
    key: Key

    @property
    def holder_id(self) -> UUID:
        return self.key[0]


@dataclass(frozen=True, slots=True)
class Addressed:
    """A submission's events with their holders settled; `origins`: for a derived event the place of its origin."""

    submission: Submission
    drafts: tuple[EventDraft, ...]
    origins: tuple[int | None, ...]
    strays: tuple[Stray, ...] = ()

    @property
    def holder_ids(self) -> set[UUID]:
        """Every holder this may write to."""
        return {draft.holder_id for draft in self.drafts} | {stray.holder_id for stray in self.strays}


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
    settled = [tuple(_settled(draft, around, corrected) for draft in submission.events) for submission in submissions]
    shared = [draft for drafts in settled for draft in drafts if "household" in registry.holder_kinds(draft.kind)]
    asked = [(draft.holder_id, day) for draft in shared for day in _days(draft, corrected)]
    homes = await households_of(session, asked) if asked else {}
    return [
        _spread(one, drafts, registry, corrected, homes) for one, drafts in zip(submissions, settled, strict=True)
    ], around


def _days(draft: EventDraft, corrected: Mapping[UUID, StoredEvent]) -> list[date]:
    """The day of an event, and of the one it corrects."""
    before = corrected.get(draft.corrects_event_id) if draft.corrects_event_id else None
    return [day_of(draft.occurred_at), *([day_of(before.occurred_at)] if before else [])]


def _settled(draft: EventDraft, around: Around, corrected: Mapping[UUID, StoredEvent]) -> EventDraft:
    """The draft for the register that goes on, with the number of its correction."""
    before = corrected.get(draft.corrects_event_id) if draft.corrects_event_id else None
    number = before.correction_no + 1 if before else 1 if draft.corrects_event_id else 0
    holder_id = around.goes_to(draft.holder_id)
    if holder_id == draft.holder_id and number == draft.correction_no:
        return draft
    return replace(draft, holder_id=holder_id, subject_id=draft.subject_id or draft.holder_id, correction_no=number)


def _spread(
    submission: Submission,
    drafts: tuple[EventDraft, ...],
    registry: Registry,
    corrected: Mapping[UUID, StoredEvent],
    homes: Mapping[tuple[UUID, date], UUID],
) -> Addressed:
    """Add the household's share after the submitted events: the same fact, under the member's name."""
    shares: list[EventDraft] = []
    origins: list[int | None] = []
    strays: list[Stray] = []
    for place, draft in enumerate(drafts):
        if "household" not in registry.holder_kinds(draft.kind):
            continue
        now, *earlier = (homes.get((draft.holder_id, day)) for day in _days(draft, corrected))
        key = f"{draft.holder_id}/{draft.business_key}"
        if now is not None:
            shares.append(_share(draft, now, key))
            origins.append(place)
        strays += [
            Stray(draft.key, (home, draft.kind, key, draft.correction_no - 1))
            for home in earlier
            if home is not None and home != now
        ]
    return Addressed(submission, (*drafts, *shares), (*(None for _ in drafts), *origins), tuple(strays))


def _share(draft: EventDraft, household_id: UUID, key: str) -> EventDraft:
    return replace(
        draft,
        holder_id=household_id,
        business_key=key,
        ref=None,
        event_id=None,
        derived_from=None,
        corrects_event_id=None,
        subject_id=draft.holder_id,
    )
