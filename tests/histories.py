"""A holder's eventful life in the ledger, drawn by chance, and its balances worked out again in plain Python.

Everything goes through the ledger's own acts; the clock of the hall moves on between them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kernel.db import Session
from points.ledger.book import open_book
from points.ledger.holds import capture, expire, hold, release
from points.ledger.periods import read_closed
from points.ledger.refusals import AlreadyCorrected, NotReversible, PointsInsufficient
from points.ledger.reversal import read_transactions, reverse
from points.ledger.write import write
from tests.hall import Hall

KIND = "volunteer-points"
TITLE = {"zh": "测试", "en": "Test"}
GRACE_DAYS = 20


async def live(hall: Hall, holder_id: UUID, *, seed: int, steps: int) -> None:
    """So many acts, hours to weeks apart: credits counted late or at once, holds and all their ends, reversals."""
    chance = Random(seed)
    await hall.publish()
    async with hall.transaction() as session:
        await session.execute(text("update point_kinds set grace_days = :days"), {"days": GRACE_DAYS})
    holds: list[UUID] = []
    done: list[UUID] = []
    for _ in range(steps):
        hall.clock.advance(timedelta(minutes=chance.randint(1, 20_000)))
        act = chance.choice(("credit", "credit", "hold", "end", "end", "reverse"))
        async with hall.transaction() as session:
            if act == "credit":
                done.append(await _credit(session, hall.now, holder_id, chance))
            elif act == "hold":
                holds += await _hold(session, hall.now, holder_id, chance)
            elif act == "end" and holds:
                done += await _end(session, hall.now, holder_id, holds.pop(chance.randrange(len(holds))), chance)
            elif act == "reverse" and done:
                await _reverse(session, hall.now, holder_id, chance.choice(done))


async def _credit(session: Session, now: datetime, holder_id: UUID, chance: Random) -> UUID:
    page = (await open_book(session, [holder_id], now=now, kinds=[KIND]))[holder_id]
    effective_at = now - timedelta(days=chance.choice((0, 0, 3, 40)))
    transaction_id = page.mint()
    page.credit(
        KIND,
        chance.randint(1, 50),
        lot_expires_at=chance.choice((None, effective_at + timedelta(days=chance.randint(45, 200)))),
        transaction_id=transaction_id,
        contra="issuance:volunteering",
        title=TITLE,
        reason="service",
        effective_at=effective_at,
    )
    await write(session, [page])
    return transaction_id


async def _hold(session: Session, now: datetime, holder_id: UUID, chance: Random) -> list[UUID]:
    about = {"purpose": "test", "expires_at": now + timedelta(days=90), "now": now}
    try:
        held = await hold(session, holder_id=holder_id, point_kind=KIND, amount=chance.randint(1, 60), **about)
    except PointsInsufficient:
        return []
    return [held.hold_id]


async def _end(session: Session, now: datetime, holder_id: UUID, hold_id: UUID, chance: Random) -> list[UUID]:
    way = chance.choice(("captured", "part", "released", "expired"))
    if way == "released":
        await release(session, holder_id=holder_id, hold_id=hold_id, now=now, by=None)
    elif way == "expired":
        await expire(session, holder_id=holder_id, hold_id=hold_id, now=now)
    else:
        amount = 1 if way == "part" else None
        about = {"contra": "redemption:shop", "title": TITLE, "now": now, "by": None, "amount": amount}
        return [await capture(session, holder_id=holder_id, hold_id=hold_id, **about)]
    return []


async def _reverse(session: Session, now: datetime, holder_id: UUID, transaction_id: UUID) -> None:
    pages = await open_book(session, [holder_id], now=now, kinds=[KIND])
    try:
        found = await read_transactions(session, pages, [(holder_id, transaction_id)])
    except (AlreadyCorrected, NotReversible):
        return
    page = pages[holder_id]
    reverse(page, transaction_id, found[transaction_id], closed=await read_closed(session), approval_id=page.mint())
    await write(session, [page])


@dataclass(frozen=True, slots=True)
class Rows:
    """Every row of one holder, as Postgres keeps it."""

    postings: list[Any]
    lots: dict[tuple[str, int], Any]
    uses: list[Any]
    holds: list[Any]

    @property
    def instants(self) -> list[datetime]:
        """The moments at which something was recorded, counted or lapsed: where an answer may be off by one."""
        found = {at for row in self.postings for at in (row.effective_at, row.recorded_at, row.lot_expires_at) if at}
        return sorted(
            found | {row.held_at for row in self.holds} | {row.ended_at for row in self.holds if row.ended_at}
        )

    def balance(self, kind: str, as_of: datetime, known_at: datetime) -> tuple[int, int]:
        """Posted (without what lies past its date) and held, by the definition alone."""
        counted = [
            row
            for row in self.postings
            if row.point_kind == kind and row.effective_at <= as_of and row.recorded_at <= known_at
        ]
        lapsed = sum(
            self._remaining(row, known_at)
            for row in counted
            if row.amount > 0 and (date := self._date(row, known_at)) is not None and date <= as_of
        )
        seen = min(as_of, known_at)
        held = sum(
            row.amount
            for row in self.holds
            if row.point_kind == kind and row.held_at <= seen and (row.ended_at is None or row.ended_at > seen)
        )
        return sum(row.amount for row in counted) - lapsed, held

    def _uses(self, row: Any, known_at: datetime) -> Iterable[Any]:
        place = (row.point_kind, row.seq)
        return (use for use in self.uses if (use.point_kind, use.lot_seq) == place and use.recorded_at <= known_at)

    def _remaining(self, row: Any, known_at: datetime) -> int:
        return max(0, row.amount + sum(use.amount for use in self._uses(row, known_at)))

    def _date(self, row: Any, known_at: datetime) -> datetime | None:
        lot = self.lots.get((row.point_kind, row.seq))
        own = row.lot_expires_at
        if own is not None and lot is not None and lot.extended_to is not None:
            late = [use for use in self._uses(row, known_at) if use.amount > 0 and use.recorded_at >= own]
            return lot.extended_to if late else own
        return own


async def rows_of(session: Session, holder_id: UUID) -> Rows:
    """All that is stored about one holder's points."""

    async def read(query: str) -> list[Any]:
        return list((await session.execute(text(query), {"holder_id": holder_id})).all())

    return Rows(
        await read("select * from postings where holder_id = :holder_id"),
        {(row.point_kind, row.seq): row for row in await read("select * from lots where holder_id = :holder_id")},
        await read("select * from lot_uses where holder_id = :holder_id"),
        await read(
            "select h.*, e.ended_at from holds h left join hold_ends e using (slice, holder_id, hold_id)"
            " where holder_id = :holder_id"
        ),
    )


def draw_instants(rows: Rows, chance: Random, count: int, last: datetime) -> list[tuple[datetime, datetime]]:
    """Pairs (as_of, known_at): half of all at the very instant at which something changes, or a microsecond before."""
    instants = [at for at in rows.instants if at <= last]
    span = (last - instants[0]) / timedelta(seconds=1)

    def one() -> datetime:
        if chance.random() < 0.5:
            return chance.choice(instants) - timedelta(microseconds=chance.randint(0, 1))
        return instants[0] + timedelta(seconds=chance.uniform(0, span))

    return [(one(), one()) for _ in range(count)]
