"""What many holders have under a pack, in columns, a row a holder: equal to `worth`, which tells one after the other.

    read     facts and events -> frames: the only step that looks at the past
    priced   frames -> what each holder has; a change of a price asks for no more than this

Pure. Holders stand in frames by their place in the piece. What columns cannot hold goes through the single reader.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import polars as pl

from points.what_if.worth import SCORE, Earned, earned, of_score
from rules.engine.assess import NO_RESULT, assess, result_of
from rules.engine.column_accrual import accrual_frame, event_frame, event_rows, limit_column, narrowed, single_items
from rules.engine.column_numbers import NotInColumns
from rules.engine.column_rows import Row, read_frames
from rules.engine.columns import assess_frame, keys_of
from rules.engine.model import EventView, Pack, Scale
from rules.engine.outcome import Result
from rules.engine.shares import Ranked, share_out

PLACE: Final = pl.UInt32
Told = tuple[pl.DataFrame, Counter[str], dict[int, Ranked]]
NO_ROWS: Final = pl.DataFrame(schema={"holder": PLACE})


@dataclass(frozen=True, slots=True)
class Read:
    """Facts and events of one holder, as rules read them; the events in recorded order, without what was undone."""

    facts: Mapping[str, Any]
    events: Sequence[EventView]


@dataclass(frozen=True, slots=True)
class Span:
    """From when events are counted, and the day as of which an assessment is made.

    What happened before `since` only uses up room and lifts to levels.
    """

    since: datetime
    as_of: date


@dataclass(frozen=True, slots=True)
class Frames:
    """What columns read of a piece: rows of events or of quantities, an assessment's conditions, whom they left out."""

    quantities: pl.DataFrame
    conditions: pl.DataFrame
    singly: frozenset[int]


@dataclass(frozen=True, slots=True)
class Had:
    """A row a holder, in their order: `within/<kind>`, `ever/<kind>` in minor units, `eligible`, `level`.

    `asked` is what all of them together ask of each shared limit, as if there were room. `ranked` are there where
    levels have shares, which only everybody `together` can be given.
    """

    rows: pl.DataFrame
    asked: Counter[str]
    ranked: Sequence[Ranked] = ()


def read(pack: Pack, people: Sequence[Read], span: Span) -> Frames:
    """The rows of these holders. They serve every pack that reads alike (`rules.engine.column_reading`)."""
    if pack.mode == "assessment":
        told = read_frames(pack, [(str(place), one.facts, one.events) for place, one in enumerate(people)], span.as_of)
        singly = frozenset(int(place) for place in told.apart)
        return Frames(_placed(told.quantities), _placed(told.conditions), singly)
    rows: list[Row] = []
    counts: list[bool] = []
    left: set[int] = set()
    for place, one in enumerate(people):
        try:
            own = list(event_rows(pack, str(place), one.events))
        except NotInColumns:
            left.add(place)
            continue
        rows += own
        counts += [event.occurred_at >= span.since for event in one.events]
    frame = event_frame(pack, rows).with_columns(pl.Series("counts", counts, dtype=pl.Boolean))
    return Frames(_placed(frame), NO_ROWS, frozenset(left))


def priced(pack: Pack, frames: Frames, people: Sequence[Read], span: Span) -> Had:
    """What each of these holders has. `people` are looked at only where columns could not hold them."""
    rows, asked, ranked = _assessed(pack, frames) if pack.mode == "assessment" else _paid(pack, frames)
    singly = _singly(pack, frames, people, span)
    more = pl.DataFrame(
        [_row(pack, place, one) for place, one in singly], schema={"holder": PLACE, **_columns(pack)}, orient="row"
    )
    for place, one in singly:
        asked.update(one.asked)
        if one.ranked is not None:
            ranked[place] = one.ranked
    told = pl.concat([rows, more]) if more.height else rows
    summed = [pl.col(name).sum() for name, kind in _columns(pack).items() if kind == pl.Int64]
    marked = [pl.col("eligible").any(), pl.col("level").first()]
    everybody = pl.select(pl.int_range(len(people), dtype=PLACE).alias("holder"))
    found = everybody.join(told.group_by("holder").agg(*summed, *marked), on="holder", how="left").sort("holder")
    zero = [pl.col(name).fill_null(0) for name, kind in _columns(pack).items() if kind == pl.Int64]
    placed = [ranked[place] for place in sorted(ranked)] if _with_shares(pack) else []
    return Had(found.select(*zero, pl.col("eligible").fill_null(value=False), "level"), asked, placed)


def together(pack: Pack, pieces: Sequence[Had]) -> Had:
    """What the holders of several pieces have under one pack, one after the other; there is one piece at least.

    Levels are lowered until no more than their shares of everybody have them.
    """
    asked: Counter[str] = Counter()
    for one in pieces:
        asked.update(one.asked)
    rows = pl.concat([one.rows for one in pieces])
    if shares := _with_shares(pack):
        ranked = [each for one in pieces for each in one.ranked]
        levels = [level for level, _ in share_out(*shares, ranked)]
        rows = rows.with_columns(pl.Series("level", levels, dtype=pl.String))
    return Had(rows, asked)


def _with_shares(pack: Pack) -> tuple[Scale, Result] | None:
    """The levels and the result of a pack whose levels have shares."""
    result = result_of(pack, None) if pack.mode == "assessment" else NO_RESULT
    return (pack.scales[result.scale], result) if result.scale is not None and result.shares else None


def _singly(pack: Pack, frames: Frames, people: Sequence[Read], span: Span) -> list[tuple[int, Earned]]:
    """By place, what only the single reader can tell: whole holders, or their items with a cooldown."""
    if pack.mode == "assessment":
        return [
            (place, of_score(assess(pack, people[place].facts, people[place].events, span.as_of)))
            for place in sorted(frames.singly)
        ]
    found = [(place, earned(pack, people[place].events, span.since)) for place in sorted(frames.singly)]
    codes = single_items(pack)
    if codes:
        few, kinds = narrowed(pack, codes), {item.on for item in pack.items if item.code in codes}
        found += [
            (place, earned(few, [event for event in one.events if event.kind in kinds], span.since))
            for place, one in enumerate(people)
            if place not in frames.singly
        ]
    return found


def _assessed(pack: Pack, frames: Frames) -> Told:
    if frames.conditions.is_empty():
        return pl.DataFrame(schema={"holder": PLACE, **_columns(pack)}), Counter(), {}
    told = assess_frame(pack, frames.quantities, frames.conditions)
    eligible, total = pl.col("eligible").fill_null(value=False), pl.col("total")
    rows = told.select("holder", total.alias(f"within/{SCORE}"), total.alias(f"ever/{SCORE}"), eligible, "level")
    ranked = {}
    if shares := _with_shares(pack):
        for row in told.iter_rows(named=True):
            keys = keys_of(pack, shares[1], row)
            ranked[row["holder"]] = Ranked(row["total"], keys, row["level"], row["eligible"])
    return rows, Counter(), ranked


def _paid(pack: Pack, frames: Frames) -> Told:
    events = frames.quantities
    told = accrual_frame(pack, events).with_columns(events["counts"], *events.select(pl.col(r"^limit/.*$")))
    there = [item for item in pack.items if f"item:{item.code}" in told.columns]
    sums = []
    for kind in _kinds(pack):
        paying = [f"item:{item.code}" for item in there if item.into == kind]
        points = pl.sum_horizontal(paying or [pl.col("event") * 0])
        sums += [points.filter(pl.col("counts")).sum().alias(f"within/{kind}"), points.sum().alias(f"ever/{kind}")]
    rows = told.group_by("holder").agg(*sums).with_columns(eligible=pl.lit(value=False), level=pl.lit(None, pl.String))
    asked: Counter[str] = Counter()
    for item in there:
        for code in item.limits:
            asks = told.filter(pl.col("counts")).group_by(limit_column(code)).agg(pl.col(f"item:{item.code}").sum())
            asked.update({name: points for name, points in asks.iter_rows() if name is not None and points})
    return rows, asked, {}


def _placed(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("holder").cast(PLACE))


def _kinds(pack: Pack) -> list[str]:
    return sorted({item.into for item in pack.items if item.into is not None})


def _columns(pack: Pack) -> dict[str, Any]:
    kinds = [SCORE] if pack.mode == "assessment" else _kinds(pack)
    sums = {f"{side}/{kind}": pl.Int64 for kind in kinds for side in ("within", "ever")}
    return {**sums, "eligible": pl.Boolean, "level": pl.String}


def _row(pack: Pack, place: int, one: Earned) -> tuple[Any, ...]:
    """What the single reader found, as a row of the frame."""
    kinds = [SCORE] if pack.mode == "assessment" else _kinds(pack)
    sums = (side[kind] for kind in kinds for side in (one.within, one.ever))
    return (place, *sums, one.eligible, one.level)
