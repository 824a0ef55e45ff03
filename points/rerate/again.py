"""One holder's events of some days decided again under the rules as they are now known. Pure.

Events are taken in recorded order, each on top of what the ones before it now take and of what all events of other days
took: so nobody's caps are exceeded, and with unchanged rules every event comes out as it was. Must never read or write.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.calendar import day_of
from points.redecided import gave, granted_more, stored_again, took
from points.rerate.terms import Terms
from points.taken import Taken
from rules.engine.evaluate import evaluate, standing_of
from rules.engine.limits import taken_of
from rules.engine.model import Decision, EventView, Used
from rules.engine.needs import needs
from rules.governance.registry import Published, Registry

Row = Any
"""A row of the statement `events_again`, by its columns' names."""


@dataclass(frozen=True, slots=True)
class Again:
    """One event that is worth something else now. `changes`: by point kind, how much more; never zero."""

    row: Row
    decision: Decision
    stored: dict[str, Any]
    changes: dict[str, int]
    asks: Counter[str]
    ceilings: dict[str, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one version says of an event, given what others took of its caps."""

    published: Published
    used: Sequence[Used]
    decision: Decision

    @property
    def gives(self) -> Counter[str]:
        """By point kind, in minor units."""
        return Counter({grant.point_kind: grant.amount for grant in self.decision.grants})


@dataclass(frozen=True, slots=True)
class Past:
    """One holder's standing events of the programme, in recorded order, those of merged registers among them.

    `version` is the holder's when they were read: while it stands, nothing else was recorded.
    """

    holder_id: UUID
    version: int
    rows: Sequence[Row]

    def within(self, terms: Terms) -> list[Row]:
        """The events that the re-rate is about: they began on its days, and stand in the register that goes on."""
        return [row for row in self.rows if _inside(row, terms) and row.holder_id == self.holder_id]

    def merged(self, terms: Terms) -> int:
        """How many events of its days stand in registers that were merged away: they are left as they are."""
        return sum(1 for row in self.rows if _inside(row, terms) and row.holder_id != self.holder_id)


def _inside(row: Row, terms: Terms) -> bool:
    return terms.from_on <= day_of(row.occurred_at) < terms.to_on


@dataclass(slots=True)
class Deciding:
    """One look at many holders: whose rules, since when they are known, and what is left of shared limits, if told."""

    registry: Registry
    terms: Terms
    known_at: datetime
    re_rate_id: UUID
    left: Counter[str] | None = None
    alone: Published | None = None
    """Only this version judges, to see what it would do by itself; else the better of those that may (`judging`)."""
    fixed: set[UUID] = field(default_factory=set)
    """Events that are left as they are: what they gave still waits."""

    def again(self, past: Past) -> list[Again]:
        """The holder's events that come out otherwise now."""
        taken = Taken()
        inside = past.within(self.terms)
        inside = [row for row in inside if row.event_id not in self.fixed]
        ids = {row.event_id for row in inside}
        for row in past.rows:
            if row.event_id not in ids:
                taken.add(self.terms.programme, row.kind, row.event_id, took(row.decision, row.occurred_at))
        found = (self._one(row, taken) for row in inside)
        return [one for one in found if one is not None]

    def _one(self, row: Row, taken: Taken) -> Again | None:
        before = took(row.decision, row.occurred_at)
        verdict = self._verdict(row, taken)
        if verdict is None or not self._differs(row, before, verdict.decision):
            taken.add(self.terms.programme, row.kind, row.event_id, before)
            return None
        decision = verdict.decision
        taken.add(self.terms.programme, row.kind, row.event_id, decision.used)
        stored = stored_again(
            verdict.published,
            decision,
            verdict.used,
            at=day_of(row.occurred_at).isoformat(),
            known_at=self.known_at,
            re_rate_id=self.re_rate_id,
        )
        more = granted_more(row.decision, stored)
        if self.left is not None:
            self.left.subtract(more)
        old, new = gave(row.decision, self.registry), verdict.gives
        changes = {kind: new[kind] - old[kind] for kind in sorted(old.keys() | new.keys()) if new[kind] != old[kind]}
        ceilings = {ask.limit_id: ask.ceiling for ask in decision.asks}
        return Again(row, decision, stored, changes, more, ceilings)

    def _verdict(self, row: Row, taken: Taken) -> Verdict | None:
        """What the version of its own day says, or one that reaches back to it and gives no less of anything."""
        at = day_of(row.occurred_at)
        own = self.registry.judging(self.terms.programme, at, self.known_at)
        best: Verdict | None = None
        for published in (self.alone,) if self.alone else own:
            if row.kind in published.pack.by_kind:
                found = self._judged(published, row, taken)
                if best is None or all(found.gives[kind] >= amount for kind, amount in best.gives.items()):
                    best = found
        return best

    def _judged(self, published: Published, row: Row, taken: Taken) -> Verdict:
        view = EventView(row.kind, row.occurred_at, row.ended_at, row.evidence, row.data)
        asked = needs(published.pack, view)
        used = [one for need in asked for one in taken.within(self.terms.programme, row.kind, need, row.occurred_at)]
        return Verdict(published, used, self._evaluate(published, view, used, row))

    def _evaluate(self, published: Published, view: EventView, used: Sequence[Used], row: Row) -> Decision:
        trace = (row.decision or {}).get("trace", {})
        room = None
        if self.left is not None and published.pack.limits:
            asks = evaluate(published.pack, view, used).asks
            own = taken_of(trace)
            room = {ask.limit_id: own.get(ask.limit_id, 0) + max(0, self.left[ask.limit_id]) for ask in asks}
        return evaluate(published.pack, view, used, room=room, standing=standing_of(trace))

    def _differs(self, row: Row, before: Sequence[Used], decision: Decision) -> bool:
        """Whether an event is worth something else now; what would be less stays, where only an error takes back."""
        old = gave(row.decision, self.registry)
        new = Counter({grant.point_kind: grant.amount for grant in decision.grants})
        if not self.terms.takes_back and any(new[kind] < old[kind] for kind in old):
            return False
        return sorted(_key(one) for one in before) != sorted(_key(one) for one in decision.used) or old != new


def _key(used: Used) -> tuple[str, int]:
    return used.item, used.points


def by_holder(rows: Iterable[Row]) -> list[Past]:
    """The rows of `events_again`, holder by holder."""
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row.goes_on, []).append(row)
    return [Past(holder_id, own[0].version, own) for holder_id, own in found.items()]
