"""What was read of everybody's past, kept in a file, so that another number can be tried without reading it again.

One row a person: groups, what the rules in force give, and the facts and events that they read. No id and no name, so
that the file leads back to nobody's account; it lies in the data folder, and a newer one takes its place. Must never be
the ground of a decision: what is approved is computed from the database (points.what_if.population).
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import polars as pl

from kernel.calendar import rfc3339
from points.what_if.worth import Earned
from rules.engine.model import EventView

MOST_FILES: Final = 8
"""So many programmes and days are kept; the file that was written first goes first."""
_SCHEMA: Final = {"groups": pl.String, "before": pl.String, "facts": pl.String, "events": pl.String}


@dataclass(frozen=True, slots=True)
class Person:
    """One person as kept: groups, what the rules in force give, and what the rules read."""

    groups: Mapping[str, str]
    before: Earned
    facts: Mapping[str, Any]
    events: Sequence[EventView]


def write(path: Path, people: Sequence[Person], told: Mapping[str, Any]) -> None:
    """Keep these people, and what is told of all of them together. Whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    rows = {
        "groups": [_text(dict(one.groups)) for one in people],
        "before": [_text(_earned_json(one.before)) for one in people],
        "facts": [_text(dict(one.facts)) for one in people],
        "events": [_text([_event_json(event) for event in one.events]) for one in people],
    }
    unfinished = path.with_suffix(".part")
    unfinished.touch(mode=0o600)
    pl.DataFrame(rows, schema=_SCHEMA).write_parquet(unfinished, metadata={"told": _text(dict(told))})
    unfinished.replace(path)
    files = sorted(path.parent.glob("*.parquet"), key=lambda one: one.stat().st_mtime)
    for old in files[:-MOST_FILES]:
        old.unlink(missing_ok=True)


def told(path: Path) -> dict[str, Any] | None:
    """What is told of all of them together; none where nothing is kept there."""
    if not path.is_file():
        return None
    found: dict[str, Any] = json.loads(pl.read_parquet_metadata(path)["told"])
    return found


def read(path: Path) -> Iterator[Person]:
    """Everybody who is kept there."""
    for groups, before, facts, events in pl.read_parquet(path).iter_rows():
        yield Person(
            json.loads(groups),
            _earned(json.loads(before)),
            json.loads(facts),
            [_event(*one) for one in json.loads(events)],
        )


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _earned_json(earned: Earned) -> list[Any]:
    return [dict(earned.within), dict(earned.ever), dict(earned.asked), earned.eligible, earned.level]


def _earned(stored: list[Any]) -> Earned:
    return Earned(Counter(stored[0]), Counter(stored[1]), Counter(stored[2]), stored[3], stored[4])


def _event_json(event: EventView) -> list[Any]:
    at = (rfc3339(event.occurred_at), rfc3339(event.ended_at))
    return [event.kind, *at, event.evidence, dict(event.data), event.whose]


def _event(kind: str, began: str, ended: str, evidence: str, data: dict[str, Any], whose: str) -> EventView:
    return EventView(kind, datetime.fromisoformat(began), datetime.fromisoformat(ended), evidence, data, whose)
