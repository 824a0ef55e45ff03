"""What a condition or a quantity is asked about: one event, or one holder's facts and past events as of a day.

Values and look-ups only. Must never decide anything.

    facts["education"]            a fact; a fact by kind is a mapping of kind to value
    facts["spouse.education"]     a relative's fact
    facts["balance:hours"]        what the holder has of a point kind; facts["members:hours"], what each member has
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rules.engine.model import EventView

Facts = Mapping[str, Any]


def balance_key(point_kind: str) -> str:
    """Where the facts keep what the holder has of a point kind."""
    return f"balance:{point_kind}"


def members_key(point_kind: str) -> str:
    """Where the facts keep what each member has of a point kind."""
    return f"members:{point_kind}"


def fact_key(name: str, whose: str) -> str:
    """Where the facts keep a fact of the holder (`whose` is empty) or of a relative."""
    return f"{whose}.{name}" if whose else name


@dataclass(frozen=True, slots=True)
class Subject:
    """One holder as of a day; or, with `event`, one of the events. `role` is whose facts count as the holder's own."""

    facts: Facts = field(default_factory=dict)
    events: Sequence[EventView] = ()
    as_of: date = date.max
    event: EventView | None = None
    points: Mapping[str, int] = field(default_factory=dict)  # of items and groups; only where a result asks
    minor: int = 1  # minor units in a point
    role: str = ""

    def fact(self, name: str, whose: str = "") -> Any:
        """A fact's value; None when it is not known. The chosen relative's stands in for the holder's own."""
        if not whose and self.role:
            found = self.facts.get(fact_key(name, self.role))
            return self.facts.get(name) if found is None else found
        return self.facts.get(fact_key(name, whose))

    def about(self, event: EventView) -> "Subject":
        """The same holder, asked about one event."""
        return Subject(self.facts, self.events, self.as_of, event, role=self.role)
