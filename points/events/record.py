"""Record events and read them back. Must never write an event without its decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from kernel.canonical import dumps
from kernel.db import Session
from kernel.ids import slice_of
from kernel.sql import named
from points.events.model import EventDraft, Key, Redecision, StoredEvent

OVERLAPPING_KIND = "service"
"""The kind of event of which a holder can only do one at a time."""

LONGEST_SERVICE = timedelta(days=2)
"""No longer service is recorded: `find_overlaps` looks back so far and no further."""

_COLUMNS = """holder_id, event_id, kind, business_key, correction_no, fingerprint, occurred_at, ended_at,
    recorded_at, evidence, source, derived_from, data, decisions, exists (
        select from corrections c
        where (c.slice, c.holder_id, c.event_id) = (events.slice, events.holder_id, events.event_id)
    ) as corrected"""


@dataclass(frozen=True, slots=True)
class Decided:
    """An event with its id, the instant it counts as learnt, its decisions by programme, and what it says, hashed.

    `transaction_id` is that of the postings it makes at once.
    """

    draft: EventDraft
    event_id: UUID
    recorded_at: datetime
    decisions: dict[str, Any]
    fingerprint: bytes
    transaction_id: UUID


@dataclass(frozen=True, slots=True)
class Overlap:
    """A paid stretch of the same holder that shares time with another one."""

    other_key: str
    occurred_at: datetime
    ended_at: datetime


async def find_by_keys(session: Session, keys: Sequence[Key]) -> dict[Key, StoredEvent]:
    """The events that already stand under these keys."""
    rows = await session.execute(
        named(__file__, "find_by_key"),
        {
            "slices": [slice_of(holder_id) for holder_id, _, _, _ in keys],
            "holder_ids": [holder_id for holder_id, _, _, _ in keys],
            "kinds": [kind for _, kind, _, _ in keys],
            "business_keys": [business_key for _, _, business_key, _ in keys],
            "correction_nos": [number for _, _, _, number in keys],
        },
    )
    return {event.key: event for event in map(_stored, rows)}


_REFS = text("""
    select s.source, s.ref, s.holder_id, s.event_id
    from unnest(cast(:sources as text[]), cast(:refs as text[])) as r (source, ref)
    join source_refs s on (s.source, s.ref) = (r.source, r.ref)
""")


async def find_refs(session: Session, drafts: Sequence[EventDraft]) -> dict[tuple[str, str], tuple[UUID, UUID]]:
    """Who already holds these drafts' refs: (source, ref) -> (holder_id, event_id)."""
    named_ones = [(draft.source, draft.ref) for draft in drafts if draft.ref]
    if not named_ones:
        return {}
    bind = {"sources": [source for source, _ in named_ones], "refs": [ref for _, ref in named_ones]}
    rows = await session.execute(_REFS, bind)
    return {(row.source, row.ref): (row.holder_id, row.event_id) for row in rows}


async def find_overlaps(session: Session, drafts: Sequence[EventDraft]) -> dict[tuple[UUID, str], Overlap]:
    """For each service draft that shares time with another standing service of its holder: one such."""
    asked = [draft for draft in drafts if draft.kind == OVERLAPPING_KIND]
    if not asked:
        return {}
    rows = await session.execute(
        named(__file__, "find_overlaps"),
        {
            "slices": [slice_of(draft.holder_id) for draft in asked],
            "holder_ids": [draft.holder_id for draft in asked],
            "business_keys": [draft.business_key for draft in asked],
            "froms": [draft.occurred_at for draft in asked],
            "tos": [draft.ended_at for draft in asked],
        },
    )
    return {(row.holder_id, row.business_key): Overlap(row.other_key, row.occurred_at, row.ended_at) for row in rows}


async def record(session: Session, events: Sequence[Decided]) -> None:
    """Write events with their decisions, and claim their refs. The holders are claimed.

    A business key or a ref that a rival took meanwhile stops the whole batch; the caller splits it.
    """
    drafts = [event.draft for event in events]
    await session.execute(
        named(__file__, "insert_events"),
        {
            "slices": [slice_of(draft.holder_id) for draft in drafts],
            "holder_ids": [draft.holder_id for draft in drafts],
            "event_ids": [event.event_id for event in events],
            "kinds": [draft.kind for draft in drafts],
            "subject_ids": [draft.subject_id or draft.holder_id for draft in drafts],
            "derived_froms": [draft.derived_from for draft in drafts],
            "business_keys": [draft.business_key for draft in drafts],
            "corrects": [draft.corrects_event_id for draft in drafts],
            "correction_nos": [draft.correction_no for draft in drafts],
            "item_keys": [draft.ref for draft in drafts],
            "fingerprints": [event.fingerprint for event in events],
            "occurred_ats": [draft.occurred_at for draft in drafts],
            "ended_ats": [draft.ended_at for draft in drafts],
            "recorded_ats": [event.recorded_at for event in events],
            "evidences": [draft.evidence for draft in drafts],
            "sources": [draft.source for draft in drafts],
            "datas": [dumps(draft.data) for draft in drafts],
            "decisions": [dumps(event.decisions) for event in events],
        },
    )
    await _claim_refs(session, [event for event in events if event.draft.ref])


_CLAIM_REFS = text("""
    insert into source_refs (source, ref, holder_id, event_id)
    select * from unnest(
        cast(:sources as text[]), cast(:refs as text[]), cast(:holder_ids as uuid[]), cast(:event_ids as uuid[]))
""")


async def _claim_refs(session: Session, events: Sequence[Decided]) -> None:
    if events:
        await session.execute(
            _CLAIM_REFS,
            {
                "sources": [event.draft.source for event in events],
                "refs": [event.draft.ref for event in events],
                "holder_ids": [event.draft.holder_id for event in events],
                "event_ids": [event.event_id for event in events],
            },
        )


async def find_events(session: Session, asked: Sequence[tuple[UUID, UUID]]) -> dict[UUID, StoredEvent]:
    """These events of these holders, by id; those that are not there are missing."""
    if not asked:
        return {}
    query = text(f"""
        select {_COLUMNS} from events
        where (slice, holder_id, event_id) in (
            select * from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:event_ids as uuid[])))
    """)
    bind = {
        "slices": [slice_of(holder_id) for holder_id, _ in asked],
        "holder_ids": [holder_id for holder_id, _ in asked],
        "event_ids": [event_id for _, event_id in asked],
    }
    return {event.event_id: event for event in map(_stored, await session.execute(query, bind))}


async def find_event(session: Session, *, holder_id: UUID, event_id: UUID) -> StoredEvent | None:
    """One event of a holder, or none."""
    return (await find_events(session, [(holder_id, event_id)])).get(event_id)


async def events_of(
    session: Session, *, holder_id: UUID, kinds: Sequence[str], since: datetime, until: datetime
) -> list[StoredEvent]:
    """A holder's events of these kinds that began in [since, until), in recorded order."""
    query = text(f"""
        select {_COLUMNS} from events
        where slice = :slice and holder_id = :holder_id and kind = any(cast(:kinds as text[]))
            and occurred_at >= :since and occurred_at < :until
        order by recorded_at, event_id
    """)
    bind = {"slice": slice_of(holder_id), "holder_id": holder_id, "kinds": list(kinds), "since": since, "until": until}
    return [_stored(row) for row in await session.execute(query, bind)]


_REDECISIONS = text("""
    select recorded_at, decision from redecisions
    where (slice, holder_id, event_id, programme) = (:slice, :holder_id, :event_id, :programme)
    order by decision_no
""")


async def redecisions_of(session: Session, *, holder_id: UUID, event_id: UUID, programme: str) -> list[Redecision]:
    """What a programme decided again about an event, in the order in which it did."""
    bind = {"slice": slice_of(holder_id), "holder_id": holder_id, "event_id": event_id, "programme": programme}
    return [Redecision(*row) for row in await session.execute(_REDECISIONS, bind)]


def _stored(row: Row[tuple[Any, ...]]) -> StoredEvent:
    return StoredEvent(**row._mapping)
