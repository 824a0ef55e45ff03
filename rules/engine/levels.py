"""Levels: which step of a scale a value reaches, and what it opens. Pure; how a level changes hands is `moves`'s."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kernel.calendar import add_months
from rules.engine.model import Entitlement, Level, Scale


def level_of(scale: Scale, value: int, beside: Mapping[str, int] | None = None, tenure_months: int = 0) -> Level:
    """The highest level whose measures are all reached; the first level begins at 0, so there always is one.

    `beside` is what is had of the further measures that levels name; what is left out counts as nothing.
    """
    reached = bisect_right(scale.levels, max(value, 0), key=lambda level: level.least)
    had = beside or {}
    for level in reversed(scale.levels[1:reached]):
        if tenure_months >= level.tenure_months and all(had.get(of, 0) >= least for of, least in level.beside.items()):
            return level
    return scale.levels[0]


@dataclass(frozen=True, slots=True)
class Opened:
    """A right that a level opens, and the last day it may be used; None as long as the level lasts."""

    right: Entitlement
    until: date | None


def opened(level: Level, since: date) -> list[Opened]:
    """What a level opens from a day on: so many months end on the same day of the month, or its last."""
    return [Opened(one, None if one.months is None else add_months(since, one.months)) for one in level.gives]


def next_level(scale: Scale, value: int) -> Level | None:
    """The level that comes next, or None at the top."""
    reached = bisect_right(scale.levels, max(value, 0), key=lambda level: level.least)
    return scale.levels[reached] if reached < len(scale.levels) else None
