"""Clients at once over two pools of one database: what they heard is explained by what was written, in its order."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kernel.clock import SystemClock
from kernel.db import Database, Scope
from kernel.postgres import Server
from kernel.sealed import KeyFile
from points.intake import Intake
from points.ledger.book import open_book
from points.ledger.holds import capture, hold, release
from points.ledger.refusals import AlreadyCorrected, HoldEnded, PointsInsufficient
from points.ledger.reversal import read_transactions, reverse
from points.ledger.statement import balances
from points.ledger.write import write
from points.submission import Submission
from tests.builders import publish_volunteering, residents, service
from tests.journeys.history import Answer, Asked, Effect, check

KIND = "volunteer-points"
TITLE = {"zh": "换领", "en": "Redeemed"}


@dataclass(slots=True)
class Clients:
    """Many clients over a few holders, through two processes' worth of connections; all they ask and hear is kept."""

    databases: list[Database]
    intakes: list[Intake]
    holder_ids: list[UUID]
    chance: Random
    history: list[Asked] = field(default_factory=list)
    held: list[tuple[UUID, UUID, str, int]] = field(default_factory=list)
    given: list[tuple[UUID, UUID, str]] = field(default_factory=list)
    days: int = 0

    async def run(self, clients: int, requests: int) -> None:
        async def one(number: int) -> None:
            for _ in range(requests):
                acts = [self.award] * 4 + [self.hold] * 3 + [self.end] * 3 + [self.reverse, self.read, self.read]
                await self.chance.choice(acts)(number % 2, self.chance.choice(self.holder_ids))

        await asyncio.gather(*(one(number) for number in range(clients)))

    async def ask(self, holder_id: UUID, act: str, key: str, does: Callable[[], Coroutine[Any, Any, Answer]]) -> None:
        """Ask and keep what was heard; now and then a client hangs up before the answer."""
        asked = Asked(holder_id, act, key, time.monotonic())
        place = len(self.history)
        self.history.append(asked)
        hangs_up = act == "award" and self.chance.random() < 0.1
        try:
            async with asyncio.timeout(0.002 if hangs_up else None):
                answer = await asyncio.shield(does())
        except TimeoutError:
            return
        except PointsInsufficient as refused:
            answer = {"refused": int(str(refused.values["available"]))}
        except (HoldEnded, AlreadyCorrected):
            answer = {"before": 1}
        except DBAPIError as error:
            # Who stands between two batches that meet may be chosen to give way: told as busy, and undone.
            if getattr(error.orig, "sqlstate", None) != "40P01":
                raise
            answer = {"busy": 1}
        self.history[place] = replace(asked, answered_at=time.monotonic(), answer=answer)

    async def award(self, pool: int, holder_id: UUID) -> None:
        self.days += 1
        ended_at = datetime.now(UTC) - timedelta(days=self.days % 400 + 1, hours=2 * (self.days // 400))
        draft = service(holder_id, ended_at=ended_at, minutes=60)

        async def give() -> Answer:
            outcome = await self.intakes[pool].submit(Submission((draft,)))
            [posted] = [one for one in outcome.events[0].posted if one.point_kind == KIND and one.amount > 0]
            self.given.append((holder_id, posted.transaction_id, draft.business_key))
            return {"given": posted.amount, "after": posted.balance_after}

        await self.ask(holder_id, "award", draft.business_key, give)

    async def hold(self, pool: int, holder_id: UUID) -> None:
        purpose, amount, now = str(uuid4()), self.chance.randint(1, 25), datetime.now(UTC)

        async def set_aside() -> Answer:
            async with self.databases[pool].transaction(Scope()) as session:
                new = await hold(
                    session, holder_id=holder_id, point_kind=KIND, amount=amount, purpose=purpose,
                    expires_at=now + timedelta(days=1), now=now,
                )  # fmt: skip
            self.held += [(holder_id, new.hold_id, purpose, amount)] * 2  # two clients will try to end it
            return {"held": amount}

        await self.ask(holder_id, "hold", purpose, set_aside)

    async def end(self, pool: int, _: UUID) -> None:
        if not self.held:
            return
        holder_id, hold_id, purpose, amount = self.held.pop(self.chance.randrange(len(self.held)))
        part = self.chance.choice([0, amount, self.chance.randint(1, amount)])

        async def finish() -> Answer:
            about: dict[str, Any] = {"holder_id": holder_id, "hold_id": hold_id, "now": datetime.now(UTC), "by": None}
            async with self.databases[pool].transaction(Scope()) as session:
                if part:
                    await capture(session, contra="redemption:shop", title=TITLE, amount=part, **about)
                else:
                    await release(session, **about)
            return {"captured": part}

        await self.ask(holder_id, "end", purpose, finish)

    async def reverse(self, pool: int, _: UUID) -> None:
        if not self.given:
            return
        holder_id, transaction_id, key = self.chance.choice(self.given[-20:])

        async def undo() -> Answer:
            async with self.databases[pool].transaction(Scope()) as session:
                pages = await open_book(session, [holder_id], now=datetime.now(UTC))
                lines = await read_transactions(session, pages, [(holder_id, transaction_id)])
                done = reverse(pages[holder_id], transaction_id, lines[transaction_id], closed={})
                await write(session, list(pages.values()))
            return {"owed": done.owed}

        await self.ask(holder_id, "reversal", key, undo)

    async def read(self, pool: int, holder_id: UUID) -> None:
        async def look() -> Answer:
            async with self.databases[pool].transaction(Scope()) as session:
                found = await balances(session, holder_id=holder_id, now=datetime.now(UTC))
            mine = [one for one in found if one.point_kind == KIND]
            return {"posted": sum(one.posted for one in mine), "held": sum(one.held for one in mine)}

        await self.ask(holder_id, "read", str(uuid4()), look)


_EFFECTS = text("""
    select p.holder_id, 'award' as act, e.business_key as key, p.recorded_at, p.amount, p.balance_after as after
    from postings p join events e using (slice, holder_id, event_id)
    where p.point_kind = :kind and p.contra like 'issuance:%' and p.reason not like 'reversal:%'
    union all
    select h.holder_id, 'hold', h.purpose, h.held_at, h.amount, null from holds h
    union all
    select h.holder_id, 'end', h.purpose, x.ended_at, x.captured, null
    from hold_ends x join holds h using (slice, holder_id, hold_id)
    union all
    select c.holder_id, 'reversal', e.business_key, c.recorded_at, coalesce((
        select -sum(p.amount) from postings p
        where (p.slice, p.holder_id, p.transaction_id) = (c.slice, c.holder_id, c.transaction_id)
            and p.point_kind = :kind and p.contra like 'issuance:%'
    ), 0), null
    from corrections c join events e using (slice, holder_id, event_id)
""")


async def written(database: Database) -> tuple[list[Effect], dict[UUID, Answer]]:
    """What the ledger says it did, and where its accounts stand."""
    async with database.transaction(Scope()) as session:
        effects = [Effect(*row) for row in await session.execute(_EFFECTS, {"kind": KIND})]
        query = text("select holder_id, posted, held from accounts where point_kind = :kind")
        ends = {row[0]: {"posted": row[1], "held": row[2]} for row in await session.execute(query, {"kind": KIND})}
    return effects, ends


@dataclass(slots=True)
class Recorded:
    """A run: what was asked and heard, what was written, where the accounts ended."""

    history: list[Asked]
    effects: list[Effect]
    ends: dict[UUID, Answer]

    def faults(self) -> list[str]:
        return check(self.history, self.effects, self.ends)

    def one(self, act: str, place: int = 3) -> Effect:
        """An effect whose client was told of it."""
        told = {(one.act, one.key) for one in self.history if one.acknowledged}
        return [effect for effect in self.effects if effect.act == act and effect.named in told][place]


async def a_run(fresh: Server, keys: KeyFile, clients: int, requests: int) -> Recorded:
    databases = [Database(fresh.app_url) for _ in range(2)]
    try:
        await publish_volunteering(databases[0], SystemClock())
        people = await residents(databases[0], SystemClock(), keys, 3)
        intakes = [Intake(database, SystemClock()) for database in databases]
        found = Clients(databases, intakes, [one.holder_id for one in people], Random(7))
        await found.run(clients, requests)
        for intake in intakes:
            await intake.close()
        return Recorded(found.history, *await written(databases[1]))
    finally:
        for database in databases:
            await database.close()


async def test_what_clients_heard_is_explained_by_what_was_written(fresh: Server, keys: KeyFile, gates: bool) -> None:
    run = await a_run(fresh, keys, 16, 400 if gates else 30)
    assert run.faults() == []
    acts = {one.act for one in run.effects}
    assert acts == {"award", "hold", "end", "reversal"}
    assert any(one.answered_at is None for one in run.history)
    assert any(one.answer and "refused" in one.answer for one in run.history)


def lost(run: Recorded) -> None:
    """An award that was acknowledged is not there."""
    gone = run.one("award")
    run.effects.remove(gone)
    run.ends[gone.holder_id]["posted"] -= gone.amount


def doubled(run: Recorded) -> None:
    """An award stands twice."""
    one = run.one("award")
    run.effects.append(replace(one, recorded_at=one.recorded_at + timedelta(days=1)))
    run.ends[one.holder_id]["posted"] += one.amount


def overspent(run: Recorded) -> None:
    """A hold took more than was there."""
    one = run.one("hold", -1)
    run.effects[run.effects.index(one)] = replace(one, amount=one.amount + 10_000)
    run.effects = [e for e in run.effects if e.named != ("end", one.key)]
    run.history = [e for e in run.history if (e.act, e.key) != ("end", one.key)]


def released_twice(run: Recorded) -> None:
    """A hold gave its points back two times."""
    one = run.one("end")
    run.effects.append(replace(one, recorded_at=one.recorded_at + timedelta(microseconds=1)))


def stale(run: Recorded) -> None:
    """A client reads a balance that another had heard to be past."""
    asked = max(one.asked_at for one in run.history) + 1
    award = run.one("award", -1)
    run.history.append(Asked(award.holder_id, "read", "x", asked, asked + 1, {"posted": -1 + award.amount, "held": 0}))


def taken_too_much(run: Recorded) -> None:
    """A reversal took what it should have let owe."""
    one = run.one("reversal", 0)
    run.effects[run.effects.index(one)] = replace(one, amount=one.amount + 1)
    run.ends[one.holder_id]["posted"] -= 1


SEEDED = {lost: "not there", doubled: "times", overspent: "more is held", released_twice: "had ended",
          stale: "nothing explains", taken_too_much: "another amount"}  # fmt: skip


async def test_each_of_six_seeded_faults_is_found(fresh: Server, keys: KeyFile) -> None:
    clean = await a_run(fresh, keys, 8, 30)
    for fault, words in SEEDED.items():
        run = Recorded(list(clean.history), list(clean.effects), {one: dict(end) for one, end in clean.ends.items()})
        assert run.faults() == []
        fault(run)
        assert any(words in said for said in run.faults()), (fault.__name__, run.faults()[:5])
