"""What a decision that was made again says of itself, and how the one that counts is read. Pure.

The first decision stands on its event for ever; a later one stands beside it (`redecisions`), the highest number
counts. It keeps what it was given of caps (`used`), since it looks back from another day than the first one did.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.calendar import rfc3339
from rules.engine.limits import taken_of
from rules.engine.model import ENGINE_VERSION, Decision, Used
from rules.governance.registry import Published, Registry

RE_RATE = "re_rate:"
"""The reason of a posting that a re-rate made: this, and the approval's id."""
Stored = Mapping[str, Any]


def stored_again(
    published: Published, decision: Decision, used: Sequence[Used], *, at: str, known_at: datetime, re_rate_id: UUID
) -> dict[str, Any]:
    """A decision made again, as it is kept."""
    return {
        "engine": ENGINE_VERSION,
        "at": at,
        "known_at": rfc3339(known_at),
        "pack": published.sha256.hex(),
        "version": published.version,
        "outcome": decision.outcome,
        "trace": decision.trace,
        "used": [[one.item, rfc3339(one.occurred_at), one.points, one.times] for one in used],
        "re_rate": str(re_rate_id),
    }


def used_of(stored: Stored) -> list[Used]:
    """What a decision made again was given of caps."""
    return [Used(item, datetime.fromisoformat(at), points, times) for item, at, points, times in stored["used"]]


def took(stored: Stored | None, occurred_at: datetime) -> list[Used]:
    """What a stored decision took of caps."""
    lines = _lines(stored)
    return [Used(line["code"], occurred_at, line["points"]) for line in lines if line["points"]]


def gave(stored: Stored | None, registry: Registry) -> Counter[str]:
    """What a stored decision gave, by point kind in minor units: its items' points, by what its pack pays them in."""
    found: Counter[str] = Counter()
    published = registry.by_sha256.get(bytes.fromhex(stored["pack"])) if stored and "pack" in stored else None
    if published is not None:
        for line in _lines(stored):
            into = published.pack.item(line["code"]).into if line["points"] else None
            if into is not None:
                found[into] += line["points"]
    return found


def granted_more(before: Stored | None, after: Stored) -> Counter[str]:
    """What a decision made again takes of shared limits beyond the one before it; what it takes less stays counted."""
    old = taken_of(before["trace"]) if before and "trace" in before else {}
    return Counter(
        {name: more for name, taken in taken_of(after["trace"]).items() if (more := taken - old.get(name, 0)) > 0}
    )


def _lines(stored: Stored | None) -> Iterable[Mapping[str, Any]]:
    lines: Iterable[Mapping[str, Any]] = (stored or {}).get("trace", {}).get("items", ())
    return lines
