"""The shapes of a cases file: what goes in, what must come out. Nothing unknown is let through."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from rules.language.nodes import Code, Number, Shape, Words


class EarlierShape(Shape):
    item: Code
    occurred_at: str | date
    points: int
    times: Annotated[int, Field(ge=1)] = 1


class LevelShape(Shape):
    scale: Code
    value: Annotated[int, Field(ge=0)]


class ExpectShape(Shape):
    items: dict[Code, Number] | None = None
    why_not: dict[Code, str] | None = None
    grants: dict[Code, int] | None = None
    expires: dict[Code, date] | None = None
    inactive: dict[Code, date] | None = None
    matures: dict[Code, str | date] | None = None
    confirm_by: dict[Code, date] | None = None
    asks: dict[str, int] | None = None
    total: Number | None = None
    eligible: bool | None = None
    reasons: list[Code] | None = None
    level: Code | None = None


class CaseShape(Shape):
    name: Words
    as_of: date | None = None
    facts: dict[Code, Any] | None = None
    events: list[Any] | None = None
    event: dict[str, Any] | None = None
    earlier: list[EarlierShape] = Field(default=[])
    standing: dict[Code, int] = Field(default={})
    room: dict[str, Annotated[int, Field(ge=0)]] | None = None
    level: LevelShape | None = None
    expect: ExpectShape


class CasesShape(Shape):
    cases: Annotated[list[CaseShape], Field(min_length=1)]
