"""Decide a batch: each submission against what stands already, then by the pack of its own day.

Pure but for the ids it mints. Keeps the
running state of the batch: what an earlier item of the same holder took of a cap counts for
the next. Must never read or write the database; `points.award` hands everything in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.calendar import day_of, rfc3339
from kernel.errors import Finding
from kernel.ids import mint_beside
from points.events.model import EventDraft, StoredEvent
from points.events.record import LONGEST_SERVICE, OVERLAPPING_KIND, Decided, Overlap
from points.ledger.model import HolderState, PostingDraft
from points.ledger.posting import recorded_at_of
from points.quantities import UsedRoom
from points.submission import Recorded, Submission
from rules.catalogue.register import validate_event
from rules.engine.evaluate import evaluate
from rules.engine.model import ENGINE_VERSION, Decision, EventView, Used
from rules.governance.registry import Registry

FUTURE_TOLERANCE = timedelta(minutes=2)
"""How far a sender's clock may run ahead of ours."""


@dataclass(frozen=True, slots=True)
class Known:
    """What stands already that this batch names: by business key, by ref, and shared time."""

    by_key: Mapping[tuple[UUID, str, str, int], StoredEvent]
    refs: Mapping[tuple[str, str], tuple[UUID, UUID]]
    overlaps: Mapping[tuple[UUID, str], Overlap]


@dataclass(slots=True)
class Judged:
    """The verdict on one submission: findings, or what to write and how each event now stands."""

    submission: Submission
    findings: tuple[Finding, ...] = ()
    recorded: list[Recorded] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    postings: list[PostingDraft] = field(default_factory=list)


def _resolved(draft: EventDraft, handles: Mapping[UUID | None, UUID]) -> UUID | None:
    """What an event derives from: a sibling in its submission by its handle, or an event that stands already."""
    return handles.get(draft.derived_from, draft.derived_from) if draft.derived_from else None


@dataclass(slots=True)
class Judge:
    """One batch being decided."""

    now: datetime
    registry: Registry
    holders: Mapping[UUID, HolderState]
    used: UsedRoom
    known: Known
    _fresh: dict[tuple[UUID, str, str, int], Decided] = field(default_factory=dict)
    _refs: dict[tuple[str, str], tuple[UUID, UUID]] = field(default_factory=dict)
    _spans: dict[UUID, list[EventDraft]] = field(default_factory=dict)
    _taken: dict[tuple[UUID, str], list[Used]] = field(default_factory=dict)

    def judge(self, submission: Submission, event_ids: tuple[UUID, ...]) -> Judged:
        """Decide one submission: all of its events, or findings and none."""
        verdict = Judged(submission)
        holder = self.holders.get(submission.holder_id)
        if holder is None:
            verdict.findings = (Finding("UNKNOWN_HOLDER", "holder", "No register knows this holder."),)
            return verdict
        standing = [self._standing(draft) for draft in submission.events]
        faults = [
            fault
            for draft, found in zip(submission.events, standing, strict=True)
            for fault in self._faults(draft, found)
        ]
        if faults:
            verdict.findings = tuple(faults)
            return verdict
        handles = {draft.event_id: event_id for draft, event_id in zip(submission.events, event_ids, strict=True)}
        for draft, event_id, found in zip(submission.events, event_ids, standing, strict=True):
            if found is not None:
                handles[draft.event_id] = found[0]
                verdict.recorded.append(Recorded(found[0], draft.kind, True, found[2]))
            else:
                self._decide(verdict, holder, replace(draft, derived_from=_resolved(draft, handles)), event_id)
        return verdict

    def _standing(self, draft: EventDraft) -> tuple[UUID, bytes, dict[str, Any]] | None:
        """The event that already stands under this business key, stored or earlier in this batch."""
        stored = self.known.by_key.get(draft.key)
        if stored is not None:
            return stored.event_id, stored.fingerprint, stored.decisions
        if draft.key in self._fresh:
            decided = self._fresh[draft.key]
            return decided.event_id, decided.fingerprint, decided.decisions
        return None

    def _faults(self, draft: EventDraft, found: tuple[UUID, bytes, dict[str, Any]] | None) -> list[Finding]:
        faults = list(validate_event(draft.kind, draft.data))
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
        elif overlap := self._overlap(draft):
            values: dict[str, object] = {"from_at": rfc3339(overlap[0]), "to_at": rfc3339(overlap[1])}
            faults.append(
                Finding("OVERLAPS", "occurred_at", "Another service of the same person covers this time.", values)
            )
        return faults

    def _named_by_ref(self, draft: EventDraft) -> tuple[UUID, UUID] | None:
        """The holder and event that this draft's ref stands for already, stored or earlier in this batch."""
        key = (draft.source, draft.ref or "")
        return self.known.refs.get(key) or self._refs.get(key)

    def _overlap(self, draft: EventDraft) -> tuple[datetime, datetime] | None:
        if draft.kind != OVERLAPPING_KIND:
            return None
        if stored := self.known.overlaps.get((draft.holder_id, draft.business_key)):
            return stored.occurred_at, stored.ended_at
        for other in self._spans.get(draft.holder_id, ()):
            if other.occurred_at < draft.ended_at and draft.occurred_at < other.ended_at:
                return other.occurred_at, other.ended_at
        return None

    def _decide(self, verdict: Judged, holder: HolderState, draft: EventDraft, event_id: UUID) -> None:
        recorded_at = recorded_at_of(holder, self.now)
        transaction_id = mint_beside(draft.holder_id, self.now)
        view = EventView(draft.kind, draft.occurred_at, draft.ended_at, draft.evidence, draft.data)
        decisions: dict[str, Any] = {}
        for programme in self.registry.for_event(draft.kind):
            decisions[programme], decision = self._decision(programme, draft.holder_id, view, recorded_at)
            if decision is None:
                continue
            for grant in decision.grants:
                verdict.postings.append(
                    PostingDraft(
                        holder_id=draft.holder_id,
                        point_kind=grant.point_kind,
                        transaction_id=transaction_id,
                        contra=f"issuance:{programme}",
                        amount=grant.amount,
                        effective_at=min(draft.ended_at, recorded_at),
                        about_on=day_of(draft.occurred_at),
                        recorded_at=recorded_at,
                        lot_expires_at=grant.expires_at,
                        reason=",".join(grant.items),
                        event_id=event_id,
                        title=dict(grant.title),
                    )
                )
        decided = Decided(draft, event_id, recorded_at, decisions, draft.fingerprint())
        verdict.decided.append(decided)
        verdict.recorded.append(Recorded(event_id, draft.kind, False, decisions))
        self._fresh[draft.key] = decided
        if draft.ref:
            self._refs[(draft.source, draft.ref)] = (draft.holder_id, event_id)
        if draft.kind == OVERLAPPING_KIND:
            self._spans.setdefault(draft.holder_id, []).append(draft)

    def _decision(
        self, programme: str, holder_id: UUID, view: EventView, recorded_at: datetime
    ) -> tuple[dict[str, Any], Decision | None]:
        """What one programme says, as it is stored on the event; and the decision itself where a pack was in force."""
        at = day_of(view.occurred_at)
        stored = {"engine": ENGINE_VERSION, "at": at.isoformat(), "known_at": rfc3339(recorded_at)}
        published = self.registry.in_force(programme, at, recorded_at)
        if published is None:
            return {**stored, "outcome": "no_pack"}, None
        taken = self._taken.setdefault((holder_id, programme), [])
        decision = evaluate(published.pack, view, [*self.used.get((holder_id, programme), ()), *taken])
        taken.extend(decision.used)
        return {
            **stored,
            "pack": published.sha256.hex(),
            "version": published.version,
            "outcome": decision.outcome,
            "trace": decision.trace,
        }, decision
