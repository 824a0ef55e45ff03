"""The closed tree of the rule language: conditions and quantities; prices are in `pricing`.

    quantity -> price            what happened -> what it is worth
    condition                    whether it counts at all

Values only; nothing here reads text, asks the time or holds a float. Amounts are exact fractions.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from rules.engine.windows import Period, Window


@dataclass(frozen=True, slots=True)
class Amount:
    """An exact number, and the parameter that it came from, when it is one."""

    value: Fraction
    parameter: str | None = None


# Conditions


class Comparison(StrEnum):
    """How a value is compared. `at_least` and `at_most` include their limit, `above` and `below` do not."""

    IS = "is"
    IN = "in"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of these holds."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these holds."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """None of these holds; where a value is missing this cannot be told, and does not pass."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class SomeOf:
    """At least so many of these hold."""

    count: int
    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class IfThen:
    """What is needed depends: where `when` holds, `then`; where it does not, `otherwise`, or nothing more."""

    when: "Condition"
    then: "Condition"
    otherwise: "Condition | None"


@dataclass(frozen=True, slots=True)
class EvidenceIn:
    """What shows the event is one of these evidence kinds."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnDay:
    """The Shanghai day on which the event began is one of these: a holiday, a weekend, a working day, a Monday, ..."""

    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """A field of the event's data, or a fact, against a value. Missing never passes."""

    source: Literal["data", "fact"]
    name: str
    test: Comparison
    value: bool | str | tuple[str, ...] | Amount
    whose: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """A quantity as of the day against a number; only where something is assessed."""

    quantity: "Quantity"
    test: Comparison
    value: Amount


@dataclass(frozen=True, slots=True)
class Scored:
    """The points of an item or a group against a number; only where a result asks for them."""

    code: str
    test: Comparison
    value: Amount


Condition = AllOf | AnyOf | NoneOf | SomeOf | IfThen | EvidenceIn | OnDay | Compare | Measured | Scored


# Quantities of one event


@dataclass(frozen=True, slots=True)
class Each:
    """Each event counts one."""


@dataclass(frozen=True, slots=True)
class Data:
    """A whole number in the event's data."""

    name: str


@dataclass(frozen=True, slots=True)
class MinutesWithin:
    """Whole minutes of the event between two times of the day, across midnight when `end` is before `start`.

    Never more than the field `of` says: a break inside the event may have been taken at any hour.
    """

    start: int  # minutes after midnight in Shanghai
    end: int
    of: str


# Quantities as of a day


@dataclass(frozen=True, slots=True)
class Number:
    """The same for everybody: a base that all begin with."""

    value: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as of the date; `by` reads one value for each kind, each priced by itself; `kind` reads one of them."""

    name: str
    by: str | None = None
    kind: str | None = None
    whose: str = ""


@dataclass(frozen=True, slots=True)
class Since:
    """Whole years, months or days from a date that is a fact."""

    name: str
    unit: Literal["years", "months", "days"]
    whose: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """What the holder has of a point kind of another programme, in its minor units."""

    point_kind: str


@dataclass(frozen=True, slots=True)
class Members:
    """What the people of a household, an organisation or a town have: in all, on average, or how many reach `least`.

    The average is rounded half-up; `share` is in ten-thousandths of all of them. Nobody in it: not proven.
    """

    how: Literal["total", "average", "share"]
    point_kind: str
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which past events are read: of a kind, within a window, where a condition holds; one a `distinct` value."""

    kind: str
    within: Window | None = None
    where: Condition | None = None
    distinct: str | None = None
    whose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Selection):
    """How many; with `per`, for each period of the calendar, each priced by itself."""

    per: Period | None = None


@dataclass(frozen=True, slots=True)
class Fade:
    """An event older than so many months counts so many percent."""

    months: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum(Selection):
    """The sum of a field, of each event at most `each`; what is older may count less."""

    name: str
    per: Period | None = None
    each: int | None = None
    fades: tuple[Fade, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme(Selection):
    """The greatest or the least value of a field; not proven where there is none."""

    name: str
    which: Literal["greatest", "least"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Values(Selection):
    """Each value of a field with how often it stands there; each is priced by itself."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting(Selection):
    """How long it lasted: stretches from the beginning to the end of events, what overlaps counted once.

    A gap of up to `gap` months joins two stretches. `run`: all stretches together without their gaps, the longest, or
    the one that still lasts on the day (after at most a gap); of a run the joined gaps count. Whole units; a month
    is a calendar month, and thirty days that are left over of several stretches make one more.
    """

    unit: Literal["years", "months", "days"]
    gap: int = 0
    run: Literal["total", "latest", "longest"] = "total"


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak(Selection):
    """How many calendar periods in a row have such an event, back from the latest; one still running need not have."""

    period: Period


@dataclass(frozen=True, slots=True)
class Combined:
    """Several quantities as one. What is not proven is left out of `total` and `greatest`; elsewhere nothing is proven
    then, but for what `difference` takes away.

    `first` is the first that is proven; `agreed` is proven only where all say the same; `difference` is never below
    zero; `ratio` is the first to the second in parts of `scale`, half-up.
    """

    how: Literal["total", "greatest", "least", "first", "agreed", "difference", "product", "ratio"]
    parts: tuple["Quantity", ...]
    scale: int = 1


Quantity = (
    Each | Data | MinutesWithin | Number | Fact | Since | Balance | Members | Count | Sum | Extreme | Values | Lasting
    | Streak | Combined
)  # fmt: skip
