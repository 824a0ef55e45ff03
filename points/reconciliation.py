"""The nightly look at the whole ledger: every point proved again, and an alarm when anything does not fit.

The alarm is three things at once: a line of the log at ERROR, an act in the audit log, and a banner on the auditors'
and officials' pages for as long as the newest look found something. Must never write down more than codes and ids.
"""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kernel.audit import audit
from kernel.canonical import dumps
from kernel.clock import Clock
from kernel.db import Database, Scope, Session
from kernel.errors import Finding
from kernel.ids import mint
from points.verify_city import verify_city

KEPT_FINDINGS = 1_000
"""So many are kept with their rows; all are counted, and `tongcheng ledger verify` names every one."""
PROCESSES = 2
"""A large ledger is proved beside the worker, so that its other jobs go on meanwhile."""
OVERDUE = timedelta(hours=36)
"""A newest look older than this says that a night's was missed."""
_INSERT = text("""
    insert into reconciliations (reconciliation_id, at, postings_count, events_count, findings_count, milliseconds,
        findings)
    values (:reconciliation_id, :at, :postings_count, :events_count, :findings_count, :milliseconds,
        cast(:findings as jsonb))
""")
_NEWEST = text("""
    select reconciliation_id, at, postings_count, events_count, findings_count, findings, milliseconds
    from reconciliations order by at desc, reconciliation_id desc limit :most
""")
_log = logging.getLogger("tongcheng.reconciliation")


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One look at the whole ledger: when it began, how much it saw, how long it took, what it found."""

    reconciliation_id: UUID
    at: datetime
    postings_count: int
    events_count: int
    findings_count: int
    milliseconds: int
    findings: tuple[Finding, ...]

    def overdue(self, now: datetime) -> bool:
        """Whether another look should have followed by now."""
        return now - self.at > OVERDUE


async def reconcile(database: Database, clock: Clock) -> Reconciliation:
    """Look at every posting and every decision now, keep what was found, and raise the alarm if it was anything."""
    scope, at, began = Scope(request_id="points.reconcile"), clock.now(), time.perf_counter_ns()
    url = database.engine.url.render_as_string(hide_password=False)
    found = await verify_city(url, workers=PROCESSES)
    milliseconds = (time.perf_counter_ns() - began) // 1_000_000
    new = Reconciliation(
        reconciliation_id=mint(at),
        at=at,
        postings_count=found.postings_count,
        events_count=found.events_count,
        findings_count=len(found.findings),
        milliseconds=milliseconds,
        findings=tuple(found.findings),
    )
    async with database.transaction(scope) as session:
        await _keep(session, new)
    return new


async def newest(session: Session, *, most: int = 30) -> list[Reconciliation]:
    """The looks of the last nights, the newest first."""
    rows = await session.execute(_NEWEST, {"most": most})
    return [
        Reconciliation(
            reconciliation_id=row.reconciliation_id,
            at=row.at,
            postings_count=row.postings_count,
            events_count=row.events_count,
            findings_count=row.findings_count,
            milliseconds=row.milliseconds,
            findings=tuple(_finding(one) for one in row.findings),
        )
        for row in rows
    ]


async def latest(session: Session) -> Reconciliation | None:
    """The newest look, whose findings are the alarm; none before the first night."""
    return next(iter(await newest(session, most=1)), None)


async def _keep(session: Session, new: Reconciliation) -> None:
    bind = {
        "reconciliation_id": new.reconciliation_id,
        "at": new.at,
        "postings_count": new.postings_count,
        "events_count": new.events_count,
        "findings_count": new.findings_count,
        "findings": dumps([_kept(one) for one in new.findings[:KEPT_FINDINGS]]),
        "milliseconds": new.milliseconds,
    }
    await session.execute(_INSERT, bind)
    if new.findings:
        codes = codes_of(new.findings)
        _log.error("ledger_alarm %s %s", new.reconciliation_id, " ".join(f"{code}={codes[code]}" for code in codes))
        await audit(
            session,
            at=new.at,
            action="ledger_alarm",
            object_kind="ledger",
            object_id=new.reconciliation_id,
            data={"findings": new.findings_count, "codes": codes},
        )


def codes_of(findings: Sequence[Finding]) -> dict[str, int]:
    """How many of each kind of damage, the most first."""
    return dict(Counter(finding.code for finding in findings).most_common())


def _kept(finding: Finding) -> dict[str, Any]:
    values = {name: str(value) for name, value in finding.values.items()}
    return {"code": finding.code, "path": finding.path, "message_id": finding.message_id, "values": values}


def _finding(kept: dict[str, Any]) -> Finding:
    return Finding(kept["code"], kept["path"], kept["message_id"], kept["values"])
