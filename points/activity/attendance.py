"""Who is or was at a shift, read from the events `checked_in`, `checked_out` and
`service`; there is no other record of it.

Must never show a full name: heads are counted, names are masked.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from kernel.db import Session
from kernel.sealed import KeyFile
from kernel.sql import named
from points.activity.hours import Interval, Stretch, stretches
from points.activity.model import Attended
from points.ledger.model import Pairs
from points.people.register import masked_names


@dataclass(frozen=True, slots=True)
class Presence:
    """What the organiser's screen says beside the code."""

    present_count: int
    came_count: int
    last_names: tuple[str, ...]


async def attendance(
    session: Session, *, holder_ids: Sequence[UUID], since: datetime, until: datetime
) -> dict[UUID, list[Attended]]:
    """Everything these people attended in [since, until), by person; people without any are missing.

    A service without scans (from a workbook) counts as a stretch of its own, so that no number is given twice.
    """
    pairs = Pairs.of(list(holder_ids))
    rows = await session.execute(
        named(__file__, "attendance"),
        {"slices": pairs.slices, "holder_ids": pairs.holder_ids, "since": since, "until": until},
    )
    visits: dict[tuple[UUID, UUID], _Visit] = {}
    for row in rows:
        visit = visits.setdefault((row.holder_id, row.shift_id), _Visit(row.activity_id, row.starts_at, row.ends_at))
        visit.see(row.kind, row.stretch, row.occurred_at, row.ended_at)
    found: dict[UUID, list[Attended]] = defaultdict(list)
    for (holder_id, shift_id), visit in visits.items():
        shift = Interval(visit.starts_at, visit.ends_at)
        found[holder_id].append(Attended(shift_id, visit.activity_id, shift, visit.stretches()))
    return dict(found)


@dataclass(slots=True)
class _Visit:
    """One person's events of one shift, gathered row by row."""

    activity_id: UUID
    starts_at: datetime
    ends_at: datetime
    ins: dict[int, datetime] = field(default_factory=dict)
    outs: dict[int, datetime] = field(default_factory=dict)
    services: dict[int, Interval] = field(default_factory=dict)

    def see(self, kind: str, stretch: int, occurred_at: datetime, ended_at: datetime) -> None:
        if kind == "checked_in":
            self.ins[stretch] = occurred_at
        elif kind == "checked_out":
            self.outs[stretch] = occurred_at
        else:
            self.services[stretch] = Interval(occurred_at, ended_at)

    def stretches(self) -> tuple[Stretch, ...]:
        unscanned = {no: span for no, span in self.services.items() if no not in self.ins}
        ins = self.ins | {no: span.starts_at for no, span in unscanned.items()}
        outs = self.outs | {no: span.ends_at for no, span in unscanned.items()}
        return tuple(stretches(ins.items(), outs.items()))


async def presence(session: Session, *, shift_id: UUID, keys: KeyFile, most: int = 3) -> Presence:
    """Head count of a shift and the masked names of those who came last, newest first."""
    row = (await session.execute(named(__file__, "present"), {"shift_id": str(shift_id), "most": most})).one()
    last: list[UUID] = row.last_holder_ids or []
    names = await masked_names(session, holder_ids=last, keys=keys) if last else {}
    return Presence(row.present_count, row.came_count, tuple(names[holder_id] for holder_id in last))
