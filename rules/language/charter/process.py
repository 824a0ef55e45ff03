"""How rules come about and end, and whether they can be explained: CH-14, 24, 25 and 26."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from kernel.calendar import day_of
from kernel.errors import Finding
from rules.catalogue.register import Field
from rules.engine.assess import assess
from rules.engine.evaluate import evaluate
from rules.engine.explain import explain
from rules.engine.model import EventView, Pack, Trace
from rules.engine.outcome import Title
from rules.language.charter.scope import Scope, breach

ASSESSED = re.compile(r"PIA-\d{4}-\d{2,6}")
ADDRESS = re.compile(r"https://[^\s]+|/[^\s/][^\s]*")
SAMPLE = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
UNEXPLAINED = (LookupError, TypeError, ValueError, AttributeError)


def check_process(scope: Scope) -> Iterator[Finding]:
    """Every fault of how a pack comes about, ends and explains itself."""
    yield from _explained(scope)
    lawful = scope.pack.lawful
    if not ASSESSED.fullmatch(lawful.impact_assessment):
        message = "An impact assessment comes first: name it, such as PIA-2026-001."
        yield breach("CH-24", "lawful.impact_assessment", message)
    elif int(lawful.impact_assessment[4:8]) > scope.pack.effective_from.year:
        message = "The impact assessment is of a later year than the rules."
        yield breach("CH-24", "lawful.impact_assessment", message)
    if not ADDRESS.fullmatch(lawful.consultation):
        message = "A pack says where it may be read and commented on: an https address, or a page of this site."
        yield breach("CH-25", "lawful.consultation", message)
    if scope.pack.status != "record":
        yield from _ends(scope)


def _ends(scope: Scope) -> Iterator[Finding]:
    """CH-26: decrees of the past have dates of their own; what is in force ends within years."""
    pack, years = scope.pack, scope.number("trial_years" if scope.pack.lawful.trial else "live_years")
    if pack.sunset_on is None or _parts(pack.sunset_on, -years) > _parts(pack.effective_from, 0):
        message = "These rules must end within {years} years."
        yield breach("CH-26", "sunset_on", message, years=years)


def _parts(day: date, years: int) -> tuple[int, int, int]:
    """A day so many years on, to be compared: also beyond what a calendar holds."""
    return day.year + years, day.month, day.day


def _explained(scope: Scope) -> Iterator[Finding]:
    """CH-14: everything has words in both languages, and every branch becomes sentences that are not too long."""
    for path, title in _words(scope.pack):
        if not all(title.get(language, "").strip() for language in ("zh", "en")):
            yield breach("CH-14", path, "Nobody could explain this: its words are missing.")
    most = scope.number("letters")
    for trace in _branches(scope):
        try:
            lines = explain(scope.pack, trace, "zh")
        except UNEXPLAINED:
            yield breach("CH-14", "items", "The points of this pack cannot be explained in sentences.")
            return
        for line in lines:
            if len(line.text) > most:
                message = "The explanation is longer than {most} letters."
                yield breach("CH-14", f"items.{line.code}.title", message, most=most)
                return


def _words(pack: Pack) -> Iterator[tuple[str, Title]]:
    """What an explanation is made of."""
    for item in pack.items:
        yield f"items.{item.code}.title", item.title
        for part in item.multiply:
            yield f"items.{item.code}.multiply.{part.code}.title", part.title
        for repair in item.deduction.repairs if item.deduction else ():
            yield f"items.{item.code}.deduction.repair.{repair.code}.title", repair.title
    yield from ((f"vetoes.{veto.code}.title", veto.title) for veto in pack.vetoes)
    yield from ((f"bars.{bar.code}.title", bar.title) for bar in pack.bars)
    for need in (*pack.requires, *(need for result in pack.results for need in result.requires)):
        yield f"requires.{need.code}.otherwise", need.otherwise


def _branches(scope: Scope) -> Iterator[Trace]:
    """The traces of somebody of whom nothing is known, and of those with the least and the most of everything."""
    pack, known = scope.pack, scope.known
    if pack.mode == "assessment":
        for most in (None, False, True):
            facts = (
                {} if most is None else {name: _fact(one.value, one.kinds, most) for name, one in known.facts.items()}
            )
            yield assess(pack, facts, (), day_of(SAMPLE)).trace
        return
    for kind in pack.by_kind:
        for most in (None, False, True):
            fields = known.event_kinds[kind].data if most is not None else {}
            data = {name: _value(field, bool(most)) for name, field in fields.items()}
            yield evaluate(pack, EventView(kind, SAMPLE, SAMPLE + timedelta(hours=1), "declared", data), ()).trace


def _fact(field: Field, kinds: tuple[str, ...], most: bool) -> Any:
    return {kind: _value(field, most) for kind in kinds} if kinds else _value(field, most)


def _value(field: Field, most: bool) -> Any:
    """An end of what a field may hold."""
    match field.type:
        case "int":
            return field.most if most else field.least
        case "bool":
            return most
        case "enum":
            return field.values[-1 if most else 0]
        case "date":
            return "2026-01-01"
    return "-"
