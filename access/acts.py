"""The audit log, read back with the label of whoever acted. Must never write, and holds no name to show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kernel.db import Session


@dataclass(frozen=True, slots=True)
class Act:
    """One act: who did what to which object, and what it changed."""

    audit_id: UUID
    at: datetime
    actor_id: UUID | None
    label: str | None
    action: str
    object_kind: str
    object_id: str
    data: Mapping[str, Any]


_NEWEST = text("""
    select audit_id, at, actor_id, label, action, object_kind, object_id, data
    from audit left join actors using (actor_id)
    where cast(:object_kind as text) is null or (object_kind, object_id) = (:object_kind, :object_id)
    order by at desc, audit_id desc limit :most
""")


async def newest_acts(
    session: Session, *, object_kind: str | None = None, object_id: str | None = None, most: int = 100
) -> list[Act]:
    """The newest acts, at most `most`; of one object when its kind and id are given."""
    bind = {"object_kind": object_kind, "object_id": object_id, "most": most}
    return [Act(**row) for row in (await session.execute(_NEWEST, bind)).mappings()]
