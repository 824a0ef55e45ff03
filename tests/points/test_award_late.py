"""Late events, caps, a change of version and a closed period together, against a model of a few lines."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import settings
from sqlalchemy import text

from access.actors import Grant
from access.approvals import submit
from access.people_register import create_staff
from kernel.calendar import day_of, start_of
from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.sealed import KeyFile
from points.award import award
from points.events.model import EventDraft
from points.ledger.periods import close_period
from points.submission import Moved, Outcome, Submission
from points.verify import verify
from rules.governance.publish import publish
from rules.governance.registry import load_registry
from tests.builders import residents
from tests.programs import giving

CHANGED_ON, FIRST_DAY = date(2026, 11, 10), date(2026, 10, 25)
DAYS = 28
CAPS, GIVE = {1: (30, 90), 2: (20, 70)}, {1: 1, 2: 3}
"""By version: the most a day and a month, and the points a yuan."""


def pack(version: int) -> str:
    """The version's text."""
    day, month = CAPS[version]
    terms = f"caps: [{{per: day, most: {day}}}, {{per: month, most: {month}}}]"
    return giving(version=str(version), give=GIVE[version], terms=terms)


@dataclass(slots=True)
class Model:
    """What the rules say in words: the version of its own day, room as recorded, never a closed day's balance."""

    open_from: date | None = None
    standing: dict[str, tuple[date, int]] = field(default_factory=dict)

    def award(self, key: str, day: date, yuan: int) -> tuple[int, date]:
        """Record an event, or a correction under the same key: the points it gives, and from which day they count."""
        self.standing.pop(key, None)
        version = 1 if day < CHANGED_ON else 2
        most_a_day, most_a_month = CAPS[version]
        used = self.standing.values()
        today = sum(points for other, points in used if other == day)
        month = sum(points for other, points in used if (other.year, other.month) == (day.year, day.month))
        points = max(0, min(yuan * GIVE[version], most_a_day - today, most_a_month - month))
        self.standing[key] = (day, points)
        return points, max(day, self.open_from) if self.open_from else day


async def test_late_events_under_caps_over_a_version_change_and_a_closed_period_follow_the_model(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_both(database, clock)
    chance = random.Random(541)
    stages: list[date | None] = [None, date(2026, 11, 1), date(2026, 11, 15)]
    for closed_until in stages:
        if closed_until is not None:
            await close(database, clock, closed_until)
        rounds = max(1, settings().max_examples // len(stages))
        for person in await residents(database, clock, keys, rounds):
            await live(database, clock, person.holder_id, Model(closed_until), chance)
    async with database.transaction(Scope()) as session:
        assert (await verify(session, registry=await load_registry(session))).findings == []


async def publish_both(database: Database, clock: FixedClock) -> None:
    """The first version long ago, and the second one in time before the day from which it counts."""
    now, clock.at = clock.at, datetime(2026, 9, 1, tzinfo=clock.at.tzinfo)
    async with database.transaction(Scope()) as session:
        await publish(
            session, text=pack(1), approval_id=None, now=clock.now(), effective_from=FIRST_DAY - timedelta(days=90)
        )
        author_id = await create_staff(session, label="author", grants=[Grant("official")], now=clock.now())
        content = {"version": 2}
        approval_id = await submit(
            session, kind="rule_pack", object_id=uuid4(), content=content, author_id=author_id, now=clock.now(), data={}
        )
        await publish(session, text=pack(2), approval_id=approval_id, now=clock.now(), effective_from=CHANGED_ON)
    clock.at = now


async def close(database: Database, clock: FixedClock, to_on: date) -> None:
    async with database.transaction(Scope()) as session:
        await close_period(
            session,
            programme="giving",
            from_on=FIRST_DAY - timedelta(days=90),
            to_on=to_on,
            now=clock.now(),
            by=uuid4(),
            approval_id=uuid4(),
        )


async def live(database: Database, clock: FixedClock, holder_id: UUID, model: Model, chance: random.Random) -> None:
    """A dozen events of any day in any order, in batches of any size, some of them corrections, beside the model."""
    recorded: list[tuple[EventDraft, UUID]] = []
    expected: Counter[tuple[UUID, date]] = Counter()
    for _ in range(chance.randint(2, 5)):
        clock.advance(timedelta(seconds=1))
        if recorded and chance.random() < 0.4:
            place = chance.randrange(len(recorded))
            before, event_id = recorded.pop(place)
            drafts = [gift(holder_id, chance, key=before.business_key, corrects=event_id)]
        else:
            drafts = [gift(holder_id, chance) for _ in range(chance.randint(1, 5))]
        for draft, outcome in zip(drafts, await record(database, clock, drafts), strict=True):
            assert outcome.status == "recorded", outcome.findings
            [event] = outcome.events
            day = day_of(draft.occurred_at)
            points, counts_on = model.award(draft.business_key, day, int(draft.data["yuan"]))
            assert sum(one.amount for one in event.posted if one.point_kind == "volunteer-points") == points
            if points:
                expected[event.event_id, counts_on] += points
            recorded.append((draft, event.event_id))
    rows = await postings(database, holder_id)
    assert Counter({(row.event_id, day_of(row.effective_at)): row.amount for row in rows if row.amount > 0}) == expected
    assert all(row.effective_at >= start_of(model.open_from) for row in rows if model.open_from)
    assert sum(row.amount for row in rows) == sum(points for _, points in model.standing.values())
    about = {row.event_id: row.about_on for row in rows}
    assert all(about[event_id] == day_of(draft.occurred_at) for draft, event_id in recorded if event_id in about)


def gift(holder_id: UUID, chance: random.Random, *, key: str = "", corrects: UUID | None = None) -> EventDraft:
    at = start_of(FIRST_DAY + timedelta(days=chance.randrange(DAYS))) + timedelta(minutes=chance.randrange(1_440))
    return EventDraft(
        holder_id=holder_id,
        kind="charitable_donation",
        business_key=key or str(uuid4()),
        occurred_at=at,
        ended_at=at,
        evidence="imported",
        source="vendor:test",
        data={"yuan": chance.randint(1, 25)},
        corrects_event_id=corrects,
    )


async def record(database: Database, clock: FixedClock, drafts: list[EventDraft]) -> list[Outcome]:
    async with database.transaction(Scope()) as session:
        registry = await load_registry(session)
        submissions = [Submission((draft,)) for draft in drafts]
        outcomes = await award(session, submissions=submissions, now=clock.now(), registry=registry)
    assert not any(isinstance(outcome, Moved) for outcome in outcomes)
    return [outcome for outcome in outcomes if isinstance(outcome, Outcome)]


async def postings(database: Database, holder_id: UUID) -> list[tuple[UUID, int, datetime, date]]:
    query = text("""
        select event_id, amount, effective_at, about_on from postings
        where holder_id = :holder_id and point_kind = 'volunteer-points' order by seq
    """)
    async with database.transaction(Scope()) as session:
        return list((await session.execute(query, {"holder_id": holder_id})).all())  # type: ignore[arg-type]
