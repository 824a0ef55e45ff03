"""Shapes -> engine values: every name looked up in the catalogue, every parameter put in, every type compared.

Faults are collected with their paths, all of them; a pack with any has no meaning and is not handed on.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from rules.catalogue.register import Catalogue, Field
from rules.engine import tree
from rules.engine.model import Parameter
from rules.language import nodes
from rules.language.text import Path, Text


@dataclass(slots=True)
class Names:
    """Looks names up and remembers those that are not there."""

    text: Text
    catalogue: Catalogue
    parameters: dict[str, Parameter] = field(default_factory=dict)
    mode: str = "accrual"
    on: str | None = None  # the event kind whose data the current item reads

    def known(self, name: str, names: Any, path: Path) -> bool:
        """Whether a name exists; a finding with the nearest one when it does not."""
        if name in names:
            return True
        near = get_close_matches(name, list(names), 1)
        message = "Nothing here is called {name}; did you mean {near}?" if near else "Nothing here is called {name}."
        self.text.fault("UNKNOWN_NAME", path, message, name=name, near=near[0] if near else "")
        return False

    def field_of(self, kind: str | None, name: str, path: Path) -> Field | None:
        """A field of an event kind's data, or a finding."""
        event_kind = self.catalogue.event_kinds.get(kind or "")
        self.read_event(kind, path)
        if event_kind is None:
            return None
        return event_kind.data[name] if self.known(name, event_kind.data, path) else None

    def read_event(self, kind: str | None, path: Path) -> None:
        """Data and evidence are an event's: somewhere an event kind must be named."""
        if kind is None:
            self.text.fault("NO_EVENT", path, "Only an item that is `on` an event can read its data and evidence.")

    def whole(self, found: Field | None, path: Path) -> None:
        """A quantity must be a whole number."""
        if found is not None and found.type != "int":
            self.text.fault("TYPE_MISMATCH", path, "{name} is not a whole number.", name=found.name)

    def amount(self, value: Fraction | nodes.ParameterName | None, path: Path) -> tree.Amount:
        """A number, or the value of a parameter."""
        if isinstance(value, nodes.ParameterName):
            if self.known(value.parameter, self.parameters, path):
                return tree.Amount(self.parameters[value.parameter].value, value.parameter)
            return tree.Amount(Fraction(1))
        return tree.Amount(value or Fraction(0))

    def one_of(self, path: Path, **values: object) -> None:
        """Exactly one of these keys must be there."""
        if sum(value is not None for value in values.values()) != 1:
            keys = ", ".join(name.rstrip("_") for name in values)
            self.text.fault("ONE_OF", path, "This needs exactly one of: {keys}.", keys=keys)


def condition(names: Names, shape: Any, path: Path) -> tree.Condition:
    """A condition with its names and types compared."""
    match shape:
        case nodes.AllShape():
            return tree.AllOf(_conditions(names, shape.all, (*path, "all")))
        case nodes.AnyShape():
            return tree.AnyOf(_conditions(names, shape.any, (*path, "any")))
        case nodes.NoneShape():
            return tree.NoneOf(_conditions(names, shape.none, (*path, "none")))
        case nodes.EvidenceShape():
            names.read_event(names.on, path)
            for number, kind in enumerate(shape.evidence):
                names.known(kind, names.catalogue.evidence_kinds, (*path, "evidence", number))
            return tree.EvidenceIn(tuple(shape.evidence))
        case nodes.DataTest():
            return _compare(names, shape, "data", shape.data, names.field_of(names.on, shape.data, path), path)
    if names.mode == "accrual":
        names.text.fault("WRONG_MODE", path, "Facts belong to assessments; this pack pays for events.")
    known = names.known(shape.fact, names.catalogue.facts, path)
    found = names.catalogue.facts[shape.fact] if known else None
    if found is not None and found.by:
        names.text.fault("TYPE_MISMATCH", path, "{name} has one value for each {by}.", name=found.name, by=found.by)
    return _compare(names, shape, "fact", shape.fact, found.value if found else None, path)


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
        wanted = names.amount(value, (*path, test))
    if found is not None and not _fits(found, test, wanted):
        message = "{name} cannot be compared so: it is of type {type}."
        names.text.fault("TYPE_MISMATCH", (*path, test), message, name=name, type=found.type)
    elif found is not None and found.type == "enum":
        for entry in wanted if isinstance(wanted, tuple) else (wanted,):
            names.known(entry, found.values, (*path, test))
    return tree.Compare(source, name, tree.Comparison(test), wanted)


def _fits(found: Field, test: str, wanted: Any) -> bool:
    """Whether a comparison makes sense for a field: order for numbers, equality for the rest."""
    match found.type:
        case "bool":
            return test == "is" and isinstance(wanted, bool)
        case "int":
            return isinstance(wanted, tree.Amount)
        case "any":
            return True
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
        case nodes.FactShape():
            if names.known(shape.fact, names.catalogue.facts, path):
                found = names.catalogue.facts[shape.fact]
                if found.by != shape.by:
                    message = "{name} is read by {by}." if found.by else "{name} is read without `by`."
                    names.text.fault("TYPE_MISMATCH", path, message, name=shape.fact, by=found.by or "")
            return tree.Fact(shape.fact, shape.by)
    kind = shape.count if isinstance(shape, nodes.CountShape) else shape.of
    known = names.known(kind, names.catalogue.event_kinds, path)
    before, names.on = names.on, kind
    where = condition(names, shape.where, (*path, "where")) if shape.where else None
    if known and isinstance(shape, nodes.SumShape):
        names.whole(names.field_of(kind, shape.sum, path), path)
    names.on = before
    within = _window(names, shape.within, (*path, "within")) if shape.within else None
    if isinstance(shape, nodes.SumShape):
        return tree.Sum(shape.sum, kind, within, where)
    return tree.Count(kind, within, where)


def _minutes(time: str) -> int:
    return int(time[:2]) * 60 + int(time[3:])


def _window(names: Names, shape: nodes.WithinShape, path: Path) -> tree.Window:
    names.one_of(path, years=shape.years, months=shape.months, days=shape.days, from_=shape.from_)
    if shape.from_ is not None:
        if shape.to is None or shape.to < shape.from_:
            names.text.fault("DATES", path, "A window of dates needs `to`, not before `from`.")
        return tree.DatesWindow(shape.from_, shape.to or shape.from_)
    if shape.years is not None:
        return tree.LastWindow("years", shape.years)
    if shape.months is not None:
        return tree.LastWindow("months", shape.months)
    return tree.LastWindow("days", shape.days or 1)


def price(names: Names, shape: Any, path: Path) -> tree.Price:
    """A price; a cap written beside it goes around it."""
    cap = getattr(shape, "cap", None)
    inner = _price(names, shape, path)
    return inner if cap is None else tree.Capped(inner, names.amount(cap, (*path, "cap")))


def _price(names: Names, shape: Any, path: Path) -> tree.Price:
    match shape:
        case nodes.EveryShape():
            every = names.amount(shape.every, (*path, "every"))
            if every.value <= 0:
                names.text.fault("ZERO_UNIT", (*path, "every"), "A unit must be larger than zero.")
                every = tree.Amount(Fraction(1))
            beyond = names.amount(shape.beyond, (*path, "beyond"))
            return tree.Every(every, _given(names, shape, path), beyond, shape.part == "counts")
        case nodes.BandsShape():
            found = [_band(names, band, (*path, "bands", number)) for number, band in enumerate(shape.bands)]
            found.sort(key=lambda band: (band.lower is not None, band.lower or 0, not band.lower_included))
            return tree.Bands(_closed(tuple(found)), tree.Reading(shape.reading))
        case nodes.ChoiceShape():
            options = {key: names.amount(value, (*path, "choice", key)) for key, value in shape.choice.items()}
            return tree.Choice(options)
        case nodes.AddShape():
            return tree.Add(_prices(names, shape.add, (*path, "add")))
        case nodes.HighestShape():
            return tree.Highest(_prices(names, shape.highest, (*path, "highest")))
    return tree.Flat(_given(names, shape, path))


def _prices(names: Names, shapes: list[Any], path: Path) -> tuple[tree.Price, ...]:
    return tuple(price(names, shape, (*path, number)) for number, shape in enumerate(shapes))


def _given(names: Names, shape: Any, path: Path) -> tree.Amount:
    names.one_of(path, give=shape.give, take=shape.take)
    if shape.take is None:
        return names.amount(shape.give, (*path, "give"))
    taken = names.amount(shape.take, (*path, "take"))
    return tree.Amount(-taken.value, taken.parameter)


def _band(names: Names, shape: nodes.BandShape, path: Path) -> tree.Band:
    if shape.from_ is not None and shape.above is not None:
        names.one_of(path, from_=shape.from_, above=shape.above)
    if shape.to is not None and shape.below is not None:
        names.one_of(path, to=shape.to, below=shape.below)
    lower = shape.above if shape.from_ is None else shape.from_
    upper = shape.below if shape.to is None else shape.to
    return tree.Band(lower, shape.from_ is not None, upper, shape.to is not None, _given(names, shape, path))


def _closed(bands: tuple[tree.Band, ...]) -> tuple[tree.Band, ...]:
    """A band without an upper end reaches up to where the next one begins."""
    ends = [*bands[1:], None]
    return tuple(
        band if band.upper is not None or after is None or after.lower is None
        else tree.Band(band.lower, band.lower_included, after.lower, not after.lower_included, band.give)
        for band, after in zip(bands, ends, strict=True)
    )  # fmt: skip
