"""Where a walk stands: holders, what the little model has of them, and how pages are written and held against it.

Knows no act but giving a lot. Must never look into a page: it compares what was written.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from kernel.calendar import day_of, start_of
from kernel.db import Session
from kernel.sql import named
from points.ledger import book
from points.ledger.book import open_book
from points.ledger.model import DEBT
from points.ledger.page import Page
from points.ledger.pending import earn
from points.ledger.periods import counts_from
from points.ledger.posting import read_accounts
from points.ledger.write import write
from tests.properties.ledger_model import Point, Points

BEGAN = datetime(2026, 11, 22, 6, tzinfo=UTC)
TITLE = {"zh": "散步", "en": "A walk"}
POLICIES: dict[str, tuple[int, int | None]] = {"dated": (0, None), "gracious": (3, 10), "idle": (2, None)}
"""The kinds walked over: days of grace, cap of the debt. Points of `idle` lapse with the account's inactivity only."""
Store = Callable[[], AbstractAsyncContextManager[Any]]


@dataclass(slots=True)
class Held:
    """An open hold, as the walk knows it."""

    holder_id: UUID
    kind: str
    hold_id: UUID
    points: list[Point]
    expires_at: datetime


@dataclass(slots=True)
class Done:
    """A transaction that may be undone: a lot granted, or points spent."""

    holder_id: UUID
    kind: str
    transaction_id: UUID
    lot: int | None
    count: int
    points: list[Point]
    award: bool = False
    undone: bool = False


@dataclass(slots=True)
class Waits:
    """Points that wait to be posted."""

    holder_id: UUID
    kind: str
    pending_id: UUID
    matures: bool
    due_at: datetime
    count: int
    until: datetime | None


@dataclass(slots=True)
class Ground:
    """A few holders over one store, with the model of each."""

    store: Store
    holder_ids: list[UUID]
    chance: Random
    programme: str = "walk"
    now: datetime = BEGAN
    closed: dict[str, date] = field(default_factory=dict)
    points: dict[tuple[UUID, str], Points] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    waits: list[Waits] = field(default_factory=list)
    moved: dict[tuple[UUID, UUID], dict[str, set[int]]] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)

    @property
    def contra(self) -> str:
        return f"issuance:{self.programme}"

    async def open(self, session: Session, *holder_ids: UUID, kinds: tuple[str, ...] = ()) -> list[Page]:
        pages = await open_book(session, holder_ids, now=self.now, kinds=kinds)
        self.lapse(*holder_ids)
        return [pages[holder_id] for holder_id in holder_ids]

    def lapse(self, *holder_ids: UUID) -> None:
        for holder_id in holder_ids:
            for kind in POLICIES:
                self.points[holder_id, kind].lapse(self.now)

    async def close(self, session: Session, *pages: Page) -> None:
        """Write the pages, and hold what stands against the model."""
        for page in pages:
            drafts = [posting.draft for posting in page.postings]
            awards = {draft.transaction_id for draft in drafts if draft.contra == self.contra}
            for draft in drafts:
                if draft.transaction_id in awards and (open_from := self.closed.get(self.programme)):
                    assert draft.effective_at >= start_of(open_from), "a closed period moved"
        await write(session, pages)
        for page in pages:
            await self.compare(session, page.holder_id)

    async def compare(self, session: Session, holder_id: UUID) -> None:
        accounts = {account.point_kind: account for account in await read_accounts(session, [holder_id])}
        for kind, account in accounts.items():
            if kind.startswith(DEBT):
                assert account.posted == self.points[holder_id, kind.removeprefix(DEBT)].owed, kind
                continue
            mine = self.points[holder_id, kind]
            held = sum(len(one.points) for one in self.held if (one.holder_id, one.kind) == (holder_id, kind))
            free = mine.at("free")
            assert (account.posted, account.held) == (len(free) + held, held), kind
            assert account.posted - account.held >= account.floor == mine.floor, kind
            bind = {"slices": [holder_id.int & 1023], "holder_ids": [holder_id], "point_kinds": [kind], "froms": [1]}
            rows = await session.execute(named(book.__file__, "open_lots"), bind)
            found = [(row.remaining, row.expires_at) for row in sorted(rows, key=lambda row: row.seq)]
            lots = sorted({point.lot for point in free})
            assert found == [(sum(point.lot == lot for point in free), mine.until[lot]) for lot in lots], kind

    def anyone(self) -> tuple[UUID, str]:
        return self.chance.choice(self.holder_ids), self.chance.choice(list(POLICIES))

    def later(self, kind: str) -> datetime | None:
        """Until when a lot lives that comes back now, past its date."""
        days = POLICIES[kind][0]
        return start_of(day_of(self.now) + timedelta(days=days + 1)) if days else None

    def until(self, kind: str) -> datetime | None:
        """A date for a new lot; what is told late may be past it already."""
        if kind == "idle" or self.chance.random() < 0.1:
            return None
        return self.now + timedelta(hours=self.chance.randint(-24, 200))

    def give(self, page: Page, kind: str, transaction_id: UUID, contra: str) -> None:
        holder_id, count, until = page.holder_id, self.chance.randint(1, 12), self.until(kind)
        at = self.now - timedelta(hours=self.chance.choice([0, 0, 5, 200, 2000]))
        page.credit(
            kind, count, lot_expires_at=until, transaction_id=transaction_id, contra=contra, title=TITLE,
            reason="walk", about_on=day_of(at),
            event_id=page.mint(), case_id=None if contra == self.contra else page.mint(),
            effective_at=counts_from(self.closed, self.programme, day_of(at), at),
        )  # fmt: skip
        mine = self.points[holder_id, kind]
        lot, paid = mine.grant(count, until, self.now)
        if kind == "idle" and contra != "adjustment":
            earn(page, kind, day_of(self.now) + timedelta(days=4))
            mine.inactive = start_of(day_of(self.now) + timedelta(days=4))
        self.done.append(Done(holder_id, kind, transaction_id, lot, count, paid, contra == self.contra))
