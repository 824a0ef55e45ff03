"""Two registers of one person made one: which goes on, since when, and by whose decision.

An alias leads from the register that was merged away to the one that goes on, in one step: chains are
refused when they would be made. Must never move points; the ledger carries the lots.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from kernel.db import Session
from kernel.errors import DomainError, Kind
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger.model import Pairs


class MergedIntoItself(DomainError):
    """A register can't be merged into itself. Nothing was merged.

    Choose two different registers.
    """

    kind, code = Kind.INVALID, "MERGED_INTO_ITSELF"


class NotTwoResidents(DomainError):
    """Only two registers of residents can be merged. Nothing was merged.

    Check both volunteer numbers.
    """

    kind, code = Kind.INVALID, "NOT_TWO_RESIDENTS"


class AlreadyMerged(DomainError):
    """One of these registers was merged into another before. Nothing was merged.

    Use the register that went on, or undo that merge first.
    """

    kind, code = Kind.CONFLICT, "ALREADY_MERGED"


class OthersMergedInto(DomainError):
    """Another register was merged into the one that would end. Nothing was merged.

    Let that one go on instead, or undo the earlier merge first.
    """

    kind, code = Kind.CONFLICT, "OTHERS_MERGED_INTO"


class NotMerged(DomainError):
    """This register is not merged into another. Nothing was changed.

    Check the number; the merge may have been undone already.
    """

    kind, code = Kind.CONFLICT, "NOT_MERGED"


@dataclass(frozen=True, slots=True)
class Alias:
    """One merge: `holder_id` was merged away into `alias_of`, from `since` until `ended_at` if it was undone."""

    holder_id: UUID
    alias_of: UUID
    since: datetime
    ended_at: datetime | None
    approval_id: UUID | None
    transaction_id: UUID | None


_MERGED_INTO = text("""
    select holder_id, alias_of, since, ended_at, approval_id, transaction_id
    from holder_aliases where alias_of = any(cast(:holder_ids as uuid[])) order by since, holder_id
""")
_RESIDENTS = text("""
    select count(*) from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])) as w (slice, holder_id)
    join residents r on (r.slice, r.holder_id) = (w.slice, w.holder_id)
""")
_ADD = text("""
    insert into holder_aliases (slice, holder_id, alias_of, since, approval_id, transaction_id)
    values (:slice, :holder_id, :alias_of, :since, :approval_id, :transaction_id)
""")
_END = text("""
    update holder_aliases set ended_at = :ended_at
    where slice = :slice and holder_id = :holder_id and ended_at is null
    returning holder_id, alias_of, since, ended_at, approval_id, transaction_id
""")


async def canonical(session: Session, holder_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The registers that go on for those of these that are merged away; all others are missing."""
    pairs = Pairs.of(list(holder_ids))
    bind = {"slices": pairs.slices, "holder_ids": pairs.holder_ids}
    return {row.holder_id: row.alias_of for row in await session.execute(named(__file__, "open_aliases"), bind)}


async def merged_into(session: Session, holder_ids: Iterable[UUID]) -> dict[UUID, list[Alias]]:
    """Every merge into each of these registers, undone ones too, the oldest first; who has none is missing."""
    found: defaultdict[UUID, list[Alias]] = defaultdict(list)
    for row in await session.execute(_MERGED_INTO, {"holder_ids": sorted(set(holder_ids))}):
        found[row.alias_of].append(Alias(*row))
    return dict(found)


async def add_alias(
    session: Session,
    *,
    holder_id: UUID,
    alias_of: UUID,
    since: datetime,
    approval_id: UUID,
    transaction_id: UUID,
) -> Alias:
    """Merge one register away into another; the caller has claimed both, so that no rival merges either.

    Refuses with MergedIntoItself, NotTwoResidents, AlreadyMerged, OthersMergedInto.
    """
    await refuse_unfit(session, holder_id, alias_of)
    alias = Alias(holder_id, alias_of, since, None, approval_id, transaction_id)
    bind = {"holder_id": holder_id, "alias_of": alias_of, "approval_id": approval_id, "transaction_id": transaction_id}
    await session.execute(_ADD, {**bind, "slice": slice_of(holder_id), "since": since})
    return alias


async def refuse_unfit(session: Session, holder_id: UUID, alias_of: UUID) -> None:
    """Whether one register may be merged into another; refuses as `add_alias` does."""
    if holder_id == alias_of:
        raise MergedIntoItself()
    pairs = Pairs.of([holder_id, alias_of])
    if await session.scalar(_RESIDENTS, {"slices": pairs.slices, "holder_ids": pairs.holder_ids}) != 2:
        raise NotTwoResidents()
    if await canonical(session, [holder_id, alias_of]):
        raise AlreadyMerged()
    into = (await merged_into(session, [holder_id])).get(holder_id, [])
    if any(alias.ended_at is None for alias in into):
        raise OthersMergedInto()


async def end_alias(session: Session, *, holder_id: UUID, ended_at: datetime) -> Alias:
    """Undo the merge of a register that was merged away. Refuses with NotMerged."""
    bind = {"slice": slice_of(holder_id), "holder_id": holder_id, "ended_at": ended_at}
    row = (await session.execute(_END, bind)).one_or_none()
    if row is None:
        raise NotMerged()
    return Alias(*row)
