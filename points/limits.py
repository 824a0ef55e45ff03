"""What everybody shares and how much of it is left: the budgets and monthly shares of all programmes.

Reads only; `points.settle` takes from them. What a reversed award took stays counted: it had been promised.
A limit stands here once somebody has asked for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kernel.db import Session
from kernel.sql import named
from points.ledger.model import Minor
from rules.governance.registry import Registry


@dataclass(frozen=True, slots=True)
class SharedLimit:
    """One shared limit in one window: `since` is its first day, none for one that never ends; `of` whose share it is.

    `title` and `point_kind` are those of the newest version that has it.
    """

    limit_id: str
    programme: str
    title: Mapping[str, str]
    point_kind: str | None
    per: str
    since: date | None
    of: str | None
    granted: Minor
    ceiling: Minor

    @property
    def left(self) -> Minor:
        return max(0, self.ceiling - self.granted)

    @property
    def holder_id(self) -> UUID | None:
        """Whose share it is, where that is a holder."""
        try:
            return UUID(self.of) if self.of else None
        except ValueError:
            return None


async def shared_limits(
    session: Session, *, registry: Registry, programme: str | None = None, after: str = "", most: int = 100
) -> list[SharedLimit]:
    """The limits of one programme, or of all, the newest window of each first, so many after one of them."""
    bind = {"programme": programme, "after": after, "most": most}
    rows = await session.execute(named(__file__, "limits"), bind)
    return [_limit(registry, row.limit_id, row.granted, row.ceiling) for row in rows]


def _limit(registry: Registry, limit_id: str, granted: Minor, ceiling: Minor) -> SharedLimit:
    """An id says programme, code, window and value; the rest is the newest pack's."""
    programme, code, window, value = limit_id.split("/", 3)
    packs = [one.pack for one in registry.versions(programme) if code in one.pack.limits]
    title = packs[0].limits[code].title if packs else {"zh": code, "en": code}
    kinds = [item.into for kind in packs[0].by_kind.values() for item in kind if code in item.limits] if packs else []
    return SharedLimit(
        limit_id=limit_id,
        programme=programme,
        title=title,
        point_kind=kinds[0] if kinds else None,
        per=packs[0].limits[code].per if packs else "total",
        since=None if window == "total" else date.fromisoformat(window),
        of=None if value == "-" else value,
        granted=granted,
        ceiling=ceiling,
    )
