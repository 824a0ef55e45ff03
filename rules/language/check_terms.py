"""Do expiry, maturing and shared limits make sense together? Findings only; `checker` asks for all of them.

One event gives one grant of each point kind, so what pays into it together must last and count alike. Pure.
"""

from collections.abc import Iterator
from typing import Any

from kernel.errors import Finding
from rules.engine.model import Item, Pack
from rules.engine.terms import AfterDays, EndOf, Expiry, Inactive, Lasting, Never, OnDate, Rolling
from rules.language.ranges import smallest_award

FOR_EVER = Expiry(Never())
SHORTEST = {"month": 28, "quarter": 90, "year": 365}


def check_terms(pack: Pack) -> Iterator[Finding]:
    """Every finding on how long points last, when they count, and what is shared."""
    for item in pack.items:
        yield from _item(pack, item)
    yield from _inactivity(pack)
    for code in pack.limits:
        yield from _limit(pack, code)


def check_together(one: Item, other: Item) -> Iterator[Finding]:
    """Two items that one event may pay into one point kind."""
    if (one.expires or FOR_EVER) != (other.expires or FOR_EVER):
        message = "{one} and {other} pay into one point kind for one event, so they must expire alike."
        yield Finding("EXPIRY_DIFFERS", f"items.{other.code}.expires", message, _both(one, other))
    if one.matures != other.matures:
        message = "{one} and {other} pay into one point kind for one event, so they must count from the same time on."
        yield Finding("MATURES_DIFFERS", f"items.{other.code}.matures", message, _both(one, other))


def _both(one: Item, other: Item) -> dict[str, Any]:
    return {"one": one.code, "other": other.code}


def _item(pack: Pack, item: Item) -> Iterator[Finding]:
    ways = item.expires.every() if item.expires else ()
    for lasts in ways:
        if isinstance(lasts, OnDate) and lasts.last < pack.effective_from:
            message = "These points would expire before the pack is in force."
            yield Finding("EXPIRES_TOO_EARLY", f"items.{item.code}.expires", message)
    if item.matures is not None:
        days = item.matures.days if isinstance(item.matures, AfterDays) else item.matures.within_days
        if any((shortest := _shortest(lasts)) is not None and shortest <= days for lasts in ways):
            message = "These points could expire before they count."
            yield Finding("MATURES_TOO_LATE", f"items.{item.code}.matures", message)


def _shortest(lasts: Lasting) -> int | None:
    """The fewest days that points may last; None where there is no telling, or no end."""
    match lasts:
        case Rolling(months=months) | Inactive(months=months):
            return months * SHORTEST["month"]
        case EndOf(period=period, after=after):
            return after * SHORTEST[period]
    return None


def _inactivity(pack: Pack) -> Iterator[Finding]:
    """Inactivity ends all points of an account that have no date: those meant for ever would go with the others."""
    lapsing: dict[str, str] = {}
    for item in pack.items:
        if item.into and any(isinstance(lasts, Inactive) for lasts in (item.expires or FOR_EVER).every()):
            lapsing.setdefault(item.into, item.code)
    for item in pack.items:
        if item.into in lapsing and any(isinstance(lasts, Never) for lasts in (item.expires or FOR_EVER).every()):
            message = "{one} lets points without a date lapse by inactivity, and {other} pays the same points for ever."
            values: dict[str, object] = {"one": lapsing[item.into], "other": item.code}
            yield Finding("INACTIVITY_MIXED", f"items.{item.code}.expires", message, values)


def _limit(pack: Pack, code: str) -> Iterator[Finding]:
    limit, path = pack.limits[code], f"limits.{code}"
    items = [item for item in pack.items if code in item.limits]
    if not items:
        yield Finding("UNUSED", path, "No item falls under this limit.", blocking=False)
    if len({item.into for item in items}) > 1:
        yield Finding("LIMIT_MIXES_KINDS", path, "Items that pay different point kinds cannot share a limit.")
    if limit.most.value.denominator != 1:
        yield Finding("CAP_NOT_WHOLE", f"{path}.most", "A cap must be a whole number of points.")
    least = max((smallest_award(item.price) for item in items), default=0)
    if limit.most.value < least:
        message = "The cap {cap} is below the smallest award {award}."
        yield Finding("CAP_TOO_LOW", f"{path}.most", message, {"cap": str(limit.most.value), "award": str(least)})
