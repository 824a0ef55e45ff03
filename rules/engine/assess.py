"""An assessment: facts and past events as of a day -> a score with its reasons. Nothing is posted.

Pure and exact, like `evaluate`. Missing facts never award; the trace says that they were not proven. Items never read
each other; groups and results read items, so that the order of either changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from kernel.calendar import add_months
from rules.engine.levels import level_of
from rules.engine.lines import Line, bounded, combined, line_of
from rules.engine.model import EventView, Pack, Trace
from rules.engine.moves import barred_until
from rules.engine.outcome import Extra, Group, OrderKey, Result, Title, Veto
from rules.engine.prices import NOTHING, half_up
from rules.engine.quantities import JUDGE, of_history
from rules.engine.subject import Facts, Subject

BELOW_THRESHOLD: Title = {"zh": "总分未达到规定分数", "en": "The total is below the required points"}
NOT_DECIDED: Title = {"zh": "今年的分数线尚未公布", "en": "This year's line has not been decided yet"}
CHANCES = {True: 2, None: 1, False: 0}
"""Of several relatives one who is eligible goes before one for whom the line is not decided, and then the total."""
NO_RESULT = Result("total", {"zh": "总分", "en": "Total"})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is not eligible."""

    code: str
    title: Title


@dataclass(frozen=True, slots=True)
class Score:
    """The answer; points are whole minor units (10 to the minus `decimals`).

    `eligible` is None while the line has not been decided. `keys` are the values of the result's order, in its order:
    numbers, texts, None where not proven. `barred_until` is the first day without the bar, `date.max` for ever.
    """

    eligible: bool | None
    total: int
    items: Mapping[str, int]
    reasons: tuple[Reason, ...]
    trace: Trace
    keys: tuple[Any, ...] = ()
    level: str | None = None
    barred_until: date | None = None
    valid_until: date | None = None


def valid_until(result: Result, eligible: bool | None, as_of: date) -> date | None:
    """The last day of a result's validity: the same day so many months later; None where nothing holds, or for ever."""
    return add_months(as_of, result.valid_months) if eligible and result.valid_months is not None else None


def assess(
    pack: Pack,
    facts: Facts,
    events: Sequence[EventView],
    as_of: date,
    *,
    use: str | None = None,
    decided: Mapping[str, Fraction] | None = None,
) -> Score:
    """The score of one holder at the end of a day, for one `use` of it: a result's code, the first when left out.

    `decided` are the lines that were decided for the year, by name. KeyError for a use that the pack does not have.
    """
    result = result_of(pack, use)
    subject = Subject(facts, events, as_of, minor=10**pack.decimals)
    if pack.choosing is None:
        return _score(pack, result, subject, decided or {})
    known = [replace(subject, role=role) for role in pack.choosing.among]
    when = pack.choosing.when
    scores = [_score(pack, result, one, decided or {}) for one in known if when is None or JUDGE.holds(when, one)]
    if not scores:
        return _chosen(_score(pack, result, subject, decided or {}), "nobody")
    best = max(scores, key=lambda score: (CHANCES[score.eligible], score.total))
    others = [score for score in scores if score is not best]
    if not others:
        return _chosen(best, "only")
    if any(score.total > best.total for score in others):
        return _chosen(best, "eligible")
    return _chosen(best, "equal" if any(score.total == best.total for score in others) else "higher")


def _chosen(score: Score, why: str) -> Score:
    """The score of whose facts count, with why it is theirs."""
    return replace(score, trace=score.trace | {"chosen": why})


def result_of(pack: Pack, use: str | None) -> Result:
    """The result of that code; the first where none is named. KeyError for one that the pack does not have."""
    if use is None:
        return pack.results[0] if pack.results else NO_RESULT
    for result in pack.results:
        if result.code == use:
            return result
    raise KeyError(use)


def _score(pack: Pack, result: Result, subject: Subject, decided: Mapping[str, Fraction]) -> Score:
    lines = [line_of(pack, item, subject) for item in pack.items]
    points, groups = _grouped(pack, lines, subject)
    subject = replace(subject, points=points)
    total, told = _total(pack, result, subject)
    vetoes = [veto for veto in pack.vetoes if JUDGE.holds(veto.when, subject)]
    if any(veto.effect == "zeroes" for veto in vetoes):
        total = told["points"] = 0
    barred = {bar.code: until for bar in pack.bars if (until := barred_until(bar, subject)) is not None}
    reasons = [Reason(veto.code, veto.title) for veto in vetoes if veto.effect != "level"]
    reasons += [Reason(bar.code, bar.title) for bar in pack.bars if bar.code in barred]
    needed = (*pack.requires, *result.requires)
    reasons += [Reason(one.code, one.otherwise) for one in needed if not JUDGE.holds(one.when, subject)]
    line, eligible = _line(result, decided), not reasons
    if line is not None and total < line * subject.minor:
        reasons.append(Reason("below_threshold", BELOW_THRESHOLD))
    elif line is None and result.decided is not None:
        reasons.append(Reason("not_decided", NOT_DECIDED))
    pending = eligible and line is None and result.decided is not None
    trace: Trace = {"items": lines, "total": told}
    if groups:
        trace["groups"] = groups
    if subject.role:
        trace["whose"] = subject.role
    level = _level(pack, result, total, vetoes)
    if level is not None:
        trace["level"] = level
    good = None if pending else not reasons
    until = valid_until(result, good, subject.as_of)
    if until is not None:
        trace["valid_until"] = until.isoformat()
    return Score(
        eligible=good,
        valid_until=until,
        total=total,
        items={entry["code"]: entry["points"] for entry in lines},
        reasons=tuple(reasons),
        trace=trace,
        keys=tuple(_key(key, total, subject, pack) for key in result.order),
        level=level["code"] if level else None,
        barred_until=max(barred.values(), default=None),
    )


def _line(result: Result, decided: Mapping[str, Fraction]) -> Fraction | None:
    """The points that are needed: as the pack says, or as was decided for the year."""
    if result.threshold is not None:
        return result.threshold.value
    return decided.get(result.decided) if result.decided is not None else None


def _grouped(pack: Pack, lines: list[Line], subject: Subject) -> tuple[dict[str, int], list[Line]]:
    """The points of every item and group by code, and the groups' own lines, the inner ones first."""
    points: dict[str, int] = {line["code"]: line["points"] for line in lines}
    told: list[Line] = []

    def of(code: str) -> int:
        if code not in points:
            group = pack.groups[code]
            for part in group.of:
                of(part)
            points[code], line = _group(group, points, subject, pack.decimals)
            told.append(line)
        return points[code]

    for code in pack.groups:
        of(code)
    return points, told


def _group(group: Group, points: Mapping[str, int], subject: Subject, decimals: int) -> tuple[int, Line]:
    raw = combined(group.combine, (Fraction(points[code]) for code in group.of))
    if group.percent is not None:
        raw = Fraction(half_up(raw * group.percent.value / 100))
    line: Line = {"code": group.code, "raw": int(raw)}
    extras, more = _extras(group.extras, raw, subject)
    if extras:
        line["multiplied"] = extras
    line["points"] = bounded(int(raw) + more, group.cap, group.floor, decimals)
    return line["points"], line


def _extras(extras: tuple[Extra, ...], exact: Fraction, subject: Subject) -> tuple[list[Line], int]:
    """So many percent more, each rounded half-up by itself."""
    points = {
        extra.code: half_up(exact * extra.percent.value / 100)
        for extra in extras
        if extra.when is None or JUDGE.holds(extra.when, subject)
    }
    return [{"code": code, "points": more} for code, more in points.items()], sum(points.values())


def _total(pack: Pack, result: Result, subject: Subject) -> tuple[int, Line]:
    """The total of a use, and how it came about."""
    raw = sum((Fraction(subject.points[code]) for code in result.of or top_of(pack)), NOTHING)
    extras, more = _extras(result.extras, raw, subject)
    total = bounded(int(raw) + more, result.cap, result.floor, pack.decimals)
    line: Line = {"code": result.code, "raw": int(raw), "points": total}
    if extras:
        line["multiplied"] = extras
    return total, line


def top_of(pack: Pack) -> tuple[str, ...]:
    """Items and groups that stand in no group."""
    inside = {code for group in pack.groups.values() for code in group.of}
    return tuple(code for code in (*(item.code for item in pack.items), *pack.groups) if code not in inside)


def _key(key: OrderKey, total: int, subject: Subject, pack: Pack) -> Any:
    match key.by:
        case "total":
            return total
        case "points":
            return subject.points[key.name]
        case "fact":
            return subject.fact(key.name)
        case "quantity":
            found = of_history(pack.item(key.name).quantity, subject)
            return sum(found.values()) if isinstance(found, Mapping) else found


def _level(pack: Pack, result: Result, total: int, vetoes: Sequence[Veto]) -> Line | None:
    """The level of the total; a veto that names one brings down to it (`by`), and of several the lowest does."""
    if result.scale is None:
        return None
    scale = pack.scales[result.scale]
    order = [level.code for level in scale.levels]
    line: Line = {"code": level_of(scale, total).code}
    for veto in vetoes:
        if veto.level in order and order.index(veto.level) < order.index(line["code"]):
            line = {"code": veto.level, "by": veto.code}
    return line
