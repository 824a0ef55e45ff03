"""Every scan that was refused, with its reason, so that organisers and auditors can count them.

The reason here may be finer than what the person was told: a forged code and a mistyped one read the
same at the gate. Must never hold the code itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import text

from kernel.db import Session
from kernel.ids import mint
from kernel.sql import named

Way = Literal["venue_code", "typed_code", "late_scan"]
TRIES_A_MINUTE = 20
ANONYMOUS_A_MINUTE = 120
"""How many refused scans of people who are not signed in are kept within a minute; the rest are refused alike."""

_INSERT = text("""
    insert into refused_scans (refused_id, at, reason, way, activity_id, gate, actor_id, device_id)
    values (:refused_id, :at, :reason, :way, :activity_id, :gate, :actor_id, :device_id)
""")
_RECENT = text("select count(*) from refused_scans where actor_id = :actor_id and at > :since")
_RECENT_ANONYMOUS = text("select count(*) from refused_scans where actor_id is null and at > :since")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused scan, to be counted. `activity_id` None: the code named no activity we know."""

    reason: str
    way: Way
    activity_id: UUID | None = None
    gate: str | None = None
    actor_id: UUID | None = None
    device_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """How often one reason came up, and when last."""

    reason: str
    way: str
    refused_count: int
    last_at: datetime


async def record_refusals(session: Session, *, refusals: Sequence[Refusal], now: datetime) -> None:
    """Keep these refusals; all in one statement. Nobody in particular can't fill the table with forged codes."""
    if any(refusal.actor_id is None for refusal in refusals) and await _anonymous_full(session, now):
        refusals = [refusal for refusal in refusals if refusal.actor_id]
    if refusals:
        await session.execute(
            _INSERT,
            [
                {
                    "refused_id": mint(now),
                    "at": now,
                    "reason": refusal.reason,
                    "way": refusal.way,
                    "activity_id": refusal.activity_id,
                    "gate": refusal.gate,
                    "actor_id": refusal.actor_id,
                    "device_id": refusal.device_id,
                }
                for refusal in refusals
            ],
        )


async def too_many(session: Session, *, actor_id: UUID, now: datetime) -> bool:
    """Whether this person was refused 20 times within the last minute."""
    count = await session.scalar(_RECENT, {"actor_id": actor_id, "since": now - timedelta(minutes=1)})
    return int(count or 0) >= TRIES_A_MINUTE


async def _anonymous_full(session: Session, now: datetime) -> bool:
    count = await session.scalar(_RECENT_ANONYMOUS, {"since": now - timedelta(minutes=1)})
    return int(count or 0) >= ANONYMOUS_A_MINUTE


async def count_refusals(session: Session, *, activity_id: UUID) -> list[RefusalCount]:
    """Refused scans of an activity by reason, the most frequent first."""
    rows = await session.execute(named(__file__, "refusals"), {"activity_id": activity_id})
    return [RefusalCount(row.reason, row.way, row.refused_count, row.last_at) for row in rows]


async def count_device_refusals(session: Session, *, device_id: UUID) -> list[RefusalCount]:
    """Refused late scans of one device by reason, the most frequent first."""
    rows = await session.execute(named(__file__, "refusals_of_device"), {"device_id": device_id})
    return [RefusalCount(row.reason, "late_scan", row.refused_count, row.last_at) for row in rows]
