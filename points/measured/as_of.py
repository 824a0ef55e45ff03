"""The score of a past day by the rules that count for it: the version of that day, or a milder one that reaches back.

Nothing is posted for an assessment, so nothing needs a re-rate: whoever asks once a milder version is in force is told
the better of both. Must never give less than the version of the day itself does.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kernel.calendar import day_of
from kernel.db import Session
from kernel.errors import DomainError, Kind
from points.measured.score import score_from_database
from rules.engine.assess import Score
from rules.engine.model import Pack
from rules.governance.registry import Published, Registry


class NoRulesThatDay(DomainError):
    """No version of this assessment counts for that day.

    Choose a day up to today on which one was in force.
    """

    kind, code = Kind.MISSING, "NO_RULES_THAT_DAY"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one version makes of a holder: points in minor units, whether the line is met, the level."""

    pack: Pack
    total: int
    eligible: bool
    level: str | None

    @classmethod
    def of(cls, pack: Pack, score: Score) -> "Verdict":
        """The same of a score; where a line is not decided yet, it is not met."""
        return cls(pack, score.total, score.eligible is True, score.level)

    def worse_than(self, other: "Verdict") -> bool:
        """Whether it has fewer points, falls below a line that the other meets, or stands on a lower level."""
        rank, others = (_rank(one.pack, one.level) for one in (self, other))
        return self.total < other.total or self.eligible < other.eligible or rank < others


def _rank(pack: Pack, level: str | None) -> int:
    """How high a level stands; none is below all."""
    found = (place for scale in pack.scales.values() for place, one in enumerate(scale.levels) if one.code == level)
    return next(found, -1)


async def score_as_of(
    session: Session, registry: Registry, *, programme: str, holder_id: UUID, as_of: date, now: datetime
) -> tuple[Published, Score]:
    """A holder's score at the end of a day as known now, and the version that gives it. Refuses with NoRulesThatDay."""
    best: tuple[Published, Score] | None = None
    for published in registry.judging(programme, as_of, now) if as_of <= day_of(now) else ():
        if published.pack.mode != "assessment":
            continue
        score = await score_from_database(session, published.pack, holder_id, as_of=as_of, known_at=now)
        said = Verdict.of(published.pack, score)
        if best is None or not said.worse_than(Verdict.of(best[0].pack, best[1])):
            best = published, score
    if best is None:
        raise NoRulesThatDay()
    return best
