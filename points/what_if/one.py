"""One holder under two versions of the rules: what each item gave over the past year, and what it would give.

Reads only that holder's own events and facts; nothing is stored. Must never be shown to anybody who may not see
that holder's account.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kernel.calendar import add_months, day_of, start_of
from kernel.db import Session
from kernel.locale import Language
from points.events.model import StoredEvent
from points.events.record import events_of
from points.measured.events import read_events
from points.measured.score import gather_facts
from points.people.around import read_around
from points.what_if.pieces import both
from points.what_if.worth import SCORE, decisions
from rules.engine.assess import Score, assess
from rules.engine.explain import Line, explain
from rules.engine.model import Decision, EventView, Pack, Trace
from rules.engine.outcome import Title

LONG_AGO = datetime(1949, 10, 1, tzinfo=UTC)
"""Before every event: limits for life look back so far."""
MOST_TOLD = 20
"""So many events are explained, the newest first; the items count them all."""


@dataclass(frozen=True, slots=True)
class Worth:
    """One item's, or one point kind's, points in minor units under both; None where a version does not have it.

    `point_kind` is what it is paid in; None in an assessment, where nothing is paid.
    """

    code: str
    title: Title
    point_kind: str | None
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """One event, or the assessment where `at` is None, under both; a trace is None where a version does not read it."""

    at: datetime | None
    kind: str | None
    before: Trace | None
    after: Trace | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one holder gets under the rules in force (`base`; None: there are none) and under a draft.

    `items` in the draft's order, then those it leaves out; `totals` by point kind. `told` are the events on which the
    two differ, the newest first. `scores` are the two assessments, with whether they meet the line and why not.
    """

    base: Pack | None
    draft: Pack
    since: datetime
    until: datetime
    events_count: int
    items: tuple[Worth, ...]
    totals: tuple[Worth, ...]
    told: tuple[Told, ...]
    scores: tuple[Score | None, Score] | None = None

    @property
    def changed(self) -> bool:
        """Whether anything would differ."""
        verdicts = [score and (score.eligible, score.level) for score in self.scores or ()]
        return len(set(verdicts)) > 1 or any(one.before != one.after for one in (*self.totals, *self.items))

    def sentences(self, told: Told, language: Language) -> tuple[list[Line], list[Line]]:
        """How the one and the other come about, as a clerk would say it; empty where a version does not read it."""
        before = explain(self.base, told.before, language) if self.base and told.before else []
        return before, explain(self.draft, told.after, language) if told.after else []


async def for_holder(
    session: Session,
    *,
    holder_id: UUID,
    base: Pack | None,
    draft: Pack,
    now: datetime,
    declared: bool = False,
) -> Comparison:
    """One holder under both packs, as known now: an assessment as of today, an accrual over the year before `now`.

    The packs are of one mode and kind of holder. Events before the year only use up room; registers merged into this
    one count with it. `declared`: facts that nobody has verified count in an assessment as well.
    """
    since = start_of(add_months(day_of(now), -12))
    if draft.mode == "assessment":
        return await _assessed(session, holder_id, base, draft, since, now, declared)
    packs = [draft] if base is None else [base, draft]
    events = await _past(session, holder_id, sorted({kind for pack in packs for kind in pack.by_kind}), now)
    before = _decided(base, events) if base else [None] * len(events)
    after = _decided(draft, events)
    within = [place for place, event in enumerate(events) if event.occurred_at >= since]
    return Comparison(
        base,
        draft,
        since,
        now,
        len(within),
        _items(base, draft, [before[place] for place in within], [after[place] for place in within]),
        _totals(base, [before[place] for place in within], [after[place] for place in within]),
        _told(events, before, after, within),
    )


async def _assessed(
    session: Session, holder_id: UUID, base: Pack | None, draft: Pack, since: datetime, now: datetime, declared: bool
) -> Comparison:
    reads, day = both([draft] if base is None else [base, draft]), day_of(now)
    facts = await gather_facts(session, reads, [holder_id], as_of=day, known_at=now, declared=declared)
    events = (await read_events(session, [holder_id], reads.kinds, as_of=day, known_at=now))[holder_id]
    before = assess(base, facts[holder_id], events, day) if base else None
    after = assess(draft, facts[holder_id], events, day)
    differs = before is None or before.items != after.items or before.total != after.total
    return Comparison(
        base,
        draft,
        since,
        now,
        len(events),
        _worths(base, draft, before.items if before else {}, after.items),
        (Worth(SCORE, {}, None, before.total if before else None, after.total),),
        (Told(None, None, before.trace if before else None, after.trace),) if differs else (),
        (before, after),
    )


async def _past(session: Session, holder_id: UUID, kinds: Sequence[str], now: datetime) -> list[EventView]:
    """What happened to this holder and to registers merged into it, in recorded order, without what was undone."""
    found: list[StoredEvent] = []
    for one in (holder_id, *(await read_around(session, [holder_id])).beside(holder_id)):
        found += await events_of(session, holder_id=one, kinds=kinds, since=LONG_AGO, until=now)
    standing = sorted((one for one in found if not one.corrected), key=lambda one: (one.recorded_at, one.event_id))
    return [EventView(one.kind, one.occurred_at, one.ended_at, one.evidence, one.data) for one in standing]


def _decided(pack: Pack, events: Sequence[EventView]) -> list[Decision | None]:
    """A decision for each event that the pack reads."""
    read = [event for event in events if event.kind in pack.by_kind]
    made = iter([decision for _, decision in decisions(pack, read)])
    return [next(made) if event.kind in pack.by_kind else None for event in events]


def _items(
    base: Pack | None, draft: Pack, before: Sequence[Decision | None], after: Sequence[Decision | None]
) -> tuple[Worth, ...]:
    return _worths(base, draft, _by_item(before), _by_item(after))


def _worths(base: Pack | None, draft: Pack, before: Mapping[str, int], after: Mapping[str, int]) -> tuple[Worth, ...]:
    known = base.shown if base else ()
    found = []
    for code in (*draft.shown, *(code for code in known if code not in draft.shown)):
        item = draft.item(code) if code in draft.shown or base is None else base.item(code)
        was = before.get(code, 0) if code in known else None
        found.append(Worth(code, item.title, item.into, was, after.get(code, 0) if code in draft.shown else None))
    return tuple(found)


def _by_item(decided: Sequence[Decision | None]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in decided:
        found.update({entry.item: entry.points for entry in one.used} if one else {})
    return found


def _totals(
    base: Pack | None, before: Sequence[Decision | None], after: Sequence[Decision | None]
) -> tuple[Worth, ...]:
    sums = [_by_kind(before), _by_kind(after)]
    return tuple(
        Worth(kind, {}, kind, sums[0][kind] if base else None, sums[1][kind])
        for kind in sorted(sums[0].keys() | sums[1].keys())
    )


def _by_kind(decided: Sequence[Decision | None]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in decided:
        found.update({grant.point_kind: grant.amount for grant in one.grants} if one else {})
    return found


def _told(
    events: Sequence[EventView],
    before: Sequence[Decision | None],
    after: Sequence[Decision | None],
    within: Sequence[int],
) -> tuple[Told, ...]:
    differ = [place for place in within if _points(before[place]) != _points(after[place])]
    newest = sorted(differ, key=lambda place: events[place].occurred_at, reverse=True)[:MOST_TOLD]
    return tuple(
        Told(events[place].occurred_at, events[place].kind, _trace(before[place]), _trace(after[place]))
        for place in newest
    )


def _points(decision: Decision | None) -> dict[str, int]:
    return {entry.item: entry.points for entry in decision.used} if decision else {}


def _trace(decision: Decision | None) -> Trace | None:
    return decision.trace if decision else None
