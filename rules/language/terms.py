"""Shapes of expiry, maturing and shared limits -> engine values: levels looked up, one way of lasting each.

Faults are collected with their paths, like `build`'s. Pure.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from rules.engine import terms
from rules.engine.model import Scale
from rules.language.names import Names
from rules.language.shapes import Code, PositiveShape, Shape, Title
from rules.language.text import Path

Months = Annotated[int, Field(ge=1, le=1200)]
Days = Annotated[int, Field(ge=1, le=3660)]


class LastingShape(Shape):
    months: Months | None = None
    on: date | None = None
    end_of: Literal["month", "quarter", "year"] | None = None
    after: Annotated[int, Field(ge=0, le=1200)] | None = None
    inactive_months: Months | None = None
    never: Literal[True] | None = None


class ByLevelShape(Shape):
    scale: Code
    steps: Annotated[dict[Code, LastingShape], Field(min_length=1)]


class ExpiryShape(LastingShape):
    by_level: ByLevelShape | None = None


class MaturesShape(Shape):
    days: Days | None = None
    on: Literal["confirmation"] | None = None
    within_days: Days | None = None


class LimitShape(Shape):
    title: Title = Title()
    per: Literal["day", "month", "year", "total"]
    by: Code | None = None
    most: PositiveShape


def expiry(names: Names, shape: ExpiryShape, scales: Mapping[str, Scale], path: Path) -> terms.Expiry:
    """How long points last, with what a level changes about it."""
    by_level = None if shape.by_level is None else _by_level(names, shape.by_level, scales, (*path, "by_level"))
    return terms.Expiry(_lasting(names, shape, path), by_level)


def _lasting(names: Names, shape: LastingShape, path: Path) -> terms.Lasting:
    ways = {"months": shape.months, "on": shape.on, "end_of": shape.end_of}
    names.one_of(path, **ways, inactive_months=shape.inactive_months, never=shape.never)
    if shape.after is not None and shape.end_of is None:
        names.text.fault("UNKNOWN_KEY", (*path, "after"), "{name} is not a key here.", name="after")
    if shape.months is not None:
        return terms.Rolling(shape.months)
    if shape.on is not None:
        return terms.OnDate(shape.on)
    if shape.end_of is not None:
        return terms.EndOf(shape.end_of, shape.after or 0)
    return terms.Never() if shape.inactive_months is None else terms.Inactive(shape.inactive_months)


def _by_level(names: Names, shape: ByLevelShape, scales: Mapping[str, Scale], path: Path) -> terms.ByLevel | None:
    if not names.known(shape.scale, scales, (*path, "scale")):
        return None
    scale = scales[shape.scale]
    begins = {level.code: level.least for level in scale.levels}
    steps = [
        terms.Step(code, begins[code], _lasting(names, lasting, (*path, "steps", code)))
        for code, lasting in shape.steps.items()
        if names.known(code, begins, (*path, "steps", code))
    ]
    return terms.ByLevel(scale.code, scale.of, tuple(sorted(steps, key=lambda step: step.least)))


def maturing(names: Names, shape: MaturesShape, path: Path) -> terms.Maturing:
    """A date, or a confirmation and its deadline; never both."""
    names.one_of(path, days=shape.days, on=shape.on)
    if shape.on is None:
        if shape.within_days is not None:
            names.text.fault("UNKNOWN_KEY", (*path, "within_days"), "{name} is not a key here.", name="within_days")
        return terms.AfterDays(shape.days or 1)
    if shape.within_days is None:
        names.text.fault("MISSING_KEY", (*path, "within_days"), "{name} is missing.", name="within_days")
    return terms.OnConfirmation(shape.within_days or 1)


def limit(names: Names, code: str, shape: LimitShape) -> terms.Limit:
    """A ceiling that many holders share; whether its field is one of the event's is asked of each item under it."""
    most = names.amount(shape.most, ("limits", code, "most"))
    return terms.Limit(code, shape.title.model_dump(), shape.per, shape.by, most)


def under(names: Names, codes: list[str], limits: Mapping[str, terms.Limit], path: Path) -> tuple[str, ...]:
    """The limits an item falls under, each known, its field one of the item's event."""
    for number, code in enumerate(codes):
        place = (*path, "limits", number)
        if names.known(code, limits, place) and (field := limits[code].by) is not None:
            names.field_of(names.on, field, place)
        if code in codes[:number]:
            names.text.fault("TWICE", place, "{name} stands here twice.", name=code)
    return tuple(codes)
