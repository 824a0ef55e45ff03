"""Trees of packs for the workbook's round trip: every node of the language, in shapes that nobody would think of."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

codes = st.from_regex(r"[a-z][a-z0-9_-]{0,6}", fullmatch=True)
numbers = (
    st.integers(-(10**12), 10**12)
    | st.integers(0, 100)
    | st.builds(
        lambda whole, part, sign: Decimal(f"{sign}{whole}.{part}"),
        st.integers(0, 10**6),
        st.from_regex(r"[0-9]{1,6}", fullmatch=True),
        st.sampled_from(["", "-"]),
    )
)
amounts = numbers | st.builds(lambda name: {"parameter": name}, codes)
days = st.dates(date(1000, 1, 1), date(2999, 12, 31))
words = st.text(max_size=12) | st.sampled_from(
    ["是", "10", "2026-01-01", "true", "null", "※ 注", "{a: b}", "[x]", "=1", "_x0041_", "e\u0301"]
)
scalars = words | numbers | st.booleans() | days | codes


def trees() -> st.SearchStrategy[Any]:
    """Anything that a text can say."""
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=12
    )


def some(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping with any of these keys; `from_` is the key `from`."""
    return st.fixed_dictionaries({}, optional={key.rstrip("_"): value for key, value in keys.items()})


def one(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping with all of these keys."""
    return st.fixed_dictionaries({key.rstrip("_"): value for key, value in keys.items()})


def also(first: st.SearchStrategy[dict[str, Any]], second: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[Any]:
    """Both mappings in one."""
    return st.builds(lambda one, other: {**other, **one}, first, second)


titles = some(zh=words, en=words)
tests = st.one_of(
    one(is_=scalars),
    one(in_=st.lists(codes, min_size=1, max_size=3)),
    one(at_least=amounts),
    one(at_most=amounts),
    one(above=amounts),
    one(below=amounts),
)
roles = some(whose=st.sampled_from(["spouse", "child"]))
windows = st.one_of(
    one(years=st.integers(1, 9)),
    one(months=st.integers(1, 9)),
    one(days=st.integers(1, 9)),
    one(this=st.just("year")),
    one(calendar_years=st.integers(1, 3)),
    one(from_=days, to=days),
    one(years=st.integers(1, 9), ending=st.just("year")),
)
conditions: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        also(one(data=codes), tests),
        also(also(one(fact=codes), tests), roles),
        also(one(points=codes), tests),
        one(evidence=st.lists(codes, min_size=1, max_size=3)),
    ),
    lambda inner: st.one_of(
        one(all=st.lists(inner, min_size=1, max_size=3)),
        one(any=st.lists(inner, min_size=1, max_size=3)),
        one(none=st.lists(inner, min_size=1, max_size=2)),
        one(some=st.lists(inner, min_size=2, max_size=3), count=st.integers(1, 2)),
        one(if_=inner, then=inner),
    ),
    max_leaves=5,
)
around = some(within=windows, where=conditions, distinct=codes, whose=st.just("child"))
periods = st.sampled_from(["day", "month", "quarter", "year"])
quantities: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        one(each=st.just("event")),
        one(data=codes),
        one(number=st.integers(1, 99)),
        one(balance=codes),
        one(minutes_within=one(from_=st.just("22:00"), to=st.just("06:00")), of=codes),
        also(one(fact=codes), some(by=codes, kind=codes, whose=st.just("spouse"))),
        also(one(since=codes, unit=st.sampled_from(["years", "days"])), roles),
        one(members=st.just("share"), of=codes, at_least=st.integers(0, 9)),
        also(also(one(count=codes), some(per=periods)), around),
        also(also(one(sum=codes, of=codes), some(per=periods, each=st.integers(1, 9))), around),
        also(one(greatest=codes, of=codes), around),
        also(one(values=codes, of=codes), around),
        also(one(lasting=st.just("years"), of=codes, run=st.just("longest")), around),
        also(one(streak=st.just("month"), of=codes), around),
    ),
    lambda inner: st.one_of(
        one(total_of=st.lists(inner, min_size=2, max_size=3)),
        one(ratio=st.lists(inner, min_size=2, max_size=2), scale=st.just(100)),
    ),
    max_leaves=4,
)
given_points = one(give=amounts) | one(take=amounts)
bounds = some(cap=amounts, floor=amounts)
bands = also(given_points, some(from_=numbers, above=numbers, to=numbers, below=numbers))
prices: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        given_points,
        also(
            also(given_points, some(beyond=amounts, short_of=amounts, part=st.sampled_from(["counts", "ignored"]))),
            also(one(every=amounts), bounds),
        ),
        also(
            one(bands=st.lists(bands, min_size=1, max_size=4), reading=st.sampled_from(["step", "whole", "marginal"])),
            bounds,
        ),
        also(one(choice=st.dictionaries(codes, amounts, min_size=1, max_size=4)), bounds),
        also(one(share=amounts), some(plus=st.integers(0, 9))),
        one(chosen=one(from_=amounts, to=amounts)),
    ),
    lambda inner: st.one_of(
        also(one(add=st.lists(inner, min_size=2, max_size=3)), bounds),
        one(highest=st.lists(inner, min_size=2, max_size=3)),
        one(percent=amounts, of=inner),
    ),
    max_leaves=4,
)
lasting = st.one_of(
    one(months=st.integers(1, 99)),
    one(on=days),
    one(never=st.just(True)),
    one(inactive_months=st.integers(1, 9)),
    one(end_of=st.sampled_from(["month", "quarter", "year"])),
    one(end_of=st.just("year"), after=st.integers(0, 3)),
    one(
        months=st.just(36), by_level=one(scale=codes, steps=st.dictionaries(codes, one(months=st.just(48)), max_size=2))
    ),
)
extras = one(code=codes, title=titles, percent=amounts)
caps = one(per=st.sampled_from(["event", "day", "month", "year", "lifetime"]), most=amounts) | one(
    per=st.just("day"), times=st.integers(1, 9)
)
items = also(
    one(code=codes, title=titles, quantity=quantities, price=prices),
    some(
        on=codes,
        when=conditions,
        multiply=st.lists(extras, max_size=2),
        caps=st.lists(caps, max_size=3),
        into=codes,
        cooldown=one(hours=st.integers(1, 9)) | one(minutes=st.integers(1, 9)),
        limits=st.lists(codes, max_size=2),
        expires=lasting,
        matures=one(days=st.integers(1, 9)) | one(on=st.just("confirmation"), within_days=st.integers(1, 9)),
        basis=st.lists(codes, max_size=3),
        combine=st.sampled_from(["sum", "highest"]),
        cap=amounts,
        floor=amounts,
        rounding=st.sampled_from(["up", "down"]),
        on_top_of=codes,
        evidence=st.lists(codes, max_size=2),
        domain=codes,
        deduction=one(grade=st.just("minor"), notice_days=st.just(5), appeal_days=st.just(15), lasts_days=st.just(365)),
        unknown=trees(),
    ),
)
requires = one(code=codes, when=conditions, otherwise=titles)
results = some(
    title=titles,
    of=st.lists(codes, max_size=2),
    requires=st.lists(requires, max_size=2),
    threshold=amounts,
    decided=codes,
    cap=amounts,
    order=st.lists(
        also(one(by=st.sampled_from(["total", "fact"])), some(of=codes, order=st.sampled_from(["asc", "desc"]))),
        max_size=3,
    ),
    ties=st.sampled_from(["strict", "inclusive", "lottery"]),
    levels=codes,
    valid_months=st.integers(1, 99),
)
steps = also(
    one(code=codes, at_least=st.integers(0, 9999)),
    some(
        title=titles,
        beside=st.dictionaries(codes, st.integers(0, 9), max_size=2),
        gives=st.lists(one(code=codes), max_size=2),
    ),
)


heads = one(
    programme=codes,
    version=words,
    status=st.sampled_from(["live", "record", "example"]),
    effective_from=days,
    title=titles,
    mode=st.sampled_from(["accrual", "assessment"]),
    catalogue=st.just("2026-11"),
    items=st.lists(items, min_size=1, max_size=4),
)
parts = some(
    sunset_on=days,
    reaches_back_to=days,
    decimals=st.integers(0, 6),
    basis=st.lists(codes, max_size=3),
    expires=lasting,
    parameters=st.dictionaries(
        codes, some(value=numbers, min=numbers, max=numbers, unit=words, title=titles, basis=codes), max_size=3
    ),
    limits=st.dictionaries(
        codes, some(title=titles, per=st.sampled_from(["day", "total"]), by=codes, most=amounts), max_size=2
    ),
    requires=st.lists(requires, max_size=2),
    vetoes=st.lists(
        also(one(code=codes, when=conditions), some(effect=st.sampled_from(["blocks", "level"]), level=codes)),
        max_size=2,
    ),
    bars=st.lists(
        also(
            one(code=codes, after=codes),
            some(where=conditions, months=st.integers(1, 99), forever=st.just(True)),
        ),
        max_size=2,
    ),
    groups=st.dictionaries(
        codes,
        also(one(of=st.lists(codes, max_size=3)), some(title=titles, combine=st.just("highest"), cap=amounts)),
        max_size=2,
    ),
    result=results,
    results=st.dictionaries(codes, results, max_size=2),
    levels=st.dictionaries(
        codes,
        also(one(of=codes, steps=st.lists(steps, max_size=3)), some(moves=one(clean_months=st.just(6)))),
        max_size=2,
    ),
    choosing=one(among=st.just(["applicant", "spouse"])),
    procedure=st.lists(one(code=codes, days=st.integers(0, 9)), max_size=2),
    lawful=some(
        domain=codes,
        trial=st.booleans(),
        access=st.sampled_from(["open", "narrow"]),
        consultation=words,
        guarantee=one(title=titles),
    ),
    anything=trees(),
)


def pack_trees() -> st.SearchStrategy[dict[str, Any]]:
    """A pack in its form, though hardly ever in its sense."""
    return also(heads, parts)
