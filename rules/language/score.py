"""One holder's score under a pack, in either mode, without a database: the command line's and the cases' way in.

Pure. An accrual pack is run over the holder's events in their given order, each on top of what the earlier ones used.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from kernel.calendar import day_of
from rules.catalogue.register import catalogue
from rules.engine.assess import Reason, assess
from rules.engine.evaluate import evaluate
from rules.engine.explain import HOURS
from rules.engine.model import Grant, Pack, Trace, Used
from rules.engine.shares import Ranked, Step
from rules.language.facts import HolderFacts


@dataclass(frozen=True, slots=True)
class Result:
    """What a holder gets; points are whole minor units. `eligible` is None where a pack only adds points up.

    `steps` are the levels with a share that were asked, once all who are scored together are known.
    """

    holder: str
    eligible: bool | None
    total: int
    items: dict[str, int]
    reasons: tuple[Reason, ...]
    traces: tuple[Trace, ...]
    level: str | None = None
    barred_until: date | None = None
    keys: list[Any] | None = None
    valid_until: date | None = None
    steps: tuple[Step, ...] = ()


def score(
    pack: Pack,
    known: HolderFacts,
    as_of: date,
    *,
    use: str | None = None,
    decided: Mapping[str, Fraction] | None = None,
) -> Result:
    """The result at the end of a day; later events are left out. True time (hours) is no part of an accrual's total.

    The level is that of the points alone: what shares leave of it, only `score_many` can tell.
    """
    if pack.mode == "assessment":
        found = assess(pack, known.facts, known.events, as_of, use=use, decided=decided)
        items = {code: found.items[code] for code in pack.shown}
        said = (found.level, found.barred_until, list(found.keys), found.valid_until)
        return Result(known.holder, found.eligible, found.total, items, found.reasons, (found.trace,), *said)
    used: list[Used] = []
    traces: list[Trace] = []
    standing: Counter[str] = Counter()
    for event in known.events:
        if day_of(event.occurred_at) <= as_of:
            decision = evaluate(pack, event, used, standing=standing)
            used += decision.used
            standing.update({grant.point_kind: grant.amount for grant in decision.grants if _counts_at_once(grant)})
            traces.append(decision.trace)
    items = {code: sum(entry.points for entry in used if entry.item == code) for code in pack.shown}
    return Result(known.holder, None, paid(pack, items), items, (), tuple(traces))


def paid(pack: Pack, items: Mapping[str, int]) -> int:
    """What an accrual pays in all; true time is no part of it."""
    kinds = catalogue(pack.catalogue).point_kinds
    return sum(items[item.code] for item in pack.items if item.into and kinds[item.into].family != HOURS)


def _counts_at_once(grant: Grant) -> bool:
    """Points that are held back lift nobody to a level meanwhile."""
    return grant.matures_at is None and grant.confirm_by is None


def ranked_of(result: Result) -> Ranked:
    """Where somebody stands among others."""
    return Ranked(result.total, tuple(result.keys or ()), result.level, result.eligible)


def decimal(points: int, decimals: int) -> str:
    """Minor units as a decimal text: 1250 with two decimals is `12.50`."""
    if not decimals:
        return str(points)
    whole, rest = divmod(abs(points), 10**decimals)
    return f"{'-' if points < 0 else ''}{whole}.{rest:0{decimals}d}"
