"""Close a programme's period, under an approval: what was published of it never moves again."""

from uuid import UUID

from sqlalchemy import text

from kernel.db import Session
from points.changes.model import Authority, Done
from points.changes.terms import PeriodClose
from points.ledger.book import Book
from points.ledger.periods import check_period, close_period
from rules.governance.registry import ProgrammeMissing, load_registry

_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended('period:' || :programme, 0))")


async def concerns(_: Session, __: PeriodClose) -> set[UUID]:
    """Nobody's page."""
    return set()


async def enact(session: Session, change: PeriodClose, _: Book, authority: Authority) -> Done:
    """Look whether it can be closed. Refuses with ProgrammeMissing, PeriodEmpty, PeriodNotOver, PeriodClosed."""
    if change.programme not in (await load_registry(session)).programmes():
        raise ProgrammeMissing(programme=change.programme)
    await session.execute(_ONE_AT_A_TIME, {"programme": change.programme})
    await check_period(
        session, programme=change.programme, from_on=change.from_on, to_on=change.to_on, now=authority.now
    )
    return Done()


async def settle(session: Session, change: PeriodClose, authority: Authority, _: UUID | None) -> None:
    """Close it."""
    assert authority.approval_id is not None
    assert authority.decided_by is not None
    await close_period(
        session,
        programme=change.programme,
        from_on=change.from_on,
        to_on=change.to_on,
        now=authority.now,
        by=authority.decided_by,
        approval_id=authority.approval_id,
    )
