"""All that a batch must know before it decides: read once, in a few queries, versions first.

No lock is held. Whoever writes must claim the versions read here: a claim that holds proves the rest unchanged.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.calendar import day_of
from kernel.db import Session
from points.addressing import Addressed
from points.events import record as events
from points.events.model import EventDraft, Key, StoredEvent
from points.faults import Batch, Known, Turns
from points.ledger.book import Book, read_pages
from points.ledger.pending import Waiting, waiting_of_events
from points.ledger.periods import Closed, read_closed
from points.ledger.posting import read_holders
from points.ledger.reversal import Undone, read_transactions, transactions_of_events
from points.people.around import Around
from points.people.recording import declined_among
from points.quantities import RoomAsk, UsedRoom, used_room
from rules.catalogue.register import good_deed
from rules.engine.model import EventView
from rules.engine.needs import needs
from rules.governance.registry import Registry


@dataclass(frozen=True, slots=True)
class Before:
    """What stood when the batch was decided; a page of `book` for each holder that a register knows."""

    book: Book
    closed: Closed
    used: UsedRoom
    batch: Batch


async def read_before(
    session: Session,
    addressed: Sequence[Addressed],
    around: Around,
    *,
    now: datetime,
    registry: Registry,
    lock: Collection[UUID],
) -> Before:
    """Holders with their versions, then their pages, what stands under the batch's keys, and the room that is used."""
    drafts = [draft for one in addressed for draft in one.drafts]
    strays = [stray.key for one in addressed for stray in one.strays]
    ids = {holder_id for one in addressed for holder_id in one.holder_ids}
    holders = await read_holders(session, ids, lock=not ids.isdisjoint(lock))
    book = await read_pages(session, holders, now=now)
    by_key = await _standing(session, drafts, strays, around)
    undo = await _undo(session, book, drafts, strays, by_key)
    known = Known(
        by_key=by_key,
        refs=await events.find_refs(session, drafts),
        overlaps=await _overlaps(session, drafts, around),
        undo=undo,
    )
    deeds = {draft.holder_id for draft in drafts if good_deed(draft.kind)}
    batch = Batch(now, set(book), known, await declined_among(session, around, deeds))
    asks = _asks(drafts, book, around, registry)
    used = await used_room(session, asks, undone=_undone_now(addressed, batch) if undo else ())
    return Before(book, await read_closed(session), used, batch)


async def _standing(
    session: Session, drafts: Sequence[EventDraft], strays: Sequence[Key], around: Around
) -> dict[Key, StoredEvent]:
    """What stands under the batch's keys and, for corrections, under those before; also in registers merged away."""
    asked: dict[Key, Key] = {key: key for key in strays}
    for draft in drafts:
        holder_id, kind, business_key, number = draft.key
        for nearby in (holder_id, *around.beside(holder_id)):
            for earlier in {number, max(number - 1, 0)}:
                asked[nearby, kind, business_key, earlier] = (holder_id, kind, business_key, earlier)
    found = await events.find_by_keys(session, list(asked))
    return {asked[key]: event for key, event in found.items()}


async def _overlaps(
    session: Session, drafts: Sequence[EventDraft], around: Around
) -> dict[tuple[UUID, str], events.Overlap]:
    services = [
        (draft, nearby)
        for draft in drafts
        if draft.kind == events.OVERLAPPING_KIND
        and draft.subject_id in (None, draft.holder_id, *around.beside(draft.holder_id))
        for nearby in (draft.holder_id, *around.beside(draft.holder_id))
    ]
    moved = [replace(draft, holder_id=nearby) if nearby != draft.holder_id else draft for draft, nearby in services]
    found = await events.find_overlaps(session, moved)
    return {
        (draft.holder_id, draft.business_key): found[nearby, draft.business_key]
        for draft, nearby in services
        if (nearby, draft.business_key) in found
    }


async def _undo(
    session: Session,
    book: Book,
    drafts: Sequence[EventDraft],
    strays: Sequence[Key],
    by_key: Mapping[Key, StoredEvent],
) -> dict[UUID, tuple[Mapping[UUID, list[Undone]], list[Waiting]]]:
    """What the batch's corrections would undo: by corrected event its transactions, and what of it still waits."""
    keys = [
        (*draft.key[:3], draft.correction_no - 1) for draft in drafts if draft.correction_no and draft.key not in by_key
    ]
    corrected = {
        before.event_id: before.holder_id
        for key in (*keys, *strays)
        if (before := by_key.get(key)) and before.holder_id == key[0] and not before.corrected
    }
    if not corrected:
        return {}
    asked = [(holder_id, event_id) for event_id, holder_id in corrected.items()]
    transactions = await transactions_of_events(session, asked)
    wanted = [(corrected[event_id], one) for event_id, found in transactions.items() for one in found]
    lines = await read_transactions(session, book, wanted) if wanted else {}
    waiting = await waiting_of_events(session, asked)
    return {
        event_id: (
            {one: lines[one] for one in transactions.get(event_id, ())},
            [one for one in waiting if one.event_id == event_id],
        )
        for event_id in corrected
    }


def _undone_now(addressed: Sequence[Addressed], batch: Batch) -> list[UUID]:
    """What is undone in this very batch: a correction that waits for another of its holders undoes in the next."""
    turns = Turns()
    undone: list[UUID] = []
    for one in addressed:
        standing = [batch.standing(draft) for draft in one.drafts]
        if batch.findings(one, standing):
            continue
        pairs = zip(one.drafts, standing, strict=True)
        corrections = [draft for draft, stands in pairs if draft.correction_no and not stands]
        if turns.waits(one.holder_ids, undoes=bool(corrections)) or not corrections:
            continue
        keys = [(*draft.key[:3], draft.correction_no - 1) for draft in corrections]
        found = (batch.known.by_key.get(key) for key in (*keys, *(stray.key for stray in one.strays)))
        undone += [event.event_id for event in found if event]
    return undone


def _asks(drafts: Sequence[EventDraft], book: Book, around: Around, registry: Registry) -> list[RoomAsk]:
    """What the packs of each event's own day must know of earlier events."""
    asks = []
    for draft in drafts:
        page = book.get(draft.holder_id)
        if page is None:
            continue
        view = EventView(draft.kind, draft.occurred_at, draft.ended_at, draft.evidence, draft.data)
        for programme in registry.for_event(draft.kind, page.holder.kind):
            published = registry.in_force(programme, day_of(draft.occurred_at), page.recorded_at)
            if published is not None:
                beside = around.beside(draft.holder_id)
                asks += [
                    RoomAsk(draft.holder_id, programme, draft.kind, need, beside)
                    for need in needs(published.pack, view)
                ]
    return asks
