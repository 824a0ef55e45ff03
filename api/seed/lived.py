"""One resident's years in memory: every decision and posting as the real road makes them, without a database. Pure.

Judges with `points.judge`, posts on a page of `points.ledger.page`, undoes with `points.ledger.reversal`: only the
reading and the writing are left out, because here nobody else writes. What it gives goes in by COPY and must
verify like everything else. Must never decide or post by rules of its own.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from kernel.calendar import day_of
from kernel.ids import mint_beside
from points.addressing import Addressed
from points.before import Before
from points.events.model import EventDraft, Key, StoredEvent
from points.events.record import Decided
from points.faults import Batch, Known
from points.judge import Judge
from points.ledger.model import HolderState, LotUse, Minor, Posting
from points.ledger.page import Correction, Page, Pending, expire_due, tighten
from points.ledger.pending import Waiting, What, mature
from points.ledger.posting import recorded_at_of
from points.ledger.reversal import Undone, reverse
from points.settle import enter
from points.submission import Submission
from rules.engine.limits import taken_of
from rules.engine.model import Used
from rules.governance.registry import Registry


@dataclass(frozen=True, slots=True)
class Terms:
    """What is published when a life begins: the rules, and by point kind its days of grace and the cap of its debt."""

    registry: Registry
    kinds: Mapping[str, tuple[int, Minor | None]]


@dataclass(slots=True)
class Lived:
    """A holder as they stand after all that was recorded so far, and every row it made."""

    holder: HolderState
    terms: Terms
    undoes: bool = True
    """Whether an event may be undone later; where none is, a day's awards are kept as one sum."""
    decided: list[Decided] = field(default_factory=list)
    corrections: list[tuple[Correction, datetime]] = field(default_factory=list)
    uses: list[tuple[LotUse, datetime]] = field(default_factory=list)
    deferred: list[tuple[Pending, datetime]] = field(default_factory=list)
    settled: list[tuple[UUID, str, datetime]] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)
    """What this holder's awards took of limits that many share."""
    page: Page = field(init=False)
    _used: dict[str, list[tuple[UUID, Used]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.page = Page(self.holder, self.holder.last_recorded_at, self.holder.last_recorded_at)
        for kind, (grace_days, debt_cap) in self.terms.kinds.items():
            account = self.page.account(kind)
            account.grace_days, account.debt_cap = grace_days, debt_cap

    @property
    def postings(self) -> Sequence[Posting]:
        """Everything that was posted, in order."""
        return self.page.postings

    def record(self, drafts: Sequence[EventDraft], now: datetime) -> list[Decided]:
        """Record one batch of this holder's events; gives them with their decisions. None may be at fault."""
        self._turn(now)
        return self._decide(drafts, now, Known({}, {}, {}))

    def correct(self, before: Decided, draft: EventDraft, now: datetime) -> None:
        """Record an event in place of one that stands, which is undone in the same transaction."""
        self._turn(now)
        key: Key = before.draft.key
        self._forget(before.event_id)
        known = Known({key: _stored(before)}, {}, {}, {before.event_id: (self._transactions(before.event_id), [])})
        numbered = replace(draft, corrects_event_id=before.event_id, correction_no=before.draft.correction_no + 1)
        self._decide([numbered], now, known)

    def reverse(self, event: Decided, now: datetime, by: UUID) -> None:
        """Undo what an event gave; nothing where it gave nothing."""
        for transaction_id, lines in self._transactions(event.event_id).items():
            self._turn(now)
            self._forget(event.event_id)
            reverse(self.page, transaction_id, lines, closed={}, decided_by=by)
            self._settle()

    def mature(self, now: datetime) -> None:
        """Post what has waited until now, as the evening's sweep would."""
        due = [one for one in self._waiting() if one.due_at <= now]
        if due:
            self._turn(now)
            for one in due:
                what: What = "matures" if one.what == "matures" else "lapses"
                waiting = Waiting(self.holder.holder_id, one.pending_id, what, one.due_at, one.event_id, one.data, None)
                mature(self.page, waiting, "matured")
            self._settle()

    def next_due(self) -> datetime | None:
        """When something of what still waits is due next."""
        return min((one.due_at for one in self._waiting()), default=None)

    def _waiting(self) -> list[Pending]:
        ended = {pending_id for pending_id, _, _ in self.settled}
        return [one for one, _ in self.deferred if one.pending_id not in ended]

    def _turn(self, now: datetime) -> None:
        """Claim the holder for one more batch, as a writer would."""
        recorded_at = recorded_at_of(self.holder, now)
        self.holder = replace(self.holder, version=self.holder.version + 1, last_recorded_at=recorded_at)
        self.page.holder, self.page.recorded_at, self.page.now = self.holder, recorded_at, now
        expire_due(self.page)

    def _decide(self, drafts: Sequence[EventDraft], now: datetime, known: Known) -> list[Decided]:
        own = self.holder.holder_id
        used = {(own, programme): [used for _, used in found] for programme, found in self._used.items()}
        book = {own: self.page}
        judge = Judge(self.terms.registry, Before(book, {}, used, Batch(now, {own}, known)))
        ids = sorted(mint_beside(own, now) for _ in drafts)
        verdicts = [
            judge.judge(Addressed(Submission((draft,)), (draft,), (None,)), [event_id])
            for draft, event_id in zip(drafts, ids, strict=True)
        ]
        for verdict in verdicts:
            if verdict.findings:
                raise AssertionError(f"the plan holds an event that can't be decided alone: {verdict.findings}")
        enter(book, verdicts, {})
        for award in (award for verdict in verdicts for award in verdict.awards):
            entries = self._used.setdefault(award.programme, [])
            entries += [(award.event.event_id, used) for used in award.decision.used]
            if not self.undoes:
                self._used[award.programme] = _by_day(entries)
            self.taken.update(taken_of(award.decision.trace))
        fresh = [event for verdict in verdicts for event in verdict.decided]
        self.decided += fresh
        self._settle()
        return fresh

    def _settle(self) -> None:
        """What the batch did to lots and corrections, with the instant at which it is learnt."""
        at = self.page.recorded_at
        self.uses += [(use, at) for use in self.page.uses]
        self.corrections += [(one, at) for one in self.page.corrections]
        self.deferred += [(one, at) for one in self.page.deferred]
        self.settled += [(*one, at) for one in self.page.settled]
        self.page.uses, self.page.corrections, self.page.deferred, self.page.settled = [], [], [], []
        for kind in self.page.moved:
            tighten(self.page, kind)
        self.page.moved = set()

    def _forget(self, event_id: UUID) -> None:
        """An event that is undone takes no room from those recorded later."""
        self._used = {
            programme: [(one, used) for one, used in found if one != event_id]
            for programme, found in self._used.items()
        }

    def _transactions(self, event_id: UUID) -> dict[UUID, list[Undone]]:
        found: dict[UUID, list[Undone]] = {}
        for posting in self.page.postings:
            if posting.draft.event_id == event_id:
                found.setdefault(posting.draft.transaction_id, []).append(_undone(posting))
        return found


def _by_day(entries: Sequence[tuple[UUID, Used]]) -> list[tuple[UUID, Used]]:
    """The same room, one sum for each item and day: what caps by the day or longer can tell apart."""
    sums: dict[tuple[str, date], tuple[UUID, Used]] = {}
    for event_id, used in entries:
        key = (used.item, day_of(used.occurred_at))
        _, before = sums.get(key, (event_id, Used(used.item, used.occurred_at, 0, 0)))
        sums[key] = (event_id, replace(before, points=before.points + used.points, times=before.times + used.times))
    return list(sums.values())


def _undone(posting: Posting) -> Undone:
    """A posting as its reversal reads it. Nobody here spends or owes, so nothing was taken and nothing has lapsed."""
    draft = posting.draft
    return Undone(
        draft.point_kind,
        posting.seq,
        draft.amount,
        draft.contra,
        draft.effective_at,
        draft.about_on,
        draft.title,
        draft.event_id,
        draft.hold_id,
        0,
        (),
    )


def _stored(event: Decided) -> StoredEvent:
    draft = event.draft
    return StoredEvent(
        holder_id=draft.holder_id,
        event_id=event.event_id,
        kind=draft.kind,
        business_key=draft.business_key,
        correction_no=draft.correction_no,
        fingerprint=event.fingerprint,
        occurred_at=draft.occurred_at,
        ended_at=draft.ended_at,
        recorded_at=event.recorded_at,
        evidence=draft.evidence,
        source=draft.source,
        derived_from=draft.derived_from,
        data=draft.data,
        decisions=event.decisions,
        corrected=False,
    )
