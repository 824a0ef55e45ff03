"""What a pack is once it has been read, and what a decision is: plain values.

    Item      one scored line: a quantity and its price
    Pack      one programme's rules, one version, every name resolved
    Decision  the pure answer for one event, with its compact trace

Points are whole minor units of their point kind. Must never hold a person, a float or a text to be run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any, Literal

from rules.engine.terms import Expiry, Limit, Maturing
from rules.engine.tree import Amount, Condition, Price, Quantity

ENGINE_VERSION = "1"
HolderKind = Literal["resident", "household", "organisation", "unit"]
Title = Mapping[str, str]
Trace = dict[str, Any]


class Per(StrEnum):
    """The window of a cap, by the Shanghai calendar and by when an event occurred."""

    EVENT = "event"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    LIFETIME = "lifetime"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many points, or so many awards (`times`), of one item within a window."""

    per: Per
    most: Amount | None
    times: int | None


@dataclass(frozen=True, slots=True)
class Multiply:
    """A named extra share: so many percent more, on the whole price or on what a part of the event is worth."""

    code: str
    title: Title
    percent: Amount
    quantity: Quantity | None
    when: Condition | None


@dataclass(frozen=True, slots=True)
class Item:
    """One scored line. `on` and `into` are None in an assessment, where nothing is posted."""

    code: str
    title: Title
    quantity: Quantity
    price: Price
    on: str | None = None
    into: str | None = None
    when: Condition | None = None
    multiply: tuple[Multiply, ...] = ()
    caps: tuple[Cap, ...] = ()
    cooldown_minutes: int = 0
    limits: tuple[str, ...] = ()
    expires: Expiry | None = None
    matures: Maturing | None = None
    basis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named number that officials may move between its legal limits; each has a basis."""

    name: str
    value: Fraction
    least: Fraction
    most: Fraction
    basis: str
    title: Title
    unit: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """What must hold before a score counts, and what is said when it does not."""

    code: str
    when: Condition
    otherwise: Title


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a scale of levels, reached at `least` (minor units of what the scale reads)."""

    code: str
    least: int
    title: Title


@dataclass(frozen=True, slots=True)
class Scale:
    """Levels in rising order; the first begins at 0."""

    code: str
    of: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """One programme's rules, one version, resolved. Items are sorted by code; `shown` keeps the written order."""

    programme: str
    version: str
    status: Literal["live", "record", "example"]
    effective_from: date
    sunset_on: date | None
    title: Title
    holder: HolderKind
    mode: Literal["accrual", "assessment"]
    purpose: str
    decimals: int
    catalogue: str
    basis: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    requires: tuple[Requirement, ...]
    items: tuple[Item, ...]
    shown: tuple[str, ...]
    scales: Mapping[str, Scale]
    limits: Mapping[str, Limit]
    threshold: Fraction | None
    by_kind: Mapping[str, tuple[Item, ...]] = field(hash=False)

    def item(self, code: str) -> Item:
        """The item of that code; KeyError when there is none."""
        for item in self.items:
            if item.code == code:
                return item
        raise KeyError(code)


@dataclass(frozen=True, slots=True)
class EventView:
    """An event as the rules see it: no person, no name."""

    kind: str
    occurred_at: datetime
    ended_at: datetime
    evidence: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Used:
    """What earlier events of this holder and programme scored for an item: the room it took under a cap.

    It may be the sum of several awards (`times`), at any instant of the grain by which `needs` lets them be summed.
    """

    item: str
    occurred_at: datetime
    points: int
    times: int = 1


@dataclass(frozen=True, slots=True)
class Ask:
    """What an event takes of a limit that many holders share, and how much there is of it in all."""

    limit_id: str
    ceiling: int
    points: int


@dataclass(frozen=True, slots=True)
class Grant:
    """Points of one kind to be posted, in minor units; never zero.

    `inactive_on` is the first Shanghai day on which they are gone when nothing more was earned. They count from
    `matures_at`, or once somebody confirms before `confirm_by`; at once where neither is set.
    """

    point_kind: str
    amount: int
    expires_at: datetime | None
    items: tuple[str, ...]
    title: Title
    inactive_on: date | None = None
    matures_at: datetime | None = None
    confirm_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The pure answer for one event: what to post, what room it took, what it asks of shared limits, and how."""

    outcome: Literal["awarded", "nothing", "no_pack"]
    grants: tuple[Grant, ...]
    used: tuple[Used, ...]
    trace: Trace
    asks: tuple[Ask, ...] = ()
