"""What an event's caps and cooldowns ask of earlier awards: which item, which span, how finely told.

Pure. A caller that reads sums by these grains gets the answers that the single awards would give.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from kernel.calendar import day_of
from rules.engine.model import EventView, Item, Pack, Per
from rules.engine.windows import window

Grain = Literal["event", "day", "month", "year", "lifetime"]
GRAINS: tuple[Grain, ...] = ("day", "month", "year", "lifetime")


@dataclass(frozen=True, slots=True)
class Need:
    """Earlier awards of an item within [since, until), which may be summed by `grain` of when they occurred.

    A sum stands for its awards as one `Used` with `times`, at any instant within its grain.
    """

    item: str
    since: datetime
    until: datetime
    grain: Grain


def needs(pack: Pack, event: EventView) -> tuple[Need, ...]:
    """One need for each item whose caps or cooldown look beyond the event; items in the order of their codes."""
    found = (_need(item, event) for item in pack.by_kind.get(event.kind, ()))
    return tuple(need for need in found if need is not None)


def _need(item: Item, event: EventView) -> Need | None:
    """Later awards count too: an event may be recorded after one that happened later on the same day."""
    windows = {cap.per.value for cap in item.caps if cap.per is not Per.EVENT}
    spans = [window(per, day_of(event.occurred_at)) for per in windows]
    if item.cooldown_minutes:
        apart = timedelta(minutes=item.cooldown_minutes)
        spans.append((event.occurred_at - apart, event.occurred_at + apart))
    if not spans:
        return None
    grain: Grain = "event" if item.cooldown_minutes else next(grain for grain in GRAINS if grain in windows)
    return Need(item.code, min(start for start, _ in spans), max(end for _, end in spans), grain)
