"""Until when points last, from when they may be spent, and whose budget they share: the nodes beside a price.

    Expiry     how long points last, and for whom longer
    Maturing   points that are held back until a date, or until somebody confirms
    Limit      a ceiling that many holders share: a budget, a stock, an organiser's month

Values only, like the tree: nothing here reads text, asks the time or holds a float.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rules.engine.tree import Amount


@dataclass(frozen=True, slots=True)
class Rolling:
    """Until the end of the same day so many months later."""

    months: int


@dataclass(frozen=True, slots=True)
class OnDate:
    """Until the end of this Shanghai day."""

    last: date


@dataclass(frozen=True, slots=True)
class EndOf:
    """Until the end of the period that comes `after` periods later; 0 is the period of the event itself."""

    period: Literal["month", "quarter", "year"]
    after: int


@dataclass(frozen=True, slots=True)
class Inactive:
    """No date of its own: it lapses when nothing was earned for so many months."""

    months: int


@dataclass(frozen=True, slots=True)
class Never:
    """For ever."""


Lasting = Rolling | OnDate | EndOf | Inactive | Never


@dataclass(frozen=True, slots=True)
class Step:
    """From this level on, points last so; `least` is where the level begins."""

    level: str
    least: int
    lasts: Lasting


@dataclass(frozen=True, slots=True)
class ByLevel:
    """Who has reached a level keeps points otherwise; `of` is the point kind its scale reads. Steps rise."""

    scale: str
    of: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Expiry:
    """How long points last, and for whom otherwise."""

    lasts: Lasting
    by_level: ByLevel | None = None

    def every(self) -> tuple[Lasting, ...]:
        """All that it may come to."""
        return (self.lasts, *(step.lasts for step in self.by_level.steps)) if self.by_level else (self.lasts,)


@dataclass(frozen=True, slots=True)
class AfterDays:
    """Points count so many days after the event has ended, at that instant."""

    days: int


@dataclass(frozen=True, slots=True)
class OnConfirmation:
    """Points count once somebody confirms; they lapse at the end of the day so many days after the event."""

    within_days: int


Maturing = AfterDays | OnConfirmation


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many points for everybody together; with `by`, for all that share the value of a field."""

    code: str
    title: Mapping[str, str]
    per: Literal["day", "month", "year", "total"]
    by: str | None
    most: Amount

    @property
    def ceiling(self) -> int:
        """The most in minor units."""
        return self.most.value.numerator // self.most.value.denominator
