"""Prove every point again: the ledger's own sums, and each decision evaluated a second time, byte for byte.

Reads only. A decision is evaluated from the stored event, the pinned pack and the holder's earlier
decisions in recorded order; it must give the same trace and the same postings.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kernel.calendar import day_of
from kernel.canonical import canonical_json
from kernel.db import Session
from kernel.errors import Finding
from kernel.ids import slice_of
from kernel.sql import named
from points.events import record
from points.ledger.reconcile import reconcile
from rules.engine.evaluate import evaluate, standing_of
from rules.engine.limits import room_of
from rules.engine.model import EventView, Used
from rules.governance.registry import Published, Registry

_SAYS = {
    "NO_EVENT": "This posting names an event that is not there.",
    "NO_DECISION": "No decision of {programme} stands on this event.",
    "PACK_UNKNOWN": "The decision names a pack that was never published.",
    "PACK_NOT_IN_FORCE": "The decision names a pack that was not in force for this event.",
    "POSTED_OTHERWISE": "What this event posted is not what its decisions grant.",
    "DECIDES_OTHERWISE": "The same event and pack now give another decision.",
}


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, and every fault that was found."""

    postings_count: int
    events_count: int
    findings: list[Finding]


async def verify(session: Session, *, holder_id: UUID | None = None, registry: Registry) -> Verified:
    """Check one holder, or everyone; `registry` holds every published pack."""
    postings_count, findings = await reconcile(session, holder_id=holder_id)
    bind: dict[str, object] = {"slice": slice_of(holder_id) if holder_id else None, "holder_id": holder_id}
    for row in await session.execute(named(record.__file__, "verify_orphans"), bind):
        findings.append(_finding(row.code, f"{row.holder_id}/{row.point_kind}/{row.seq}"))
    events_count, decided = await _decisions(session, bind, registry)
    return Verified(postings_count, events_count, findings + decided)


def _finding(code: str, path: str, **values: object) -> Finding:
    return Finding(code, path, _SAYS[code], values)


async def _decisions(session: Session, bind: dict[str, object], registry: Registry) -> tuple[int, list[Finding]]:
    findings: list[Finding] = []
    count, current = 0, None
    used: dict[str, list[Used]] = defaultdict(list)
    async for row in await session.stream(named(record.__file__, "verify_events"), bind):
        count += 1
        if row.holder_id != current:
            current, used = row.holder_id, defaultdict(list)
        path = f"{row.holder_id}/{row.event_id}"
        view = EventView(row.kind, row.occurred_at, row.ended_at, row.evidence, row.data)
        decisions = row.decisions
        expected: list[list[object]] = []
        for programme in sorted({*registry.for_event(row.kind, row.holder_kind), *decisions}):
            due = registry.in_force(programme, day_of(row.occurred_at), row.recorded_at)
            stored = decisions.get(programme, {"outcome": "no_pack"})
            findings.extend(_decision(path, programme, stored, view, due, registry, used, expected))
        if sorted(expected, key=str) != sorted(row.posted, key=str):
            findings.append(_finding("POSTED_OTHERWISE", path))
    return count, findings


def _decision(
    path: str,
    programme: str,
    stored: dict[str, Any],
    view: EventView,
    due: Published | None,
    registry: Registry,
    used: dict[str, list[Used]],
    expected: list[list[object]],
) -> list[Finding]:
    """Evaluate one stored decision again; adds to what is used and to what must have been posted.

    `due` is the version that was in force: by the event's day, as known when it was recorded.
    """
    if stored["outcome"] == "no_pack":
        return [_finding("NO_DECISION", path, programme=programme)] if due else []
    published = registry.by_sha256.get(bytes.fromhex(str(stored["pack"])))
    if published is None:
        return [_finding("PACK_UNKNOWN", path)]
    trace: dict[str, Any] = stored["trace"]
    fresh = evaluate(published.pack, view, used[programme], room=room_of(trace), standing=standing_of(trace))
    used[programme].extend(fresh.used)
    expected.extend([f"issuance:{programme}", grant.point_kind, grant.amount] for grant in fresh.grants)
    same = canonical_json([stored["outcome"], stored["trace"]]) == canonical_json([fresh.outcome, fresh.trace])
    findings = [] if published is due else [_finding("PACK_NOT_IN_FORCE", path)]
    return findings if same else [*findings, _finding("DECIDES_OTHERWISE", path)]
