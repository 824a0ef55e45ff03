"""Points that go from one holder to another: a pair of postings through `clearing`, lots with their own dates.

One posting on the giver's side for each kind, one on the taker's side for each date, so that nobody's points
live longer or shorter for having moved. Pure, on two pages that are written together.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from points.ledger.model import DEBT, Lot, Minor
from points.ledger.page import Page

CLEARING = "clearing"


def carry(
    giver: Page,
    taker: Page,
    parts: Sequence[tuple[Lot, Minor]],
    *,
    transaction_id: UUID,
    title: dict[str, str],
    reason: str,
    case_id: UUID | None = None,
    decided_by: UUID | None = None,
) -> None:
    """Move these parts of the giver's lots of one kind to the taker, each with its own date."""
    if not parts:
        return
    about: dict[str, Any] = {
        "transaction_id": transaction_id,
        "contra": CLEARING,
        "title": title,
        "reason": reason,
        "case_id": case_id,
        "decided_by": decided_by,
    }
    giver.debit(parts, **about)
    by_date: dict[object, tuple[Lot, Minor]] = {}
    for lot, part in parts:
        first, sum_so_far = by_date.get(lot.expires_at, (lot, 0))
        by_date[lot.expires_at] = (first, sum_so_far + part)
    for lot, amount in by_date.values():
        taker.credit(lot.point_kind, amount, lot_expires_at=lot.expires_at, **about)


def carry_debt(
    giver: Page,
    taker: Page,
    point_kind: str,
    *,
    transaction_id: UUID,
    title: dict[str, str],
    reason: str,
    case_id: UUID | None = None,
    decided_by: UUID | None = None,
) -> None:
    """Move what the giver owes of a kind to the taker."""
    owed = giver.accounts.get(DEBT + point_kind)
    if owed is None or not owed.posted:
        return
    amount = owed.posted
    for page, signed in ((giver, -amount), (taker, amount)):
        page.post(
            DEBT + point_kind,
            signed,
            transaction_id=transaction_id,
            contra=CLEARING,
            title=title,
            reason=reason,
            case_id=case_id,
            decided_by=decided_by,
        )
