"""One item of an assessment -> its line: the quantity, what it is worth, and why it is nothing. Pure.

What several kinds, periods or values are worth becomes one number as the item says; then come cap and floor. A line
keeps codes and quantities, from which sentences are made when somebody reads them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from rules.catalogue.holiday_register import holidays
from rules.engine.deductions import counted
from rules.engine.model import EventView, Item, Pack
from rules.engine.outcome import Combine
from rules.engine.prices import NOTHING, price_of, rounded
from rules.engine.quantities import JUDGE, of_history
from rules.engine.subject import Subject
from rules.engine.tree import Amount, Lasting, Quantity, Selection, Values

Line = dict[str, Any]


def line_of(pack: Pack, item: Item, subject: Subject) -> Line:
    """What an item comes to for one holder; points are whole minor units."""
    if item.when is not None and not JUDGE.holds(item.when, subject):
        failed = JUDGE.refusal(item.when, subject)
        return {"code": item.code, "points": 0, "why_not": "condition", "failed": failed}
    line: Line = {"code": item.code}
    given_back = NOTHING
    if item.deduction is not None and isinstance(item.quantity, Selection):
        found = counted(pack, item, item.quantity.kind, subject, holidays())
        if found.left_out:
            line["left_out"] = dict(sorted(found.left_out.items()))
        given_back = sum((_exact(item, alone(found.subject, one)) * share for one, share in found.repaired), NOTHING)
        subject = found.subject
    quantity = of_history(item.quantity, subject)
    if quantity is None:
        return {**line, "points": 0, "why_not": "missing"}
    line["quantity"] = {name_of(item.quantity): quantity}
    exact = (worth(item, quantity) - given_back) * 10**pack.decimals
    if item.deduction is not None:
        exact = min(exact, NOTHING)  # repairs may give back more than was taken together
    points = rounded(exact, item.rounding)
    line["raw"] = points
    if exact.denominator != 1:
        line["exact"] = f"{exact.numerator}/{exact.denominator}"
    floor = item.floor if points or _some(item, quantity) else None
    line["points"] = bounded(points, item.cap, floor, pack.decimals)
    if line["points"] != points:
        line["bound"] = line["points"]
    if pack.decimals:
        line["decimals"] = pack.decimals
    if not line["points"]:
        line["why_not"] = "zero"
    return line


def _some(item: Item, quantity: Any) -> bool:
    """Whether there is any of a quantity: a floor makes no points of nothing."""
    if not isinstance(quantity, Mapping):
        return bool(quantity)
    return any(quantity if isinstance(item.quantity, Values) else quantity.values())


def alone(subject: Subject, event: EventView) -> Subject:
    """The holder with this one event of its kind, and with all of other kinds."""
    return replace(subject, events=tuple(one for one in subject.events if one is event or one.kind != event.kind))


def _exact(item: Item, subject: Subject) -> Fraction:
    quantity = of_history(item.quantity, subject)
    return NOTHING if quantity is None else worth(item, quantity)


def worth(item: Item, quantity: Any) -> Fraction:
    """What a quantity is worth under an item's price, exact; its cap and floor come later."""
    if not isinstance(quantity, Mapping):
        return price_of(item.price, quantity)
    if isinstance(item.quantity, Values):
        times = ((price_of(item.price, value), count) for value, count in quantity.items())
        return combined(item.combine, [price for price, count in times for _ in range(count)])
    return combined(item.combine, [price_of(item.price, value) for value in quantity.values()])


def combined(how: Combine, parts: Iterable[Fraction]) -> Fraction:
    """Several numbers as one. Of `only`, two that are not zero make nothing: the applicant has to choose."""
    found = list(parts)
    match how:
        case "sum":
            return sum(found, NOTHING)
        case "highest":
            return max(found, default=NOTHING)
        case "lowest":
            return min(found, default=NOTHING)
    some = [part for part in found if part]
    return some[0] if some and (how == "first" or len(some) == 1) else NOTHING


def bounded(points: int, cap: Amount | None, floor: Amount | None, decimals: int) -> int:
    """Points within their bounds; a bound that is no whole minor unit is cut towards zero."""
    if cap is not None:
        points = min(points, int(cap.value * 10**decimals))
    return points if floor is None else max(points, int(floor.value * 10**decimals))


def name_of(quantity: Quantity) -> str:
    """The name under which a line keeps a quantity."""
    if isinstance(quantity, Lasting):
        return quantity.unit
    return getattr(quantity, "name", "count")
