"""An assessment: facts and past events as of a date -> a score with its reasons. Nothing is posted.

Pure and exact, like `evaluate`. Missing facts never award; the trace says that they were not proven.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from rules.engine.conditions import Subject, holds, refusal
from rules.engine.model import EventView, Item, Pack, Title, Trace
from rules.engine.prices import NOTHING, half_up, price_of
from rules.engine.quantities import of_history

BELOW_THRESHOLD: Title = {"zh": "总分未达到规定分数", "en": "The total is below the required points"}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is not eligible."""

    code: str
    title: Title


@dataclass(frozen=True, slots=True)
class Score:
    """The answer; points are whole minor units (10 to the minus `decimals`)."""

    eligible: bool
    total: int
    items: Mapping[str, int]
    reasons: tuple[Reason, ...]
    trace: Trace


def assess(pack: Pack, facts: Mapping[str, Any], events: Sequence[EventView], as_of: date) -> Score:
    """The score of one holder at the end of a day."""
    lines = [_line(pack, item, facts, events, as_of) for item in pack.items]
    total = sum(line["points"] for line in lines)
    subject = Subject("", {}, facts)
    reasons = [Reason(entry.code, entry.otherwise) for entry in pack.requires if not holds(entry.when, subject)]
    if pack.threshold is not None and total < pack.threshold * 10**pack.decimals:
        reasons.append(Reason("below_threshold", BELOW_THRESHOLD))
    return Score(
        eligible=not reasons,
        total=total,
        items={line["code"]: line["points"] for line in lines},
        reasons=tuple(reasons),
        trace={"items": lines},
    )


def _line(pack: Pack, item: Item, facts: Mapping[str, Any], events: Sequence[EventView], as_of: date) -> dict[str, Any]:
    if item.when is not None and not holds(item.when, subject := Subject("", {}, facts)):
        return {"code": item.code, "points": 0, "why_not": "condition", "failed": refusal(item.when, subject)}
    quantity = of_history(item.quantity, facts, events, as_of)
    if quantity is None:
        return {"code": item.code, "points": 0, "why_not": "missing"}
    values = quantity.values() if isinstance(quantity, Mapping) else (quantity,)
    exact = sum((price_of(item.price, value) for value in values), NOTHING) * Fraction(10**pack.decimals)
    name = getattr(item.quantity, "name", "count")
    points = half_up(exact)
    line: dict[str, Any] = {"code": item.code, "quantity": {name: quantity}, "raw": points, "points": points}
    if pack.decimals:
        line["decimals"] = pack.decimals
    if not points:
        line["why_not"] = "zero"
    return line
