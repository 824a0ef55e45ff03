"""What an assessment comes to, beside its items: groups, results, vetoes, bars, and what a deduction must grant.

    Group    items, or other groups, as one: their sum or the best of them, with a cap of its own
    Result   one use of the score: what counts for it, the line, the order of those above it, the level
    Veto     what no number of points outweighs; Bar, until when somebody stays out

Values only, like the tree: nothing here reads text, asks the time or holds a float.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from rules.engine.tree import Amount, Condition

Title = Mapping[str, str]
Combine = Literal["sum", "highest", "lowest", "first", "only"]
"""How several numbers become one. `first` is the first that is not zero; of `only`, one at most may be."""


@dataclass(frozen=True, slots=True)
class Extra:
    """A named extra share of a group or a total: so many percent more where a condition holds."""

    code: str
    title: Title
    percent: Amount
    when: Condition | None


@dataclass(frozen=True, slots=True)
class Group:
    """Items, or groups of them, taken as one. `percent` is what of it counts; extras come before cap and floor."""

    code: str
    title: Title
    of: tuple[str, ...]
    combine: Combine = "sum"
    percent: Amount | None = None
    extras: tuple[Extra, ...] = ()
    cap: Amount | None = None
    floor: Amount | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """What must hold before a score counts, and what is said when it does not."""

    code: str
    when: Condition
    otherwise: Title


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of an order: the total, the points of an item or group, a quantity's number, or a fact."""

    by: Literal["total", "points", "quantity", "fact"]
    name: str
    descending: bool


@dataclass(frozen=True, slots=True)
class LevelShare:
    """At most so many percent of everybody reach this level."""

    level: str
    most_percent: Fraction


@dataclass(frozen=True, slots=True)
class Result:
    """One use of the score. `of` names what counts for it; empty is everything.

    The line is `threshold`, or what is decided each year under the name `decided`; neither means that all are eligible
    who meet what is required. It holds for `valid_months`, or for ever.
    """

    code: str
    title: Title
    of: tuple[str, ...] = ()
    requires: tuple[Requirement, ...] = ()
    threshold: Amount | None = None
    decided: str | None = None
    extras: tuple[Extra, ...] = ()
    cap: Amount | None = None
    floor: Amount | None = None
    order: tuple[OrderKey, ...] = ()
    ties: Literal["strict", "inclusive", "lottery"] = "strict"
    scale: str | None = None
    shares: tuple[LevelShare, ...] = ()
    valid_months: int | None = None


@dataclass(frozen=True, slots=True)
class Veto:
    """One fact that decides alone: it keeps from being eligible, takes all points, or sets the level."""

    code: str
    title: Title
    when: Condition
    effect: Literal["blocks", "zeroes", "level"]
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """After such an event nobody is eligible for so many months; None is for ever."""

    code: str
    title: Title
    kind: str
    where: Condition | None
    months: int | None


@dataclass(frozen=True, slots=True)
class Choosing:
    """Whose facts count: the one of these relatives that meets `when` and comes to the higher total."""

    among: tuple[str, ...]
    when: Condition | None


@dataclass(frozen=True, slots=True)
class Repair:
    """A way to make good: what of the deduction's effect it gives back."""

    code: str
    title: Title
    restores_percent: int


@dataclass(frozen=True, slots=True)
class Deduction:
    """What a deduction owes to the person: notice before it counts, a way to object, an end, a way to repair."""

    grade: Literal["minor", "general", "serious"]
    notice_days: int  # working days between being told and counting
    appeal_days: int
    lasts_days: int
    repairs: tuple[Repair, ...]
    with_reason: bool = False  # whoever decided says why; always where an officer chooses how much


@dataclass(frozen=True, slots=True)
class Publication:
    """Whether and how results are shown to the public; nobody younger than `from_age` is."""

    basis: str | None
    consent: bool
    mask: str
    days: int
    from_age: int = 0


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What every eligible applicant receives whatever the score, from whom, by when."""

    title: Title
    provider: Title
    within_days: int


@dataclass(frozen=True, slots=True)
class Lawful:
    """What a pack says for the charter's sake; rules never read it."""

    domain: str = ""
    cross_domain: Mapping[str, str] | None = None  # the domain of an item -> the basis that allows it here
    impact_assessment: str = ""
    consultation: str = ""
    publication: Publication | None = None
    narrow_access: bool = False
    trial: bool = False
    guarantee: Guarantee | None = None
