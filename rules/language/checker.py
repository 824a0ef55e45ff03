"""Does a pack make sense? Every finding at once, each with its path. `load` has asked whether it can be read.

Pure. Here is what logic and the catalogue ask; the charter asks on, of every pack but an example, which is a fragment
to learn from and can never be published.
"""

from collections.abc import Iterator
from itertools import combinations, pairwise

from kernel.errors import Finding
from rules.catalogue.register import Catalogue, catalogue
from rules.engine.model import Item, Pack
from rules.engine.outcome import Title
from rules.engine.pricing import (
    Add,
    Bands,
    Between,
    Capped,
    Choice,
    Every,
    Floored,
    Highest,
    Percent,
    Price,
    Share,
)
from rules.engine.tree import Amount, Each, Number
from rules.engine.walk import nodes
from rules.engine.words import field_of
from rules.engine.words import number as told
from rules.language.charter.check import check_charter
from rules.language.check_outcome import alternatives, check_outcome, titles_of
from rules.language.check_terms import check_terms, check_together
from rules.language.milder import reach_findings
from rules.language.ranges import largest, most_points, possible, smallest_award, span_of, whole_numbers

LARGEST = 10**12
UNWORKABLE = ("TYPE_MISMATCH", "ZERO_DIVISOR")
"""Of a pack that no engine could work out; the charter, which tries it on somebody, is asked once these are gone."""


def check(pack: Pack) -> list[Finding]:
    """Every finding on a pack; blocking ones keep it from being published."""
    known = catalogue(pack.catalogue)
    findings = [*_dates(pack), *_titles(pack), *_parameters(pack), *_levels(pack), *_percents(pack), *check_terms(pack)]
    findings += check_outcome(pack, known)
    for item in pack.items:
        findings += _item(pack, item, known)
    findings += [finding for pair in combinations(pack.items, 2) for finding in _pair(pack, *pair, known)]
    if pack.status == "example" or any(finding.code in UNWORKABLE for finding in findings):
        return findings
    return [*findings, *check_charter(pack, known)]


def _finding(code: str, path: str, message: str, *, blocking: bool = True, **values: object) -> Finding:
    return Finding(code, path, message, values, blocking)


def _dates(pack: Pack) -> Iterator[Finding]:
    if pack.sunset_on is not None and pack.sunset_on <= pack.effective_from:
        yield _finding("DATES", "sunset_on", "A pack must end after it begins.")
    yield from reach_findings(pack, pack.effective_from)
    if pack.status == "live" and pack.sunset_on is None:
        yield _finding("NO_SUNSET", "sunset_on", "A live pack must say when it ends.")
    if not pack.basis:
        yield _finding("NO_BASIS", "basis", "A pack must name its legal basis.")


def _titles(pack: Pack) -> Iterator[Finding]:
    for path, title in _titled(pack):
        for language in ("zh", "en"):
            if not title.get(language, "").strip():
                message = "The title is missing in {language}."
                yield _finding("NO_TITLE", f"{path}.{language}", message, language=language)


def _titled(pack: Pack) -> Iterator[tuple[str, Title]]:
    yield "title", pack.title
    for parameter in pack.parameters.values():
        yield f"parameters.{parameter.name}.title", parameter.title
    for requirement in pack.requires:
        yield f"requires.{requirement.code}.otherwise", requirement.otherwise
    for item in pack.items:
        yield f"items.{item.code}.title", item.title
        for part in item.multiply:
            yield f"items.{item.code}.multiply.{part.code}.title", part.title
    for limit in pack.limits.values():
        yield f"limits.{limit.code}.title", limit.title
    for scale in pack.scales.values():
        for level in scale.levels:
            yield f"levels.{scale.code}.{level.code}.title", level.title
    yield from titles_of(pack)


def _parameters(pack: Pack) -> Iterator[Finding]:
    asked = (pack.requires, pack.results, pack.vetoes, pack.bars, pack.choosing)
    nodes = (pack.items, asked, tuple(pack.limits.values()), tuple(pack.groups.values()))
    used = {amount.parameter for amount in _amounts(nodes)}
    for name, parameter in pack.parameters.items():
        path = f"parameters.{name}"
        if parameter.least > parameter.most:
            yield _finding("EMPTY_RANGE", path, "The smallest allowed value is above the largest.")
        elif not parameter.least <= parameter.value <= parameter.most:
            message = "{value} is outside its legal range {least} to {most}."
            value, least, most = str(parameter.value), str(parameter.least), str(parameter.most)
            yield _finding("OUT_OF_RANGE", f"{path}.value", message, value=value, least=least, most=most)
        if not parameter.basis:
            yield _finding("NO_BASIS", f"{path}.basis", "A number that officials may move must name its legal basis.")
        if name not in used:
            yield _finding("UNUSED", path, "No item uses this parameter.", blocking=False)


def _percents(pack: Pack) -> Iterator[Finding]:
    """A cell of 60 % that a spreadsheet program hands on as 0.6 would pay a hundredth of what was meant."""
    parts: list[tuple[str, object]] = [(f"items.{item.code}", item) for item in pack.items]
    parts += [(f"groups.{code}", group) for code, group in pack.groups.items()]
    parts += [(f"results.{result.code}", result) for result in pack.results]
    for path, part in parts:
        for node in nodes(part):
            percent = getattr(node, "percent", None)
            if isinstance(percent, Amount) and 0 < percent.value < 1:
                message = "{value} percent is less than one; if {meant} is meant, write {meant}."
                value, meant = told(percent.value), told(percent.value * 100)
                yield _finding("PERCENT_SMALL", path, message, blocking=False, value=value, meant=meant)


def _amounts(node: object) -> Iterator[Amount]:
    """Every amount below a node of the tree."""
    return (one for one in nodes(node) if isinstance(one, Amount))


def _levels(pack: Pack) -> Iterator[Finding]:
    for code, scale in pack.scales.items():
        path = f"levels.{code}"
        if scale.levels[0].least != 0:
            yield _finding("SCALE_START", path, "The first level must begin at 0, so that everybody has one.")
        for before, after in pairwise(scale.levels):
            if after.least <= before.least:
                message = "{after} must begin above {before}."
                yield _finding("SCALE_ORDER", f"{path}.{after.code}", message, before=before.code, after=after.code)
        if len({level.code for level in scale.levels}) < len(scale.levels):
            yield _finding("TWICE", path, "Two levels have the same code.")


def _item(pack: Pack, item: Item, known: Catalogue) -> Iterator[Finding]:
    path = f"items.{item.code}"
    span = span_of(item.quantity, item, known)
    whens = [item.when] if item.when else []
    if not possible(whens, item.on, known):
        yield _finding("UNREACHABLE", f"{path}.when", "This can never hold, so the item never counts.")
    for part in item.multiply:
        if not possible([*whens, *([part.when] if part.when else [])], item.on, known):
            yield _finding(
                "UNREACHABLE", f"{path}.multiply.{part.code}", "This can never hold with the item's own `when`."
            )
        if part.quantity is not None and not (isinstance(item.price, Every) and item.price.part_counts):
            message = "A share of an event needs a price by units in which a part counts."
            yield _finding("NOT_PROPORTIONAL", f"{path}.multiply.{part.code}", message)
    for place, price in _prices(item.price, f"{path}.price"):
        yield from _price(pack, item, price, place, known)
    factor = 1 + sum((largest(pack, part.percent) / 100 for part in item.multiply), start=0)
    if most_points(pack, item.price, span) * factor * 10**pack.decimals > LARGEST:
        yield _finding("OVERFLOW", f"{path}.price", "This could pass 10^12 points.")
    yield from _caps(pack, item, path)


def _prices(price: Price, path: str) -> Iterator[tuple[str, Price]]:
    """A price and everything inside it, with their paths."""
    yield path, price
    match price:
        case Capped() | Floored():
            yield from _prices(price.price, path)
        case Percent():
            yield from _prices(price.price, f"{path}.of")
        case Add() | Highest():
            name = "add" if isinstance(price, Add) else "highest"
            for number, part in enumerate(price.prices):
                yield from _prices(part, f"{path}.{name}.{number}")


def _price(pack: Pack, item: Item, price: Price, path: str, known: Catalogue) -> Iterator[Finding]:
    enumerated = span_of(item.quantity, item, known) is None
    if isinstance(price, Every | Bands | Share | Between) and enumerated:
        yield _finding("TYPE_MISMATCH", path, "This price needs a number, and the quantity is one of a list of values.")
    if isinstance(price, Choice):
        field = field_of(item.quantity, item, known)
        if not enumerated or field is None:
            yield _finding("TYPE_MISMATCH", path, "A choice needs a fact that is one of a list of values.")
        else:
            values = field.values
            for option in sorted(price.options.keys() - set(values)):
                message = "There is no value {name}; there is: {values}."
                yield _finding(
                    "UNKNOWN_NAME", f"{path}.choice.{option}", message, name=option, values=", ".join(values)
                )
    if isinstance(price, Share) and (span := span_of(item.quantity, item, known)) and span.least + price.plus < 1:
        message = "This would divide by {least}: `plus` must keep the divisor above zero."
        yield _finding("ZERO_DIVISOR", path, message, least=span.least + price.plus)
    if isinstance(price, Bands):
        yield from _bands(item, price, path, known)
    takes = any(amount.value < 0 for amount in _amounts(price)) or (isinstance(price, Between) and price.sign < 0)
    if takes and pack.mode == "accrual":
        yield _finding("TAKES", path, "An item that pays points cannot take any.")


def _bands(item: Item, price: Bands, path: str, known: Catalogue) -> Iterator[Finding]:
    """The holes between bands (`below 36`, then `above 36`), their overlaps, and bands that nothing can reach."""
    span = span_of(item.quantity, item, known)
    spans = [whole_numbers(band) for band in price.bands]
    for number, found in enumerate(spans):
        if found.empty or (span and found.narrowed(span).empty):
            yield _finding("UNREACHABLE", f"{path}.bands.{number}", "No possible quantity lies in this band.")
    for number, (before, after) in enumerate(pairwise(spans)):
        if after.least > before.most + 1:
            message = (
                "Nothing covers {first} to {last}." if after.least > before.most + 2 else "Nothing covers {first}."
            )
            yield _finding("GAP", f"{path}.bands.{number + 1}", message, first=before.most + 1, last=after.least - 1)
        elif after.least <= before.most:
            message = "{first} lies in two bands."
            yield _finding("OVERLAP", f"{path}.bands.{number + 1}", message, first=after.least)


def _caps(pack: Pack, item: Item, path: str) -> Iterator[Finding]:
    least = smallest_award(item.price) * (10**pack.decimals)
    takes = any(amount.value < 0 or amount.parameter for amount in _amounts(item.price)) or _taken(item.price)
    if least == 0 and not takes:
        yield _finding("PAYS_NOTHING", f"{path}.price", "This price never gives anything.")
    for number, cap in enumerate(item.caps):
        if cap.most is not None and cap.most.value < least:
            message = "The cap {cap} is below the smallest award {award}."
            place = f"{path}.caps.{number}"
            yield _finding("CAP_TOO_LOW", place, message, cap=str(cap.most.value), award=str(least))
        if cap.most is not None and cap.most.value.denominator != 1:
            yield _finding("CAP_NOT_WHOLE", f"{path}.caps.{number}", "A cap must be a whole number of points.")
    price = item.price
    if isinstance(price, Capped) and price.most.value < smallest_award(price.price):
        message = "The cap {cap} is below the smallest award {award}."
        award = str(smallest_award(price.price))
        yield _finding("CAP_TOO_LOW", f"{path}.price.cap", message, cap=str(price.most.value), award=award)


def _taken(price: Price) -> bool:
    """Whether an officer's number is taken somewhere in a price."""
    return any(isinstance(part, Between) and part.sign < 0 for _, part in _prices(price, ""))


def _on_purpose(one: Item, other: Item) -> bool:
    """One of two items says that it pays on top of the other."""
    return one.on_top_of == other.code or other.on_top_of == one.code


def _pair(pack: Pack, one: Item, other: Item, known: Catalogue) -> Iterator[Finding]:
    """Two items that pay one quantity into the same kind, or that pay into one kind and differ in their terms."""
    if one.on != other.on or one.into != other.into:
        return
    whens = [item.when for item in (one, other) if item.when]
    if not possible(whens, one.on, known):
        return
    same = one.quantity == other.quantity and not isinstance(one.quantity, Each | Number)
    if same and not _on_purpose(one, other) and not alternatives(pack, one.code, other.code):
        message = "{one} and {other} pay for the same quantity; one of them pays twice."
        yield _finding("PAID_TWICE", f"items.{other.code}.quantity", message, one=one.code, other=other.code)
    if one.on is not None:
        yield from check_together(one, other)
