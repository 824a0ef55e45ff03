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

from rules.engine.clocks import Stage
from rules.engine.outcome import Bar, Choosing, Combine, Deduction, Group, Lawful, Requirement, Result, Title, Veto
from rules.engine.pricing import Price
from rules.engine.terms import Expiry, Limit, Maturing
from rules.engine.tree import Amount, Condition, Quantity

ENGINE_VERSION = "1"
TOTAL = "total"  # what a scale may be of, beside a point kind
HolderKind = Literal["resident", "household", "organisation", "unit"]
Trace = dict[str, Any]
Rounding = Literal["half_up", "up", "down"]


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
    """One scored line. `on` and `into` are None in an assessment, where nothing is posted.

    Of an assessment: `combine` is how the prices of several kinds, periods or values become one, `cap` and `floor`
    bound them together, and `on_top_of` names the item whose quantity it pays for a second time on purpose.
    """

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
    combine: Combine = "sum"
    cap: Amount | None = None
    floor: Amount | None = None
    rounding: Rounding = "half_up"
    on_top_of: str | None = None
    evidence: tuple[str, ...] = ()
    domain: str = ""
    deduction: Deduction | None = None


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
class Entitlement:
    """What a level opens: a right, a price of so many percent, for so many months or as long as the level lasts."""

    code: str
    title: Title
    percent: int | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a scale of levels, reached at `least` (minor units of what the scale reads).

    `beside` names further measures that must reach so much, and `tenure_months` how long one must have been there.
    """

    code: str
    least: int
    title: Title
    beside: Mapping[str, int] = field(default_factory=dict)
    tenure_months: int = 0
    gives: tuple[Entitlement, ...] = ()


@dataclass(frozen=True, slots=True)
class Moves:
    """How a level changes hands over time: how long one waits to rise, stays clean to return, how long it holds."""

    rise_after_months: int = 0
    clean_months: int = 0
    falls_by: int | None = None  # at most so many steps at once
    valid_months: int | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """Levels in rising order; the first begins at 0. `of` is a point kind, or the `total` of an assessment."""

    code: str
    of: str
    levels: tuple[Level, ...]
    moves: Moves | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """One programme's rules, one version, resolved. Items are sorted by code; `shown` keeps the written order.

    `reaches_back_to` is the first day before `effective_from` for which a milder version counts too, through a re-rate.
    """

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
    by_kind: Mapping[str, tuple[Item, ...]] = field(hash=False)
    groups: Mapping[str, Group] = field(default_factory=dict)
    results: tuple[Result, ...] = ()
    vetoes: tuple[Veto, ...] = ()
    bars: tuple[Bar, ...] = ()
    choosing: Choosing | None = None
    procedure: tuple[Stage, ...] = ()
    stage_titles: Mapping[str, Title] = field(default_factory=dict)
    lawful: Lawful = field(default_factory=Lawful)
    reaches_back_to: date | None = None

    def item(self, code: str) -> Item:
        """The item of that code; KeyError when there is none."""
        for item in self.items:
            if item.code == code:
                return item
        raise KeyError(code)


@dataclass(frozen=True, slots=True)
class EventView:
    """An event as the rules see it: no person, no name. `whose` is empty, or the relative's part whose event it is."""

    kind: str
    occurred_at: datetime
    ended_at: datetime
    evidence: str
    data: Mapping[str, Any]
    whose: str = ""


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
