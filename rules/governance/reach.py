"""A draft that reaches back: what the figures say against it, and what an official may propose once it is in force.

"Milder" is checked, never believed: the texts side by side (`rules.language.milder`), then the city's past. Must never
reach back by itself: a re-rate does, under an approval of its own.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from kernel.calendar import add_months, day_of
from kernel.errors import Finding
from rules.governance.drafts import Draft, DraftHasFindings
from rules.governance.figures import WhatIfMissing, WhatIfRun
from rules.governance.proposals import harsher_than_before
from rules.governance.registry import Published, Registry
from rules.language.milder import LONGEST_MONTHS

REACH: Final = "reach"
"""Under this name the figures tell what reaching back would do."""


def reach_costs(figures: dict[str, Any]) -> list[Finding]:
    """Whether the past shows somebody who would have less: fewer points, a lower level, or no longer above a line."""
    reach = figures.get(REACH) or {"kinds": (), "days": ()}
    lose = max((row["lose"] for row in (*reach["kinds"], *reach["days"])), default=0)
    if not lose:
        return []
    message = "It can't reach back to {day}: {count} people had more by the rules of those days."
    return [Finding("REACH_COSTS", "reaches_back_to", message, {"day": reach["since"], "count": lose})]


def reach_told(registry: Registry, draft: Draft, run: WhatIfRun | None) -> list[Finding]:
    """Every finding against a draft's reaching back: from the texts, and from the figures once there are any."""
    pack = draft.readable
    if pack is None or pack.reaches_back_to is None:
        return []
    return [*harsher_than_before(pack, registry), *(reach_costs(run.figures) if run else ())]


def refuse_if_it_costs(draft: Draft, run: WhatIfRun | None) -> None:
    """Pass a draft that reaches back to nobody's loss; else WhatIfMissing, DraftHasFindings."""
    if draft.pack.reaches_back_to is None:
        return
    if run is None or REACH not in run.figures:
        raise WhatIfMissing()
    if findings := reach_costs(run.figures):
        raise DraftHasFindings(findings=findings)


@dataclass(frozen=True, slots=True)
class Offer:
    """The days that a version reaches back over, both counted, as far as a re-rate may be about them now."""

    version: Published
    from_on: date
    last_on: date
    begun: bool


def reach_offer(version: Published, now: datetime) -> Offer | None:
    """What may be re-rated by a version that reaches back; `begun` once it is in force. None: it does not."""
    since, today = version.pack.reaches_back_to, day_of(now)
    if since is None or version.pack.mode == "assessment":
        return None
    begun = version.effective_from <= today
    first = max(since, add_months(today, -LONGEST_MONTHS)) if begun else since
    last = version.effective_from - timedelta(days=1)
    return Offer(version, first, last, begun) if first <= last else None


def reach_offers(registry: Registry, programme: str, now: datetime) -> list[Offer]:
    """The same of every version of a programme, the latest first."""
    found = (reach_offer(one, now) for one in registry.versions(programme))
    return [one for one in found if one is not None]
