"""What has become due: lots past their date, holds past their time, points whose day has come. Batch by batch.

Each function ends at most so many in the caller's transaction and gives how many rows it found due; a caller goes
on while that is not zero. Each thing is ended under its holder's claim and is looked at again there, so two
sweepers, or a crash half-way, leave nothing doubled and nothing lost.
"""

from datetime import datetime
from uuid import UUID

from kernel.db import Session
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger.book import open_book
from points.ledger.holds import let_go, read_late, read_open
from points.ledger.pending import lapse, mature, read_waiting
from points.ledger.write import write


async def expire_lots(session: Session, *, now: datetime, most: int = 500) -> int:
    """Post what has lapsed of accounts whose next date has come. Never a point that was spent or is held."""
    rows = await session.execute(named(__file__, "due_accounts"), {"now": now, "most": most})
    holder_ids = [row.holder_id for row in rows]
    if holder_ids:
        await write(session, list((await open_book(session, holder_ids, now=now)).values()))
    return len(holder_ids)


async def expire_holds(session: Session, *, now: datetime, most: int = 500) -> int:
    """End holds past their time; what was held is back on its own lots. Vouchers' holds end with their vouchers."""
    due = await _due(session, "hold", now, most)
    if due:
        pages = await open_book(session, {holder_id for holder_id, _ in due}, now=now)
        still = await _still(session, due)
        found = (await read_open(session, pages, still)).values()
        await read_late(session, pages, found)
        for one in found:
            let_go(pages[one.hold.holder_id], one, "expired", by=None)
        await write(session, list(pages.values()))
    return len(due)


async def settle_pending(session: Session, *, now: datetime, most: int = 500) -> int:
    """Post points whose day has come, and end those that nobody confirmed in time."""
    due = await _due(session, "pending", now, most)
    if due:
        pages = await open_book(session, {holder_id for holder_id, _ in due}, now=now)
        still = await _still(session, due)
        for waiting in (await read_waiting(session, still)).values():
            if waiting.what == "matures":
                mature(pages[waiting.holder_id], waiting, "matured")
            else:
                lapse(pages[waiting.holder_id], waiting, "lapsed")
        await write(session, list(pages.values()))
    return len(due)


async def _due(session: Session, what: str, now: datetime, most: int) -> list[tuple[UUID, UUID]]:
    rows = await session.execute(named(__file__, "due"), {"what": what, "now": now, "most": most})
    return [(row.holder_id, row.due_id) for row in rows]


async def _still(session: Session, due: list[tuple[UUID, UUID]]) -> list[tuple[UUID, UUID]]:
    """Those that nobody ended before we claimed their holders."""
    bind = {
        "slices": [slice_of(holder_id) for holder_id, _ in due],
        "holder_ids": [holder_id for holder_id, _ in due],
        "due_ids": [due_id for _, due_id in due],
    }
    return [(row.holder_id, row.due_id) for row in await session.execute(named(__file__, "still_due"), bind)]
