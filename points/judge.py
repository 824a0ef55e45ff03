"""Decide a batch: each submission against what stands already, then by the pack of its own day.

Pure but for the ids it mints. Keeps the running state of the batch: what an earlier item of the same holder took of
a cap counts for the next. Must never read or write the database; `points.award` hands everything in.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from kernel.calendar import day_of, rfc3339
from kernel.errors import Finding
from points.addressing import Addressed
from points.events.model import EventDraft, StoredEvent
from points.events.record import Decided
from points.faults import Batch
from points.ledger.book import Book
from points.ledger.model import HolderState
from points.ledger.page import Correction
from points.ledger.pending import lapse
from points.ledger.periods import Closed
from points.ledger.reversal import reverse
from points.quantities import UsedRoom
from points.submission import Recorded
from rules.engine.evaluate import evaluate
from rules.engine.model import ENGINE_VERSION, Decision, EventView, Grant, Used
from rules.governance.registry import Published, Registry


@dataclass(slots=True)
class Award:
    """One programme's decision about one event, and all that is needed to work it out again with less room."""

    event: Decided
    programme: str
    published: Published
    view: EventView
    used: Sequence[Used]
    standing: Mapping[str, int]
    decision: Decision

    def settle(self, room: Mapping[str, int]) -> None:
        """Decide with the room that shared limits really left; what is stored says so."""
        self.decision = evaluate(self.published.pack, self.view, self.used, room=room, standing=self.standing)
        self.event.decisions[self.programme] |= {"outcome": self.decision.outcome, "trace": self.decision.trace}


@dataclass(slots=True)
class Judged:
    """The verdict on one submission: findings, or what to write and how each event now stands.

    `alone`: it undoes something, so its holders can have nothing else in this batch; `later`: they have, and it waits.
    """

    addressed: Addressed
    findings: tuple[Finding, ...] = ()
    recorded: list[Recorded] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    awards: list[Award] = field(default_factory=list)
    alone: bool = False
    later: bool = False

    @property
    def touched(self) -> set[UUID]:
        """The holders this writes to."""
        return {event.draft.holder_id for event in self.decided}


@dataclass(slots=True)
class Judge:
    """One batch being decided. `recorded_ats`: when each holder's events count as learnt."""

    now: datetime
    registry: Registry
    holders: Mapping[UUID, HolderState]
    recorded_ats: Mapping[UUID, datetime]
    book: Book
    closed: Closed
    used: UsedRoom
    batch: Batch
    _taken: dict[tuple[UUID, str], list[Used]] = field(default_factory=dict)
    _granted: dict[UUID, Counter[str]] = field(default_factory=dict)
    _touched: set[UUID] = field(default_factory=set)
    _alone: set[UUID] = field(default_factory=set)

    def judge(self, addressed: Addressed, event_ids: Sequence[UUID]) -> Judged:
        """Decide one submission: all of its events, or findings and none."""
        verdict = Judged(addressed)
        standing = [self.batch.standing(draft) for draft in addressed.drafts]
        verdict.findings = tuple(self.batch.findings(addressed, standing))
        if verdict.findings or self._must_wait(verdict, [found is None for found in standing]):
            return verdict
        handles: dict[UUID | None, UUID] = {
            draft.event_id: found[0] if found else event_id
            for draft, event_id, found in zip(addressed.drafts, event_ids, standing, strict=True)
        }
        for place, (draft, event_id, found) in enumerate(zip(addressed.drafts, event_ids, standing, strict=True)):
            origin = addressed.origins[place]
            if found is not None:
                verdict.recorded.append(Recorded(found[0], draft.holder_id, draft.kind, True, found[2]))
            elif origin is None:
                derived = handles.get(draft.derived_from, draft.derived_from) if draft.derived_from else None
                self._decide(verdict, replace(draft, derived_from=derived), event_id)
            elif standing[origin] is None:  # a repeat adds no share to a household that was joined since
                self._decide(verdict, replace(draft, derived_from=event_ids[origin]), event_id)
        return verdict

    def _must_wait(self, verdict: Judged, fresh: Sequence[bool]) -> bool:
        """Whether a holder has something else in this batch, where one of the two undoes something."""
        holders = verdict.addressed.holder_ids
        alone = any(new and one.correction_no > 0 for new, one in zip(fresh, verdict.addressed.drafts, strict=True))
        verdict.later = bool(holders & self._alone or (alone and holders & self._touched))
        if not verdict.later:
            self._touched |= holders
            self._alone |= holders if alone else set()
        return verdict.later

    def _decide(self, verdict: Judged, draft: EventDraft, event_id: UUID) -> None:
        before = self.batch.corrected(draft) if draft.correction_no else None
        draft = replace(draft, corrects_event_id=before.event_id if before else None) if draft.correction_no else draft
        recorded_at = self.recorded_ats[draft.holder_id]
        decided = Decided(draft, event_id, recorded_at, {}, draft.fingerprint(), self.book[draft.holder_id].mint())
        if before is not None and not before.corrected:
            self._undo(before, decided)
        view = EventView(draft.kind, draft.occurred_at, draft.ended_at, draft.evidence, draft.data)
        for programme in self.registry.for_event(draft.kind, self.holders[draft.holder_id].kind):
            self._award(verdict, decided, programme, view)
        verdict.decided.append(decided)
        verdict.recorded.append(Recorded(event_id, draft.holder_id, draft.kind, False, decided.decisions))
        self.batch.remember(decided)

    def _undo(self, before: StoredEvent, by: Decided) -> None:
        """Take back what the corrected event gave, in the correction's own transaction."""
        page = self.book[by.draft.holder_id]
        transactions, waiting = self.batch.known.undo.get(before.event_id, ({}, []))
        for corrected_id, lines in transactions.items():
            reverse(
                page,
                corrected_id,
                lines,
                closed=self.closed,
                transaction_id=by.transaction_id,
                by_event_id=by.event_id,
            )
        for one in waiting:
            lapse(page, one, "undone")
        if not transactions:
            page.corrections.append(
                Correction(before.event_id, by.transaction_id, "reversal", before.event_id, by.event_id)
            )

    def _award(self, verdict: Judged, event: Decided, programme: str, view: EventView) -> None:
        """What one programme says, as it is stored on the event; and what it will post, where a pack was in force."""
        at = day_of(view.occurred_at)
        stored = {"engine": ENGINE_VERSION, "at": at.isoformat(), "known_at": rfc3339(event.recorded_at)}
        published = self.registry.in_force(programme, at, event.recorded_at)
        if published is None:
            event.decisions[programme] = {**stored, "outcome": "no_pack"}
            return
        holder_id = event.draft.holder_id
        taken = self._taken.setdefault((holder_id, programme), [])
        used = [*self.used.get((holder_id, programme), ()), *taken]
        standing = self._has(holder_id) if published.pack.scales else {}
        decision = evaluate(published.pack, view, used, standing=standing)
        taken.extend(decision.used)
        granted = self._granted.setdefault(holder_id, Counter())
        granted.update({grant.point_kind: grant.amount for grant in decision.grants if not waits(grant)})
        event.decisions[programme] = {
            **stored,
            "pack": published.sha256.hex(),
            "version": published.version,
            "outcome": decision.outcome,
            "trace": decision.trace,
        }
        verdict.awards.append(Award(event, programme, published, view, used, standing, decision))

    def _has(self, holder_id: UUID) -> dict[str, int]:
        """What a holder has of each kind by now: posted, and granted earlier in this batch."""
        posted = {kind: account.posted for kind, account in self.book[holder_id].accounts.items()}
        return dict(Counter(posted) + self._granted.get(holder_id, Counter()))


def waits(grant: Grant) -> bool:
    """Whether a grant is posted later, or only if somebody confirms it."""
    return grant.matures_at is not None or grant.confirm_by is not None
