"""What a recorded service earned, in a breath: "+20, because ...", and where the whole sum is shown. Reads only."""

from dataclasses import dataclass
from uuid import UUID

from kernel.db import Session
from kernel.locale import Language
from points.events.record import find_event
from points.ledger.statement import Line, statement
from rules.engine.explain import one_line
from rules.governance.registry import Registry

_RECENT = 40
"""How many of the last postings are searched for the service's own; it was posted a moment ago."""


@dataclass(frozen=True, slots=True)
class Earned:
    """`sentences`: one for each programme that decided; `lines`: the postings, one a point kind."""

    sentences: tuple[str, ...]
    lines: tuple[Line, ...]


async def earned(
    session: Session, *, registry: Registry, holder_id: UUID, event_id: UUID, language: Language
) -> Earned:
    """What one service of this holder earned, by the very pack that judged it; empty when there is no such event."""
    event = await find_event(session, holder_id=holder_id, event_id=event_id)
    if event is None:
        return Earned((), ())
    sentences = []
    for _, decision in sorted(event.decisions.items()):
        published = registry.by_sha256.get(bytes.fromhex(decision.get("pack") or ""))
        if published is not None:
            sentences.append(one_line(published.pack, decision["trace"], language))
    recent = await statement(session, holder_id=holder_id, most=_RECENT)
    return Earned(tuple(sentences), tuple(line for line in recent if line.event_id == event_id))
