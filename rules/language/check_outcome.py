"""Does what an assessment comes to make sense? Groups, results, levels, deductions. Findings only; `checker` asks.

Pure. Must never ask what the law allows: that is the charter's question.
"""

from collections.abc import Iterator
from fractions import Fraction

from kernel.errors import Finding
from rules.catalogue.holiday_register import holidays
from rules.catalogue.register import Catalogue
from rules.engine.assess import top_of
from rules.engine.days import BY_NOTICE
from rules.engine.deductions import FIELDS
from rules.engine.model import Item, Pack
from rules.engine.outcome import Group, Result, Title
from rules.engine.pricing import Between
from rules.engine.tree import Count, Fact, OnDay, Scored, Selection, Sum, Values
from rules.engine.walk import nodes
from rules.language.ranges import largest, most_points, smallest_award, span_of


def check_outcome(pack: Pack, known: Catalogue) -> Iterator[Finding]:
    """Every finding on how items come together."""
    for item in pack.items:
        yield from _item(pack, item, known)
    for group in pack.groups.values():
        yield from _bounds(group, f"groups.{group.code}")
    for result in pack.results:
        path = "result" if len(pack.results) == 1 and result.code == "total" else f"results.{result.code}"
        yield from _bounds(result, path)
        yield from _result(pack, result, path, known)
    yield from _levels(pack)
    yield from _holidays(pack)
    yield from _twice(pack)
    yield from _points_too_early(pack)


def titles_of(pack: Pack) -> Iterator[tuple[str, Title]]:
    """Everything here that people read, with its path."""
    for group in pack.groups.values():
        yield f"groups.{group.code}.title", group.title
        for extra in group.extras:
            yield f"groups.{group.code}.multiply.{extra.code}.title", extra.title
    for result in pack.results if len(pack.results) > 1 else ():
        yield f"results.{result.code}.title", result.title
    for result in pack.results:
        for need in result.requires:
            yield f"results.{result.code}.requires.{need.code}.otherwise", need.otherwise
    for veto in pack.vetoes:
        yield f"vetoes.{veto.code}.title", veto.title
    for bar in pack.bars:
        yield f"bars.{bar.code}.title", bar.title
    for code, title in pack.stage_titles.items():
        yield f"procedure.{code}.title", title
    for item in pack.items:
        for repair in item.deduction.repairs if item.deduction else ():
            yield f"items.{item.code}.deduction.repair.{repair.code}.title", repair.title
    for scale in pack.scales.values():
        for level in scale.levels:
            for right in level.gives:
                yield f"levels.{scale.code}.{level.code}.gives.{right.code}.title", right.title


def alternatives(pack: Pack, one: str, other: str) -> bool:
    """Whether two items never count together: a group takes one of them, or no use of the score reads both."""
    below = {code: _below(pack, code) for code in pack.groups}
    for group in pack.groups.values():
        if group.combine != "sum":
            at = {
                code: {part for part in group.of if code == part or code in below.get(part, ())}
                for code in (one, other)
            }
            if at[one] and at[other] and at[one] != at[other]:
                return True
    uses = [{*result.of, *(part for code in result.of for part in below.get(code, ()))} for result in pack.results]
    return bool(uses) and all(used and not {one, other} <= used for used in uses)


def _below(pack: Pack, code: str) -> set[str]:
    """Everything inside a group, its groups opened."""
    found: set[str] = set()
    for part in pack.groups[code].of if code in pack.groups else ():
        found |= {part} | _below(pack, part)
    return found


def _item(pack: Pack, item: Item, known: Catalogue) -> Iterator[Finding]:
    path = f"items.{item.code}"
    several = isinstance(item.quantity, Values) or (isinstance(item.quantity, Fact) and item.quantity.by is not None)
    several = several or (isinstance(item.quantity, Count | Sum) and item.quantity.per is not None)
    if item.combine != "sum" and not several:
        yield Finding("NOTHING_TO_COMBINE", f"{path}.combine", "This quantity is one number, so nothing is combined.")
    if item.on_top_of is not None and item.on_top_of not in pack.shown:
        values: dict[str, object] = {"name": item.on_top_of}
        yield Finding("UNKNOWN_NAME", f"{path}.on_top_of", "Nothing here is called {name}.", values)
    yield from _bounds(item, path)
    least = smallest_award(item.price)
    if item.cap is not None and item.cap.value < least:
        message = "The cap {cap} is below the smallest award {award}."
        yield Finding("CAP_TOO_LOW", f"{path}.cap", message, {"cap": str(item.cap.value), "award": str(least)})
    if item.deduction is None:
        return
    if not isinstance(item.quantity, Selection):
        message = "A deduction is read from events: each rests on a decision of its own."
        yield Finding("DEDUCTION_WITHOUT_EVENT", f"{path}.quantity", message)
        return
    if not item.deduction.with_reason and any(isinstance(node, Between) for node in nodes(item.price)):
        message = "Where an officer chooses how much is taken, the deduction must say with_reason: true."
        yield Finding("CHOSEN_WITHOUT_REASON", f"{path}.deduction", message)
    said = known.event_kinds[item.quantity.kind].data
    fields = (*FIELDS, "reason") if item.deduction.with_reason else FIELDS
    if missing := [name for name in fields if name not in said]:
        message = "An event that takes points must be able to say: {fields}."
        yield Finding("DEDUCTION_FIELDS", f"{path}.quantity", message, {"fields": ", ".join(missing)})


def _twice(pack: Pack) -> Iterator[Finding]:
    """Codes that stand twice where each tells one from another, and what a use would count twice."""
    codes = {
        "requires": [need.code for need in pack.requires],
        "vetoes": [veto.code for veto in pack.vetoes],
        "bars": [bar.code for bar in pack.bars],
    }
    codes |= {f"groups.{code}.multiply": [extra.code for extra in one.extras] for code, one in pack.groups.items()}
    for use in pack.results:
        codes[f"results.{use.code}.multiply"] = [extra.code for extra in use.extras]
        codes[f"results.{use.code}.requires"] = [need.code for need in use.requires]
        inside = [part for code in dict.fromkeys(use.of) for part in sorted(_below(pack, code))]
        codes[f"results.{use.code}.of"] = [*use.of, *inside]
    for path, found in codes.items():
        seen: set[str] = set()
        for code in found:
            if code in seen:
                yield Finding("TWICE", path, "{name} stands here twice.", {"name": code})
            seen.add(code)


def _bounds(node: Item | Group | Result, path: str) -> Iterator[Finding]:
    if node.cap is not None and node.floor is not None and node.floor.value > node.cap.value:
        yield Finding("EMPTY_RANGE", path, "The smallest allowed value is above the largest.")


def _result(pack: Pack, result: Result, path: str, known: Catalogue) -> Iterator[Finding]:
    if result.threshold is not None and result.threshold.value > (most := _most(pack, result, known)):
        message = "Nobody can reach {points} points: everything together is at most {most}."
        values: dict[str, object] = {"points": str(result.threshold.value), "most": str(most)}
        yield Finding("OUT_OF_REACH", f"{path}.threshold", message, values)
    for number, key in enumerate(result.order):
        if key.by == "quantity" and pack.item(key.name).deduction is not None:
            message = "An order reads the points of a deduction, never its events: some of them may not count."
            yield Finding("UNLAWFUL_ORDER", f"{path}.order.{number}", message)
        elif key.by == "quantity" and span_of(pack.item(key.name).quantity, pack.item(key.name), known) is None:
            message = "This is one of a list of values: it has no order."
            yield Finding("TYPE_MISMATCH", f"{path}.order.{number}", message)
    yield from _shares(pack, result, f"{path}.shares")
    if result.scale is not None and pack.scales[result.scale].of != "total":
        message = "The levels of a result are levels of its total."
        yield Finding("TYPE_MISMATCH", f"{path}.levels", message)


def _shares(pack: Pack, result: Result, path: str) -> Iterator[Finding]:
    """Shares are of levels that somebody can fall from, each named once."""
    if sum(share.most_percent for share in result.shares) > 100:
        yield Finding("SHARES", path, "The shares of the levels come to more than 100 percent.")
    if result.shares and result.scale is None:
        yield Finding("SHARES", path, "Shares need the levels that they are shares of.")
        return
    named = [share.level for share in result.shares]
    for code in sorted({code for code in named if named.count(code) > 1}):
        yield Finding("TWICE", path, "{name} stands here twice.", {"name": code})
    if result.scale is not None and pack.scales[result.scale].levels[0].code in named:
        yield Finding("SHARES", path, "The lowest level takes everybody who is left, so it can have no share.")


def _points_too_early(pack: Pack) -> Iterator[Finding]:
    """Where points are asked for before there are any: such a condition could never hold."""
    early: dict[str, object] = {f"items.{item.code}": (item.when, item.multiply, item.quantity) for item in pack.items}
    early |= {f"groups.{code}.multiply": group.extras for code, group in pack.groups.items()}
    early |= {f"bars.{bar.code}.where": bar.where for bar in pack.bars}
    early["choosing.when"] = pack.choosing
    for path, place in early.items():
        for node in nodes(place):
            if isinstance(node, Scored):
                message = "Points are known only after all items: ask for {name} in requires, vetoes or results."
                yield Finding("POINTS_TOO_EARLY", path, message, {"name": node.code})


def _most(pack: Pack, result: Result, known: Catalogue) -> Fraction:
    """No total of this use is higher; caps of items and groups are taken into account, alternatives are not."""
    items = {item.code: _most_of(pack, item, known) for item in pack.items}

    def of(code: str) -> Fraction:
        if code in items:
            return items[code]
        group = pack.groups[code]
        parts = [of(part) for part in group.of]
        most = sum(parts, Fraction(0)) if group.combine == "sum" else max(parts, default=Fraction(0))
        most *= 1 if group.percent is None else largest(pack, group.percent) / 100
        most *= 1 + sum((largest(pack, extra.percent) / 100 for extra in group.extras), Fraction(0))
        return most if group.cap is None else min(most, largest(pack, group.cap))

    total = sum((of(code) for code in result.of or top_of(pack)), Fraction(0))
    total *= 1 + sum((largest(pack, extra.percent) / 100 for extra in result.extras), Fraction(0))
    return total if result.cap is None else min(total, largest(pack, result.cap))


def _most_of(pack: Pack, item: Item, known: Catalogue) -> Fraction:
    """The most of one item; a part is priced for each kind, period or value, of which there may be many."""
    most = most_points(pack, item.price, span_of(item.quantity, item, known))
    if isinstance(item.quantity, Fact) and item.quantity.by is not None:
        most *= len(known.facts[item.quantity.name].kinds)
    elif isinstance(item.quantity, Values) or getattr(item.quantity, "per", None) is not None:
        most *= 10_000 if item.combine == "sum" else 1
    return most if item.cap is None else min(most, largest(pack, item.cap))


def _holidays(pack: Pack) -> Iterator[Finding]:
    """A pack that asks for holidays is in force only in years whose notice is published, so that no answer changes."""
    asked = {day for node in nodes(pack.items) if isinstance(node, OnDay) for day in node.days} & set(BY_NOTICE)
    last = pack.sunset_on.year if pack.sunset_on else None
    missing = last is None or not holidays().years.issuperset(range(pack.effective_from.year, last + 1))
    if asked and missing and pack.status != "record":
        message = "It asks for holidays, so it must end before the first year whose notice is not published."
        yield Finding("HOLIDAYS_UNKNOWN", "sunset_on", message)


def _levels(pack: Pack) -> Iterator[Finding]:
    """Further measures and time only ever rise with the level, or a higher one could be reached before a lower."""
    for scale in pack.scales.values():
        for before, after in zip(scale.levels, scale.levels[1:], strict=False):
            falls = any(after.beside.get(of, 0) < least for of, least in before.beside.items())
            if falls or after.tenure_months < before.tenure_months:
                message = "{after} must ask for no less than {before} in every measure."
                values: dict[str, object] = {"before": before.code, "after": after.code}
                yield Finding("SCALE_ORDER", f"levels.{scale.code}.{after.code}", message, values)
    used = [pack.scales[code] for code in dict.fromkeys(one.scale for one in pack.results) if code is not None]
    for scale in used:
        for level in scale.levels:
            if level.beside or level.tenure_months:
                message = "A result reads its level from the total alone: what this step asks beside it is never met."
                yield Finding("UNREACHABLE", f"levels.{scale.code}.{level.code}", message)
    known = {level.code for scale in used for level in scale.levels}
    for veto in pack.vetoes:
        if veto.level is not None and veto.level not in known:
            named: dict[str, object] = {"name": veto.level}
            yield Finding("UNREACHABLE", f"vetoes.{veto.code}.level", "No result has the level {name}.", named)
