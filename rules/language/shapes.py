"""What every shape of a pack is made of: codes, numbers, titles, and how a node is told by its key.

Nothing is coerced and nothing unknown is let through. Must never look at the catalogue.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError

LARGEST = 10**12
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
Words = Annotated[str, StringConstraints(max_length=200)]
Role = Literal["applicant", "spouse", "child", "mother", "father"]


class Shape(BaseModel):
    """Every node: unknown keys are faults, and nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)


class ParameterName(Shape):
    """`{parameter: points_per_hour}` in place of a number."""

    parameter: Code


class SizeName(ParameterName):
    """A parameter where a size is asked for: none of its legal values may be negative, or it would turn a sign."""


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
    if isinstance(value, dict):
        return SizeName.model_validate(value)
    amount = _number(value)
    if amount < 0:
        raise PydanticCustomError("sign", "must not be negative: write take instead of give")
    return amount


def _limit(value: Any) -> Fraction | ParameterName | date:
    return value if isinstance(value, date) else _amount(value)


Number = Annotated[Fraction, PlainValidator(_number)]
AmountShape = Annotated[Fraction | ParameterName, PlainValidator(_amount)]
LimitShape = Annotated[Fraction | ParameterName | date, PlainValidator(_limit)]
PositiveShape = Annotated[Fraction | ParameterName, PlainValidator(_positive)]


def by_key(*names: str, **together: tuple[str, ...]) -> Discriminator:
    """Tells a node by the first of these keys that it has; `~` marks its tag in a fault's path.

    `together`: keys that are told by one model, and its tag.
    """
    tags = {name: f"~{name}" for name in names}
    tags |= {name: f"~{tag}" for tag, several in together.items() for name in several}

    def name_of(value: Any) -> str | None:
        return next((tags[name] for name in names if isinstance(value, dict) and name in value), None)

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
