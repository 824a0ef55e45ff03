"""Points that go from one holder to another: a pair of postings through `clearing`, lots with their own dates.

One posting on the giver's side for each kind, one on the taker's side for each date, so that nobody's points
live longer or shorter for having moved. Pure, on two pages that are written together.
"""

from collections.abc import Sequence
from typing import Any

from points.ledger.model import DEBT, Lot, Minor
from points.ledger.page import Page

CLEARING = "clearing"


def carry(giver: Page, taker: Page, parts: Sequence[tuple[Lot, Minor]], **about: Any) -> None:
    """Move these parts of the giver's lots of one kind to the taker, each with its own date.

    `about`: what both sides' postings say of themselves, as `Page.post` takes it.
    """
    if not parts:
        return
    giver.debit(parts, contra=CLEARING, **about)
    by_date: dict[object, tuple[Lot, Minor]] = {}
    for lot, part in parts:
        first, sum_so_far = by_date.get(lot.expires_at, (lot, 0))
        by_date[lot.expires_at] = (first, sum_so_far + part)
    for lot, amount in by_date.values():
        taker.credit(lot.point_kind, amount, lot_expires_at=lot.expires_at, contra=CLEARING, **about)


def carry_debt(giver: Page, taker: Page, point_kind: str, **about: Any) -> None:
    """Move what the giver owes of a kind to the taker; `about` as for `carry`."""
    owed = giver.accounts.get(DEBT + point_kind)
    if owed is None or not owed.posted:
        return
    amount = owed.posted
    for page, signed in ((giver, -amount), (taker, amount)):
        page.post(DEBT + point_kind, signed, contra=CLEARING, **about)
