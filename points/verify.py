"""Prove every point again: the ledger's own sums, and each decision evaluated a second time, byte for byte.

    verify            one holder, or everyone, on one connection
    begin_snapshot    first, so that all is read as it stood at one instant

`points.verify_city` does the same with several processes. Reads only.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import text

from kernel.db import Session
from kernel.errors import Finding
from points.ledger.reconcile import EVERYONE, Span, reconcile, reconcile_days
from points.second_look import look
from rules.governance.registry import Registry

_SAYS: Final = {"LIMIT_GRANTED": "The limit says {found} were granted; the decisions took {expected}."}
_SNAPSHOT = text("set transaction isolation level repeatable read")
_LIMITS = text("select limit_id, granted from limits")


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, and every fault that was found. `checked`: each check with its milliseconds, all workers'."""

    postings_count: int
    events_count: int
    findings: list[Finding]
    checked: Mapping[str, int] = field(default_factory=dict)


async def begin_snapshot(session: Session) -> None:
    """Read everything in this transaction as it stands now. Must be its first statement."""
    await session.execute(_SNAPSHOT)


async def verify(session: Session, *, holder_id: UUID | None = None, registry: Registry) -> Verified:
    """Check one holder, or everyone; `registry` holds every published pack."""
    postings_count, findings = await reconcile(session, holder_id=holder_id)
    looked = await look(session, Span.one(holder_id) if holder_id else EVERYONE, registry)
    findings += looked.findings
    if holder_id is None:
        findings += await reconcile_days(session)
        findings += await limits(session, looked.granted)
    return Verified(postings_count, looked.events_count, findings)


async def limits(session: Session, granted: Counter[str]) -> list[Finding]:
    """Shared limits that say something else than all decisions together took of them.

    What was promised from a budget stays counted: undoing an award gives its room to nobody.
    """
    stored = {row.limit_id: row.granted for row in await session.execute(_LIMITS)}
    return [
        Finding(
            "LIMIT_GRANTED", name, _SAYS["LIMIT_GRANTED"], {"expected": granted[name], "found": stored.get(name, 0)}
        )
        for name in sorted({*stored, *granted})
        if stored.get(name, 0) != granted[name]
    ]
