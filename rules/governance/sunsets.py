"""Versions that end with nothing to follow: told on the officials' pages, and rung once for each warning.

The alarm is a line of the log at ERROR, an act in the audit log, and a banner for as long as it is so. Must never
prolong a version: a programme ends on its day unless another version is published in time.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import text

from kernel.audit import audit
from kernel.calendar import day_of
from kernel.db import Session
from rules.governance.registry import Published, Registry, load_registry

WARNINGS: Final = (90, 60, 31, 7)
"""So many days before the end. A successor is public for thirty days before it counts: published after the third
warning it comes too late for a change without a gap."""
TOLD_AFTER: Final = timedelta(days=30)
"""For so long after the end the banner still says that a programme has no version in force."""
_RAISE = text("""
    insert into sunset_alarms (pack_sha256, days_before, raised_at)
    select pack_sha256, days_before, :now
    from unnest(cast(:sha256s as bytea[]), cast(:days as smallint[])) as due (pack_sha256, days_before)
    on conflict (pack_sha256, days_before) do nothing returning pack_sha256
""")
_DAY: Final = timedelta(days=1)
_log = logging.getLogger("tongcheng.sunset")


@dataclass(frozen=True, slots=True)
class Ending:
    """A version without a successor: its last day, and how many days are left until then; below zero it has ended."""

    published: Published
    last_on: date
    days_left: int

    @property
    def warning(self) -> int | None:
        """Which warning is due: the latest whose day has come; none once it has ended."""
        return min((days for days in WARNINGS if 0 <= self.days_left <= days), default=None)


def endings(registry: Registry, now: datetime) -> list[Ending]:
    """What ends within ninety days, or has ended within thirty, with nothing in force after it; the soonest first."""
    found = [ending for programme in registry.programmes() if (ending := _ending(registry, programme, now))]
    return sorted(found, key=lambda one: (one.last_on, one.published.programme))


def _ending(registry: Registry, programme: str, now: datetime) -> Ending | None:
    today = day_of(now)
    last = next((one for one in registry.versions(programme) if one.effective_from <= today), None)
    if last is None or last.sunset_on is None:
        return None
    days_left = (last.sunset_on - today).days
    if not -TOLD_AFTER.days <= days_left <= WARNINGS[0]:
        return None
    if registry.in_force(programme, max(today, last.sunset_on + _DAY), now) is not None:
        return None
    return Ending(last, last.sunset_on, days_left)


async def watch_sunsets(session: Session, *, now: datetime) -> list[Ending]:
    """Ring for every ending whose warning has come and was not given yet; gives those that were rung."""
    due = [one for one in endings(await load_registry(session), now) if one.warning]
    binds = {"sha256s": [one.published.sha256 for one in due], "days": [one.warning for one in due], "now": now}
    new = {bytes(row.pack_sha256) for row in await session.execute(_RAISE, binds)}
    rung = [one for one in due if one.published.sha256 in new]
    for one in rung:
        _log.error("sunset_alarm %s %s", one.published.programme, one.last_on)
        await audit(
            session,
            at=now,
            action="sunset_alarm",
            object_kind="rule_pack",
            object_id=one.published.sha256.hex(),
            data={
                "programme": one.published.programme,
                "sunset_on": one.last_on.isoformat(),
                "days_left": one.days_left,
            },
        )
    return rung
