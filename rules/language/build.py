"""Shapes -> engine values: every name looked up in the catalogue, every parameter put in, every type compared.

Faults are collected with their paths, all of them; a pack with any has no meaning and is not handed on.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rules.catalogue.register import Field
from rules.engine import tree, windows
from rules.language import nodes
from rules.language.names import Names
from rules.language.text import Path


def condition(names: Names, shape: Any, path: Path) -> tree.Condition:
    """A condition with its names and types compared."""
    match shape:
        case nodes.AllShape():
            return tree.AllOf(_conditions(names, shape.all, (*path, "all")))
        case nodes.AnyShape():
            return tree.AnyOf(_conditions(names, shape.any, (*path, "any")))
        case nodes.NoneShape():
            return tree.NoneOf(_conditions(names, shape.none, (*path, "none")))
        case nodes.SomeShape():
            if shape.count > len(shape.some):
                names.text.fault("UNREACHABLE", (*path, "count"), "There are fewer conditions than must hold.")
            return tree.SomeOf(shape.count, _conditions(names, shape.some, (*path, "some")))
        case nodes.IfShape():
            otherwise = None
            if shape.otherwise is not None:
                otherwise = condition(names, shape.otherwise, (*path, "otherwise"))
            when = condition(names, shape.if_, (*path, "if"))
            return tree.IfThen(when, condition(names, shape.then, (*path, "then")), otherwise)
        case nodes.EvidenceShape():
            names.read_event(names.on, path)
            for number, kind in enumerate(shape.evidence):
                names.known(kind, names.catalogue.evidence_kinds, (*path, "evidence", number))
            return tree.EvidenceIn(tuple(shape.evidence))
        case nodes.DayShape():
            names.read_event(names.on, path)
            return tree.OnDay(tuple(shape.day))
        case nodes.DataTest():
            return _compare(names, shape, "data", shape.data, names.field_of(names.on, shape.data, path), path)
        case nodes.QuantityTest():
            if names.mode == "accrual":
                names.text.fault("WRONG_MODE", path, "Facts belong to assessments; this pack pays for events.")
            test, value = _number_test(names, shape, path)
            measured = quantity(names, shape.quantity, (*path, "quantity"))
            _whole(names, measured, (*path, "quantity"))
            if _in_parts(measured):
                names.text.fault("TYPE_MISMATCH", (*path, "quantity"), "This is compared with a number.")
            return tree.Measured(measured, test, value)
        case nodes.PointsTest():
            if shape.points not in names.scored:
                names.text.fault("UNKNOWN_NAME", path, "Nothing here is called {name}.", name=shape.points)
            return tree.Scored(shape.points, *_number_test(names, shape, path))
    if names.mode == "accrual":
        names.text.fault("WRONG_MODE", path, "Facts belong to assessments; this pack pays for events.")
    known = names.known(shape.fact, names.catalogue.facts, path)
    found = names.catalogue.facts[shape.fact] if known else None
    if found is not None and found.by:
        names.text.fault("TYPE_MISMATCH", path, "{name} has one value for each {by}.", name=found.name, by=found.by)
    compared = _compare(names, shape, "fact", shape.fact, found.value if found else None, path)
    return replace(compared, whose=role(shape.whose))


def role(whose: str | None) -> str:
    """Whose facts are read: the holder's own are without a role."""
    return "" if whose in (None, "applicant") else str(whose)


def _number_test(names: Names, shape: Any, path: Path) -> tuple[tree.Comparison, tree.Amount]:
    """A comparison with a number, where only numbers stand."""
    tests: dict[str, Any] = {test: getattr(shape, test) for test in ("at_least", "at_most", "above", "below")}
    tests["is"] = shape.is_
    names.one_of(path, **tests)
    test = next((key for key, value in tests.items() if value is not None), "is")
    value = tests[test]
    if isinstance(value, bool | str | date) or shape.in_ is not None:
        names.text.fault("TYPE_MISMATCH", path, "This is compared with a number.")
        value = None
    amount = Fraction(value) if isinstance(value, int | Decimal) else value
    return tree.Comparison(test), names.amount(amount, (*path, test))


def _conditions(names: Names, shapes: list[Any], path: Path) -> tuple[tree.Condition, ...]:
    return tuple(condition(names, shape, (*path, number)) for number, shape in enumerate(shapes))


def _compare(names: Names, shape: Any, source: Any, name: str, found: Field | None, path: Path) -> tree.Compare:
    tests: dict[str, Any] = {"is": shape.is_, "in": shape.in_}
    tests |= {test: getattr(shape, test) for test in ("at_least", "at_most", "above", "below")}
    names.one_of(path, **tests)
    test = next((key for key, value in tests.items() if value is not None), "is")
    value: Any = tests[test]
    wanted: Any
    if test == "in":
        wanted = tuple(value)
    elif test == "is":
        wanted = tree.Amount(Fraction(value)) if type(value) in (int, Decimal) else value
        wanted = value.isoformat() if isinstance(value, date) else wanted
    else:
        wanted = value.isoformat() if isinstance(value, date) else names.amount(value, (*path, test))
    if found is not None and not _fits(found, test, wanted):
        message = "{name} cannot be compared so: it is of type {type}."
        names.text.fault("TYPE_MISMATCH", (*path, test), message, name=name, type=found.type)
    elif found is not None and found.type == "enum":
        for entry in wanted if isinstance(wanted, tuple) else (wanted,):
            names.known(entry, found.values, (*path, test))
    return tree.Compare(source, name, tree.Comparison(test), wanted)


def _fits(found: Field, test: str, wanted: Any) -> bool:
    """Whether a comparison makes sense for a field: order for numbers and days, equality for the rest."""
    match found.type:
        case "bool":
            return test == "is" and isinstance(wanted, bool)
        case "int":
            return isinstance(wanted, tree.Amount)
        case "any":
            return True
    if test not in ("is", "in"):
        return found.type == "date" and isinstance(wanted, str)
    return isinstance(wanted, str | tuple)


def quantity(names: Names, shape: Any, path: Path) -> tree.Quantity:
    """A quantity with its names and types compared."""
    of_events = isinstance(shape, nodes.EachShape | nodes.DataShape | nodes.MinutesShape)
    if of_events is not (names.mode == "accrual"):
        message = "This quantity is one event's; an assessment reads facts, counts and sums."
        other = "This quantity belongs to assessments; an item on an event reads that event."
        names.text.fault("WRONG_MODE", path, message if of_events else other)
    match shape:
        case nodes.EachShape():
            return tree.Each()
        case nodes.DataShape():
            names.whole(names.field_of(names.on, shape.data, path), path)
            return tree.Data(shape.data)
        case nodes.MinutesShape():
            names.whole(names.field_of(names.on, shape.of, path), path)
            start, end = (_minutes(shape.minutes_within.from_), _minutes(shape.minutes_within.to))
            if start == end:
                names.text.fault("EMPTY_HOURS", path, "From and to are the same time of the day.")
            return tree.MinutesWithin(start, end, shape.of)
        case nodes.NumberShape():
            return tree.Number(shape.number)
        case nodes.FactShape() | nodes.SinceShape() | nodes.BalanceShape() | nodes.MembersShape():
            return _known(names, shape, path)
        case nodes.CombinedShape():
            return _combined(names, shape, path)
    return _of_events(names, shape, path)


def _known(names: Names, shape: Any, path: Path) -> tree.Quantity:
    """What stands in the facts: a value, a time since a date, a balance."""
    match shape:
        case nodes.BalanceShape():
            names.known(shape.balance, names.catalogue.point_kinds, path)
            return tree.Balance(shape.balance)
        case nodes.MembersShape():
            names.known(shape.of, names.catalogue.point_kinds, (*path, "of"))
            return tree.Members(shape.members, shape.of, shape.at_least)
        case nodes.SinceShape():
            if names.known(shape.since, names.catalogue.facts, path):
                found = names.catalogue.facts[shape.since].value
                if found.type != "date":
                    names.text.fault("TYPE_MISMATCH", path, "{name} is not a date.", name=shape.since)
            return tree.Since(shape.since, shape.unit, role(shape.whose))
    if names.known(shape.fact, names.catalogue.facts, path):
        fact = names.catalogue.facts[shape.fact]
        if shape.kind is not None:
            names.known(shape.kind, fact.kinds, (*path, "kind"))
        elif fact.by != shape.by:
            message = "{name} is read by {by}." if fact.by else "{name} is read without `by`."
            names.text.fault("TYPE_MISMATCH", path, message, name=shape.fact, by=fact.by or "")
    if shape.kind is not None and shape.by is not None:
        names.one_of(path, by=shape.by, kind=shape.kind)
    return tree.Fact(shape.fact, shape.by, shape.kind, role(shape.whose))


def _combined(names: Names, shape: nodes.CombinedShape, path: Path) -> tree.Combined:
    found = {how: parts for how in nodes.COMBINED if (parts := getattr(shape, how)) is not None}
    names.one_of(path, **{how: getattr(shape, how) for how in nodes.COMBINED})
    how = next(iter(found))
    if (shape.scale is not None) is not (how == "ratio"):
        names.text.fault("ONE_OF", path, "`scale` stands with `ratio`, and only there.")
    if how in ("ratio", "difference") and len(found[how]) != 2:
        names.text.fault("WRONG_SHAPE", path, "This is between two quantities.")
    parts = tuple(quantity(names, part, (*path, how, number)) for number, part in enumerate(found[how]))
    for number, part in enumerate(parts):
        _whole(names, part, (*path, how, number))
    if any(_in_parts(part) for part in parts):
        names.text.fault("TYPE_MISMATCH", path, "Each part must be one number, not one for each kind or period.")
    names_of: Any = how.removesuffix("_of")
    return tree.Combined(names_of, parts, shape.scale or 1)


def _whole(names: Names, found: tree.Quantity, path: Path) -> None:
    """A fact that is added up or compared with a number must be one."""
    if isinstance(found, tree.Fact) and found.name in names.catalogue.facts:
        names.whole(names.catalogue.facts[found.name].value, path)


def _in_parts(found: tree.Quantity) -> bool:
    return isinstance(found, tree.Values) or bool(getattr(found, "by", None) or getattr(found, "per", None))


def _of_events(names: Names, shape: Any, path: Path) -> tree.Quantity:
    kind = shape.count if isinstance(shape, nodes.CountShape) else shape.of
    known = names.known(kind, names.catalogue.event_kinds, path)
    before, names.on = names.on, kind
    where = condition(names, shape.where, (*path, "where")) if shape.where else None
    if known and shape.distinct is not None:
        names.field_of(kind, shape.distinct, (*path, "distinct"))
    name = next((found for key in FIELDS if (found := getattr(shape, key, None)) is not None), "")
    if known and name and (found := names.field_of(kind, name, path)):
        if isinstance(shape, nodes.ValuesShape):
            if found.type not in ("int", "enum"):
                names.text.fault("TYPE_MISMATCH", path, "{name} is neither a number nor one of a list.", name=name)
        else:
            names.whole(found, path)
    names.on = before
    within = _window(names, shape.within, (*path, "within")) if shape.within else None
    of: Any = {"kind": kind, "within": within, "where": where, "distinct": shape.distinct, "whose": role(shape.whose)}
    match shape:
        case nodes.SumShape():
            fades = tuple(tree.Fade(fade.after_months, fade.percent) for fade in shape.fades)
            return tree.Sum(**of, name=name, per=shape.per, each=shape.each, fades=fades)
        case nodes.GreatestShape() | nodes.LeastShape():
            return tree.Extreme(
                **of, name=name, which="greatest" if isinstance(shape, nodes.GreatestShape) else "least"
            )
        case nodes.ValuesShape():
            return tree.Values(**of, name=name)
        case nodes.LastingShape():
            return tree.Lasting(**of, unit=shape.lasting, gap=shape.gap_months, run=shape.run)
        case nodes.StreakShape():
            return tree.Streak(**of, period=shape.streak)
    return tree.Count(**of, per=shape.per)


FIELDS = ("sum", "greatest", "least", "values")


def _minutes(time: str) -> int:
    return int(time[:2]) * 60 + int(time[3:])


def _window(names: Names, shape: nodes.WithinShape, path: Path) -> windows.Window:
    lengths = {"years": shape.years, "months": shape.months, "days": shape.days}
    whole = {"calendar_years": shape.calendar_years, "calendar_months": shape.calendar_months, "this": shape.this}
    names.one_of(path, **lengths, **whole, from_=shape.from_)
    if shape.from_ is not None:
        if shape.ending is not None:
            names.text.fault("UNKNOWN_KEY", (*path, "ending"), "{name} is not a key here.", name="ending")
        if shape.to is None or shape.to < shape.from_:
            names.text.fault("DATES", path, "A window of dates needs `to`, not before `from`.")
        return windows.DatesWindow(shape.from_, shape.to or shape.from_)
    if shape.to is not None:
        names.text.fault("UNKNOWN_KEY", (*path, "to"), "{name} is not a key here.", name="to")
    if shape.ending is not None and not any(lengths.values()):
        names.text.fault("UNKNOWN_KEY", (*path, "ending"), "{name} is not a key here.", name="ending")
    if shape.this is not None:
        return windows.CalendarWindow(shape.this, 0)
    if shape.calendar_years is not None:
        return windows.CalendarWindow("year", shape.calendar_years)
    if shape.calendar_months is not None:
        return windows.CalendarWindow("month", shape.calendar_months)
    unit: Any = next((name for name, length in lengths.items() if length is not None), "days")
    return windows.LastWindow(unit, lengths[unit] or 1, shape.ending)
