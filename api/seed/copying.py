"""A range of residents lived in memory, and their rows as COPY takes them. Pure but for the ids and keys it draws.

The same columns as the ledger's own statements write; `tongcheng ledger verify` is the judge of both. Must never
leave out a column that the real road fills.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from api.seed.facts import correction_of, event_of
from api.seed.generator import FAMILY_IN, FAMILY_OF, City, Deed, evening_of, life
from api.seed.lived import Lived, Terms
from api.seed.plan import invented_name
from kernel.calendar import day_of, start_of
from kernel.canonical import dumps
from kernel.ids import SLICES, mint, random_bytes, seeded, slice_of
from kernel.sealed import KeyFile
from points.events.record import Decided
from points.ledger.leaf import leaf, leaf_hash
from points.ledger.model import HolderState
from points.people.numbers import PLACES, Letter, new_number

Rows = dict[str, list[tuple[Any, ...]]]
"""Rows by table, in an order in which foreign keys are content."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "holders": ("slice", "holder_id", "kind", "subject_handle", "version", "last_recorded_at"),
    "person_keys": ("slice", "holder_id", "wrapped"),
    "residents": ("slice", "holder_id", "number", "name_sealed", "registered_at"),
    "resident_numbers": ("number", "holder_id"),
    "households": ("slice", "holder_id", "number", "registered_at"),
    "household_numbers": ("number", "holder_id"),
    "memberships": ("slice", "member_id", "from_on", "household_id", "may_spend"),
    "accounts": (
        *("slice", "holder_id", "point_kind", "posted", "held", "floor", "seq"),
        *("inactive_expires_on", "expires_next_at", "lots_from"),
    ),
    "events": (
        *("slice", "holder_id", "event_id", "kind", "subject_id", "derived_from", "business_key", "corrects_event_id"),
        *("correction_no", "item_key", "fingerprint", "occurred_at", "ended_at", "recorded_at", "evidence", "source"),
        *("data", "decisions"),
    ),
    "postings": (
        *("slice", "holder_id", "point_kind", "seq", "transaction_id", "contra", "amount", "balance_after"),
        *("effective_at", "about_on", "recorded_at", "lot_expires_at", "reason", "event_id", "hold_id", "case_id"),
        *("decided_by", "title", "leaf_nonce", "leaf_hash"),
    ),
    "lots": ("slice", "holder_id", "point_kind", "seq", "remaining", "grace_days", "extended_to"),
    "lot_uses": (
        *("slice", "holder_id", "use_no", "point_kind", "lot_seq", "posting_seq", "hold_id", "amount"),
        "recorded_at",
    ),
    "pending": ("slice", "holder_id", "pending_id", "due_at", "what", "data", "event_id", "recorded_at"),
    "pending_ends": ("slice", "holder_id", "pending_id", "outcome", "ended_at"),
    "dues": ("slice", "holder_id", "due_id", "what", "due_at"),
    "corrections": (
        *("slice", "holder_id", "corrected_transaction_id", "transaction_id", "kind", "recorded_at"),
        *("event_id", "by_event_id", "approval_id"),
    ),
}


def holder_of(city: City, resident: int) -> UUID:
    """The id of a resident of the copied city: the same for whoever asks."""
    with seeded(random.Random(f"holder|{city.seed}|{resident}").randbytes):
        return mint(start_of(city.opened_on), resident % SLICES)


def residents_of(city: City, slices: range) -> list[int]:
    """The residents whose holders stand in these slices, slice by slice."""
    return [resident for own in slices for resident in range(own, city.residents, SLICES)]


def number_of(city: City, letter: Letter, resident: int) -> str:
    """The number of a resident, or of the household whose first member this is: no two of a city have the same.

    Nobody who copies a range knows the others' numbers, so none can draw again. Instead the resident's place is
    mixed by steps that each can be undone (times an odd number and more; bits upon bits), so two never give the same.
    """
    chance = random.Random(f"numbers|{city.seed}|{letter}")
    mixed = resident
    for _ in range(3):
        mixed = (mixed * (chance.getrandbits(35) | 1) + chance.getrandbits(35)) % PLACES
        mixed ^= mixed >> 18
    return new_number(letter, mixed.to_bytes(5))


def rows_of(
    city: City, residents: Iterable[int], *, terms: Terms, keys: KeyFile, by: UUID
) -> tuple[Rows, Counter[str]]:
    """All rows of these residents, their households' included, and what they took of shared limits.

    `by` is the official who reverses.
    """
    rows: Rows = defaultdict(list)
    taken: Counter[str] = Counter()
    for resident in residents:
        with seeded(random.Random(f"rows|{city.seed}|{resident}").randbytes):
            _register(city, resident, keys, rows)
            _family(city, resident, rows)
            handle = rows["holders"].pop()[3]
            lived = _lived(city, resident, handle, terms, by)
            add_rows(lived, rows)
            taken.update(lived.taken)
    return rows, taken


def _lived(city: City, resident: int, handle: bytes, terms: Terms, by: UUID) -> Lived:
    opened = start_of(city.opened_on)
    lived = Lived(HolderState(holder_of(city, resident), 0, opened, handle, "resident"), terms)
    recorded: dict[int, Decided] = {}
    for at, undone, deeds in _turns(life(city, resident)):
        _sweep(lived, at - timedelta(days=1))
        if not undone:
            drafts = [event_of(deed, lambda other: holder_of(city, other)) for deed in deeds]
            recorded |= zip(map(id, deeds), lived.record(drafts, at), strict=True)
            continue
        for deed in deeds:
            before = recorded[id(deed)]
            if deed.fate == "reversed":
                lived.reverse(before, at, by)
            else:
                lived.correct(before, correction_of(deed, lambda other: holder_of(city, other)), at)
    _sweep(lived, evening_of(city.until))
    return lived


def _sweep(lived: Lived, last: datetime) -> None:
    """The sweeps of every evening up to this one: what is due matures on the first of them."""
    while (due_at := lived.next_due()) is not None and evening_of(day_of(due_at)) <= last:
        lived.mature(evening_of(day_of(due_at)))


def _turns(deeds: Sequence[Deed]) -> list[tuple[datetime, bool, list[Deed]]]:
    """What each evening takes in, and then what it undoes: reversals first."""
    found: dict[tuple[datetime, bool], list[Deed]] = {}
    for deed in deeds:
        found.setdefault((evening_of(deed.recorded_on), False), []).append(deed)
        if deed.fate_on:
            found.setdefault((evening_of(deed.fate_on), True), []).append(deed)
    return [
        (at, undone, sorted(together, key=lambda deed: undone and deed.fate != "reversed"))
        for (at, undone), together in sorted(found.items(), key=lambda one: one[0])
    ]


def _register(city: City, resident: int, keys: KeyFile, rows: Rows) -> None:
    holder_id, opened = holder_of(city, resident), start_of(city.opened_on)
    own = slice_of(holder_id)
    wrapped, number = keys.new_person_key(holder_id), number_of(city, "V", resident)
    name = invented_name(random.Random(f"name|{city.seed}|{resident}"))
    sealed = keys.seal(wrapped, name, table="residents", column="name", holder_id=holder_id)
    rows["holders"].append((own, holder_id, "resident", keys.subject_handle(wrapped, holder_id), 0, opened))
    rows["person_keys"].append((own, holder_id, wrapped))
    rows["residents"].append((own, holder_id, number, sealed, opened))
    rows["resident_numbers"].append((number, holder_id))


def household_of(city: City, resident: int) -> UUID | None:
    """The id of the household that a resident belongs to, or none."""
    first = resident - resident % FAMILY_IN
    if resident - first >= FAMILY_OF or first + FAMILY_OF > city.residents:
        return None
    with seeded(random.Random(f"household|{city.seed}|{first}").randbytes):
        return mint(start_of(city.opened_on), first % SLICES)


def _family(city: City, resident: int, rows: Rows) -> None:
    household_id = household_of(city, resident)
    if household_id is None:
        return
    holder_id, opened = holder_of(city, resident), start_of(city.opened_on)
    if resident % FAMILY_IN == 0:
        own, number = slice_of(household_id), number_of(city, "H", resident)
        rows["holders"].insert(0, (own, household_id, "household", random_bytes(32), 0, opened))
        rows["households"].append((own, household_id, number, opened))
        rows["household_numbers"].append((number, household_id))
    joined = city.opened_on + timedelta(days=1)
    rows["memberships"].append((slice_of(holder_id), holder_id, joined, household_id, resident % FAMILY_IN == 0))


def add_rows(lived: Lived, rows: Rows) -> None:
    """The rows of one holder, as `points.events.record` and `points.ledger.write` would write them."""
    holder, page = lived.holder, lived.page
    at = (slice_of(holder.holder_id), holder.holder_id)
    rows["holders"].append((*at, holder.kind, holder.subject_handle, holder.version, holder.last_recorded_at))
    for kind, account in sorted(page.accounts.items()):
        if account.seq:
            amounts = (account.posted, account.held, account.floor, account.seq)
            bounds = (account.inactive_expires_on, account.expires_next_at, account.lots_from)
            rows["accounts"].append((*at, kind, *amounts, *bounds))
    rows["events"] += [(*at, *_event(event)) for event in lived.decided]
    for posting in lived.postings:
        draft, nonce = posting.draft, random_bytes(16)
        bytes_of = leaf(
            draft,
            seq=posting.seq,
            balance_after=posting.balance_after,
            subject_handle=holder.subject_handle,
            nonce=nonce,
        )
        rows["postings"].append(
            (
                *(*at, draft.point_kind, posting.seq, draft.transaction_id, draft.contra, draft.amount),
                *(posting.balance_after, draft.effective_at, draft.about_on, draft.recorded_at, draft.lot_expires_at),
                *(draft.reason, draft.event_id, draft.hold_id, draft.case_id, draft.decided_by),
                *(dumps(draft.title), nonce, leaf_hash(bytes_of)),
            )
        )
    for lot in page.touched.values():
        until = lot.expires_at if lot.extended else None
        rows["lots"].append((*at, lot.point_kind, lot.seq, lot.remaining, lot.grace_days, until))
    for number, (use, recorded_at) in enumerate(lived.uses, 1):
        moved = (use.point_kind, use.lot_seq, use.posting_seq, use.hold_id, use.amount)
        rows["lot_uses"].append((*at, number, *moved, recorded_at))
    ended = {pending_id for pending_id, _, _ in lived.settled}
    for waits, recorded_at in lived.deferred:
        due = (waits.pending_id, waits.due_at, waits.what)
        rows["pending"].append((*at, *due, dumps(waits.data), waits.event_id, recorded_at))
        if waits.pending_id not in ended:
            rows["dues"].append((*at, waits.pending_id, "pending", waits.due_at))
    rows["pending_ends"] += [(*at, *end) for end in lived.settled]
    for one, recorded_at in lived.corrections:
        ids = (one.corrected_transaction_id, one.transaction_id, one.kind, recorded_at)
        rows["corrections"].append((*at, *ids, one.event_id, one.by_event_id, one.approval_id))


def _event(event: Decided) -> tuple[Any, ...]:
    draft = event.draft
    return (
        *(event.event_id, draft.kind, draft.subject_id or draft.holder_id, draft.derived_from, draft.business_key),
        *(draft.corrects_event_id, draft.correction_no, draft.ref, event.fingerprint, draft.occurred_at),
        *(draft.ended_at, event.recorded_at, draft.evidence, draft.source),
        *(dumps(draft.data), dumps(event.decisions)),
    )
