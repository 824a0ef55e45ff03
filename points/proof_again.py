"""Prove the decisions that were made again, one holder's, in the order in which they were made. Pure.

Each must follow from the event, the pack it names and what it was given of caps; what was posted must be the difference
to the decision before it. Must never read the database or repair anything.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kernel.calendar import day_of
from kernel.errors import Finding
from points.explained import unexplained
from points.ledger.model import DEBT
from points.redecided import RE_RATE, Stored, gave, granted_more, used_of
from points.taken import Taken
from rules.engine.evaluate import ENGINE_VERSION, evaluate, standing_of
from rules.engine.limits import room_of
from rules.engine.model import EventView
from rules.governance.registry import Registry

SAYS: Final = {
    "REDECISION_OF_NOTHING": "This decision was made again about an event that is not there.",
    "REDECIDES_OTHERWISE": "What this decision was made again from now gives another one.",
    "REDECISION_POSTED": "What was posted is not the difference that deciding again made.",
}
Row = Any


class Again:
    """One holder's decisions that were made again; what they take of caps replaces what was taken before."""

    def __init__(
        self,
        registry: Registry,
        events: Sequence[Row],
        redecisions: Sequence[Row],
        postings: Sequence[Row],
        waiting: Sequence[Row],
        taken: Taken,
        granted: Counter[str],
    ) -> None:
        self.registry, self.taken, self.granted = registry, taken, granted
        self.due = list(reversed(redecisions))
        self.events = {row.event_id: row for row in events} if redecisions else {}
        self.counts: dict[tuple[UUID, str], Stored | None] = {}
        self.posted: dict[tuple[UUID, datetime], list[Row]] = defaultdict(list)
        for row in postings if redecisions else ():
            if row.reason.startswith(RE_RATE) and not row.case_id:
                self.posted[row.event_id, row.recorded_at].append(row)
        self.waiting = [row for row in waiting if row.data["reason"].startswith(RE_RATE)]

    def until(self, recorded_at: datetime | None) -> Iterable[Finding]:
        """Prove those made before an instant, or all that are left."""
        while self.due and (recorded_at is None or self.due[-1].recorded_at < recorded_at):
            row = self.due.pop()
            path = f"{row.holder_id}/{row.event_id}/{row.programme}/{row.decision_no}"
            event = self.events.get(row.event_id)
            if event is None:
                yield Finding("REDECISION_OF_NOTHING", path, SAYS["REDECISION_OF_NOTHING"])
                continue
            try:
                yield from self._prove(path, row, event)
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
                # What can't even be read as a decision is named like any other damage, and stops nothing.
                yield Finding("REDECIDES_OTHERWISE", path, SAYS["REDECIDES_OTHERWISE"])

    def _prove(self, path: str, row: Row, event: Row) -> Iterable[Finding]:
        key = (row.event_id, row.programme)
        before = self.counts.get(key, event.decisions.get(row.programme))
        after: Stored = row.decision
        self.counts[key] = after
        self.granted.update(granted_more(before, after))
        at = day_of(event.occurred_at)
        published = self.registry.by_sha256[bytes.fromhex(after["pack"])]
        trace, used = after["trace"], used_of(after)
        view = EventView(event.kind, event.occurred_at, event.ended_at, event.evidence, event.data)
        fresh = evaluate(published.pack, view, used, room=room_of(trace), standing=standing_of(trace))
        self.taken.replace(row.programme, event.kind, row.event_id, fresh.used)
        due = self.registry.judging(row.programme, at, datetime.fromisoformat(after["known_at"]))
        said = (after["engine"], after["at"], after["version"], after["outcome"], trace)
        if (
            published not in due
            or row.programme != published.programme
            or said != (ENGINE_VERSION, at.isoformat(), published.version, fresh.outcome, fresh.trace)
        ):
            yield Finding("REDECIDES_OTHERWISE", path, SAYS["REDECIDES_OTHERWISE"])
        else:
            yield from unexplained(path, row.programme, published, trace)
        old, new = gave(before, self.registry), gave(after, self.registry)
        changes = {kind: new[kind] - old[kind] for kind in old.keys() | new.keys() if new[kind] != old[kind]}
        if not self._posted_so(row, changes):
            yield Finding("REDECISION_POSTED", path, SAYS["REDECISION_POSTED"])

    def _posted_so(self, row: Row, changes: dict[str, int]) -> bool:
        """Whether what was posted, or waits, is the difference; less where points had lapsed or nobody confirmed."""
        found: Counter[str] = Counter()
        for one in self.posted.get((row.event_id, row.recorded_at), ()):
            if one.contra != f"issuance:{row.programme}":
                return False
            found[one.point_kind.removeprefix(DEBT)] += -one.amount if one.point_kind.startswith(DEBT) else one.amount
        reason = f"{RE_RATE}{row.decision['re_rate']}"
        for one in self.waiting:
            if one.event_id == row.event_id and one.data["reason"] == reason:
                found[one.data["point_kind"]] += one.data["amount"]
        return found.keys() <= changes.keys() and all(
            found[kind] in (0, change) if change > 0 else change <= found[kind] <= 0 for kind, change in changes.items()
        )
