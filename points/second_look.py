"""Read events of many holders with all that they are proved by, part by part, and hold holders against each other.

`points.proof` proves one holder; here is what it needs, and what only two holders together can tell: a household's
share and its member's event, a correction and the register in which its origin stands. Reads only.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from kernel.calendar import start_of
from kernel.db import Session
from kernel.errors import Finding
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger.periods import periods
from points.ledger.reconcile import Span
from points.proof import Past, Proof
from points.redecided import RE_RATE
from rules.governance.registry import Registry

SAYS: Final = {
    "NO_EVENT": "This posting names an event that is not there.",
    "POSTED_APART": "This posting names an event, but neither that event nor what waited of it posted it.",
    "CORRECTION_OF_NOTHING": "This correction names a transaction or an event that is not there.",
    "UNDONE_STANDS": "The event was undone, and this of it stands.",
    "NOT_UNDONE": "This event corrects one that was not undone.",
    "SHARE_ALONE": "This is a share of an event that is not there, or that says otherwise.",
}
MOST_EVENTS: Final = 20_000
"""So many events are read at once, roughly: one slice at least."""
_SLICES = text("""
    select e.slice, count(*) as events from events e
    where e.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or e.holder_id = cast(:holder_id as uuid))
    group by e.slice order by e.slice
""")
Row = Any
Named = tuple[UUID, UUID]
"""A holder and an event that may be there."""


@dataclass(slots=True)
class Looked:
    """What a look at events found: how many, every fault, and what decisions took of shared limits."""

    events_count: int = 0
    findings: list[Finding] = field(default_factory=list)
    granted: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Question:
    """What an event of one holder claims of another's: it fits if any of the candidates fits."""

    holder_id: UUID
    path: UUID
    code: str
    candidates: tuple[Named, ...]
    event: Row | None = None
    by: UUID | None = None


async def parts(session: Session, span: Span, most: int = MOST_EVENTS) -> list[Span]:
    """The span cut into ranges of slices with about so many events each; one holder's is left whole."""
    if span.holder_id:
        return [span]
    found: list[Span] = []
    first, count, last = span.from_slice, 0, span.from_slice
    for row in await session.execute(_SLICES, span.bind):
        if count and count + row.events > most:
            found.append(Span(first, last))
            first, count = last + 1, 0
        count, last = count + row.events, row.slice
    return [*found, Span(first, span.to_slice)]


async def look(session: Session, span: Span, registry: Registry) -> Looked:
    """Prove all events of a span again."""
    opened: dict[str, set[Any]] = defaultdict(set)
    for period in await periods(session):
        opened[period.programme].add(start_of(period.to_on))
    proof = Proof(registry, {programme: frozenset(starts) for programme, starts in opened.items()})
    looked = Looked(granted=proof.granted)
    for part in await parts(session, span):
        pasts = await _read(session, part)
        questions: list[_Question] = []
        for past in pasts.values():
            looked.events_count += len(past.events)
            looked.findings += proof.of(past)
            looked.findings += _own(past, questions)
        looked.findings += await _asked(session, questions)
    return looked


async def _read(session: Session, span: Span) -> dict[UUID, Past]:
    pasts: dict[UUID, Past] = {}
    for statement in (
        "verify_events",
        "verify_redecisions",
        "verify_postings",
        "verify_waiting",
        "verify_corrections",
        "verify_merged",
    ):
        name = statement.removeprefix("verify_")
        for row in (await session.execute(named(__file__, statement), span.bind)).all():
            past = pasts.get(row.holder_id) or pasts.setdefault(row.holder_id, Past(row.holder_id))
            getattr(past, name).append(row)
    return pasts


def _own(past: Past, questions: list[_Question]) -> Iterable[Finding]:
    """What one holder's rows say of each other; what they say of others' becomes a question."""
    events = {row.event_id: row for row in past.events}
    waiting = {row.pending_id: row for row in past.waiting}
    yield from _postings(past, events, waiting)
    undone = {row.event_id for row in past.corrections if row.event_id}
    yield from _undone(past, undone)
    transactions = {row.transaction_id for row in past.postings}
    merged = tuple({row.merged_id for row in past.merged})
    by = {(row.event_id, row.by_event_id) for row in past.corrections}
    for row in past.corrections:
        path = f"{past.holder_id}/{row.corrected_transaction_id}"
        if row.corrected_transaction_id not in transactions | ({row.event_id} if row.event_id else set()) or (
            row.event_id and row.event_id not in events
        ):
            yield _finding("CORRECTION_OF_NOTHING", path)
    for row in past.events:
        # A household that was joined since the first record has a share of the correction alone.
        first_here = row.corrects_event_id is None and row.derived_from is not None
        if row.correction_no and not first_here and (row.corrects_event_id, row.event_id) not in by:
            other = tuple((one, row.corrects_event_id) for one in merged if row.corrects_event_id)
            questions.append(_Question(past.holder_id, row.event_id, "NOT_UNDONE", other, by=row.event_id))
        if row.derived_from is not None:
            origin = (row.subject_id, row.derived_from)
            if row.subject_id != past.holder_id and row.holder_kind == "household":
                questions.append(_Question(past.holder_id, row.event_id, "SHARE_ALONE", (origin,), event=row))
            elif row.derived_from not in events:
                near = tuple((one, row.derived_from) for one in (row.subject_id, *merged))
                questions.append(_Question(past.holder_id, row.event_id, "SHARE_ALONE", near))
        elif row.holder_kind == "household" and row.subject_id != past.holder_id:
            yield _finding("SHARE_ALONE", f"{past.holder_id}/{row.event_id}")


def _postings(past: Past, events: Mapping[UUID, Row], waiting: Mapping[UUID, Row]) -> Iterable[Finding]:
    """Postings that name an event must name one, and be its award, what waited of it, what another decision about it
    changed, or the undoing of any.
    """
    again = {(row.event_id, row.recorded_at) for row in past.redecisions}
    for row in past.postings:
        if row.event_id is None:
            continue
        path = f"{past.holder_id}/{row.point_kind}/{row.seq}"
        event = events.get(row.event_id)
        if event is None:
            yield _finding("NO_EVENT", path)
        elif row.contra.startswith("issuance:") and not row.reason.startswith("reversal:"):
            waited = waiting.get(row.case_id) if row.case_id else None
            fits = waited.event_id == row.event_id if waited else row.recorded_at == event.recorded_at
            if row.reason.startswith(RE_RATE) and not row.case_id:
                fits = (row.event_id, row.recorded_at) in again
            if not fits or (row.case_id and waited is None):
                yield _finding("POSTED_APART", path)


def _undone(past: Past, undone: set[UUID]) -> Iterable[Finding]:
    """All that an undone event gave must be undone: each of its transactions, and what waited of it."""
    corrected = {row.corrected_transaction_id for row in past.corrections}
    for row in past.postings if undone else ():
        award = row.contra.startswith("issuance:") and not row.reason.startswith("reversal:")
        if award and row.event_id in undone and row.transaction_id not in corrected:
            yield _finding("UNDONE_STANDS", f"{past.holder_id}/{row.point_kind}/{row.seq}")
    for row in past.waiting if undone else ():
        if row.event_id in undone and row.outcome is None:
            yield _finding("UNDONE_STANDS", f"{past.holder_id}/{row.pending_id}")


async def _asked(session: Session, questions: list[_Question]) -> list[Finding]:
    """Answer all questions with one query."""
    wanted = sorted({one for question in questions for one in question.candidates})
    found: dict[Named, Row] = {}
    if wanted:
        bind = {
            "slices": [slice_of(holder_id) for holder_id, _ in wanted],
            "holder_ids": [holder_id for holder_id, _ in wanted],
            "event_ids": [event_id for _, event_id in wanted],
        }
        rows = await session.execute(named(__file__, "verify_origins"), bind)
        found = {(row.holder_id, row.event_id): row for row in rows}
    return [
        _finding(one.code, f"{one.holder_id}/{one.path}")
        for one in questions
        if not any(_fits(one, found[candidate]) for candidate in one.candidates if candidate in found)
    ]


def _fits(question: _Question, origin: Row) -> bool:
    """Whether an origin is what was claimed: undone by its correction, or the same fact as the share of it."""
    if question.by is not None:
        return question.by in origin.undone_by
    share = question.event
    return share is None or (
        (share.kind, share.correction_no, share.occurred_at, share.ended_at, share.data)
        == (origin.kind, origin.correction_no, origin.occurred_at, origin.ended_at, origin.data)
        and share.business_key == f"{origin.holder_id}/{origin.business_key}"
    )


def _finding(code: str, path: str) -> Finding:
    return Finding(code, path, SAYS[code])
