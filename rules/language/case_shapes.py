"""The shapes of a cases file: what goes in, what must come out. Nothing unknown is let through."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from rules.language.shapes import Code, Number, Shape, Words

FactName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.:-]{0,126}$")]


class EarlierShape(Shape):
    item: Code
    occurred_at: str | date
    points: int
    times: Annotated[int, Field(ge=1)] = 1


class LevelShape(Shape):
    scale: Code
    value: Number
    beside: dict[Code, Annotated[int, Field(ge=0)]] = Field(default={})
    tenure_months: Annotated[int, Field(ge=0)] = 0


class HeldShape(Shape):
    """The level that is held before, since when, what spoke against it last; `on` is the day that is asked about."""

    level: Code
    since: date
    last_bad_on: date | None = None
    mended: bool = True
    on: date


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
    barred_until: date | None = None
    keys: list[Any] | None = None
    valid_until: date | None = None
    gives: dict[Code, date | Literal["held"]] | None = None
    due: dict[Code, date] | None = None
    provisional: list[Code] | None = None
    rank: int | None = None
    admitted: bool | None = None


class OtherShape(Shape):
    """Somebody who is scored together with the one whom a case is about."""

    facts: dict[FactName, Any] | None = None
    events: list[Any] | None = None


class CaseShape(Shape):
    name: Words
    as_of: date | None = None
    facts: dict[FactName, Any] | None = None
    use: Code | None = None
    decided: dict[Code, Number] = Field(default={})
    others: Annotated[list[OtherShape], Field(max_length=200)] = Field(default=[])
    quota: Annotated[int, Field(ge=0)] | None = None
    seed: Words = ""
    held: HeldShape | None = None
    events: list[Any] | None = None
    event: dict[str, Any] | None = None
    begins_on: date | None = None
    earlier: list[EarlierShape] = Field(default=[])
    standing: dict[Code, int] = Field(default={})
    room: dict[str, Annotated[int, Field(ge=0)]] | None = None
    level: LevelShape | None = None
    expect: ExpectShape


class CasesShape(Shape):
    cases: Annotated[list[CaseShape], Field(min_length=1)]
