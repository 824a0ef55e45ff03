"""What values can occur: ranges of whole numbers, sets of texts, and whether conditions leave anything at all.

Pure arithmetic on the catalogue's ranges; it may say "possible" of something impossible, never the reverse.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor

from rules.catalogue.register import Catalogue, Field
from rules.engine.model import Item, Pack
from rules.engine.pricing import (
    Add,
    Band,
    Bands,
    Between,
    Capped,
    Choice,
    Every,
    Flat,
    Floored,
    Highest,
    Percent,
    Price,
    Reading,
    Share,
)
from rules.engine.tree import (
    AllOf,
    Amount,
    Balance,
    Combined,
    Compare,
    Comparison,
    Condition,
    Each,
    EvidenceIn,
    Lasting,
    Members,
    Number,
    Quantity,
    Since,
    Streak,
    Sum,
)
from rules.engine.words import field_of

MOST_DAYS = 80_000  # in a life
MOST_BALANCE = 10**9
MOST_EVENTS = 10_000
"""How many events one holder may have in a history; `facts` refuses more."""


@dataclass(frozen=True, slots=True)
class Span:
    """Whole numbers from `least` to `most`, both included; empty when least > most."""

    least: int
    most: int

    @property
    def empty(self) -> bool:
        return self.least > self.most

    def narrowed(self, other: "Span") -> "Span":
        """What lies in both."""
        return Span(max(self.least, other.least), min(self.most, other.most))


def span_of(quantity: Quantity, item: Item, known: Catalogue) -> Span | None:
    """The range of a quantity, or of each part that is priced by itself; None for one of a list of values."""
    match quantity:
        case Each():
            return Span(1, 1)
        case Number(value=value):
            return Span(value, value)
        case Since() | Lasting() | Streak():
            return Span(0, MOST_DAYS)
        case Balance() | Members():
            return Span(-MOST_BALANCE, MOST_BALANCE)
        case Combined():
            return _combined(quantity, [span_of(part, item, known) or Span(0, 0) for part in quantity.parts])
    found = field_of(quantity, item, known)
    if found is None:
        return Span(0, MOST_EVENTS)
    if found.type not in ("int", "bool"):
        return None
    return Span(0, found.most * MOST_EVENTS) if isinstance(quantity, Sum) else Span(found.least, found.most)


def _combined(quantity: Combined, spans: list[Span]) -> Span:
    match quantity.how:
        case "total":
            return Span(sum(min(span.least, 0) for span in spans), sum(max(span.most, 0) for span in spans))
        case "difference":
            return Span(0, max(0, spans[0].most - min(0, *(span.least for span in spans[1:]))))
        case "product":
            size = 1
            for span in spans:
                size *= max(abs(span.least), abs(span.most))
            return Span(-size if any(span.least < 0 for span in spans) else 0, size)
        case "ratio":
            return Span(min(0, spans[0].least * quantity.scale), max(0, spans[0].most * quantity.scale))
    return Span(min(span.least for span in spans), max(span.most for span in spans))


def whole_numbers(band: Band) -> Span:
    """The whole numbers of a band; an open end is very far away."""
    least, most = -(10**18), 10**18
    if band.lower is not None:
        least = ceil(band.lower) if band.lower_included else floor(band.lower) + 1
    if band.upper is not None:
        most = floor(band.upper) if band.upper_included else ceil(band.upper) - 1
    return Span(least, most)


def largest(pack: Pack, amount: Amount) -> Fraction:
    """The largest size an amount may take, its parameter anywhere between its limits."""
    if amount.parameter is None:
        return abs(amount.value)
    parameter = pack.parameters[amount.parameter]
    return max(abs(parameter.least), abs(parameter.most))


def most_points(pack: Pack, price: Price, span: Span | None) -> Fraction:
    """No price of this shape gives, or takes, more than this."""
    units = max(abs(span.least), abs(span.most)) if span else 1
    match price:
        case Flat():
            return largest(pack, price.give)
        case Every():
            every = pack.parameters[price.every.parameter].least if price.every.parameter else price.every.value
            reach = units + largest(pack, price.beyond)
            return largest(pack, price.give) * reach / every if every > 0 else Fraction(10**18)
        case Bands():
            rate = max(largest(pack, band.give) for band in price.bands)
            return rate * (1 if price.reading is Reading.STEP else units)
        case Choice():
            return max(largest(pack, amount) for amount in price.options.values())
        case Add():
            return sum((most_points(pack, part, span) for part in price.prices), Fraction(0))
        case Highest():
            return max(most_points(pack, part, span) for part in price.prices)
        case Capped():
            return max(most_points(pack, price.price, span), Fraction(0))
        case Floored():
            return max(most_points(pack, price.price, span), abs(price.least.value))
        case Percent():
            return most_points(pack, price.price, span) * largest(pack, price.percent) / 100
        case Share():
            return largest(pack, price.give)
        case Between():
            return largest(pack, price.most)


def smallest_award(price: Price) -> Fraction:
    """The least that a price gives when it gives anything; 0 when it never does."""
    match price:
        case Flat():
            return max(price.give.value, Fraction(0))
        case Every():
            return min(Fraction(1), price.give.value) if price.part_counts else max(price.give.value, Fraction(0))
        case Bands():
            return min((band.give.value for band in price.bands if band.give.value > 0), default=Fraction(0))
        case Choice():
            return min((give.value for give in price.options.values() if give.value > 0), default=Fraction(0))
        case Capped():
            return min(smallest_award(price.price), price.most.value)
        case Floored() | Percent():
            share = price.percent.value / 100 if isinstance(price, Percent) else Fraction(1)
            return smallest_award(price.price) * share
        case Share():
            return min(Fraction(1), price.give.value)
        case Between():
            return price.least.value if price.sign > 0 else Fraction(0)
        case Add() | Highest():
            return min((award for part in price.prices if (award := smallest_award(part))), default=Fraction(0))


def possible(conditions: list[Condition], on: str | None, known: Catalogue) -> bool:
    """Whether all of these can hold of one event at once."""
    spans: dict[tuple[str, str], Span] = {}
    texts: dict[tuple[str, str], set[object]] = {}
    for part in _conjuncts(conditions):
        key = ("", "evidence") if isinstance(part, EvidenceIn) else (part.source, f"{part.whose}.{part.name}")
        if isinstance(part, EvidenceIn):
            kinds: set[object] = set(part.kinds)
            texts[key] = texts.get(key, kinds) & kinds
        elif isinstance(part.value, Amount):
            field = _field(part, on, known)
            whole = Span(field.least, field.most) if field and field.type == "int" else Span(-(10**18), 10**18)
            spans[key] = spans.get(key, whole).narrowed(_span(part.test, part.value.value))
        elif isinstance(part.value, str) and part.test is not Comparison.IS:
            day = Fraction(date.fromisoformat(part.value).toordinal())
            spans[key] = spans.get(key, Span(1, 10**18)).narrowed(_span(part.test, day))
        else:
            allowed: set[object] = set(part.value) if isinstance(part.value, tuple) else {part.value}
            texts[key] = texts.get(key, allowed) & allowed
    return not any(span.empty for span in spans.values()) and all(texts.values())


def _conjuncts(conditions: list[Condition]) -> Iterator[EvidenceIn | Compare]:
    """The parts that must all hold; what stands below `any` and `none` is left out, and so counts as possible."""
    for condition in conditions:
        match condition:
            case AllOf():
                yield from _conjuncts(list(condition.conditions))
            case EvidenceIn() | Compare():
                yield condition


def _field(part: Compare, on: str | None, known: Catalogue) -> Field | None:
    if part.source == "fact":
        return known.facts[part.name].value
    return known.event_kinds[on].data.get(part.name) if on else None


def _span(test: Comparison, value: Fraction) -> Span:
    match test:
        case Comparison.AT_LEAST:
            return Span(ceil(value), 10**18)
        case Comparison.ABOVE:
            return Span(floor(value) + 1, 10**18)
        case Comparison.AT_MOST:
            return Span(-(10**18), floor(value))
        case Comparison.BELOW:
            return Span(-(10**18), ceil(value) - 1)
    return Span(ceil(value), floor(value))
