"""Is one version plainly harsher than another? What a declaration to reach back is held against, before any figures.

Pure. Compares what stands at the same place in both texts: a price that falls, a cap that shrinks, a line that rises.
Must never call milder what it can't tell: what is written otherwise (another quantity, another condition, bands drawn
anew) is left to the figures over the city's past.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from kernel.calendar import add_months
from kernel.errors import Finding
from rules.engine.model import Cap, Item, Pack, Scale
from rules.engine.outcome import Result
from rules.engine.terms import (
    AfterDays,
    EndOf,
    Expiry,
    Inactive,
    Lasting,
    Maturing,
    Never,
    OnConfirmation,
    OnDate,
    Rolling,
)
from rules.language.milder_prices import pays_at_all, price_falls, takes

LONGEST_MONTHS: Final = 60
"""How far a version may reach back before it is in force, and how old the days of a re-rate may be: our choice."""
_HARSHER: Final = "Version {version} is milder here, and this one reaches back to its days."


def reach_findings(pack: Pack, effective_from: date) -> Iterator[Finding]:
    """What is wrong with the day to which a pack reaches back, if it is in force from this day."""
    since = pack.reaches_back_to
    if since is None:
        return
    earliest = add_months(effective_from, -LONGEST_MONTHS)
    if since >= effective_from:
        yield Finding("REACH_AHEAD", "reaches_back_to", "It can only reach back to a day before it is in force.")
    elif since < earliest:
        message = "It can reach back {months} months at most: to {day}."
        yield Finding(
            "REACH_TOO_FAR", "reaches_back_to", message, {"months": LONGEST_MONTHS, "day": earliest.isoformat()}
        )


def harsher(before: Pack, after: Pack) -> list[Finding]:
    """Each place where `after` plainly gives less, asks more or takes more than `before`."""
    paths = (*_items(before, after), *_together(before, after), *_outcome(before, after))
    return [Finding("NOT_MILDER", path, _HARSHER, {"version": before.version}) for path in dict.fromkeys(paths)]


def _items(before: Pack, after: Pack) -> Iterator[str]:
    if before.holder != after.holder:
        yield "holder"
    if before.mode != after.mode:
        yield "mode"
    written = {item.code: item for item in after.items}
    for old in before.items:
        new = written.get(old.code)
        if new is None:
            yield from () if takes(old.price) else ("items",)
        else:
            yield from (f"items.{old.code}.{part}" for part in _item(old, new))
    known = {item.code for item in before.items}
    yield from (f"items.{item.code}" for item in after.items if item.code not in known and takes(item.price))


def _item(old: Item, new: Item) -> Iterator[str]:
    if (old.on, old.into) != (new.on, new.into):
        yield "on" if old.on != new.on else "into"
    yield from price_falls(old.price, new.price, "price")
    if old.when is None and new.when is not None and not takes(new.price):
        yield "when"
    for part in old.multiply:
        percent = next((one.percent for one in new.multiply if one.code == part.code), None)
        if percent is None or percent.value < part.percent.value:
            yield "multiply" if percent is None else f"multiply.{part.code}.percent"
    yield from _caps(old.caps, new.caps)
    if new.cooldown_minutes > old.cooldown_minutes:
        yield "cooldown"
    if _counts_times(new) and _counting(old) != _counting(new):
        # What is paid newly might use up a turn that something dearer would have had.
        yield "caps" if new.caps else "cooldown"
    if set(new.limits) - set(old.limits):
        yield "limits"
    if _shorter(old.expires, new.expires):
        yield "expires"
    if _later(old.matures, new.matures):
        yield "matures"
    yield from _bounds(old, new)
    if old.deduction and new.deduction and _stricter(old, new):
        yield "deduction"


def _stricter(old: Item, new: Item) -> bool:
    """Whether a deduction lasts longer, leaves less time, gives less back, or needs no reason any more."""
    was, now = old.deduction, new.deduction
    if was is None or now is None:
        return was is None
    restores = {one.code: one.restores_percent for one in now.repairs}
    return (
        now.lasts_days > was.lasts_days
        or now.notice_days < was.notice_days
        or now.appeal_days < was.appeal_days
        or now.with_reason < was.with_reason
        or any(restores.get(one.code, 0) < one.restores_percent for one in was.repairs)
    )


def _counts_times(item: Item) -> bool:
    return item.cooldown_minutes > 0 or any(cap.times is not None for cap in item.caps)


def _counting(item: Item) -> tuple[object, ...]:
    """What decides whether an event takes a turn of an item at all."""
    return item.when, item.quantity, item.multiply, pays_at_all(item.price)


def _caps(old: tuple[Cap, ...], new: tuple[Cap, ...]) -> Iterator[str]:
    """Caps that are new or smaller; each is known by its window and by what it counts."""
    most = {(cap.per, cap.times is None): _most(cap) for cap in old}
    for number, cap in enumerate(new):
        before = most.get((cap.per, cap.times is None))
        if before is None or _most(cap) < before:
            yield f"caps.{number}"


def _most(cap: Cap) -> int:
    return cap.times if cap.times is not None else int(cap.most.value) if cap.most else 0


def _bounds(old: object, new: object) -> Iterator[str]:
    """`cap` and `floor` around several prices of an assessment: new or lower ones."""
    cap_before, cap_after = getattr(old, "cap", None), getattr(new, "cap", None)
    if cap_after is not None and (cap_before is None or cap_after.value < cap_before.value):
        yield "cap"
    floor_before, floor_after = getattr(old, "floor", None), getattr(new, "floor", None)
    if floor_before is not None and (floor_after is None or floor_after.value < floor_before.value):
        yield "floor"


def _shorter(old: Expiry | None, new: Expiry | None) -> bool:
    """Whether points would lapse sooner, where both can be compared."""
    if new is None or new == old:
        return False
    if old is None or (old.by_level and not new.by_level):
        return True
    return _ends_sooner(old.lasts, new.lasts)


def _ends_sooner(old: Lasting, new: Lasting) -> bool:
    match new:
        case Rolling() if isinstance(old, Rolling):
            return new.months < old.months
        case Inactive() if isinstance(old, Inactive):
            return new.months < old.months
        case OnDate() if isinstance(old, OnDate):
            return new.last < old.last
        case EndOf() if isinstance(old, EndOf) and old.period == new.period:
            return new.after < old.after
    return isinstance(old, Never) and not isinstance(new, Never)


def _later(old: Maturing | None, new: Maturing | None) -> bool:
    """Whether points would be held back that were not, or for longer, or would lapse sooner for want of a yes."""
    if isinstance(old, AfterDays) and isinstance(new, AfterDays):
        return new.days > old.days
    if isinstance(old, OnConfirmation) and isinstance(new, OnConfirmation):
        return new.within_days < old.within_days
    return new is not None and type(old) is not type(new)


def _together(before: Pack, after: Pack) -> Iterator[str]:
    """Shared limits that shrink, levels that are harder to reach or open less."""
    for code, limit in before.limits.items():
        other = after.limits.get(code)
        if other is not None and other.ceiling < limit.ceiling:
            yield f"limits.{code}"
    for code, scale in before.scales.items():
        yield from _levels(scale, after.scales.get(code), f"levels.{code}")


def _levels(old: Scale, new: Scale | None, path: str) -> Iterator[str]:
    if new is None:
        yield "levels"
        return
    written = {level.code: level for level in new.levels}
    for level in old.levels:
        other = written.get(level.code)
        if other is None or other.least > level.least or other.tenure_months > level.tenure_months:
            yield path if other is None else f"{path}.{level.code}"
        elif any(amount > level.beside.get(kind, 0) for kind, amount in other.beside.items()):
            yield f"{path}.{level.code}"
        elif {right.code for right in level.gives} - {right.code for right in other.gives}:
            yield f"{path}.{level.code}.gives"
    if old.of != new.of:
        yield f"{path}.of"


def _outcome(before: Pack, after: Pack) -> Iterator[str]:
    """What an assessment comes to: lines that rise, and what keeps somebody out who was not kept out."""
    kept_out = (("requires", before.requires, after.requires), ("vetoes", before.vetoes, after.vetoes))
    for name, old, new in (*kept_out, ("bars", before.bars, after.bars)):
        if {one.code for one in new} - {one.code for one in old}:
            yield name
    months = {bar.code: bar.months for bar in before.bars}
    for bar in after.bars:
        was = months.get(bar.code, 0)
        if was is not None and bar.code in months and (bar.months is None or bar.months > was):
            yield f"bars.{bar.code}.months"
    for code, group in before.groups.items():
        if code in after.groups:
            other = after.groups[code]
            yield from (f"groups.{code}.{part}" for part in _bounds(group, other))
    uses = {use.code: use for use in after.results}
    single = len(after.results) == 1 and after.results[0].code == "total"
    for use in before.results:
        path = "result" if single else f"results.{use.code}"
        yield from (f"{path}.{part}" if part else "results" for part in _use(use, uses.get(use.code)))


def _use(old: Result, new: Result | None) -> Iterator[str]:
    if new is None:
        yield ""
        return
    line_before = old.threshold.value if old.threshold else None
    line_after = new.threshold.value if new.threshold else None
    if line_after is not None and (line_before is None or line_after > line_before):
        yield "threshold"
    if {one.code for one in new.requires} - {one.code for one in old.requires}:
        yield "requires"
    if new.valid_months is not None and (old.valid_months is None or new.valid_months < old.valid_months):
        yield "valid_months"
    room = {share.level: share.most_percent for share in old.shares}
    if any(share.most_percent < room.get(share.level, 100) for share in new.shares):
        yield "shares"
    yield from _bounds(old, new)
