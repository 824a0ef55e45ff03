"""Holds: points set aside on exact lots, and their three ends, each once: captured, released, expired.

A hold leaves what is posted alone and adds to what is held; capture posts it, the other ends give it
back to the very lots it came from, with their own dates. The acts are pure, on a page; the functions
below them open it, act and write. Must never end a hold twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from kernel.calendar import day_of, start_of
from kernel.db import Session
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger.book import Book, open_book, read_lots
from points.ledger.model import Account, Hold, HoldEnd, Lot, Minor
from points.ledger.page import Page, expire_due, spend
from points.ledger.refusals import HoldEnded, HolderSuspended, HoldUnknown
from points.ledger.write import write

Ending = Literal["captured", "released", "expired"]


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold that has not ended, and what it took from which lots, in the order it took them."""

    hold: Hold
    taken: tuple[tuple[Lot, Minor], ...]


def set_aside(page: Page, point_kind: str, amount: Minor, *, purpose: str, expires_at: datetime) -> Hold:
    """Set points aside, oldest expiry first. Refuses with PointsInsufficient, HolderSuspended."""
    account = page.account(point_kind)
    if account.suspended_at is not None:
        raise HolderSuspended()
    return set_aside_lots(page, spend(page, point_kind, amount), purpose=purpose, expires_at=expires_at)


def set_aside_lots(page: Page, chosen: Sequence[tuple[Lot, Minor]], *, purpose: str, expires_at: datetime) -> Hold:
    """Set aside just these parts of lots of one kind."""
    point_kind, amount = chosen[0][0].point_kind, sum(part for _, part in chosen)
    hold_id = page.mint()
    new = Hold(page.holder_id, hold_id, point_kind, amount, purpose, page.recorded_at, expires_at)
    for lot, part in chosen:
        page.move(lot, -part, hold_id=hold_id)
    page.accounts[point_kind].held += amount
    page.held.append(new)
    return new


def capture_held(
    page: Page, found: OpenHold, amount: Minor, *, contra: str, title: dict[str, str], by: UUID | None
) -> UUID:
    """Post so much of what was held; the rest goes back to its lots. Gives the transaction's id."""
    held = found.hold
    if not 0 < amount <= held.amount:
        raise ValueError(f"capture {amount} of {held.amount}")
    transaction_id = page.mint()
    page.accounts[held.point_kind].held -= held.amount
    page.post(
        held.point_kind,
        -amount,
        transaction_id=transaction_id,
        contra=contra,
        title=title,
        reason=held.purpose,
        hold_id=held.hold_id,
        decided_by=by,
    )
    _end(page, found, "captured", amount, by)
    return transaction_id


def let_go(page: Page, found: OpenHold, ending: Ending, *, by: UUID | None) -> None:
    """Give all that was held back to its own lots and dates."""
    page.accounts[found.hold.point_kind].held -= found.hold.amount
    _end(page, found, ending, 0, by)


def _end(page: Page, found: OpenHold, ending: Ending, captured: Minor, by: UUID | None) -> None:
    page.moved.add(found.hold.point_kind)
    page.ended.append(HoldEnd(found.hold, ending, captured, by))
    give_back(page, found.taken, found.hold.amount - captured, hold_id=found.hold.hold_id)
    expire_due(page)


def give_back(
    page: Page,
    taken: Sequence[tuple[Lot, Minor]],
    amount: Minor,
    *,
    hold_id: UUID | None = None,
    posting_seq: int | None = None,
) -> None:
    """Return so much to the lots it came from, last taken first: what stays taken is the oldest.

    A lot past its date gets the grace that was copied onto it; without grace it lapses at once, and is told.
    """
    for lot, part in reversed(taken):
        returned = min(part, amount)
        if returned <= 0:
            continue
        amount -= returned
        if lot.grace_days and lot.expires_at is not None and lot.expires_at <= page.now:
            lot.expires_at = start_of(day_of(page.now) + timedelta(days=lot.grace_days + 1))
            lot.extended = True
        page.move(lot, returned, hold_id=hold_id, posting_seq=posting_seq)


async def read_open(session: Session, pages: Book, holds: Iterable[tuple[UUID, UUID]]) -> Mapping[UUID, OpenHold]:
    """These holds with their lots, by hold id; the lots are the pages' own. Refuses with HoldUnknown, HoldEnded."""
    asked = list(holds)
    bind = {
        "slices": [slice_of(holder_id) for holder_id, _ in asked],
        "holder_ids": [holder_id for holder_id, _ in asked],
        "hold_ids": [hold_id for _, hold_id in asked],
    }
    found: dict[UUID, tuple[Hold, list[tuple[Lot, Minor]]]] = {}
    for row in await session.execute(named(__file__, "uses_of_holds"), bind):
        if row.ending is not None:
            raise HoldEnded(ending=row.ending, ended_at=row.ended_at)
        _, parts = found.setdefault(row.hold_id, (Hold(*row[:7]), []))
        page = pages[row.holder_id]
        lots = page.lots.setdefault(row.point_kind, {})
        lot = lots.get(row.lot_seq)
        if lot is None:
            lot = Lot(row.point_kind, row.lot_seq, row.remaining, row.lot_expires_at, row.grace_days, row.extended)
            lots[row.lot_seq] = lot
        parts.append((lot, row.taken))
    if len(found) != len(asked):
        raise HoldUnknown()
    return {hold_id: OpenHold(hold, tuple(parts)) for hold_id, (hold, parts) in found.items()}


async def hold(
    session: Session,
    *,
    holder_id: UUID,
    point_kind: str,
    amount: Minor,
    purpose: str,
    expires_at: datetime,
    now: datetime,
) -> Hold:
    """Set points aside until they are captured, released, or `expires_at` passes.

    Takes lots oldest expiry first and remembers which, so that every way back is exact.
    Refuses with UnknownHolder, PointsInsufficient, HolderSuspended; nothing is written then.
    """
    if amount <= 0:
        raise ValueError("a hold is of one minor unit at least")
    page = (await open_book(session, [holder_id], now=now, kinds=[point_kind]))[holder_id]
    new = set_aside(page, point_kind, amount, purpose=purpose, expires_at=expires_at)
    await write(session, [page])
    return new


async def capture(
    session: Session,
    *,
    holder_id: UUID,
    hold_id: UUID,
    contra: str,
    title: dict[str, str],
    now: datetime,
    by: UUID | None,
    amount: Minor | None = None,
) -> UUID:
    """Post what was held, in full or in part (the rest goes back to its lots); gives the transaction's id.

    `contra` is the other side, e.g. `redemption:rice-shop`. Refuses with HoldUnknown, HoldEnded.
    """
    page, found = await _open_with(session, holder_id, hold_id, now)
    captured = found.hold.amount if amount is None else amount
    transaction_id = capture_held(page, found, captured, contra=contra, title=title, by=by)
    await write(session, [page])
    return transaction_id


async def release(session: Session, *, holder_id: UUID, hold_id: UUID, now: datetime, by: UUID | None) -> None:
    """Give all that was held back to its own lots and dates. Refuses with HoldUnknown, HoldEnded."""
    page, found = await _open_with(session, holder_id, hold_id, now)
    let_go(page, found, "released", by=by)
    await write(session, [page])


async def expire(session: Session, *, holder_id: UUID, hold_id: UUID, now: datetime) -> None:
    """End one hold that is past its time; what was held is back on its own lots. Refuses with HoldEnded."""
    page, found = await _open_with(session, holder_id, hold_id, now)
    let_go(page, found, "expired", by=None)
    await write(session, [page])


async def _open_with(session: Session, holder_id: UUID, hold_id: UUID, now: datetime) -> tuple[Page, OpenHold]:
    pages = await open_book(session, [holder_id], now=now)
    found = (await read_open(session, pages, [(holder_id, hold_id)]))[hold_id]
    await read_late(session, pages, [found])
    return pages[holder_id], found


async def read_late(session: Session, pages: Book, holds: Iterable[OpenHold]) -> None:
    """Read all lots of the accounts to which these holds would give back points past their date: those lapse then."""
    late: dict[tuple[UUID, str], Account] = {}
    for one in holds:
        page = pages[one.hold.holder_id]
        account = page.accounts[one.hold.point_kind]
        lapses = [account.lapses_at(lot) for lot, _ in one.taken]
        if any(at is not None and at <= page.now for at in lapses):
            late[account.holder_id, account.point_kind] = account
    await read_lots(session, pages, list(late.values()))
