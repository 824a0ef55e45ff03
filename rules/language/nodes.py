"""The shapes of the tree's nodes as they are written: one pydantic model each, nothing else allowed.

A node is told by its key: `{every: ...}` is a price by units, `{fact: ...}` reads a fact. Must never look at the
catalogue: whether a name exists is `build`'s question.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, PlainValidator, StringConstraints, Tag
from pydantic_core import PydanticCustomError

LARGEST = 10**12
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
Words = Annotated[str, StringConstraints(max_length=200)]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Shape(BaseModel):
    """Every node: unknown keys are faults, and nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)


class ParameterName(Shape):
    """`{parameter: points_per_hour}` in place of a number."""

    parameter: Code


def _number(value: Any) -> Fraction:
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        raise PydanticCustomError("number", "must be a number")
    if not -LARGEST <= value <= LARGEST:
        raise PydanticCustomError("number_range", "is larger than 10^12")
    return Fraction(value)


def _amount(value: Any) -> Fraction | ParameterName:
    if isinstance(value, dict):
        return ParameterName.model_validate(value)
    return _number(value)


def _positive(value: Any) -> Fraction | ParameterName:
    amount = _amount(value)
    if isinstance(amount, Fraction) and amount < 0:
        raise PydanticCustomError("sign", "must not be negative: write take instead of give")
    return amount


Number = Annotated[Fraction, PlainValidator(_number)]
AmountShape = Annotated[Fraction | ParameterName, PlainValidator(_amount)]
PositiveShape = Annotated[Fraction | ParameterName, PlainValidator(_positive)]


def _by_key(*names: str) -> Discriminator:
    """Tells a node by the first of these keys that it has; `~` marks its tag in a fault's path."""

    def name_of(value: Any) -> str | None:
        return next((f"~{name}" for name in names if isinstance(value, dict) and name in value), None)

    reading: Callable[[Any], str | None] = name_of
    return Discriminator(
        reading,
        custom_error_type="node",
        custom_error_message=", ".join(names),
    )


class Title(Shape):
    """What people read, in both languages; a missing one is the checker's finding."""

    zh: Words = ""
    en: Words = ""


# Conditions


class AllShape(Shape):
    all: Annotated[list["ConditionShape"], Field(min_length=1)]


class AnyShape(Shape):
    any: Annotated[list["ConditionShape"], Field(min_length=1)]


class NoneShape(Shape):
    none: Annotated[list["ConditionShape"], Field(min_length=1)]


class EvidenceShape(Shape):
    evidence: Annotated[list[Code], Field(min_length=1)]


class _Tests(Shape):
    is_: bool | str | date | int | Decimal | None = Field(default=None, alias="is")
    in_: list[str] | None = Field(default=None, alias="in", min_length=1)
    at_least: AmountShape | None = None
    at_most: AmountShape | None = None
    above: AmountShape | None = None
    below: AmountShape | None = None


class DataTest(_Tests):
    data: Code


class FactTest(_Tests):
    fact: Code


ConditionShape = Annotated[
    Annotated[AllShape, Tag("~all")]
    | Annotated[AnyShape, Tag("~any")]
    | Annotated[NoneShape, Tag("~none")]
    | Annotated[EvidenceShape, Tag("~evidence")]
    | Annotated[DataTest, Tag("~data")]
    | Annotated[FactTest, Tag("~fact")],
    _by_key("all", "any", "none", "evidence", "data", "fact"),
]


# Quantities


class WithinShape(Shape):
    """The last years, months or days; or fixed dates, both counted."""

    years: Annotated[int, Field(ge=1, le=200)] | None = None
    months: Annotated[int, Field(ge=1, le=2400)] | None = None
    days: Annotated[int, Field(ge=1, le=73000)] | None = None
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


class FactShape(Shape):
    fact: Code
    by: Code | None = None


class CountShape(Shape):
    count: Code
    within: WithinShape | None = None
    where: ConditionShape | None = None


class SumShape(Shape):
    sum: Code
    of: Code
    within: WithinShape | None = None
    where: ConditionShape | None = None


QuantityShape = Annotated[
    Annotated[EachShape, Tag("~each")]
    | Annotated[MinutesShape, Tag("~minutes_within")]
    | Annotated[DataShape, Tag("~data")]
    | Annotated[FactShape, Tag("~fact")]
    | Annotated[CountShape, Tag("~count")]
    | Annotated[SumShape, Tag("~sum")],
    _by_key("each", "minutes_within", "data", "fact", "count", "sum"),
]


# Prices


class _Given(Shape):
    """What is given, or taken; exactly one of them."""

    give: PositiveShape | None = None
    take: PositiveShape | None = None


class _Priced(Shape):
    cap: PositiveShape | None = None


class FlatShape(_Given):
    pass


class EveryShape(_Given, _Priced):
    every: PositiveShape
    beyond: AmountShape | None = None
    part: Literal["counts", "ignored"] = "ignored"


class BandShape(_Given):
    from_: Number | None = Field(default=None, alias="from")
    above: Number | None = None
    to: Number | None = None
    below: Number | None = None


class BandsShape(_Priced):
    bands: Annotated[list[BandShape], Field(min_length=1)]
    reading: Literal["step", "whole", "marginal"]


class ChoiceShape(_Priced):
    choice: Annotated[dict[Code, PositiveShape], Field(min_length=1)]


class AddShape(_Priced):
    add: Annotated[list["PriceShape"], Field(min_length=2)]


class HighestShape(_Priced):
    highest: Annotated[list["PriceShape"], Field(min_length=2)]


PriceShape = Annotated[
    Annotated[EveryShape, Tag("~every")]
    | Annotated[BandsShape, Tag("~bands")]
    | Annotated[ChoiceShape, Tag("~choice")]
    | Annotated[AddShape, Tag("~add")]
    | Annotated[HighestShape, Tag("~highest")]
    | Annotated[FlatShape, Tag("~give")]
    | Annotated[FlatShape, Tag("~take")],
    _by_key("every", "bands", "choice", "add", "highest", "give", "take"),
]
