"""One event under one pack: the decision, with a trace that is enough to explain it and to do it again.

Pure and exact: no clock, no I/O, no float; the same pack, event and earlier items give the same bytes.
Items never read each other, so their order cannot matter; the trace is sorted by item code.
Room under a cap is what earlier items left, in the order in which events were recorded; room under a limit that
others share is handed in, and the trace keeps it, as it keeps the standing that was read.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from kernel.calendar import day_of
from rules.engine.conditions import Judge
from rules.engine.lasting import NO_DATES, counts_from, lasting_for, lasts_until
from rules.engine.limits import Room
from rules.engine.model import ENGINE_VERSION as ENGINE_VERSION
from rules.engine.model import Cap, Decision, EventView, Grant, Item, Multiply, Pack, Per, Trace, Used
from rules.engine.needs import needs
from rules.engine.outcome import Title
from rules.engine.prices import half_up, price_of
from rules.engine.quantities import of_event
from rules.engine.subject import Subject
from rules.engine.tree import MinutesWithin, Quantity
from rules.engine.windows import window

Line = dict[str, Any]
JUDGE = Judge()


def evaluate(
    pack: Pack,
    event: EventView,
    used: Sequence[Used],
    *,
    room: Mapping[str, int] | None = None,
    standing: Mapping[str, int] | None = None,
) -> Decision:
    """What an event earns, given the items that earlier events of this holder and programme scored.

    `used` needs to hold what `needs(pack, event)` names; other entries change nothing. `room` is what shared limits
    leave to this event, by limit id; None works the points out as if there were room, and `asks` says of what.
    `standing` is what the holder has of each point kind before this event, for terms that follow a level.
    """
    items = pack.by_kind.get(event.kind, ())
    subject = Subject(event=event)
    shared = Room(pack, event, room) if pack.limits else None
    lines = [_line(item, event, subject, used, shared) for item in items]
    scored = [(item, line["points"]) for item, line in zip(items, lines, strict=True) if line["points"]]
    trace: Trace = {"items": lines}
    read = {item.expires.by_level.of for item, _ in scored if item.expires and item.expires.by_level}
    stood = {kind: (standing or {}).get(kind, 0) for kind in sorted(read)}
    if stood:
        trace["standing"] = stood
    return Decision(
        outcome="awarded" if scored else "nothing",
        grants=_grants(scored, event, stood) if scored else (),
        used=tuple(Used(item.code, event.occurred_at, points) for item, points in scored),
        trace=trace,
        asks=shared.asks() if shared else (),
    )


def standing_of(trace: Trace) -> dict[str, int]:
    """The standing that a stored decision read: given back to `evaluate`, it answers the same bytes."""
    return dict(trace.get("standing", {}))


def looks_back(pack: Pack, event: EventView) -> datetime | None:
    """The earliest `occurred_at` of earlier items that this event's caps and cooldowns ask for; None when none do."""
    return min((need.since for need in needs(pack, event)), default=None)


def _line(item: Item, event: EventView, subject: Subject, used: Sequence[Used], shared: Room | None) -> Line:
    """One item's line of the trace: how its points came about, or the code of why there are none."""
    if item.when is not None and not JUDGE.holds(item.when, subject):
        return {"code": item.code, "points": 0, "why_not": "condition", "failed": JUDGE.refusal(item.when, subject)}
    if item.cooldown_minutes and (last := _cooling(item, event, used)):
        return {"code": item.code, "points": 0, "why_not": "cooldown", "last": last}
    quantity = of_event(item.quantity, event)
    if quantity is None:
        return {"code": item.code, "points": 0, "why_not": "missing"}
    exact = price_of(item.price, quantity)
    points = raw = half_up(exact)
    line: Line = {"code": item.code, "quantity": {unit_of(item.quantity): quantity}, "raw": raw}
    if exact.denominator != 1:
        line["exact"] = f"{exact.numerator}/{exact.denominator}"
    if item.multiply:
        extras = [extra for part in item.multiply if (extra := _extra(part, item, event, subject, exact))]
        if extras:
            line["multiplied"] = extras
            points += sum(extra["points"] for extra in extras)
    if item.caps:
        points = _cap(item, points, event, used, line)
    if item.limits and shared:
        points = shared.take(item, points, line)
    line["points"] = points
    if not points and "why_not" not in line:
        line["why_not"] = "zero"
    return line


def unit_of(quantity: Quantity) -> str:
    """The name under which a trace keeps a quantity."""
    return getattr(quantity, "name", "minutes" if isinstance(quantity, MinutesWithin) else "count")


def _extra(part: Multiply, item: Item, event: EventView, subject: Subject, exact: Fraction) -> Line | None:
    """So many percent more on the price, or on what a part of the event is worth; rounded half-up by itself."""
    if part.when is not None and not JUDGE.holds(part.when, subject):
        return None
    quantity = None
    if part.quantity is not None:
        quantity = of_event(part.quantity, event)
        if not quantity:
            return None
        exact = price_of(item.price, quantity)
    share = exact * part.percent.value / 100
    points = half_up(share)
    if not points:
        return None
    line: Line = {"code": part.code, "points": points}
    if part.quantity is not None:
        line["quantity"] = {unit_of(part.quantity): quantity}
    if share.denominator != 1:
        line["exact"] = f"{share.numerator}/{share.denominator}"
    return line


def _cap(item: Item, points: int, event: EventView, used: Sequence[Used], line: Line) -> int:
    """The points that fit under every cap; the line names the cap with the least room."""
    least: tuple[int, Line] | None = None
    for cap in item.caps:
        taken = _taken(cap, item.code, event, used)
        if cap.times is not None:
            if taken >= cap.times:
                line["cap"] = {"window": cap.per.value, "times": cap.times, "used": taken}
                line["why_not"] = "times"
                return 0
        elif cap.most is not None:
            most = cap.most.value.numerator // cap.most.value.denominator
            room = max(0, most - taken)
            if least is None or room < least[0]:
                least = room, {"window": cap.per.value, "limit": most, "used": taken}
    if least is None:
        return points
    line["cap"] = least[1]
    if points and not least[0]:
        line["why_not"] = "cap"
    return min(points, least[0])


def _taken(cap: Cap, code: str, event: EventView, used: Sequence[Used]) -> int:
    """Points, or awards, of an item that earlier events took within the cap's window around this event."""
    if cap.per is Per.EVENT or not used:
        return 0
    start, end = window(cap.per, day_of(event.occurred_at))
    inside = [entry for entry in used if entry.item == code and start <= entry.occurred_at < end]
    return sum(entry.points if cap.times is None else entry.times for entry in inside)


def _cooling(item: Item, event: EventView, used: Sequence[Used]) -> str | None:
    """When the item was last scored too near to this event, before or after it; None when it was not."""
    distance = timedelta(minutes=item.cooldown_minutes)
    near = [
        entry.occurred_at
        for entry in used
        if entry.item == item.code and abs(entry.occurred_at - event.occurred_at) < distance
    ]
    return max(near).astimezone(UTC).isoformat() if near else None


def _grants(scored: list[tuple[Item, int]], event: EventView, standing: Mapping[str, int]) -> tuple[Grant, ...]:
    """One grant for each point kind; the checker has the items of one kind and event expire and mature alike."""
    by_kind: dict[str, list[tuple[Item, int]]] = {}
    for item, points in scored:
        if item.into is not None:
            by_kind.setdefault(item.into, []).append((item, points))
    day = day_of(event.occurred_at)
    return tuple(_grant(kind, by_kind[kind], day, event.ended_at, standing) for kind in sorted(by_kind))


def _grant(
    kind: str, parts: list[tuple[Item, int]], day: date, ended_at: datetime, standing: Mapping[str, int]
) -> Grant:
    first = parts[0][0]
    expires_at, inactive_on = lasts_until(lasting_for(first.expires, standing), day) if first.expires else NO_DATES
    matures_at, confirm_by = counts_from(first.matures, ended_at) if first.matures else NO_DATES
    return Grant(
        point_kind=kind,
        amount=sum(points for _, points in parts),
        expires_at=expires_at,
        items=tuple(item.code for item, _ in parts),
        title=first.title if len(parts) == 1 else _together([item.title for item, _ in parts]),
        inactive_on=inactive_on,
        matures_at=matures_at,
        confirm_by=confirm_by,
    )


def _together(titles: list[Title]) -> Title:
    return {"zh": "、".join(title["zh"] for title in titles), "en": ", ".join(title["en"] for title in titles)}
