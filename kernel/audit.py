"""The audit log: every staff act, who did it and what it changed. Append-only for the application's role.

Must never hold a name, an identity number or a phone: `data` carries codes, ids and figures only.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kernel.canonical import dumps
from kernel.db import Session, scope_of
from kernel.ids import mint

_INSERT = text("""
    insert into audit (audit_id, at, actor_id, request_id, action, object_kind, object_id, data)
    values (:audit_id, :at, :actor_id, :request_id, :action, :object_kind, :object_id, cast(:data as jsonb))
""")


async def audit(
    session: Session, *, at: datetime, action: str, object_kind: str, object_id: UUID | str, data: Mapping[str, Any]
) -> None:
    """Record one act in the caller's own transaction, so that act and record stand or fall together."""
    scope = scope_of(session)
    await session.execute(
        _INSERT,
        {
            "audit_id": mint(at),
            "at": at,
            "actor_id": scope.actor_id,
            "request_id": scope.request_id,
            "action": action,
            "object_kind": object_kind,
            "object_id": str(object_id),
            "data": dumps(dict(data)),
        },
    )
