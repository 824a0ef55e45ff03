"""How one transaction came about: its postings, the event behind it, and the sentences of each decision.

Shared by the resident's page and the API. Reads only; the sentences are made here from the stored
trace and the very pack text that judged, never from today's rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from access.authorize import NotFoundHere
from kernel.db import Session
from kernel.locale import Language
from points.events.model import StoredEvent
from points.events.record import find_event
from points.grounds import Again, Ground, grounds
from points.ledger.statement import Line, transaction
from rules.engine.explain import explain
from rules.governance.registry import Published, Registry

HOURS = "service-hours"
"""The point kind that counts minutes of service; people read it last, and as a duration."""

EVIDENCE: Mapping[str, str] = {
    "scanned_twice": "Scanned on arrival and on leaving",
    "scanned_once": "Scanned once; the organiser added the rest",
    "scanned_late": "Scanned on the spot, sent later from a known device",
    "organiser_log": "Written down by the organiser",
    "imported": "From the organiser's workbook",
    "declared": "Declared by the person",
}
"""Message ids for the grades of evidence."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the explanation, the item it is about, and what that item posted, into which point kind."""

    code: str
    text: str
    points: int | None
    point_kind: str | None


@dataclass(frozen=True, slots=True)
class Decided:
    """One programme's answer: the version that judged, why, in sentences, and whether it was decided again."""

    published: Published
    sentences: tuple[Sentence, ...]
    again: Again | None


@dataclass(frozen=True, slots=True)
class How:
    """One transaction; a spending has no event and no decision."""

    lines: list[Line]
    event: StoredEvent | None
    decided: list[Decided]


async def how(
    session: Session, *, registry: Registry, holder_id: UUID, transaction_id: UUID, language: Language
) -> How:
    """Everything a person needs to check one transaction. Refuses with NotFoundHere, also for somebody else's."""
    lines = await transaction(session, holder_id=holder_id, transaction_id=transaction_id)
    if not lines:
        raise NotFoundHere()
    lines.sort(key=lambda line: line.point_kind == HOURS)
    event_id = lines[0].event_id
    event = await find_event(session, holder_id=holder_id, event_id=event_id) if event_id else None
    rests_on = await grounds(session, registry, lines, event) if event else []
    return How(lines, event, [_decided(one, one.published, language) for one in rests_on if one.published])


def _decided(ground: Ground, published: Published, language: Language) -> Decided:
    into = {item.code: item.into for item in published.pack.items}
    told = explain(published.pack, ground.stored["trace"], language)
    sentences = tuple(Sentence(one.code, one.text, one.points, into.get(one.code)) for one in told)
    return Decided(published, sentences, ground.again)
