"""Drawn histories of a few holders: stored as the ledger stores them, and told to the rules by plain Python.

Late, reversed and corrected events, merged registers, relatives' events. The Python side is the reference: it must
never ask the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text

from kernel.db import Session
from kernel.ids import mint, mint_beside
from points.events.model import EventDraft
from points.events.record import Decided, record
from rules.engine.model import EventView
from rules.engine.reads import Past
from rules.engine.tree import (
    AllOf,
    Amount,
    AnyOf,
    Compare,
    Comparison,
    Condition,
    Count,
    EvidenceIn,
    Extreme,
    Fade,
    IfThen,
    Lasting,
    Measured,
    NoneOf,
    SomeOf,
    Streak,
    Sum,
    Values,
)
from rules.engine.windows import CalendarWindow, DatesWindow, LastWindow, Period, Window

BEGAN = datetime(2024, 2, 27, 16, tzinfo=UTC)
"""Midnight in Shanghai, two days before a leap day."""
DAYS = 1_100
EVER = datetime.max.replace(tzinfo=UTC)
PLACES, EVIDENCE = ("in_city", "elsewhere"), ("scanned_twice", "imported", "declared")
WHOSE = ("", "", "", "", "", "spouse")
UNITS: tuple[Literal["years", "months", "days"], ...] = ("years", "months", "days")
RUNS: tuple[Literal["total", "latest", "longest"], ...] = ("total", "latest", "longest")
PERIODS: tuple[Period, ...] = ("day", "month", "quarter", "year")
TESTS = (Comparison.IS, Comparison.AT_LEAST, Comparison.AT_MOST, Comparison.ABOVE, Comparison.BELOW)


@dataclass(frozen=True, slots=True)
class Event:
    """One event: when it happened and was recorded, and when it was undone, if it was."""

    kind: str
    occurred_at: datetime
    ended_at: datetime
    recorded_at: datetime
    evidence: str
    data: dict[str, Any]
    undone_at: datetime | None
    merged: bool  # recorded of a register that was merged into the holder's


@dataclass(slots=True)
class Holder:
    """A holder with facts and a past; `merged_at`: when another register became the holder's own, and until when."""

    facts: dict[str, Any]
    past: list[Event]
    merged: tuple[datetime, datetime | None] | None
    holder_id: UUID = field(default_factory=lambda: mint(BEGAN))
    other_id: UUID = field(default_factory=lambda: mint(BEGAN))

    def events(self, known_at: datetime) -> list[EventView]:
        """What the rules are told of this past: what stood at an instant, in recorded order."""
        since, until = self.merged or (EVER, EVER)
        there = since <= known_at and (until is None or known_at < until)
        standing = [
            one
            for one in self.past
            if one.recorded_at <= known_at
            and (one.undone_at is None or one.undone_at > known_at)
            and (there or not one.merged)
        ]
        return [
            EventView(one.kind, one.occurred_at, one.ended_at, one.evidence, one.data, one.data.get("whose", ""))
            for one in sorted(standing, key=lambda one: one.recorded_at)
        ]


def holder(chance: Random) -> Holder:
    """A holder of up to a dozen events; one in four had another register merged into it for a while, or for ever."""
    facts: dict[str, Any] = {}
    for name, value in (("age", chance.randint(0, 90)), ("spouse.age", chance.randint(0, 90)), ("education", "other")):
        if chance.random() < 0.6:
            facts[name] = value
    merged = None
    if chance.random() < 0.25:
        since = _instant(chance)
        merged = (since, chance.choice([None, since + timedelta(days=300)]))
    return Holder(
        facts, [_event(chance, number, merged is not None) for number in range(chance.randint(0, 12))], merged
    )


def _instant(chance: Random) -> datetime:
    return BEGAN + timedelta(days=chance.randint(0, DAYS), minutes=chance.choice([0, 1, 600, 1439]))


def _event(chance: Random, number: int, merges: bool) -> Event:
    """One event; each is recorded at an instant of its own, so that their order is plain."""
    at = _instant(chance)
    length = timedelta(days=chance.choice([0, 0, 1, 27, 31, 90, 400]), minutes=chance.choice([0, 90]))
    recorded_at = at + length + timedelta(days=chance.choice([0, 1, 45]), microseconds=number)
    undone_at = recorded_at + timedelta(days=chance.choice([3, 200])) if chance.random() < 0.2 else None
    values = {
        "minutes": (0.9, [1, 50, 120, 121, 1440]),
        "place": (0.7, PLACES),
        "whose": (0.2, ["spouse"]),
    }
    data = {name: chance.choice(found) for name, (share, found) in values.items() if chance.random() < share}
    kind = chance.choice(["service", "service", "service", "blood_donation"])
    merged = merges and chance.random() < 0.5
    return Event(kind, at, at + length, recorded_at, chance.choice(EVIDENCE), data, undone_at, merged)


def condition(chance: Random, deep: int = 0) -> Condition:
    """A condition on an event, up to three levels deep."""
    if deep < 3 and chance.random() < 0.5:
        parts = tuple(condition(chance, deep + 1) for _ in range(chance.randint(1, 3)))
        return chance.choice(
            [
                AllOf(parts),
                AnyOf(parts),
                NoneOf(parts),
                SomeOf(chance.randint(1, len(parts)), parts),
                IfThen(parts[0], parts[-1], chance.choice([None, parts[0]])),
            ]
        )
    test = chance.choice(TESTS)
    number = Amount(Fraction(chance.choice(["0", "1", "49.5", "50", "120", "121", "1440", "1/3"])))
    return chance.choice(
        [
            EvidenceIn(tuple(chance.sample(EVIDENCE, chance.randint(1, 2)))),
            Compare("data", "minutes", test, number),
            Compare("data", "place", Comparison.IS, chance.choice(PLACES)),
            Compare("data", chance.choice(["place", "minutes"]), Comparison.IN, PLACES),
            Compare("data", "place", Comparison.IS, True),
            Compare("fact", "age", test, Amount(Fraction(40)), chance.choice(WHOSE)),
            Compare("fact", "education", Comparison.IS, "other"),
            Measured(Count(kind="blood_donation"), Comparison.AT_LEAST, Amount(Fraction(chance.randint(0, 2)))),
        ]
    )


def window(chance: Random) -> Window | None:
    """A window of any kind, or none."""
    one, other = sorted((BEGAN + timedelta(days=chance.randint(0, DAYS))).date() for _ in range(2))
    ending = chance.choice([None, None, "month", "year", "05-31"])
    return chance.choice(
        [
            None,
            LastWindow(chance.choice(UNITS), chance.randint(1, 14), ending),
            LastWindow("years", chance.randint(1, 3), ending),
            DatesWindow(one, other),
            CalendarWindow(chance.choice(["year", "quarter", "month"]), chance.randint(0, 3)),
        ]
    )


def quantity(chance: Random) -> Past:
    """A quantity of past events of any kind."""
    of: dict[str, Any] = {
        "kind": chance.choice(["service", "service", "blood_donation"]),
        "within": window(chance),
        "where": condition(chance) if chance.random() < 0.5 else None,
        "distinct": chance.choice([None, None, "place", "minutes"]),
        "whose": chance.choice(WHOSE),
    }
    per, period = chance.choice([None, *PERIODS]), chance.choice(PERIODS)
    fades = tuple(Fade(chance.randint(1, 30), chance.randint(0, 99)) for _ in range(chance.randint(0, 3)))
    return chance.choice(
        [
            Count(**of, per=per),
            Sum(**of, name="minutes", per=per, each=chance.choice([None, 100]), fades=fades),
            Extreme(**of, name="minutes", which=chance.choice(["greatest", "least"])),
            Values(**of, name=chance.choice(["place", "minutes"])),
            Streak(**of, period=period),
            Lasting(**of, unit=chance.choice(UNITS), gap=chance.randint(0, 4), run=chance.choice(RUNS)),
        ]
    )


_HOLDERS = text("""
    insert into holders (slice, holder_id, kind, subject_handle, last_recorded_at)
    select slice_of(holder_id), holder_id, 'resident', cast(:handle as bytea), now()
    from unnest(cast(:holder_ids as uuid[])) as w (holder_id)
""")
_ALIASES = text("""
    insert into holder_aliases (slice, holder_id, alias_of, since, ended_at)
    select slice_of(w.holder_id), w.*
    from unnest(
        cast(:others as uuid[]), cast(:holder_ids as uuid[]), cast(:sinces as timestamptz[]),
        cast(:ends as timestamptz[])
    ) as w (holder_id, alias_of, since, ended_at)
""")
_UNDONE = text("""
    insert into corrections
        (slice, holder_id, corrected_transaction_id, transaction_id, kind, recorded_at, event_id)
    select slice_of(w.holder_id), w.holder_id, w.event_id, w.event_id, 'reversal', w.at, w.event_id from unnest(
        cast(:holder_ids as uuid[]), cast(:event_ids as uuid[]), cast(:ats as timestamptz[])
    ) as w (holder_id, event_id, at)
""")


async def store(session: Session, people: Sequence[Holder]) -> None:
    """Write these holders with their pasts."""
    ids = [one for holder in people for one in (holder.holder_id, holder.other_id)]
    await session.execute(_HOLDERS, {"holder_ids": ids, "handle": b""})
    merged = [(one.other_id, one.holder_id, *one.merged) for one in people if one.merged]
    names = ("others", "holder_ids", "sinces", "ends")
    columns = zip(*merged, strict=True) if merged else [[] for _ in names]
    await session.execute(_ALIASES, dict(zip(names, map(list, columns), strict=True)))
    told = [(holder.other_id if one.merged else holder.holder_id, one) for holder in people for one in holder.past]
    decided = [_decided(holder_id, one) for holder_id, one in told]
    if not decided:
        return
    await record(session, decided)
    undone = [
        (own, event.event_id, one.undone_at) for (own, one), event in zip(told, decided, strict=True) if one.undone_at
    ]
    columns = zip(*undone, strict=True) if undone else [[], [], []]
    await session.execute(_UNDONE, dict(zip(("holder_ids", "event_ids", "ats"), map(list, columns), strict=True)))


def _decided(holder_id: UUID, one: Event) -> Decided:
    event_id = mint_beside(holder_id, one.recorded_at)
    draft = EventDraft(
        holder_id, one.kind, str(event_id), one.occurred_at, one.ended_at, one.evidence, "department", one.data
    )
    return Decided(draft, event_id, one.recorded_at, {}, b"", event_id)
