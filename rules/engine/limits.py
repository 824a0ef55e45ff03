"""Limits that many holders share: what an event asks of them, and what it may have when there is less.

Pure. The database keeps what is left; here is only which limits an event falls under, by the day it occurred,
and how room is given: to items in the order of their codes, an item under two limits the smaller of both.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from kernel.calendar import day_of
from rules.engine.model import Ask, EventView, Item, Pack, Trace
from rules.engine.terms import Limit
from rules.engine.windows import first_of

Line = dict[str, Any]


def limit_id(pack: Pack, limit: Limit, event: EventView, day: date) -> str | None:
    """`<programme>/<code>/<first day of its window, or total>/<value of its field, or ->`; None without that field."""
    value = "-" if limit.by is None else event.data.get(limit.by)
    return None if value is None else f"{pack.programme}/{limit.code}/{_window(limit.per, day)}/{value}"


@lru_cache(maxsize=1024)
def _window(per: str, day: date) -> str:
    return "total" if per == "total" else first_of(per, day).isoformat()


class Room:
    """What shared limits leave to one event, while its items take from it. Without `given` there is room for all."""

    def __init__(self, pack: Pack, event: EventView, given: Mapping[str, int] | None) -> None:
        self.pack, self.event = pack, event
        self.day = day_of(event.occurred_at)
        self.given = given
        self.taken: dict[str, int] = {}
        self.ceilings: dict[str, int] = {}

    def take(self, item: Item, points: int, line: Line) -> int:
        """The points an item may have of what it asks for; its line says what each limit was asked and gave."""
        under: list[str] = []
        for code in item.limits:
            limit = self.pack.limits[code]
            if (name := limit_id(self.pack, limit, self.event, self.day)) is not None:
                under.append(name)
                self.ceilings[name] = limit.ceiling
        if not under or points <= 0:
            return points
        given = {name: points if self.given is None else min(points, self._left(name)) for name in under}
        most = min(given.values())
        for name in under:
            self.taken[name] = self.taken.get(name, 0) + most
        line["limits"] = [{"id": name, "asked": points, "given": given[name]} for name in under]
        if not most:
            line["why_not"] = "budget"
        return most

    def _left(self, name: str) -> int:
        """What the event's earlier items left of a limit's room."""
        room = self.given.get(name, 0) if self.given else 0
        return max(0, room - self.taken.get(name, 0))

    def asks(self) -> tuple[Ask, ...]:
        """What all items of the event take of each limit together, by its id."""
        return tuple(Ask(name, self.ceilings[name], self.taken[name]) for name in sorted(self.taken))


def room_of(trace: Trace) -> dict[str, int]:
    """The room that a stored decision was given, as far as it was used: with it `evaluate` answers the same bytes.

    A line keeps what each limit could give; its points are the least of these.
    """
    room: dict[str, int] = {}
    taken: dict[str, int] = {}
    for line in trace.get("items", ()):
        for limit in line.get("limits", ()):
            name = limit["id"]
            room[name] = max(room.get(name, 0), taken.get(name, 0) + limit["given"])
            taken[name] = taken.get(name, 0) + line["points"]
    return room


def taken_of(trace: Trace) -> dict[str, int]:
    """What a stored decision took of each limit: an item under two takes of both what the smaller gave."""
    taken: dict[str, int] = {}
    for line in trace.get("items", ()):
        for limit in line.get("limits", ()):
            taken[limit["id"]] = taken.get(limit["id"], 0) + line["points"]
    return taken
