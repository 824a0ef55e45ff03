"""Decide a batch: each submission against what stands already, then by the pack of its own day.

Pure but for the ids it mints. Keeps the running state of the batch: what an earlier item of the same holder took of
a cap counts for the next. Must never read or write the database; `points.award` hands everything in.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from kernel.calendar import day_of, rfc3339
from kernel.errors import Finding
from points.addressing import Addressed
from points.before import Before
from points.events.model import EventDraft, StoredEvent
from points.events.record import Decided
from points.faults import Turns
from points.ledger.page import Correction
from points.ledger.pending import lapse
from points.ledger.reversal import reverse
from points.submission import Recorded
from rules.engine.evaluate import evaluate
from rules.engine.model import ENGINE_VERSION, Decision, EventView, Grant, Used
from rules.governance.registry import Published, Registry


@dataclass(slots=True)
class Award:
    """One programme's decision about one event, with all that it stands on, to be worked out again with less room.

    `used` and `has` are what stood before the batch; `prior` are the holder's awards before this one in it.
    """

    event: Decided
    programme: str
    published: Published
    view: EventView
    used: Sequence[Used]
    has: Mapping[str, int]
    prior: tuple["Award", ...]
    decision: Decision = field(init=False)

    def decide(self, room: Mapping[str, int] | None = None) -> None:
        """Decide, with all the room there may be or with what shared limits really left; what is stored says so."""
        own = [one for one in self.prior if one.programme == self.programme]
        used = [*self.used, *(entry for one in own for entry in one.decision.used)]
        standing = Counter(self.has)
        for one in self.prior if self.published.pack.scales else ():
            standing.update({g.point_kind: g.amount for g in one.decision.grants if not waits(g)})
        self.decision = evaluate(self.published.pack, self.view, used, room=room, standing=standing)
        self.event.decisions[self.programme] = {
            **_stamp(self.event),
            "pack": self.published.sha256.hex(),
            "version": self.published.version,
            "outcome": self.decision.outcome,
            "trace": self.decision.trace,
        }


@dataclass(slots=True)
class Judged:
    """The verdict on one submission: findings, or what to write and how each event now stands.

    `later`: one of its holders has something else in this batch, and one of the two undoes something: it waits.
    """

    addressed: Addressed
    findings: tuple[Finding, ...] = ()
    recorded: list[Recorded] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    awards: list[Award] = field(default_factory=list)
    later: bool = False

    @property
    def touched(self) -> set[UUID]:
        """The holders this writes to."""
        strays = {stray.holder_id for stray in self.addressed.strays} if self.decided else set()
        return {event.draft.holder_id for event in self.decided} | strays


@dataclass(slots=True)
class Judge:
    """One batch being decided."""

    registry: Registry
    before: Before
    _awards: dict[UUID, list[Award]] = field(default_factory=dict)
    _turns: Turns = field(default_factory=Turns)

    def judge(self, addressed: Addressed, event_ids: Sequence[UUID]) -> Judged:
        """Decide one submission: all of its events, or findings and none."""
        verdict = Judged(addressed)
        standing = [self.before.batch.standing(draft) for draft in addressed.drafts]
        verdict.findings = tuple(self.before.batch.findings(addressed, standing))
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
                self._decide(verdict, replace(draft, derived_from=derived) if derived else draft, event_id)
            elif standing[origin] is None:  # a repeat adds no share to a household that was joined since
                self._decide(verdict, replace(draft, derived_from=event_ids[origin]), event_id)
        return verdict

    def _must_wait(self, verdict: Judged, fresh: Sequence[bool]) -> bool:
        undoes = any(new and one.correction_no > 0 for new, one in zip(fresh, verdict.addressed.drafts, strict=True))
        verdict.later = self._turns.waits(verdict.addressed.holder_ids, undoes=undoes)
        return verdict.later

    def _decide(self, verdict: Judged, draft: EventDraft, event_id: UUID) -> None:
        page, batch = self.before.book[draft.holder_id], self.before.batch
        replaced = batch.corrected(draft) if draft.correction_no else None
        if draft.correction_no:
            draft = replace(draft, corrects_event_id=replaced.event_id if replaced else None)
        decided = Decided(draft, event_id, page.recorded_at, {}, draft.fingerprint(), page.mint())
        if replaced is not None and not replaced.corrected:
            self._undo(replaced, decided)
        for stray in verdict.addressed.strays:
            if stray.origin == draft.key and (share := batch.known.by_key.get(stray.key)) and not share.corrected:
                self._undo(share, decided)
        view = EventView(draft.kind, draft.occurred_at, draft.ended_at, draft.evidence, draft.data)
        for programme in self.registry.for_event(draft.kind, page.holder.kind):
            self._award(verdict, decided, programme, view)
        verdict.decided.append(decided)
        verdict.recorded.append(Recorded(event_id, draft.holder_id, draft.kind, False, decided.decisions))
        batch.remember(decided)

    def _undo(self, replaced: StoredEvent, by: Decided) -> None:
        """Take back what the corrected event gave, in the correction's own transaction."""
        page = self.before.book[replaced.holder_id]
        transactions, waiting = self.before.batch.known.undo.get(replaced.event_id, ({}, []))
        for corrected_id, lines in transactions.items():
            reverse(
                page,
                corrected_id,
                lines,
                closed=self.before.closed,
                transaction_id=by.transaction_id,
                by_event_id=by.event_id,
            )
        for one in waiting:
            lapse(page, one, "undone")
        if not transactions:
            page.corrections.append(
                Correction(replaced.event_id, by.transaction_id, "reversal", replaced.event_id, by.event_id)
            )

    def _award(self, verdict: Judged, event: Decided, programme: str, view: EventView) -> None:
        """What one programme says, as it is stored on the event; and what it will post, where a pack was in force."""
        published = self.registry.in_force(programme, day_of(view.occurred_at), event.recorded_at)
        if published is None:
            event.decisions[programme] = {**_stamp(event), "outcome": "no_pack"}
            return
        holder_id = event.draft.holder_id
        accounts = self.before.book[holder_id].accounts if published.pack.scales else {}
        has = {kind: account.posted for kind, account in accounts.items()}
        mine = self._awards.setdefault(holder_id, [])
        used = self.before.used.get((holder_id, programme), ())
        award = Award(event, programme, published, view, used, has, tuple(mine))
        award.decide()
        mine.append(award)
        verdict.awards.append(award)


def _stamp(event: Decided) -> dict[str, str]:
    """By which engine, for which day and as known when: what every stored decision begins with."""
    at = day_of(event.draft.occurred_at)
    return {"engine": ENGINE_VERSION, "at": at.isoformat(), "known_at": rfc3339(event.recorded_at)}


def waits(grant: Grant) -> bool:
    """Whether a grant is posted later, or only if somebody confirms it."""
    return grant.matures_at is not None or grant.confirm_by is not None
