"""What has become due: lots past their date, holds past their time, points whose day has come.

Three matters, each with two functions: one finds what is due, by an index of what is still open, the other ends it in
the caller's transaction. Each thing is looked at again under its holder's claim, so two sweepers, a crash half-way
or a clock set back leave nothing doubled and nothing lost. Vouchers' holds end with their vouchers, not here.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from kernel.db import Session
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger.book import Book, open_book
from points.ledger.holds import let_go, read_late, read_open
from points.ledger.pending import lapse, mature, read_waiting
from points.ledger.periods import read_closed
from points.ledger.write import write


class Due(NamedTuple):
    """A hold or points that wait, of one holder."""

    holder_id: UUID
    due_id: UUID

    def __str__(self) -> str:
        return f"{self.holder_id}/{self.due_id}"


async def due_holders(session: Session, *, now: datetime, most: int = 500, but: Collection[UUID] = ()) -> list[UUID]:
    """Holders of whom something may have lapsed, slice by slice; without those in `but`."""
    rows = await session.execute(named(__file__, "due_accounts"), {"now": now, "most": most, "but": list(but)})
    return [row.holder_id for row in rows]


async def expire_lots(session: Session, holder_ids: Collection[UUID], *, now: datetime) -> None:
    """Post what has lapsed of these holders' lots. Never a point that was spent or is held."""
    await write(session, list((await open_book(session, holder_ids, now=now)).values()))


async def due_holds(session: Session, *, now: datetime, most: int = 500, but: Collection[Due] = ()) -> list[Due]:
    """Holds past their time, slice by slice; without those in `but`, and without vouchers'."""
    return await _due(session, "hold", now, most, but)


async def expire_holds(session: Session, due: Sequence[Due], *, now: datetime) -> None:
    """End these holds where they are still open and due; what was held is back on its own lots."""
    pages, still = await _claim(session, due, now)
    found = (await read_open(session, pages, still)).values()
    await read_late(session, pages, found)
    for one in found:
        let_go(pages[one.hold.holder_id], one, "expired", by=None)
    await write(session, list(pages.values()))


async def due_pending(session: Session, *, now: datetime, most: int = 500, but: Collection[Due] = ()) -> list[Due]:
    """Points whose day has come, or that nobody confirmed in time, slice by slice; without those in `but`."""
    return await _due(session, "pending", now, most, but)


async def settle_pending(session: Session, due: Sequence[Due], *, now: datetime) -> None:
    """Post these points, or end them unconfirmed, where they still wait and are due."""
    pages, still = await _claim(session, due, now)
    closed = await read_closed(session)
    for waiting in (await read_waiting(session, still)).values():
        if waiting.what == "matures":
            mature(pages[waiting.holder_id], waiting, "matured", closed=closed)
        else:
            lapse(pages[waiting.holder_id], waiting, "lapsed")
    await write(session, list(pages.values()))


async def _due(session: Session, what: str, now: datetime, most: int, but: Collection[Due]) -> list[Due]:
    bind = {"what": what, "now": now, "most": most, "but": [one.due_id for one in but]}
    return [Due(row.holder_id, row.due_id) for row in await session.execute(named(__file__, "due"), bind)]


async def _claim(session: Session, due: Sequence[Due], now: datetime) -> tuple[Book, list[Due]]:
    """The holders' pages, and what nobody ended before we claimed them."""
    pages = await open_book(session, {one.holder_id for one in due}, now=now)
    bind = {
        "slices": [slice_of(one.holder_id) for one in due],
        "holder_ids": [one.holder_id for one in due],
        "due_ids": [one.due_id for one in due],
        "now": now,
    }
    rows = await session.execute(named(__file__, "still_due"), bind)
    return pages, [Due(row.holder_id, row.due_id) for row in rows]
