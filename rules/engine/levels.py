"""Levels: which step of a scale a value reaches. Pure thresholds; dates and awards of levels are others' work."""

from bisect import bisect_right

from rules.engine.model import Level, Scale


def level_of(scale: Scale, value: int) -> Level:
    """The highest level whose `least` is reached; the first level begins at 0, so there always is one."""
    reached = bisect_right(scale.levels, max(value, 0), key=lambda level: level.least)
    return scale.levels[reached - 1]


def next_level(scale: Scale, value: int) -> Level | None:
    """The level that comes next, or None at the top."""
    reached = bisect_right(scale.levels, max(value, 0), key=lambda level: level.least)
    return scale.levels[reached] if reached < len(scale.levels) else None
