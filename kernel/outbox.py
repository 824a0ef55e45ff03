"""The outbox: what other systems are to learn, written in the transaction in which it became true.

A row is (holder, version, no), so a holder's rows are delivered in the order of its versions. Must never
be written after the fact, and never hold a name or an identity number.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kernel.canonical import dumps
from kernel.db import Session
from kernel.ids import slice_of

_PUT = text("""
    insert into outbox (slice, holder_id, version, no, kind, data)
    values (:slice, :holder_id, :version, :no, :kind, cast(:data as jsonb))
""")


async def put(session: Session, *, holder_id: UUID, version: int, no: int, kind: str, data: Mapping[str, Any]) -> None:
    """Add one message; `version` is the holder's after this batch, `no` counts within it from 0."""
    values = {"slice": slice_of(holder_id), "holder_id": holder_id, "version": version, "no": no}
    await session.execute(_PUT, {**values, "kind": kind, "data": dumps(dict(data))})
