"""Closed periods: a programme's published lists never move, whatever is learnt later.

What is about a closed day counts from the first instant of the open period and keeps `about_on`. Closing is
for good. Must never move a posting that stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from kernel.calendar import start_of
from kernel.db import Session
from kernel.errors import DomainError, Kind

Closed = Mapping[str, date]
"""By programme: the first day that is still open."""


class PeriodNotOver(DomainError):
    """A period can be closed once its last day is over. Nothing was closed.

    Wait until {to_on}, or choose an earlier day.
    """

    kind, code = Kind.INVALID, "PERIOD_NOT_OVER"


class PeriodEmpty(DomainError):
    """A period ends after the day on which it begins. Nothing was closed.

    Correct the two days.
    """

    kind, code = Kind.INVALID, "PERIOD_EMPTY"


class PeriodClosed(DomainError):
    """{programme} is already closed up to {open_from}. Nothing was closed.

    Choose a later day.
    """

    kind, code = Kind.CONFLICT, "PERIOD_CLOSED"


@dataclass(frozen=True, slots=True)
class Period:
    """One closed period of a programme: its days, half-open, and since when it is closed."""

    programme: str
    from_on: date
    to_on: date
    closed_at: datetime

    @property
    def last_on(self) -> date:
        """Its last day, for reading."""
        return self.to_on - timedelta(days=1)


_CLOSED = text("select programme, max(to_on) as open_from from periods group by programme")
_ALL = text("select programme, from_on, to_on, closed_at from periods order by to_on desc, programme")
_INSERT = text("""
    insert into periods (programme, from_on, to_on, closed_at, closed_by, approval_id)
    values (:programme, :from_on, :to_on, :now, :by, :approval_id)
""")


async def read_closed(session: Session) -> Closed:
    """Up to which day each programme is closed; those that never closed are missing."""
    return {row.programme: row.open_from for row in await session.execute(_CLOSED)}


async def periods(session: Session) -> list[Period]:
    """All closed periods, the latest first."""
    return [Period(*row) for row in await session.execute(_ALL)]


async def check_period(session: Session, *, programme: str, from_on: date, to_on: date, now: datetime) -> date:
    """The first day that closing would close: not one that is closed already. Refuses as `close_period` does."""
    if from_on >= to_on:
        raise PeriodEmpty()
    if start_of(to_on) > now:
        raise PeriodNotOver(to_on=to_on.isoformat())
    open_from = (await read_closed(session)).get(programme)
    if open_from is not None and to_on <= open_from:
        raise PeriodClosed(programme=programme, open_from=open_from.isoformat())
    return max(from_on, open_from or from_on)


async def close_period(
    session: Session, *, programme: str, from_on: date, to_on: date, now: datetime, by: UUID, approval_id: UUID
) -> None:
    """Close a programme's days before `to_on`. Refuses with PeriodEmpty, PeriodNotOver, PeriodClosed."""
    first_on = await check_period(session, programme=programme, from_on=from_on, to_on=to_on, now=now)
    values = {"programme": programme, "from_on": first_on, "to_on": to_on}
    await session.execute(_INSERT, {**values, "now": now, "by": by, "approval_id": approval_id})


def counts_from(closed: Closed, programme: str, about_on: date, effective_at: datetime) -> datetime:
    """When something about a day counts: when it would, or from the first instant of the open period."""
    open_from = closed.get(programme)
    if open_from is None or about_on >= open_from:
        return effective_at
    return max(effective_at, start_of(open_from))
