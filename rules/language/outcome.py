"""Shapes of groups, results, vetoes and the rest -> engine values, every code looked up.

Faults are collected with their paths, like `build`'s. Pure.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from rules.catalogue.register import Field
from rules.engine import outcome
from rules.engine.clocks import Silence, Stage, Unit
from rules.language import outcome_shapes as shapes
from rules.language.build import condition, role
from rules.language.names import Names
from rules.language.text import Path


def groups(names: Names, written: Mapping[str, shapes.GroupShape], items: Sequence[str]) -> dict[str, outcome.Group]:
    """Every group; a code is an item's or another group's, in one group at most, and no group stands in itself."""
    found: dict[str, outcome.Group] = {}
    seen: set[str] = set()
    for code, shape in written.items():
        path: Path = ("groups", code)
        if code in items:
            names.text.fault("TWICE", path, "An item is called {name} too.", name=code)
        for number, part in enumerate(shape.of):
            place = (*path, "of", number)
            if names.known(part, (*items, *written), place) and part in seen:
                names.text.fault("TWICE", place, "{name} stands in two groups.", name=part)
            seen.add(part)
        found[code] = outcome.Group(
            code=code,
            title=shape.title.model_dump(),
            of=tuple(part for part in shape.of if part in items or part in written),
            combine=shape.combine,
            percent=_amount(names, shape.percent, (*path, "percent")),
            extras=_extras(names, shape.multiply, path),
            cap=_amount(names, shape.cap, (*path, "cap")),
            floor=_amount(names, shape.floor, (*path, "floor")),
        )
    return _without_rings(names, found)


def _without_rings(names: Names, found: dict[str, outcome.Group]) -> dict[str, outcome.Group]:
    """Groups with nothing that leads back to itself; a ring is a fault, and is left out."""
    for code in found:
        at, steps = {code}, 0
        while at and steps <= len(found):
            at = {part for one in at if one in found for part in found[one].of if part in found}
            if code in at:
                names.text.fault("RING", ("groups", code, "of"), "{name} stands in itself.", name=code)
                return {}
            steps += 1
    return found


def _amount(names: Names, value: Any, path: Path) -> Any:
    return None if value is None else names.amount(value, path)


def _extras(names: Names, written: Sequence[shapes.ExtraShape], path: Path) -> tuple[outcome.Extra, ...]:
    names.on = None
    return tuple(
        outcome.Extra(
            code=shape.code,
            title=shape.title.model_dump(),
            percent=names.amount(shape.percent, (*path, "multiply", number, "percent")),
            when=condition(names, shape.when, (*path, "multiply", number, "when")) if shape.when else None,
        )
        for number, shape in enumerate(written)
    )


def requirements(
    names: Names, written: Sequence[shapes.RequirementShape], path: Path
) -> tuple[outcome.Requirement, ...]:
    """What must hold before a score counts."""
    names.on = None
    return tuple(
        outcome.Requirement(
            shape.code, condition(names, shape.when, (*path, number, "when")), shape.otherwise.model_dump()
        )
        for number, shape in enumerate(written)
    )


def result(names: Names, code: str, shape: shapes.ResultShape, scales: Mapping[str, Any], path: Path) -> outcome.Result:
    """One use of the score."""
    for number, part in enumerate(shape.of):
        names.known(part, names.scored, (*path, "of", number))
    if shape.threshold is not None and shape.decided is not None:
        names.one_of(path, threshold=shape.threshold, decided=shape.decided)
    if shape.levels is not None:
        names.known(shape.levels, scales, (*path, "levels"))
    for number, share in enumerate(shape.shares):
        scale = scales.get(shape.levels or "")
        known = [level.code for level in scale.levels] if scale else []
        names.known(share.level, known, (*path, "shares", number, "level"))
    return outcome.Result(
        code=code,
        title=shape.title.model_dump(),
        of=tuple(shape.of),
        requires=requirements(names, shape.requires, (*path, "requires")),
        threshold=_amount(names, shape.threshold, (*path, "threshold")),
        decided=shape.decided,
        extras=_extras(names, shape.multiply, path),
        cap=_amount(names, shape.cap, (*path, "cap")),
        floor=_amount(names, shape.floor, (*path, "floor")),
        order=tuple(_key(names, key, (*path, "order", number)) for number, key in enumerate(shape.order)),
        ties=shape.ties,
        scale=shape.levels,
        shares=tuple(outcome.LevelShare(share.level, Fraction(share.most_percent)) for share in shape.shares),
        valid_months=shape.valid_months,
    )


def _key(names: Names, shape: shapes.OrderShape, path: Path) -> outcome.OrderKey:
    """A key of the order: everything but the total says of what."""
    if (shape.of is None) is not (shape.by == "total"):
        names.text.fault("ONE_OF", path, "Every key but the total says `of` what it is.")
    known = {"points": names.scored, "quantity": names.items, "fact": names.catalogue.facts}.get(shape.by)
    if known is not None and shape.of is not None:
        found = names.catalogue.facts.get(shape.of) if names.known(shape.of, known, (*path, "of")) else None
        if shape.by == "fact" and found is not None and not _has_order(found.value):
            message = "This is one of a list of values: it has no order."
            names.text.fault("TYPE_MISMATCH", (*path, "of"), message)
        if shape.by == "fact" and found is not None and found.by is not None:
            message = "{name} has one value for each {by}."
            names.text.fault("TYPE_MISMATCH", (*path, "of"), message, name=shape.of, by=found.by)
    return outcome.OrderKey(shape.by, shape.of or "", shape.order == "desc")


def _has_order(field: Field) -> bool:
    """Numbers, dates and yes or no have an order; values of a list where it is that of their letters (class_a ...)."""
    return field.type in ("int", "bool", "date") or (field.type == "enum" and sorted(field.values) == [*field.values])


def veto(names: Names, shape: shapes.VetoShape, levels: Sequence[str], path: Path) -> outcome.Veto:
    """What decides alone; one that sets a level names it."""
    names.on = None
    if (shape.level is None) is not (shape.effect != "level"):
        names.text.fault("ONE_OF", path, "A veto that sets a level names it, and no other does.")
    if shape.level is not None:
        names.known(shape.level, levels, (*path, "level"))
    when = condition(names, shape.when, (*path, "when"))
    return outcome.Veto(shape.code, shape.title.model_dump(), when, shape.effect, shape.level)


def bar(names: Names, shape: shapes.BarShape, path: Path) -> outcome.Bar:
    """Who stays out, and until when."""
    names.one_of(path, months=shape.months, forever=shape.forever)
    names.known(shape.after, names.catalogue.event_kinds, (*path, "after"))
    names.on = shape.after
    where = condition(names, shape.where, (*path, "where")) if shape.where else None
    names.on = None
    return outcome.Bar(shape.code, shape.title.model_dump(), shape.after, where, shape.months)


def choosing(names: Names, shape: shapes.ChoosingShape) -> outcome.Choosing:
    """Whose facts count."""
    names.on = None
    when = condition(names, shape.when, ("choosing", "when")) if shape.when else None
    return outcome.Choosing(tuple(role(one) for one in shape.among), when)


def deduction(names: Names, shape: shapes.DeductionShape) -> outcome.Deduction:
    """What a deduction owes to the person."""
    repairs = tuple(outcome.Repair(one.code, one.title.model_dump(), one.restores_percent) for one in shape.repair)
    return outcome.Deduction(
        shape.grade, shape.notice_days, shape.appeal_days, shape.lasts_days, repairs, shape.with_reason
    )


def stages(names: Names, written: Sequence[shapes.StageShape]) -> tuple[Stage, ...]:
    """The procedure's stages in order, each after one before it."""
    found: list[Stage] = []
    for number, shape in enumerate(written):
        path: Path = ("procedure", number)
        units = {"working_days": shape.working_days, "days": shape.days, "months": shape.months}
        names.one_of(path, **units)
        unit = next((name for name, count in units.items() if count is not None), "days")
        if shape.after is not None:
            names.known(shape.after, [stage.code for stage in found], (*path, "after"))
        if any(stage.code == shape.code for stage in found):
            names.text.fault("TWICE", path, "{name} stands here twice.", name=shape.code)
        found.append(Stage(shape.code, units[unit] or 0, Unit(unit), shape.after, Silence(shape.silence)))
    return tuple(found)


def lawful(names: Names, shape: shapes.LawfulShape) -> outcome.Lawful:
    """What the charter asks for, its bases known."""
    published = shape.publication
    if published is not None and published.basis is not None:
        names.known(published.basis, names.catalogue.bases, ("lawful", "publication", "basis"))
    for number, cross in enumerate(shape.cross_domain):
        names.known(cross.basis, names.catalogue.bases, ("lawful", "cross_domain", number, "basis"))
    promised = shape.guarantee
    return outcome.Lawful(
        domain=shape.domain or "",
        cross_domain={cross.domain: cross.basis for cross in shape.cross_domain},
        impact_assessment=shape.impact_assessment,
        consultation=shape.consultation,
        publication=None if published is None else outcome.Publication(**published.model_dump()),
        narrow_access=shape.access == "narrow",
        trial=shape.trial,
        guarantee=None
        if promised is None
        else outcome.Guarantee(promised.title.model_dump(), promised.provider.model_dump(), promised.within_days),
    )
