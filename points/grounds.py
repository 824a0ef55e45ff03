"""The decisions that a transaction rests on: its event's own, or, where a re-rate made it, the one made again.

Shared by all who explain a posting. Reads only. Must never explain what a re-rate posted by what was decided before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.db import Session
from points.events.model import StoredEvent
from points.events.record import redecisions_of
from points.ledger.statement import Line, transaction
from points.redecided import Stored, gave
from rules.governance.registry import Published, Registry


@dataclass(frozen=True, slots=True)
class Before:
    """A decision that counted until another was made: by which version, when, and what it gave in minor units.

    `version` is None where the programme had no rule for the event.
    """

    version: str | None
    decided_at: datetime
    given: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Again:
    """That a decision was made again: when, under which approval, and all that stood before, the first one first."""

    approval_id: UUID
    decided_at: datetime
    before: tuple[Before, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """One programme's stored decision, the published version that it names, and whether it was made again."""

    programme: str
    stored: Stored
    published: Published | None
    again: Again | None = None


async def grounds(session: Session, registry: Registry, lines: Sequence[Line], event: StoredEvent) -> list[Ground]:
    """What these postings of one transaction rest on, by programme."""
    made = await _re_rated(session, lines, event.holder_id)
    if made is None:
        return [_ground(registry, programme, stored) for programme, stored in sorted(event.decisions.items())]
    programme = made.programme or ""
    first = event.decisions.get(programme)
    before = [_before(registry, first, event.recorded_at)]
    for one in await redecisions_of(session, holder_id=event.holder_id, event_id=event.event_id, programme=programme):
        if one.decision["re_rate"] == str(made.re_rate):
            again = Again(UUID(one.decision["re_rate"]), one.recorded_at, tuple(before))
            return [_ground(registry, programme, one.decision, again)]
        before.append(_before(registry, one.decision, one.recorded_at))
    return []


async def _re_rated(session: Session, lines: Sequence[Line], holder_id: UUID) -> Line | None:
    """The line that a re-rate made; of a transaction that only undoes another, that one's."""
    undoes = {line.undoes for line in lines}
    undone = undoes.pop() if len(undoes) == 1 else None
    asked = await transaction(session, holder_id=holder_id, transaction_id=undone) if undone else lines
    return next((line for line in asked if line.re_rate), None)


def _ground(registry: Registry, programme: str, stored: Stored, again: Again | None = None) -> Ground:
    return Ground(programme, stored, registry.by_sha256.get(bytes.fromhex(stored.get("pack") or "")), again)


def _before(registry: Registry, stored: Stored | None, decided_at: datetime) -> Before:
    return Before((stored or {}).get("version"), decided_at, gave(stored, registry))
