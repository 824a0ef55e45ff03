"""The shapes of conditions and quantities as they are written: one pydantic model each, nothing else allowed.

A node is told by its key: `{all: ...}` is a condition of several, `{fact: ...}` reads a fact. Must never look at the
catalogue: whether a name exists is `build`'s question.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, Tag

from rules.language.shapes import LARGEST, Code, LimitShape, Role, Shape, by_key

ENDING = r"^(month|year|(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)$"
"""The end of a month or a year, or any day that every year has."""
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]

# Conditions


class AllShape(Shape):
    all: Annotated[list["ConditionShape"], Field(min_length=1)]


class AnyShape(Shape):
    any: Annotated[list["ConditionShape"], Field(min_length=1)]


class NoneShape(Shape):
    none: Annotated[list["ConditionShape"], Field(min_length=1)]


class SomeShape(Shape):
    some: Annotated[list["ConditionShape"], Field(min_length=2)]
    count: Annotated[int, Field(ge=1, le=256)]


class IfShape(Shape):
    if_: "ConditionShape" = Field(alias="if")
    then: "ConditionShape"
    otherwise: "ConditionShape | None" = None


class EvidenceShape(Shape):
    evidence: Annotated[list[Code], Field(min_length=1)]


class _Tests(Shape):
    is_: bool | str | date | int | Decimal | None = Field(default=None, alias="is")
    in_: list[str] | None = Field(default=None, alias="in", min_length=1)
    at_least: LimitShape | None = None
    at_most: LimitShape | None = None
    above: LimitShape | None = None
    below: LimitShape | None = None


DayName = Literal[
    "holiday", "weekend", "working_day", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
]


class DayShape(Shape):
    day: Annotated[list[DayName], Field(min_length=1)]


class DataTest(_Tests):
    data: Code


class FactTest(_Tests):
    fact: Code
    whose: Role | None = None


class QuantityTest(_Tests):
    quantity: "QuantityShape"


class PointsTest(_Tests):
    points: Code


ConditionShape = Annotated[
    Annotated[AllShape, Tag("~all")]
    | Annotated[AnyShape, Tag("~any")]
    | Annotated[NoneShape, Tag("~none")]
    | Annotated[SomeShape, Tag("~some")]
    | Annotated[IfShape, Tag("~if")]
    | Annotated[EvidenceShape, Tag("~evidence")]
    | Annotated[DayShape, Tag("~day")]
    | Annotated[DataTest, Tag("~data")]
    | Annotated[QuantityTest, Tag("~quantity")]
    | Annotated[PointsTest, Tag("~points")]
    | Annotated[FactTest, Tag("~fact")],
    by_key("all", "any", "none", "some", "if", "evidence", "day", "data", "quantity", "points", "fact"),
]


# Quantities


class WithinShape(Shape):
    """The last years, months or days; whole calendar periods; or fixed dates, both counted."""

    years: Annotated[int, Field(ge=1, le=200)] | None = None
    months: Annotated[int, Field(ge=1, le=2400)] | None = None
    days: Annotated[int, Field(ge=1, le=73000)] | None = None
    ending: Annotated[str, StringConstraints(pattern=ENDING)] | None = None
    calendar_years: Annotated[int, Field(ge=1, le=200)] | None = None
    calendar_months: Annotated[int, Field(ge=1, le=2400)] | None = None
    this: Literal["year", "quarter", "month"] | None = None
    from_: date | None = Field(default=None, alias="from")
    to: date | None = None


class HoursShape(Shape):
    from_: TimeOfDay = Field(alias="from")
    to: TimeOfDay


class EachShape(Shape):
    each: Literal["event"]


class DataShape(Shape):
    data: Code


class MinutesShape(Shape):
    minutes_within: HoursShape
    of: Code


class NumberShape(Shape):
    number: Annotated[int, Field(ge=1, le=LARGEST)]


class FactShape(Shape):
    fact: Code
    by: Code | None = None
    kind: Code | None = None
    whose: Role | None = None


class SinceShape(Shape):
    since: Code
    unit: Literal["years", "months", "days"]
    whose: Role | None = None


class BalanceShape(Shape):
    balance: Code


class MembersShape(Shape):
    members: Literal["total", "average", "share"]
    of: Code
    at_least: Annotated[int, Field(ge=0, le=LARGEST)] = 0


class _Events(Shape):
    within: WithinShape | None = None
    where: ConditionShape | None = None
    distinct: Code | None = None
    whose: Role | None = None


class CountShape(_Events):
    count: Code
    per: Literal["day", "month", "quarter", "year"] | None = None


class FadeShape(Shape):
    after_months: Annotated[int, Field(ge=1, le=1200)]
    percent: Annotated[int, Field(ge=0, le=100)]


class SumShape(_Events):
    sum: Code
    of: Code
    per: Literal["day", "month", "quarter", "year"] | None = None
    each: Annotated[int, Field(ge=1, le=LARGEST)] | None = None
    fades: list[FadeShape] = Field(default=[])


class GreatestShape(_Events):
    greatest: Code
    of: Code


class LeastShape(_Events):
    least: Code
    of: Code


class ValuesShape(_Events):
    values: Code
    of: Code


class LastingShape(_Events):
    lasting: Literal["years", "months", "days"]
    of: Code
    gap_months: Annotated[int, Field(ge=0, le=120)] = 0
    run: Literal["total", "latest", "longest"] = "total"


class StreakShape(_Events):
    streak: Literal["month", "quarter", "year"]
    of: Code


Several = Annotated[list["QuantityShape"], Field(min_length=2, max_length=16)]


class CombinedShape(Shape):
    """Exactly one of these; `build` asks."""

    total_of: Several | None = None
    greatest_of: Several | None = None
    least_of: Several | None = None
    first_of: Several | None = None
    agreed: Several | None = None
    difference: Several | None = None
    product: Several | None = None
    ratio: Several | None = None
    scale: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


COMBINED = ("total_of", "greatest_of", "least_of", "first_of", "agreed", "difference", "product", "ratio")

QuantityShape = Annotated[
    Annotated[EachShape, Tag("~each")]
    | Annotated[MinutesShape, Tag("~minutes_within")]
    | Annotated[DataShape, Tag("~data")]
    | Annotated[NumberShape, Tag("~number")]
    | Annotated[FactShape, Tag("~fact")]
    | Annotated[SinceShape, Tag("~since")]
    | Annotated[BalanceShape, Tag("~balance")]
    | Annotated[MembersShape, Tag("~members")]
    | Annotated[CountShape, Tag("~count")]
    | Annotated[SumShape, Tag("~sum")]
    | Annotated[GreatestShape, Tag("~greatest")]
    | Annotated[LeastShape, Tag("~least")]
    | Annotated[ValuesShape, Tag("~values")]
    | Annotated[LastingShape, Tag("~lasting")]
    | Annotated[StreakShape, Tag("~streak")]
    | Annotated[CombinedShape, Tag("~combined")],
    by_key(
        "minutes_within", "data", "number", "fact", "since", "balance", "members", "count", "sum", "greatest",
        "least", "values", "lasting", "streak", "each", *COMBINED, combined=COMBINED,
    ),
]  # fmt: skip
