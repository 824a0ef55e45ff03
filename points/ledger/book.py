"""Open the pages of many holders at once, with a query a table; `points.ledger.write` writes them.

    open_book     claim now, rivals wait; then read        for single acts and sweeps
    read_pages    read under versions that are claimed later   for `points.award`

Opening a page posts in memory what is due, so that nothing is decided about points past their date; it
reaches the database with whatever else the page does, or not at all.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from kernel.db import Session
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger.model import Account, HolderState, Lot
from points.ledger.page import Page, due_kinds, expire_due
from points.ledger.posting import claim_all_now, read_accounts, recorded_at_of

Book = dict[UUID, Page]
ALL_KINDS = "*"
"""In place of point kinds: each that the holder has."""


async def open_book(
    session: Session, holder_ids: Iterable[UUID], *, now: datetime, kinds: Collection[str] = ()
) -> Book:
    """Claim these holders, whatever their versions, and open their pages with the lots of these kinds.

    Refuses with UnknownHolder. Rivals wait until the transaction ends.
    """
    states = await claim_all_now(session, list(holder_ids), now)
    pages = {state.holder_id: Page(state, state.last_recorded_at, now) for state in states}
    await _fill(session, pages, kinds)
    return pages


async def read_pages(session: Session, states: Mapping[UUID, HolderState], *, now: datetime) -> Book:
    """Open pages of holders whose versions were read; who writes them must claim those versions first."""
    pages = {holder_id: Page(state, recorded_at_of(state, now), now) for holder_id, state in states.items()}
    await _fill(session, pages, ())
    return pages


async def _fill(session: Session, pages: Book, kinds: Collection[str]) -> None:
    for account in await read_accounts(session, pages):
        page = pages[account.holder_id]
        page.accounts[account.point_kind] = account
        page.read[account.point_kind] = (account.posted, account.held, account.seq)
    wanted = [page.accounts[kind] for page in pages.values() for kind in _wanted(page, kinds)]
    await read_lots(session, pages, wanted)
    for page in pages.values():
        expire_due(page)


def _wanted(page: Page, kinds: Collection[str]) -> set[str]:
    named_kinds = set(page.accounts) if ALL_KINDS in kinds else set(kinds) & set(page.accounts)
    return named_kinds | set(due_kinds(page))


async def read_lots(session: Session, pages: Book, accounts: Sequence[Account]) -> None:
    """Read all open lots of these accounts into their pages."""
    if not accounts:
        return
    for account in accounts:
        page = pages[account.holder_id]
        page.lots.setdefault(account.point_kind, {})
        page.whole.add(account.point_kind)
    bind = {
        "slices": [slice_of(account.holder_id) for account in accounts],
        "holder_ids": [account.holder_id for account in accounts],
        "point_kinds": [account.point_kind for account in accounts],
        "froms": [account.lots_from for account in accounts],
    }
    for holder_id, kind, seq, remaining, expires_at, grace_days, extended in await session.execute(
        named(__file__, "open_lots"), bind
    ):
        grace = pages[holder_id].accounts[kind].grace_days if grace_days is None else grace_days
        # A lot that was met before stays the same one.
        pages[holder_id].lots[kind].setdefault(seq, Lot(kind, seq, remaining, expires_at, grace, extended))
