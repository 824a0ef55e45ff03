"""What a holder's earlier awards took of caps, kept for one look at all of them in recorded order. Pure.

Gives what the statement `used_room` gives to an award, from memory. Must never decide how much room is left.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from kernel.calendar import day_of
from rules.engine.model import Used
from rules.engine.needs import Need
from rules.engine.windows import window


class Taken:
    """What earlier awards took of caps, by programme, kind of event and item, in the order in which they occurred."""

    def __init__(self) -> None:
        self._by: dict[tuple[str, str, str], list[tuple[datetime, UUID, int]]] = defaultdict(list)
        self._of: dict[UUID, list[tuple[str, str, str]]] = defaultdict(list)

    def add(self, programme: str, kind: str, event_id: UUID, used: Iterable[Used]) -> None:
        for one in used:
            insort(self._by[programme, kind, one.item], (one.occurred_at, event_id, one.points))
            self._of[event_id].append((programme, kind, one.item))

    def free(self, event_id: UUID) -> None:
        """An event that was undone takes no room from then on."""
        for key in self._of.pop(event_id, ()):
            self._by[key] = [entry for entry in self._by[key] if entry[1] != event_id]

    def replace(self, programme: str, kind: str, event_id: UUID, used: Iterable[Used]) -> None:
        """An event that was decided again takes of one programme's caps what it takes now."""
        for key in {key for key in self._of.get(event_id, ()) if key[0] == programme}:
            self._by[key] = [entry for entry in self._by[key] if entry[1] != event_id]
        self._of[event_id] = [key for key in self._of.get(event_id, ()) if key[0] != programme]
        self.add(programme, kind, event_id, used)

    def within(self, programme: str, kind: str, need: Need, occurred_at: datetime) -> list[Used]:
        """What a need asks for: one sum where it asks for one whole window, else each award."""
        entries = self._by.get((programme, kind, need.item))
        if not entries:
            return []
        inside = entries[_place(entries, need.since) : _place(entries, need.until)]
        if inside and need.grain != "event" and window(need.grain, day_of(occurred_at)) == (need.since, need.until):
            return [Used(need.item, inside[0][0], sum(points for _, _, points in inside), len(inside))]
        return [Used(need.item, at, points) for at, _, points in inside]


def _place(entries: Sequence[tuple[datetime, UUID, int]], at: datetime) -> int:
    return bisect_left(entries, at, key=lambda entry: entry[0])
