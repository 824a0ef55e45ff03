"""Many holders' scores under a pack, by either engine: one after the other, or in columns. The answers are the same.

Pure. Columns keep no trace; who needs one asks `score`. Whoever columns cannot hold is scored singly, and counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import islice

import polars as pl

from kernel.calendar import day_of
from rules.engine.assess import NO_RESULT, result_of, valid_until
from rules.engine.column_accrual import accrual_frame, event_frame, event_rows, narrowed, single_items
from rules.engine.column_numbers import NotInColumns
from rules.engine.column_outcome import reasons_of
from rules.engine.column_rows import Row, read_frames
from rules.engine.columns import assess_frame, keys_of
from rules.engine.model import Pack
from rules.engine.shares import share_out
from rules.language.facts import HolderFacts
from rules.language.score import Result, paid, ranked_of, score


class Engine(StrEnum):
    """Which evaluator: one holder after the other, or all in columns."""

    SINGLE = "single"
    COLUMNS = "columns"


BATCH = 10_000
"""So many holders stand in columns at once, so that memory stays flat however long a file is."""


def score_many(
    pack: Pack,
    holders: Iterable[HolderFacts],
    as_of: date,
    *,
    engine: Engine = Engine.COLUMNS,
    use: str | None = None,
    decided: Mapping[str, Fraction] | None = None,
    apart: Counter[str] | None = None,
) -> Iterator[Result]:
    """One result a holder, in their order. `apart` counts `holders` scored singly, and by item what was priced so.

    Where levels have shares, all of them are everybody: they are held until the last is scored, and none has a trace.
    """
    found = _each(pack, holders, as_of, engine, use, decided, Counter() if apart is None else apart)
    result = result_of(pack, use) if pack.mode == "assessment" else NO_RESULT
    if result.scale is None or not result.shares:
        yield from found
        return
    kept = [replace(one, traces=()) for one in found]
    shared = share_out(pack.scales[result.scale], result, [ranked_of(one) for one in kept])
    for one, (level, steps) in zip(kept, shared, strict=True):
        yield replace(one, level=level, steps=steps)


def _each(
    pack: Pack,
    holders: Iterable[HolderFacts],
    as_of: date,
    engine: Engine,
    use: str | None,
    decided: Mapping[str, Fraction] | None,
    apart: Counter[str],
) -> Iterator[Result]:
    """Each holder's own result, as if nobody else were there."""
    if engine is Engine.SINGLE:
        yield from (score(pack, known, as_of, use=use, decided=decided) for known in holders)
        return
    left = iter(holders)
    while batch := list(islice(left, BATCH)):
        if pack.mode == "assessment":
            yield from _assessed(pack, batch, as_of, use, decided, apart)
        else:
            yield from _accrued(pack, batch, as_of, apart)


def _assessed(
    pack: Pack,
    batch: Sequence[HolderFacts],
    as_of: date,
    use: str | None,
    decided: Mapping[str, Fraction] | None,
    apart: Counter[str],
) -> Iterator[Result]:
    """Holders stand in the frames by their places: two rows of a file may have one name."""
    result = result_of(pack, use)
    reading = read_frames(pack, [(str(n), one.facts, one.events) for n, one in enumerate(batch)], as_of)
    frame = assess_frame(pack, reading.quantities, reading.conditions, use, decided, apart)
    found = {row["holder"]: row for row in frame.iter_rows(named=True)}
    told = reasons_of(pack, result)
    apart["holders"] += len(reading.apart)
    for number, known in enumerate(batch):
        row = found.get(str(number))
        if row is None:
            yield score(pack, known, as_of, use=use, decided=decided)
            continue
        items = {code: row[f"item:{code}"] for code in pack.shown}
        reasons = tuple(one for place, one in enumerate(told) if row[f"against/{place}"])
        until = valid_until(result, row["eligible"], as_of)
        said = (row["level"], row["barred_until"], list(keys_of(pack, result, row)), until)
        yield Result(known.holder, row["eligible"], row["total"], items, reasons, (), *said)


def _accrued(pack: Pack, batch: Sequence[HolderFacts], as_of: date, apart: Counter[str]) -> Iterator[Result]:
    rows: list[Row] = []
    singly: set[int] = set()
    for number, known in enumerate(batch):
        events = [event for event in known.events if day_of(event.occurred_at) <= as_of]
        try:
            rows += event_rows(pack, str(number), events)
        except NotInColumns:
            singly.add(number)
    frame = accrual_frame(pack, event_frame(pack, rows), apart)
    sums = frame.group_by("holder").agg(pl.exclude("holder", "event").sum())
    found = {row["holder"]: row for row in sums.iter_rows(named=True)}
    left = single_items(pack)
    kinds = {item.on for item in pack.items if item.code in left}
    few = narrowed(pack, left)
    for number, known in enumerate(batch):
        if number in singly:
            apart["holders"] += 1
            yield score(pack, known, as_of)
            continue
        row = found.get(str(number), {})
        items = {code: row.get(f"item:{code}", 0) for code in pack.shown}
        if any(event.kind in kinds for event in known.events):
            apart["holders"] += 1
            items |= score(few, known, as_of).items
        yield Result(known.holder, None, paid(pack, items), items, (), ())
