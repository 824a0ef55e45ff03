"""One holder under two versions of the rules: what each item gave over the past year, and what it would give.

Reads only that holder's own events and facts; nothing is stored. Must never be shown to anybody who may not see
that holder's account.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kernel.calendar import add_months, day_of, start_of
from kernel.db import Session
from kernel.locale import Language
from points.events.model import StoredEvent
from points.events.record import events_of
from points.people.around import read_around
from points.what_if.worth import decisions
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
    two differ, the newest first.
    """

    base: Pack | None
    draft: Pack
    since: datetime
    until: datetime
    events_count: int
    items: tuple[Worth, ...]
    totals: tuple[Worth, ...]
    told: tuple[Told, ...]

    @property
    def changed(self) -> bool:
        """Whether anything would differ."""
        return any(one.before != one.after for one in (*self.totals, *self.items))

    def sentences(self, told: Told, language: Language) -> tuple[list[Line], list[Line]]:
        """How the one and the other come about, as a clerk would say it; empty where a version does not read it."""
        before = explain(self.base, told.before, language) if self.base and told.before else []
        return before, explain(self.draft, told.after, language) if told.after else []


async def for_holder(session: Session, *, holder_id: UUID, base: Pack | None, draft: Pack, now: datetime) -> Comparison:
    """The year before `now` under both packs, as it is known now; events before it only use up room.

    The packs are of one mode and kind of holder. Registers merged into this one count with it.
    """
    since = start_of(add_months(day_of(now), -12))
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
    sums = [_by_item(before), _by_item(after)]
    known = [base.shown if base else (), draft.shown]
    found = []
    for code in (*draft.shown, *(code for code in known[0] if code not in draft.shown)):
        item = draft.item(code) if code in draft.shown or base is None else base.item(code)
        given = [sums[side][code] if code in known[side] else None for side in (0, 1)]
        found.append(Worth(code, item.title, item.into, given[0], given[1]))
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
