"""One's own score in an assessment as of a day, by the rules that count for that day, explained.

Must never be asked about anybody else, and never keep what it answers.
"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from api.web.door import Door, may
from api.web.problems import problems
from api.web.shapes import Shape
from kernel.calendar import day_of
from points.measured.as_of import NoRulesThatDay, score_as_of
from rules.engine.explain import explain
from rules.governance.registry import load_registry

router = APIRouter(tags=["rules"])


class ScoreView(Shape):
    """A score at the end of a day. `total` is in minor units; `eligible` is null while a line is undecided.

    `reaches_back`: a milder version counts that was not yet in force on that day.
    """

    programme: str
    as_of: date
    version: str
    sha256: str
    reaches_back: bool
    total: str
    eligible: bool | None
    level: str | None
    lines: list[str]


@router.get("/programmes/{programme}/my-score", responses=problems(NoRulesThatDay))
async def my_score(
    programme: str, door: Annotated[Door, may("view_own")], as_of: Annotated[date | None, Query()] = None
) -> ScoreView:
    """The caller's own score as of a day, today where none is named."""
    day = as_of or day_of(door.now)
    async with door.transaction() as session:
        registry = await load_registry(session)
        published, score = await score_as_of(
            session, registry, programme=programme, holder_id=door.holder_id, as_of=day, now=door.now
        )
    return ScoreView(
        programme=programme,
        as_of=day,
        version=published.version,
        sha256=published.sha256.hex(),
        reaches_back=published.reaches(day),
        total=str(score.total),
        eligible=score.eligible,
        level=score.level,
        lines=[line.text for line in explain(published.pack, score.trace, door.language)],
    )
