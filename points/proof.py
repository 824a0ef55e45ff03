"""One holder's events proved again: each decision evaluated a second time, held against what it posted. Pure.

A decision is worked out from the stored event, the pinned pack and the holder's earlier decisions in recorded order,
with the room that its trace was given and the standing that it read. Must never read the database or repair anything.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kernel.calendar import day_of, rfc3339
from kernel.errors import Finding
from points.events.model import EventDraft
from points.explained import unexplained
from points.judge import waits
from points.proof_again import Again
from points.redecided import RE_RATE
from points.taken import Taken
from rules.engine.evaluate import ENGINE_VERSION, evaluate, standing_of
from rules.engine.limits import room_of, taken_of
from rules.engine.model import EventView, Grant, Used
from rules.engine.needs import needs
from rules.governance.registry import Published, Registry

SAYS: Final = {
    "FINGERPRINT": "The event's fingerprint is not that of its content: the row was changed after it was written.",
    "NO_DECISION": "No decision of {programme} stands on this event.",
    "PACK_UNKNOWN": "The decision names a pack that was never published.",
    "PACK_NOT_IN_FORCE": "The decision names a pack that was not in force for this event.",
    "DECIDES_OTHERWISE": "The same event and pack now give another decision.",
    "ENGINE_OTHER": "Engine {found} decided this; engine {expected} decides otherwise.",
    "STANDING_OTHERWISE": "The decision read that the holder had {found}; the postings before it add up to {expected}.",
    "POSTED_OTHERWISE": "What this event posted is not what its decisions grant.",
}
_bytes = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
"""For what a trace holds the bytes of `canonical_json`; and 20.0 is not 20, nor true 1."""
Row = Any
"""A row of the statements in points/sql, by its columns' names."""
Opened = Mapping[str, frozenset[datetime]]
"""By programme: the first instants of the days after each closed period."""


@dataclass(slots=True)
class Past:
    """All that one holder's events are proved by; `merged`: events of registers merged into this one."""

    holder_id: UUID
    events: list[Row] = field(default_factory=list)
    postings: list[Row] = field(default_factory=list)
    waiting: list[Row] = field(default_factory=list)
    corrections: list[Row] = field(default_factory=list)
    merged: list[Row] = field(default_factory=list)
    redecisions: list[Row] = field(default_factory=list)


class Before:
    """What stood of one kind before each event, asked in recorded order: its postings are added up once."""

    def __init__(self, postings: Sequence[Row]) -> None:
        self.postings = postings
        self.place, self.sum = 0, 0

    def at(self, recorded_at: datetime, event_id: UUID) -> int:
        """What was posted before that instant, and what the event's own batch had posted when it came to decide."""
        while self.place < len(self.postings) and self.postings[self.place].recorded_at < recorded_at:
            self.sum += self.postings[self.place].amount
            self.place += 1
        stood, counts = self.sum, True
        for one in self.postings[self.place :]:
            if one.recorded_at != recorded_at:
                break
            # A batch first posts what has lapsed; a correction takes back before it decides.
            if one.reason.startswith("reversal:"):
                counts = one.case_id is not None and one.case_id <= event_id
            elif one.contra != "expiry":
                continue
            stood += one.amount if counts else 0
        return stood


class Proof:
    """Proves one holder after another. `granted`: what all decisions together took of shared limits."""

    def __init__(self, registry: Registry, opened: Opened) -> None:
        self.registry = registry
        self.opened = opened
        self.granted: Counter[str] = Counter()

    def of(self, past: Past) -> list[Finding]:
        """Every fault of one holder's events."""
        return list(_Holder(self, past).findings())


class _Holder:
    """One holder's events, in the order in which they were recorded."""

    def __init__(self, proof: Proof, past: Past) -> None:
        self.proof, self.past = proof, past
        self.taken = Taken()
        self.posted: dict[UUID, list[Row]] = defaultdict(list)
        for row in past.postings:
            if _at_once(row):
                self.posted[row.event_id].append(row)
        self.waiting: dict[UUID, list[Row]] = defaultdict(list)
        for row in past.waiting:
            self.waiting[row.event_id].append(row)
        self.batch: tuple[datetime | None, list[Grant]] = (None, [])
        self.before: dict[str, Before] = {}
        self.again = Again(
            proof.registry, past.events, past.redecisions, past.postings, past.waiting, self.taken, proof.granted
        )

    def findings(self) -> Iterable[Finding]:
        undone = iter([(row.recorded_at, row.event_id) for row in self.past.corrections if row.event_id])
        due = next(undone, None)
        for row in self.past.events:
            yield from self.again.until(row.recorded_at)
            # Room is freed for whatever is recorded later; a batch that undoes an event sees it undone from the start.
            while due is not None and due[0] <= row.recorded_at:
                self.taken.free(due[1])
                due = next(undone, None)
            yield from self._event(row)
        yield from self.again.until(None)

    def _event(self, row: Row) -> Iterable[Finding]:
        path = f"{row.holder_id}/{row.event_id}"
        if _fingerprint(row) != bytes(row.fingerprint):
            yield finding("FINGERPRINT", path)
        if self.batch[0] != row.recorded_at:
            self.batch = (row.recorded_at, [])
        view = EventView(row.kind, row.occurred_at, row.ended_at, row.evidence, row.data)
        granted: list[tuple[str, Grant]] = []
        for programme in sorted({*self.proof.registry.for_event(row.kind, row.holder_kind), *row.decisions}):
            try:
                yield from self._decision(path, row, view, programme, granted)
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
                # What can't even be read as a decision is named like any other damage, and stops nothing.
                yield finding("DECIDES_OTHERWISE", path)
        self.batch[1].extend(grant for _, grant in granted if not waits(grant))
        if not self._posted_so(row, granted):
            yield finding("POSTED_OTHERWISE", path)

    def _decision(
        self, path: str, row: Row, view: EventView, programme: str, granted: list[tuple[str, Grant]]
    ) -> Iterable[Finding]:
        """Evaluate one stored decision again; adds to what is taken and to what must have been posted.

        `due` is the version that was in force: by the event's day, as known when it was recorded.
        """
        at = day_of(row.occurred_at)
        due = self.proof.registry.in_force(programme, at, row.recorded_at)
        stored = row.decisions.get(programme)
        if stored is None and not self.proof.registry.reads(programme, row.kind, row.recorded_at):
            return
        if stored is None or stored.get("outcome") == "no_pack" or "pack" not in stored:
            if due:
                yield finding("NO_DECISION", path, programme=programme)
            return
        published = self.proof.registry.by_sha256.get(_digest(stored["pack"]))
        if published is None:
            yield finding("PACK_UNKNOWN", path)
            return
        if published is not due:
            yield finding("PACK_NOT_IN_FORCE", path)
        trace = stored.get("trace", {})
        fresh = evaluate(
            published.pack,
            view,
            self._used(row, programme, published, view),
            room=room_of(trace),
            standing=standing_of(trace),
        )
        self.taken.add(programme, row.kind, row.event_id, fresh.used)
        self.proof.granted.update(taken_of(trace))
        granted.extend((programme, grant) for grant in fresh.grants)
        expected = {
            "engine": ENGINE_VERSION,
            "at": at.isoformat(),
            "known_at": rfc3339(row.recorded_at),
            "pack": published.sha256.hex(),
            "version": published.version,
            "outcome": fresh.outcome,
            "trace": fresh.trace,
        }
        if _bytes(stored) != _bytes(expected):
            other = stored.get("engine") != ENGINE_VERSION
            values = {"found": stored.get("engine"), "expected": ENGINE_VERSION} if other else {}
            yield finding("ENGINE_OTHER" if other else "DECIDES_OTHERWISE", path, **values)
        else:
            yield from unexplained(path, programme, published, trace)
        yield from self._standing(path, row, standing_of(trace))

    def _used(self, row: Row, programme: str, published: Published, view: EventView) -> list[Used]:
        """What was taken before: by this holder, and by registers that were merged into it at that instant."""
        asked = needs(published.pack, view)
        own = [one for need in asked for one in self.taken.within(programme, row.kind, need, row.occurred_at)]
        if not asked or not self.past.merged:
            return own
        beside = Taken()
        for event in self.past.merged:
            if event.kind == row.kind and _counts(event, row):
                beside.add(programme, event.kind, event.event_id, _stored_use(event, programme))
        return own + [one for need in asked for one in beside.within(programme, row.kind, need, row.occurred_at)]

    def _standing(self, path: str, row: Row, read: Mapping[str, int]) -> Iterable[Finding]:
        """What a decision read of points must be what stood before it: posted, or granted earlier in its batch."""
        for kind, amount in read.items():
            if kind not in self.before:
                self.before[kind] = Before([one for one in self.past.postings if one.point_kind == kind])
            stood = self.before[kind].at(row.recorded_at, row.event_id)
            stood += sum(grant.amount for grant in self.batch[1] if grant.point_kind == kind)
            if stood != amount:
                yield finding("STANDING_OTHERWISE", f"{path}/{kind}", expected=stood, found=amount)

    def _posted_so(self, row: Row, granted: Sequence[tuple[str, Grant]]) -> bool:
        """Whether just what was granted was posted at once, or waits."""
        natural = min(row.ended_at, row.recorded_at)
        due = [_said(programme, grant) for programme, grant in granted]
        found = [
            (one.contra, one.point_kind, one.amount, one.reason, one.lot_expires_at, None, None)
            for one in self.posted.get(row.event_id, ())
            if one.recorded_at == row.recorded_at and self._effective_so(one, natural)
        ]
        found += [
            (
                *(one.data[name] for name in ("contra", "point_kind", "amount", "reason")),
                datetime.fromisoformat(one.data["lot_expires_at"]) if one.data["lot_expires_at"] else None,
                one.what,
                one.due_at,
            )
            for one in self.waiting.get(row.event_id, ())
            if not one.data["reason"].startswith(RE_RATE)
        ]
        return due == found or Counter(due) == Counter(found)

    def _effective_so(self, posting: Row, natural: datetime) -> bool:
        """An award counts when its event ended, or from the first instant of a period that was open."""
        programme = posting.contra.partition(":")[2]
        return posting.effective_at == natural or posting.effective_at in self.proof.opened.get(programme, ())


def finding(code: str, path: str, **values: object) -> Finding:
    return Finding(code, path, SAYS[code], values)


def _at_once(row: Row) -> bool:
    """Whether a posting is an award that did not wait, and undoes nothing."""
    return bool(
        row.event_id and not row.case_id and row.contra.startswith("issuance:") and row.reason[:9] != "reversal:"
    )


def _said(programme: str, grant: Grant) -> tuple[Any, ...]:
    what = "matures" if grant.matures_at else "lapses" if grant.confirm_by else None
    due_at = grant.matures_at or grant.confirm_by
    reason = ",".join(grant.items)
    return (f"issuance:{programme}", grant.point_kind, grant.amount, reason, grant.expires_at, what, due_at)


def _counts(event: Row, row: Row) -> bool:
    """Whether a merged register's event stood for this one: recorded before it, under an open merge, not undone."""
    open_then = event.since < row.recorded_at and (event.ended_at is None or event.ended_at >= row.recorded_at)
    undone = event.undone_at is not None and (event.undone_at <= row.recorded_at or event.undone_by == row.event_id)
    return open_then and event.recorded_at <= row.recorded_at and not undone


def _stored_use(event: Row, programme: str) -> list[Used]:
    lines = event.decisions.get(programme, {}).get("trace", {}).get("items", ())
    return [Used(line["code"], event.occurred_at, line["points"]) for line in lines if line["points"]]


def _fingerprint(row: Row) -> bytes:
    draft = EventDraft(
        row.holder_id,
        row.kind,
        row.business_key,
        row.occurred_at,
        row.ended_at,
        row.evidence,
        "",
        row.data,
        correction_no=row.correction_no,
    )
    return draft.fingerprint()


def _digest(text: object) -> bytes:
    """A stored digest as bytes; what is none is nobody's."""
    try:
        return bytes.fromhex(str(text))
    except ValueError:
        return b""
