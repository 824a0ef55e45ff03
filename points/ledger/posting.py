"""Read holders and accounts before deciding, and claim them before writing.

A claim moves a holder's version on: whoever read an older one writes nothing. `claim` is for writers that
decided without a lock, `claim_now` for those that wait their turn. Must never decide anything itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from kernel.db import Session
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger.model import Account, HolderState, Pairs
from points.ledger.refusals import UnknownHolder

_LOCK = text("""
    select h.holder_id, h.version, h.last_recorded_at, h.subject_handle, h.kind from holders h
    where (h.slice, h.holder_id) in (select * from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])))
    order by h.slice, h.holder_id for no key update
""")


async def read_holders(session: Session, holder_ids: Iterable[UUID], *, lock: bool = False) -> dict[UUID, HolderState]:
    """The holders with their versions; an id that no register knows is missing.

    `lock` makes rivals wait: for holders that moved away twice from an optimistic writer.
    """
    pairs = Pairs.of(list(holder_ids))
    query = _LOCK if lock else named(__file__, "read_holders")
    rows = await session.execute(query, {"slices": pairs.slices, "holder_ids": pairs.holder_ids})
    return {row[0]: HolderState(*row) for row in rows}


async def read_accounts(session: Session, holder_ids: Iterable[UUID]) -> list[Account]:
    """All accounts of these holders, with the policies of their point kinds."""
    pairs = Pairs.of(list(holder_ids))
    bind = {"slices": pairs.slices, "holder_ids": pairs.holder_ids}
    return [Account(*row) for row in await session.execute(named(__file__, "read_accounts"), bind)]


def recorded_at_of(holder: HolderState, now: datetime) -> datetime:
    """When a write to this holder counts as learnt: strictly after its last one."""
    return max(now, holder.last_recorded_at + timedelta(microseconds=1))


async def claim(session: Session, holders: Sequence[HolderState], now: datetime) -> set[UUID]:
    """Move on the versions of all holders that still stand where they were read; gives the ids of those."""
    ordered = sorted(holders, key=lambda holder: (slice_of(holder.holder_id), holder.holder_id))
    rows = await session.execute(
        named(__file__, "claim"),
        {
            "slices": [slice_of(holder.holder_id) for holder in ordered],
            "holder_ids": [holder.holder_id for holder in ordered],
            "versions": [holder.version for holder in ordered],
            "recorded_ats": [recorded_at_of(holder, now) for holder in ordered],
        },
    )
    return {row[0] for row in rows}


async def claim_now(session: Session, holder_id: UUID, now: datetime) -> HolderState:
    """Claim one holder whatever its version: rivals wait. Refuses with UnknownHolder."""
    return (await claim_all_now(session, [holder_id], now))[0]


async def claim_all_now(session: Session, holder_ids: Sequence[UUID], now: datetime) -> list[HolderState]:
    """Claim these holders whatever their versions, in the order of all writers: rivals wait.

    `last_recorded_at` is this write's recorded_at. Refuses with UnknownHolder when one is not there.
    """
    if len(holder_ids) > 1:  # an update alone locks its rows in no certain order
        await read_holders(session, holder_ids, lock=True)
    pairs = Pairs.of(list(holder_ids))
    bind = {"slices": pairs.slices, "holder_ids": pairs.holder_ids, "now": now}
    rows = (await session.execute(named(__file__, "claim_now"), bind)).all()
    if len(rows) != len(pairs.holder_ids):
        raise UnknownHolder()
    return [HolderState(*row) for row in rows]
