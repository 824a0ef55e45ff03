"""Which registers a batch touches beside those it names: where merged ones lead to, and what was merged into each.

One query a batch. Must never say who a person is.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from kernel.db import Session
from kernel.sql import named
from points.ledger.model import Pairs


@dataclass(frozen=True, slots=True)
class Around:
    """The open merges around some holders."""

    leads: Mapping[UUID, UUID] = field(default_factory=dict)
    merged: Mapping[UUID, tuple[UUID, ...]] = field(default_factory=dict)

    def goes_to(self, holder_id: UUID) -> UUID:
        """The register that goes on for this one: mostly itself."""
        return self.leads.get(holder_id, holder_id)

    def beside(self, holder_id: UUID) -> tuple[UUID, ...]:
        """The registers whose past counts as this one's: mostly none."""
        return self.merged.get(holder_id, ())


async def read_around(session: Session, holder_ids: Collection[UUID]) -> Around:
    """The open merges that lead away from these registers, and all merges into those that go on."""
    pairs = Pairs.of(list(holder_ids))
    bind = {"slices": pairs.slices, "holder_ids": pairs.holder_ids}
    leads: dict[UUID, UUID] = {}
    merged: dict[UUID, list[UUID]] = defaultdict(list)
    for row in await session.execute(named(__file__, "around"), bind):
        leads[row.holder_id] = row.alias_of
        merged[row.alias_of].append(row.holder_id)
    return Around(leads, {goes_on: tuple(sorted(gone)) for goes_on, gone in merged.items()})
