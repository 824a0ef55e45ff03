"""Drawn packs of both modes and people they are for: every node of prices and outcomes, amounts up to the bounds.

Packs are values of the engine, so that shapes come together that nobody would write. An item whose points could pass
what the checker allows is drawn again. Pure.
"""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

from rules.catalogue.register import catalogue
from rules.engine.model import Cap, Item, Level, Multiply, Pack, Per, Scale
from rules.engine.outcome import (
    Bar,
    Choosing,
    Deduction,
    Extra,
    Group,
    LevelShare,
    OrderKey,
    Repair,
    Requirement,
    Result,
    Veto,
)
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
from rules.engine.terms import Limit
from rules.engine.tree import (
    AllOf,
    Amount,
    AnyOf,
    Balance,
    Combined,
    Compare,
    Comparison,
    Condition,
    Count,
    Data,
    Each,
    Extreme,
    Fact,
    IfThen,
    Measured,
    Members,
    MinutesWithin,
    NoneOf,
    Number,
    Quantity,
    Scored,
    SomeOf,
    Sum,
    Values,
)
from rules.language.checker import LARGEST
from rules.language.ranges import Span, most_points, span_of

AS_OF = date(2026, 11, 22)
TITLE = {"zh": "项", "en": "Item"}
EDUCATION = ("bachelor", "junior_college", "other", "")
KINDS = ("pension", "medical", "maternity")
HOWS: tuple[Any, ...] = ("sum", "highest", "lowest", "first", "only")
TESTS = (Comparison.IS, Comparison.AT_LEAST, Comparison.AT_MOST, Comparison.ABOVE, Comparison.BELOW)
LIMITS: Any = (("city", "month", None), ("place", "day", "place"))
"""Limits that others share: code, window, and by which field of the event."""
NUMBERS = ("0", "1", "2", "3", "5", "10", "45", "60", "0.5", "2.5", "0.15", "33.3", "1/3", "7/60", "1000")
BOUNDS = ("999999999999", "0.000000000001", "123456.789012345678")


def amount(chance: Random, sign: int = 1) -> Amount:
    """An amount as officials write them, mostly small, seldom at the bounds of what may be written."""
    return Amount(Fraction(chance.choice(NUMBERS if chance.random() < 0.9 else BOUNDS)) * sign)


def price(chance: Random, textual: bool, deep: int = 0) -> Price:
    """A price of any shape; of a text only what does not need a number."""
    if deep < 3 and chance.random() < 0.45:
        parts = tuple(price(chance, textual, deep + 1) for _ in range(chance.randint(2, 3)))
        return chance.choice(
            [
                Add(parts),
                Highest(parts),
                Capped(parts[0], amount(chance)),
                Floored(parts[0], amount(chance, chance.choice([1, -1]))),
                Percent(parts[0], amount(chance)),
            ]
        )
    give = amount(chance, chance.choice([1, 1, -1]))
    options = {key: amount(chance) for key in chance.sample([*EDUCATION, "1", "3", "in_city"], chance.randint(1, 4))}
    plain: list[Price] = [Flat(give), Choice(options)]
    if textual:
        return chance.choice(plain)
    least, most = sorted([amount(chance), amount(chance)], key=lambda one: one.value)
    every = Amount(Fraction(chance.choice(["1", "2", "3", "60", "0.5", "7/3", "1000"])))
    return chance.choice(
        [
            *plain,
            Every(every, give, amount(chance, chance.choice([1, -1])), chance.random() < 0.5, chance.random() < 0.3),
            Every(every, give, Amount(Fraction(0)), chance.random() < 0.5),
            _bands(chance),
            _bands(chance),
            Share(give, chance.choice([1, 2, 5])),
            Between(least, most, chance.choice([1, -1])),
        ]
    )


def _bands(chance: Random) -> Bands:
    """Bands with holes, overlaps and open ends."""
    cuts = sorted(Fraction(chance.choice([-5, 0, 1, 3, 18, 35, 36, 45, 60, 100, 2000])) for _ in range(4))
    if chance.random() < 0.2:
        cuts[1] += Fraction(1, 2)
    bands = [
        Band(low, chance.random() < 0.5, high, chance.random() < 0.5, amount(chance, chance.choice([1, 1, -1])))
        for low, high in pairwise(cuts)
    ]
    bands.append(Band(cuts[-1], chance.random() < 0.5, None, False, amount(chance)))
    if chance.random() < 0.2:
        bands.insert(0, Band(None, False, cuts[0], chance.random() < 0.5, amount(chance)))
    return Bands(tuple(bands), chance.choice(list(Reading)))


def quantity(chance: Random) -> Quantity:
    """A quantity of an assessment; parts of one are left to the tests of quantities."""
    per = chance.choice([None, "month", "year"])
    years = Fact("insured_years", by="insurance_kind")
    simple: list[Quantity] = [Fact("age"), Balance("volunteer-points"), Number(chance.choice([1, 7, 10**12]))]
    return chance.choice(
        [
            *simple,
            years,
            years,
            Fact("education"),
            Fact("residence_permit_valid"),
            Fact("insured_years", kind="pension"),
            Members(chance.choice(["total", "average", "share"]), "volunteer-points", 3),
            Count(kind="service", per=per),
            Sum(kind="service", name="minutes", per=per),
            Extreme(kind="service", name="minutes", which="greatest"),
            Values(kind="service", name=chance.choice(["minutes", "place"])),
            Combined("product", tuple(chance.choice(simple) for _ in range(chance.randint(2, 7)))),
            Combined("total", (Fact("age"), Balance("volunteer-points"))),
        ]
    )


def condition(chance: Random, codes: tuple[str, ...] = (), deep: int = 0) -> Condition:
    """A condition on facts, measures and, where `codes` are given, points."""
    if deep < 2 and chance.random() < 0.45:
        parts = tuple(condition(chance, codes, deep + 1) for _ in range(chance.randint(1, 3)))
        several = [AllOf(parts), AnyOf(parts), NoneOf(parts), SomeOf(chance.randint(1, len(parts)), parts)]
        return chance.choice([*several, IfThen(parts[0], parts[-1], chance.choice([None, parts[0]]))])
    test = chance.choice(TESTS)
    if codes and chance.random() < 0.6:
        return Scored(chance.choice(codes), test, amount(chance, chance.choice([1, -1])))
    return chance.choice(
        [
            Compare("fact", "residence_permit_valid", Comparison.IS, True),
            Compare("fact", "age", test, Amount(Fraction(chance.choice([0, 30, 45])))),
            Compare("fact", "education", Comparison.IN, EDUCATION[:2]),
            Measured(Count(kind="service"), test, Amount(Fraction(chance.randint(0, 4)))),
        ]
    )


def _or_none(chance: Random, drawn: Any) -> Any:
    return drawn if chance.random() < 0.3 else None


def fitting(chance: Random, pack: Pack, item: Item) -> Item:
    """The item with a price whose points stay within what the checker allows, and that divides by nothing below 1."""
    span = span_of(item.quantity, item, catalogue()) or Span(-1440, 1440)
    mixed = isinstance(item.quantity, Values) and item.quantity.name == "place"
    while True:
        drawn = price(chance, mixed or item.quantity == Fact("education"))
        divides = span.least < 0 and "Share(" in repr(drawn)
        if not divides and most_points(pack, drawn, span) * 10**pack.decimals <= LARGEST:
            return replace(item, price=drawn)


def _item(chance: Random, pack: Pack, code: str) -> Item:
    found: dict[str, Any] = {"quantity": quantity(chance)}
    if chance.random() < 0.15:
        found["quantity"] = Count(kind="administrative_penalty", per=chance.choice([None, "year"]))
        repairs = tuple(Repair(name, TITLE, percent) for name, percent in (("some", 33), ("all", 100)))
        found["evidence"] = chance.choice([(), ("declared",)])
        found["deduction"] = Deduction(
            "general", 3, 15, chance.choice([30, 3000]), repairs, with_reason=chance.random() < 0.2
        )
    bare = Item(
        code=code,
        title=TITLE,
        price=Flat(amount(chance)),
        when=_or_none(chance, condition(chance)),
        combine=chance.choice(HOWS),
        cap=_or_none(chance, amount(chance)),
        floor=_or_none(chance, amount(chance, chance.choice([1, -1]))),
        rounding=chance.choice(["half_up", "half_up", "up", "down"]),
        **found,
    )
    return fitting(chance, pack, bare)


def _extras(chance: Random, codes: tuple[str, ...]) -> tuple[Extra, ...]:
    return tuple(
        Extra(f"x{number}", TITLE, Amount(Fraction(chance.choice([5, 10, 33, 150]))), _or_none(chance, one))
        for number in range(chance.choice([0, 0, 1, 2]))
        if (one := condition(chance, codes)) is not None
    )


def _groups(chance: Random, items: tuple[str, ...]) -> dict[str, Group]:
    """Groups of items, and perhaps one of groups."""
    left = list(items)
    found: dict[str, Group] = {}
    for number in range(chance.randint(0, 2)):
        size = chance.randint(1, 3)
        of, left = left[:size], left[size:]
        if of:
            found[f"g{number}"] = _group(chance, f"g{number}", tuple(of), items)
    if found and chance.random() < 0.5:
        outer = _group(chance, "a-outer", (*found, *left[:1]), items)
        return {"a-outer": outer, **found}
    return found


def _group(chance: Random, code: str, of: tuple[str, ...], codes: tuple[str, ...]) -> Group:
    percent = Amount(Fraction(chance.choice([20, 50, 60, 115]))) if chance.random() < 0.4 else None
    cap, floor = _or_none(chance, amount(chance)), _or_none(chance, amount(chance, -1))
    return Group(code, TITLE, of, chance.choice(HOWS), percent, _extras(chance, codes), cap, floor)


def empty(mode: Any, decimals: int) -> Pack:
    """A pack without anything in it."""
    return Pack(
        programme="drawn",
        version="1",
        status="example",
        effective_from=date(2020, 1, 1),
        sunset_on=None,
        title=TITLE,
        holder="resident",
        mode=mode,
        purpose="incentive",
        decimals=decimals,
        catalogue="2026-11",
        basis=(),
        parameters={},
        requires=(),
        items=(),
        shown=(),
        scales={},
        limits={},
        by_kind={},
    )


def assessment(chance: Random) -> Pack:
    """A pack that assesses, with several uses."""
    bare = empty("assessment", chance.choice([0, 0, 2, 6]))
    items = tuple(_item(chance, bare, f"i{number}") for number in range(chance.randint(1, 5)))
    codes = tuple(item.code for item in items)
    groups = _groups(chance, codes)
    scored = (*codes, *groups)
    steps = tuple(
        Level(f"l{least}", least, TITLE, beside={"volunteer-points": 1} if chance.random() < 0.2 and least else {})
        for least in (0, 3, 40, 500)
    )
    vetoes = tuple(
        Veto(f"v{number}", TITLE, condition(chance, scored), effect, "l3" if effect == "level" else None)
        for number, effect in enumerate(chance.choices(("blocks", "zeroes", "level"), k=chance.randint(0, 2)))
    )
    values = {name: getattr(bare, name) for name in Pack.__dataclass_fields__}
    return Pack(
        **{
            **values,
            "requires": _requirements(chance, scored, "r"),
            "items": items,
            "shown": tuple(chance.sample(codes, len(codes))),
            "groups": groups,
            "scales": {"steps": Scale("steps", "total", steps)},
            "results": tuple(_result(chance, f"u{n}", scored) for n in range(chance.randint(0, 2))),
            "vetoes": vetoes,
            "bars": tuple(
                Bar("b", TITLE, "administrative_penalty", None, chance.choice([6, None]))
                for _ in range(chance.choice([0, 1]))
            ),
            "choosing": _or_none(chance, Choosing(("", "spouse", "mother"), _or_none(chance, condition(chance)))),
        }
    )


def _requirements(chance: Random, codes: tuple[str, ...], name: str) -> tuple[Requirement, ...]:
    return tuple(Requirement(f"{name}{n}", condition(chance, codes), TITLE) for n in range(chance.choice([0, 1, 2])))


def _result(chance: Random, code: str, scored: tuple[str, ...]) -> Result:
    line = chance.choice(["threshold", "decided", ""])
    keys = (
        OrderKey("total", "", True),
        OrderKey("points", scored[-1], True),
        OrderKey("quantity", "i0", True),
        OrderKey("fact", "age", False),
    )
    scale = _or_none(chance, "steps")
    shared = chance.sample(["l3", "l40", "l500"], chance.choice([0, 1, 3])) if scale else []
    return Result(
        code,
        TITLE,
        of=tuple(chance.sample(scored, chance.randint(1, len(scored)))) if chance.random() < 0.4 else (),
        requires=_requirements(chance, scored, "u"),
        threshold=amount(chance) if line == "threshold" else None,
        decided=chance.choice(["known", "open"]) if line == "decided" else None,
        extras=_extras(chance, scored),
        cap=_or_none(chance, amount(chance)),
        floor=_or_none(chance, amount(chance)),
        order=keys,
        scale=scale,
        shares=tuple(LevelShare(level, Fraction(chance.choice([1, 20, 30, 100]))) for level in shared),
    )


def accrual(chance: Random) -> Pack:
    """A pack that pays for service, with extras and any caps; seldom with a cooldown."""
    items = tuple(_accrual_item(chance, f"i{number}") for number in range(chance.randint(1, 4)))
    bare = empty("accrual", 0)
    values = {name: getattr(bare, name) for name in Pack.__dataclass_fields__}
    codes = tuple(item.code for item in items)
    limits = {code: Limit(code, TITLE, per, by, Amount(Fraction(50))) for code, per, by in LIMITS}
    return Pack(**{**values, "items": items, "shown": codes, "by_kind": {"service": items}, "limits": limits})


def _accrual_item(chance: Random, code: str) -> Item:
    night = MinutesWithin(chance.choice([0, 1320]), 360, "minutes")
    return Item(
        code=code,
        title=TITLE,
        quantity=chance.choice([Each(), Data("minutes"), Data("minutes"), night]),
        price=chance.choice(
            [
                Flat(amount(chance)),
                Every(Amount(Fraction(60)), amount(chance), Amount(Fraction(0)), part_counts=True),
                Capped(
                    Every(Amount(Fraction(7, 3)), amount(chance), amount(chance), part_counts=False), amount(chance)
                ),
                Add((Share(amount(chance), 1), Flat(amount(chance)))),
                Share(Amount(Fraction(60)), 1),
            ]
        ),
        on="service",
        into=chance.choice(["volunteer-points", "service-hours"]),
        when=_or_none(chance, Compare("data", "place", Comparison.IS, "in_city")),
        multiply=tuple(
            Multiply(
                f"m{number}",
                TITLE,
                Amount(Fraction(chance.choice([20, 33, 50]))),
                chance.choice([None, night]),
                _or_none(chance, Compare("data", "minutes", Comparison.ABOVE, Amount(Fraction(40)))),
            )
            for number in range(chance.choice([0, 0, 1, 2]))
        ),
        caps=tuple(_cap(chance) for _ in range(chance.randint(0, 3))),
        cooldown_minutes=chance.choice([0] * 9 + [90]),
        limits=tuple(code for code, _, _ in LIMITS if chance.random() < 0.3),
    )


def _cap(chance: Random) -> Cap:
    per = chance.choice(list(Per))
    if chance.random() < 0.3:
        return Cap(per, None, chance.randint(1, 3))
    return Cap(per, Amount(Fraction(chance.choice(["1", "3", "20", "80.5", "200"]))), None)
