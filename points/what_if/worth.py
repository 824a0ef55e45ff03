"""What one holder's past is worth under one pack: exactly as award would have it, or as it is assessed. Pure.

Must never write, and never use room that later events freed: events come in recorded order, as they were awarded.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from points.judge import waits
from points.taken import Taken
from rules.engine.assess import Score
from rules.engine.evaluate import evaluate
from rules.engine.model import Decision, EventView, Pack
from rules.engine.needs import needs
from rules.engine.shares import Ranked

NOBODY = UUID(int=0)
SCORE = "total"
"""Under this name a total stands among the figures, where an accrual has its point kinds."""


@dataclass(slots=True)
class Earned:
    """What one holder's events are worth under one pack, by point kind: within the span, and since the beginning."""

    within: Counter[str] = field(default_factory=Counter)
    ever: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    """By shared limit: what these events ask of it, as if there were room."""
    eligible: bool = False
    level: str | None = None
    """In an assessment: whether the line is met, and the level reached."""
    ranked: Ranked | None = None
    """Where an assessment puts its holder among others, until the shares of its levels are given out."""


def decisions(pack: Pack, events: Iterable[EventView]) -> Iterator[tuple[EventView, Decision]]:
    """Each event with what this pack says of it, on top of what the earlier ones took."""
    taken = Taken()
    standing: Counter[str] = Counter()
    for event in events:
        used = [
            one
            for need in needs(pack, event)
            for one in taken.within(pack.programme, event.kind, need, event.occurred_at)
        ]
        decision = evaluate(pack, event, used, standing=standing)
        taken.add(pack.programme, event.kind, NOBODY, decision.used)
        standing.update({one.point_kind: one.amount for one in decision.grants if not waits(one)})
        yield event, decision


def earned(pack: Pack, events: Iterable[EventView], since: datetime) -> Earned:
    """What a holder's events are worth; those before `since` only use room and lift to levels."""
    total = Earned()
    for event, decision in decisions(pack, events):
        for grant in decision.grants:
            total.ever[grant.point_kind] += grant.amount
            if event.occurred_at >= since:
                total.within[grant.point_kind] += grant.amount
        if event.occurred_at >= since:
            total.asked.update({ask.limit_id: ask.points for ask in decision.asks})
    return total


def of_score(score: Score) -> Earned:
    """An assessment as the figures take it: its total, whether it meets the line, its level."""
    ranked = Ranked(score.total, score.keys, score.level, score.eligible)
    found = Earned(eligible=score.eligible is True, level=score.level, ranked=ranked)
    found.within[SCORE] = found.ever[SCORE] = score.total
    return found
