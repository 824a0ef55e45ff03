"""The shape of a pack as it is written: items, parameters, requirements, levels, and what holds them together.

Nothing is coerced and nothing unknown is let through. Must never look at the catalogue: that is `build`'s question.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from rules.language.nodes import ConditionShape, QuantityShape
from rules.language.outcome_shapes import (
    BarShape,
    ChoosingShape,
    Combining,
    DeductionShape,
    GroupShape,
    LawfulShape,
    RequirementShape,
    ResultShape,
    StageShape,
    VetoShape,
)
from rules.language.price_nodes import PriceShape
from rules.language.shapes import LARGEST, AmountShape, Code, Number, PositiveShape, Shape, Title, Words
from rules.language.terms import ExpiryShape, LimitShape, MaturesShape


class CapShape(Shape):
    per: Literal["event", "day", "month", "year", "lifetime"]
    most: PositiveShape | None = None
    times: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class CooldownShape(Shape):
    minutes: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    hours: Annotated[int, Field(ge=1, le=100_000)] | None = None
    days: Annotated[int, Field(ge=1, le=10_000)] | None = None


class MultiplyShape(Shape):
    code: Code
    title: Title
    percent: PositiveShape
    quantity: QuantityShape | None = None
    when: ConditionShape | None = None


class ItemShape(Shape):
    code: Code
    title: Title = Title()
    on: Code | None = None
    when: ConditionShape | None = None
    quantity: QuantityShape
    price: PriceShape
    multiply: list[MultiplyShape] = Field(default=[])
    caps: list[CapShape] = Field(default=[])
    cooldown: CooldownShape | None = None
    into: Code | None = None
    limits: list[Code] = Field(default=[])
    expires: ExpiryShape | None = None
    matures: MaturesShape | None = None
    basis: list[Code] = Field(default=[])
    combine: Combining | None = None
    cap: PositiveShape | None = None
    floor: AmountShape | None = None
    rounding: Literal["half_up", "up", "down"] | None = None
    on_top_of: Code | None = None
    evidence: list[Code] = Field(default=[])
    domain: Code | None = None
    deduction: DeductionShape | None = None


class ParameterShape(Shape):
    value: Number
    min: Number
    max: Number
    unit: Words = ""
    title: Title = Title()
    basis: Code | None = None


class EntitlementShape(Shape):
    code: Code
    title: Title = Title()
    percent: Annotated[int, Field(ge=0, le=100)] | None = None
    months: Annotated[int, Field(ge=1, le=1200)] | None = None


class LevelShape(Shape):
    code: Code
    at_least: Number
    title: Title = Title()
    beside: dict[Code, Annotated[int, Field(ge=0, le=LARGEST)]] = Field(default={})
    tenure_months: Annotated[int, Field(ge=0, le=1200)] = 0
    gives: list[EntitlementShape] = Field(default=[])


class MovesShape(Shape):
    rise_after_months: Annotated[int, Field(ge=0, le=1200)] = 0
    clean_months: Annotated[int, Field(ge=0, le=1200)] = 0
    falls_by: Annotated[int, Field(ge=1, le=20)] | None = None
    valid_months: Annotated[int, Field(ge=1, le=1200)] | None = None


class ScaleShape(Shape):
    of: Code
    steps: Annotated[list[LevelShape], Field(min_length=1)]
    moves: MovesShape | None = None


class PackShape(Shape):
    """A whole pack as it is written."""

    programme: Code
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,31}$")]
    status: Literal["live", "record", "example"]
    effective_from: date
    sunset_on: date | None = None
    reaches_back_to: date | None = None
    title: Title = Title()
    holder: Literal["resident", "household", "organisation", "unit"]
    mode: Literal["accrual", "assessment"]
    purpose: Literal["incentive", "benefit", "basic-public-service", "risk-warning", "internal-management"]
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    catalogue: Words
    basis: list[Code] = Field(default=[])
    parameters: dict[Code, ParameterShape] = Field(default={})
    expires: ExpiryShape | None = None
    limits: dict[Code, LimitShape] = Field(default={})
    requires: list[RequirementShape] = Field(default=[])
    items: Annotated[list[ItemShape], Field(min_length=1)]
    levels: dict[Code, ScaleShape] = Field(default={})
    groups: dict[Code, GroupShape] = Field(default={})
    result: ResultShape | None = None
    results: dict[Code, ResultShape] = Field(default={})
    vetoes: list[VetoShape] = Field(default=[])
    bars: list[BarShape] = Field(default=[])
    choosing: ChoosingShape | None = None
    procedure: list[StageShape] = Field(default=[])
    lawful: LawfulShape | None = None
