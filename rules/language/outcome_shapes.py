"""The shapes of what an assessment comes to: groups, results, vetoes, bars, procedures, what the charter asks for."""

from typing import Annotated, Literal

from pydantic import Field

from rules.language.nodes import ConditionShape
from rules.language.shapes import AmountShape, Code, Number, PositiveShape, Role, Shape, Title, Words

Combining = Literal["sum", "highest", "lowest", "first", "only"]
Codes = Annotated[list[Code], Field(min_length=1)]
Months = Annotated[int, Field(ge=1, le=1200)]
Days = Annotated[int, Field(ge=0, le=3660)]


class ExtraShape(Shape):
    code: Code
    title: Title
    percent: PositiveShape
    when: ConditionShape | None = None


class GroupShape(Shape):
    title: Title = Title()
    of: Codes
    combine: Combining = "sum"
    percent: PositiveShape | None = None
    multiply: list[ExtraShape] = Field(default=[])
    cap: PositiveShape | None = None
    floor: AmountShape | None = None


class RequirementShape(Shape):
    code: Code
    when: ConditionShape
    otherwise: Title = Title()


class OrderShape(Shape):
    by: Literal["total", "points", "quantity", "fact"]
    of: Code | None = None
    order: Literal["asc", "desc"] = "desc"


class LevelShareShape(Shape):
    level: Code
    most_percent: Annotated[int, Field(ge=1, le=100)]


class ResultShape(Shape):
    """What one use of the score needs, and what it comes to."""

    title: Title = Title()
    of: list[Code] = Field(default=[])
    requires: list[RequirementShape] = Field(default=[])
    threshold: Number | AmountShape | None = None
    decided: Code | None = None
    multiply: list[ExtraShape] = Field(default=[])
    cap: PositiveShape | None = None
    floor: AmountShape | None = None
    order: list[OrderShape] = Field(default=[])
    ties: Literal["strict", "inclusive", "lottery"] = "strict"
    levels: Code | None = None
    shares: list[LevelShareShape] = Field(default=[])
    valid_months: Months | None = None


class VetoShape(Shape):
    code: Code
    title: Title = Title()
    when: ConditionShape
    effect: Literal["blocks", "zeroes", "level"]
    level: Code | None = None


class BarShape(Shape):
    code: Code
    title: Title = Title()
    after: Code
    where: ConditionShape | None = None
    months: Months | None = None
    forever: Literal[True] | None = None


class ChoosingShape(Shape):
    among: Annotated[list[Role], Field(min_length=2)]
    when: ConditionShape | None = None


class RepairShape(Shape):
    code: Code
    title: Title = Title()
    restores_percent: Annotated[int, Field(ge=0, le=100)]


class DeductionShape(Shape):
    grade: Literal["minor", "general", "serious"]
    notice_days: Days
    appeal_days: Days
    lasts_days: Annotated[int, Field(ge=1, le=36600)]
    repair: list[RepairShape] = Field(default=[])
    with_reason: bool = False


class StageShape(Shape):
    code: Code
    title: Title = Title()
    working_days: Days | None = None
    days: Days | None = None
    months: Days | None = None
    after: Code | None = None
    silence: Literal["nothing", "agrees", "waives", "escalates"] = "nothing"


class PublicationShape(Shape):
    basis: Code | None = None
    consent: bool = False
    mask: Code
    days: Annotated[int, Field(ge=1, le=3660)]
    from_age: Annotated[int, Field(ge=0, le=150)] = 0


class GuaranteeShape(Shape):
    title: Title
    provider: Title
    within_days: Annotated[int, Field(ge=1, le=3660)]


class CrossDomainShape(Shape):
    domain: Code
    basis: Code


class LawfulShape(Shape):
    """What the charter asks a pack to say; see the charter's own pages."""

    domain: Code | None = None
    cross_domain: list[CrossDomainShape] = Field(default=[])
    impact_assessment: Words = ""
    consultation: Words = ""
    publication: PublicationShape | None = None
    access: Literal["open", "narrow"] = "open"
    trial: bool = False
    guarantee: GuaranteeShape | None = None
