"""What keeps an event from being recorded: held against what stands already, and against the rest of its batch.

Pure. All faults of a submission are found at once. Must never decide what an event is worth.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.calendar import rfc3339
from kernel.errors import Finding
from points.addressing import Addressed
from points.events.model import EventDraft, Key, StoredEvent
from points.events.record import LONGEST_SERVICE, OVERLAPPING_KIND, Decided, Overlap
from points.ledger.pending import Waiting
from points.ledger.reversal import Undone
from points.measured.facts import FACT_RECORDED, faults_of
from points.people.recording import DECLINED
from rules.catalogue.register import good_deed, validate_event

FUTURE_TOLERANCE = timedelta(minutes=2)
"""How far a sender's clock may run ahead of ours."""
Standing = tuple[UUID, bytes, dict[str, Any]]
"""An event that stands already: its id, its fingerprint, its decisions."""


@dataclass(frozen=True, slots=True)
class Known:
    """What stands already that this batch names: by key, by ref, shared time, and what corrections would undo.

    `undo`: by event, its transactions with their postings, and what of it still waits.
    """

    by_key: Mapping[Key, StoredEvent]
    refs: Mapping[tuple[str, str], tuple[UUID, UUID]]
    overlaps: Mapping[tuple[UUID, str], Overlap]
    undo: Mapping[UUID, tuple[Mapping[UUID, list[Undone]], list[Waiting]]] = field(default_factory=dict)


@dataclass(slots=True)
class Turns:
    """Who has to wait for the next batch: a correction is alone among what its holders have in one."""

    _touched: set[UUID] = field(default_factory=set)
    _alone: set[UUID] = field(default_factory=set)

    def waits(self, holder_ids: Collection[UUID], *, undoes: bool) -> bool:
        """Whether one of the holders has something else in this batch, where one of the two undoes something."""
        if not self._alone.isdisjoint(holder_ids) or (undoes and not self._touched.isdisjoint(holder_ids)):
            return True
        self._touched.update(holder_ids)
        if undoes:
            self._alone.update(holder_ids)
        return False


@dataclass(slots=True)
class Batch:
    """What stands before a batch, and what its own events add as they are decided.

    `declined`: the holders of whom no good deed is recorded, as they chose (CH-20).
    """

    now: datetime
    holder_ids: Collection[UUID]
    known: Known
    declined: Collection[UUID] = ()
    _fresh: dict[Key, Decided] = field(default_factory=dict)
    _refs: dict[tuple[str, str], tuple[UUID, UUID]] = field(default_factory=dict)
    _spans: dict[UUID, list[EventDraft]] = field(default_factory=dict)

    def standing(self, draft: EventDraft) -> Standing | None:
        """The event that already stands under this business key, stored or earlier in this batch."""
        stored = self.known.by_key.get(draft.key)
        if stored is not None:
            return stored.event_id, stored.fingerprint, stored.decisions
        if draft.key in self._fresh:
            decided = self._fresh[draft.key]
            return decided.event_id, decided.fingerprint, decided.decisions
        return None

    def findings(self, addressed: Addressed, standing: Sequence[Standing | None]) -> list[Finding]:
        """Every fault of every event; siblings are held against each other as well."""
        faults: list[Finding] = []
        siblings: list[EventDraft] = []
        many = len(addressed.submission.events) > 1
        for place, (draft, found) in enumerate(zip(addressed.drafts, standing, strict=True)):
            if addressed.origins[place] is not None:
                continue
            if draft.holder_id not in self.holder_ids:
                own = [Finding("UNKNOWN_HOLDER", "holder", "No register knows this holder.")]
            else:
                own = self._faults(draft, found, siblings)
            siblings.append(draft)
            faults += [replace(one, path=f"{place}/{one.path}") for one in own] if many else own
        return faults

    def _unwanted(self, draft: EventDraft) -> bool:
        """A good deed of somebody who declined; to put a record right that stands already is no new one."""
        return draft.holder_id in self.declined and not draft.correction_no and good_deed(draft.kind)

    def _faults(self, draft: EventDraft, found: Standing | None, siblings: Sequence[EventDraft]) -> list[Finding]:
        if found is None and self._unwanted(draft):
            return [Finding(DECLINED, "holder", "This person chose not to have good deeds recorded.")]
        faults = list(validate_event(draft.kind, draft.data))
        if draft.kind == FACT_RECORDED:
            faults += faults_of(draft.data)
        if draft.ended_at > self.now + FUTURE_TOLERANCE:
            faults.append(Finding("FUTURE_EVENT", "ended_at", "This has not happened yet."))
        if draft.kind == OVERLAPPING_KIND and draft.ended_at - draft.occurred_at > LONGEST_SERVICE:
            faults.append(Finding("SERVICE_TOO_LONG", "ended_at", "A service lasts two days at most."))
        named = self._named_by_ref(draft) if draft.ref else None
        if named is not None and named != (draft.holder_id, found[0] if found else None):
            faults.append(Finding("REF_TAKEN", "ref", "This number was already used for something else."))
        if found is not None:
            if found[1] != draft.fingerprint():
                faults.append(
                    Finding("DIFFERS", "event", "This was already recorded with other content; file a correction.")
                )
            return faults
        if any(other.key == draft.key for other in siblings):
            faults.append(Finding("TWICE", "business_key", "This stands twice in one submission."))
        if draft.correction_no and not self._correctable(draft):
            words = "There is no record like this to correct, or it was corrected already."
            faults.append(Finding("CORRECTS_NOTHING", "corrects_event_id", words))
        if overlap := self._overlap(draft, siblings):
            values: dict[str, object] = {"from_at": rfc3339(overlap[0]), "to_at": rfc3339(overlap[1])}
            faults.append(
                Finding("OVERLAPS", "occurred_at", "Another service of the same person covers this time.", values)
            )
        return faults

    def corrected(self, draft: EventDraft) -> StoredEvent | None:
        """The record before this correction, which it replaces."""
        return self.known.by_key.get((draft.holder_id, draft.kind, draft.business_key, draft.correction_no - 1))

    def _correctable(self, draft: EventDraft) -> bool:
        before = self.corrected(draft)
        if before is None or before.event_id != draft.corrects_event_id or before.corrected:
            return False
        return before.holder_id == draft.holder_id  # what a merged register earned has moved on from there

    def _named_by_ref(self, draft: EventDraft) -> tuple[UUID, UUID] | None:
        """The holder and event that this draft's ref stands for already, stored or earlier in this batch."""
        key = (draft.source, draft.ref or "")
        return self.known.refs.get(key) or self._refs.get(key)

    def _overlap(self, draft: EventDraft, siblings: Sequence[EventDraft]) -> tuple[datetime, datetime] | None:
        if draft.kind != OVERLAPPING_KIND:
            return None
        if stored := self.known.overlaps.get((draft.holder_id, draft.business_key)):
            return stored.occurred_at, stored.ended_at
        mine = [one for one in siblings if one.holder_id == draft.holder_id and one.kind == OVERLAPPING_KIND]
        for other in (*self._spans.get(draft.holder_id, ()), *mine):
            if other.occurred_at < draft.ended_at and draft.occurred_at < other.ended_at:
                return other.occurred_at, other.ended_at
        return None

    def remember(self, decided: Decided) -> None:
        """Let the rest of the batch see an event that was decided."""
        draft = decided.draft
        self._fresh[draft.key] = decided
        if draft.ref:
            self._refs[(draft.source, draft.ref)] = (draft.holder_id, decided.event_id)
        if draft.kind == OVERLAPPING_KIND:
            self._spans.setdefault(draft.holder_id, []).append(draft)
