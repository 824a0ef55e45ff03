"""Past events of an accrual as they are read, row by row, turned into what each holder gets under both packs. Pure.

Must never need more than one holder's rows at once: memory stays flat whatever the city.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from points.what_if.worth import Earned, earned
from rules.engine.model import EventView, Pack

Read = tuple[Mapping[str, Any], Sequence[EventView]]
"""Facts and events of one person, as the rules read them."""


class Past:
    """The rows of one look, as they come: whole holders are compared at once, what was merged waits for the end."""

    def __init__(self, base: Pack | None, draft: Pack, since: datetime, keep: bool = False) -> None:
        self.base, self.draft, self.since, self.keep = base, draft, since, keep
        self.read: list[Read] = []
        self.people: list[tuple[UUID, Earned, Earned]] = []
        self.units: dict[UUID, UUID] = {}
        self.events_count = 0
        self._carried: list[Any] = []
        self._together: dict[UUID, list[Any]] = defaultdict(list)

    def add(self, rows: Sequence[Any]) -> None:
        """One more chunk; its last holder may go on in the next one."""
        self.events_count += sum(1 for row in rows if row.occurred_at >= self.since)
        self._carried.extend(rows)
        last = self._carried[-1].holder_id
        whole = [row for row in self._carried if row.holder_id != last]
        self._carried = [row for row in self._carried if row.holder_id == last]
        self._compare(whole)

    def end(self) -> None:
        """The last holder, and those who have a past under several registers."""
        self._compare(self._carried)
        for goes_on, rows in self._together.items():
            self._one(goes_on, sorted(rows, key=lambda row: (row.recorded_at, row.event_id)))

    def _compare(self, rows: Sequence[Any]) -> None:
        for holder_id, theirs in groupby(rows, key=lambda row: row.holder_id):
            events = list(theirs)
            if events[0].unit_id is not None:
                self.units[holder_id] = events[0].unit_id
            if events[0].together is not None:
                self._together[events[0].together] += events
            else:
                self._one(holder_id, events)

    def _one(self, holder_id: UUID, rows: Sequence[Any]) -> None:
        events = [EventView(row.kind, row.occurred_at, row.ended_at, row.evidence, row.data) for row in rows]
        before = earned(self.base, events, self.since) if self.base else Earned()
        self.put(holder_id, before, earned(self.draft, events, self.since), {}, events)

    def put(
        self, holder_id: UUID, before: Earned, after: Earned, facts: Mapping[str, Any], events: Sequence[EventView]
    ) -> None:
        """One more person, and what the rules read of them where that is to be kept."""
        self.people.append((holder_id, before, after))
        if self.keep:
            self.read.append((facts, events))
