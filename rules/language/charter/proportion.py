"""How much may be taken: for one fact, by one item, by all together, and set against what is given.

CH-08 and CH-09. Exact, and careful: where a price cannot be measured, it counts as the most that it could take.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil
from statistics import median

from kernel.errors import Finding
from rules.engine.assess import top_of
from rules.engine.model import Item
from rules.engine.prices import price_of
from rules.engine.pricing import Bands, Flat, Floored, Reading
from rules.engine.tree import Count, Extreme, Number, Sum, Values
from rules.engine.words import field_of
from rules.language.charter.purposes import bounded
from rules.language.charter.scope import Scope, breach
from rules.language.charter.ways import reach, takes
from rules.language.ranges import Span, most_points, smallest_award, span_of

GRADES = ("minor", "general", "serious")
NOTHING = Fraction(0)


def check_proportion(scope: Scope) -> Iterator[Finding]:
    """Every deduction that is too large, by itself, with others, or for its grade."""
    taking = [item for item in scope.deductions() if takes(scope.pack, item)]
    yield from _zeroing(scope)
    if not taking:
        return
    base = _base(scope)
    if base is None:
        message = "There is nothing to measure deductions by: say a threshold, a base, or caps."
        yield breach("CH-08", "items", message)
        return
    for item in taking:
        path = f"items.{item.code}"
        yield from _within(scope, "fact_percent", base, _single(scope, item), f"{path}.price")
        yield from _within(scope, "item_percent", base, _by(scope, item), f"{path}.floor")
    yield from _within(scope, "all_percent", base, _altogether(scope, taking), "items")
    yield from _in_proportion(scope, taking)


def _within(scope: Scope, name: str, base: Fraction, taken: Fraction, path: str) -> Iterator[Finding]:
    percent = scope.number(name)
    if taken * 100 > base * percent:
        message = "This may take {taken} of {base} points; at most {percent} percent are allowed."
        values = {"taken": str(taken), "base": str(base), "percent": percent}
        yield breach("CH-08", path, message, **values)


def _zeroing(scope: Scope) -> Iterator[Finding]:
    for veto in scope.pack.vetoes:
        if veto.effect == "zeroes":
            yield breach("CH-08", f"vetoes.{veto.code}", "Nothing takes all points at once.")


def _base(scope: Scope) -> Fraction | None:
    """What deductions are measured by: the base that all begin with or the lowest line; else the most that is given."""
    pack = scope.pack
    began = [price_of(one.price, one.quantity.value) for one in pack.items if isinstance(one.quantity, Number)]
    lines = [reach(pack, result.threshold)[0] for result in pack.results if result.threshold is not None]
    if began or lines:
        return max(sum(began, NOTHING), min(lines, default=NOTHING)) or None
    given = [_gives(scope, item) for item in pack.items if not takes(pack, item) and bounded(item)]
    return sum(given, NOTHING) or None


def _gives(scope: Scope, item: Item) -> Fraction:
    most = most_points(scope.pack, item.price, span_of(item.quantity, item, scope.known))
    return most if item.cap is None else min(most, reach(scope.pack, item.cap)[0])


def _single(scope: Scope, item: Item) -> Fraction:
    """The most that one fact may take."""
    price, quantity, unit = item.price, item.quantity, Span(0, 1)
    inner = price.price if isinstance(price, Floored) else price
    if isinstance(quantity, Sum | Extreme | Values):
        field = field_of(quantity, item, scope.known)
        most = field.most if field else 1
        unit = Span(0, min(most, quantity.each) if isinstance(quantity, Sum) and quantity.each else most)
    elif not isinstance(quantity, Count):
        unit = span_of(quantity, item, scope.known) or Span(0, 1)
    if isinstance(inner, Bands) and inner.reading is Reading.WHOLE:
        reached = max((ceil(band.lower) for band in inner.bands if band.lower is not None), default=1)
        unit = Span(0, max(unit.most, reached))
    return min(most_points(scope.pack, inner, unit), _by(scope, item))


def _by(scope: Scope, item: Item) -> Fraction:
    """The most that an item may take, however much there is of what it counts."""
    price, bounds = item.price, []
    if item.floor is not None:
        bounds.append(-reach(scope.pack, item.floor)[0])
    if isinstance(price, Floored):
        bounds.append(-reach(scope.pack, price.least)[0])
        price = price.price
    span = Span(0, 1) if isinstance(price, Flat) else span_of(item.quantity, item, scope.known)
    return max(NOTHING, min([*bounds, most_points(scope.pack, price, span)]))


def _altogether(scope: Scope, taking: list[Item]) -> Fraction:
    """The most that all items may take of one total; a group takes no more than its floor."""
    pack = scope.pack
    items = {item.code: _by(scope, item) for item in taking}

    def of(code: str) -> Fraction:
        group = pack.groups.get(code)
        if group is None:
            return items.get(code, NOTHING)
        taken = sum((of(part) for part in group.of), NOTHING)
        return taken if group.floor is None else min(taken, max(NOTHING, -reach(pack, group.floor)[0]))

    totals = [result.of or top_of(pack) for result in pack.results] or [top_of(pack)]
    return max(sum((of(code) for code in total), NOTHING) for total in totals)


def _in_proportion(scope: Scope, taking: list[Item]) -> Iterator[Finding]:
    """CH-09: a graver grade takes no less, and no deduction is many times what is usually given."""
    single = {item.code: _single(scope, item) for item in taking}
    graded = [(GRADES.index(item.deduction.grade), item) for item in taking if item.deduction is not None]
    for grade, item in graded:
        for graver, other in graded:
            if grade < graver and single[item.code] > single[other.code]:
                message = "{one} is less grave than {other} and takes more."
                yield breach("CH-09", f"items.{item.code}.deduction.grade", message, one=item.code, other=other.code)
    giving = [item for item in scope.pack.items if item.code not in single and not isinstance(item.quantity, Number)]
    awards = [award for item in giving if (award := smallest_award(item.price)) > 0]
    times = scope.number("times_median")
    for code, taken in single.items():
        if awards and taken > times * median(awards):
            message = (
                "One deduction takes {taken}; what is usually given is {award}, and {times} times that is the most."
            )
            values = {"taken": str(taken), "award": str(median(awards)), "times": times}
            yield breach("CH-09", f"items.{code}.price", message, **values)
