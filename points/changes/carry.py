"""Carry points and debts between two registers of one person, each lot with its own date. Pure, on two pages.

A floor that this would break comes down: it bounds spending, not the joining of two registers.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from points.changes.model import Authority
from points.ledger.model import DEBT, Lot, Minor
from points.ledger.page import Page, choose
from points.ledger.pending import earn
from points.ledger.transfer import carry, carry_debt

MERGED = {"zh": "两个登记合并", "en": "Two registers made one"}
PARTED = {"zh": "撤销登记合并", "en": "A merge of two registers undone"}


def about_merge(transaction_id: UUID, authority: Authority, title: dict[str, str] = MERGED) -> dict[str, Any]:
    """What each posting between two registers says of itself."""
    return {
        "transaction_id": transaction_id,
        "title": title,
        "reason": "merge" if title is MERGED else "unmerge",
        "case_id": authority.approval_id,
        "decided_by": authority.decided_by,
    }


def kinds_of(page: Page) -> list[str]:
    """The kinds of points of a page, without what is owed."""
    return sorted(kind for kind in page.accounts if not kind.startswith(DEBT))


def carry_parts(giver: Page, taker: Page, parts: Sequence[tuple[Lot, Minor]], about: dict[str, Any]) -> None:
    """Carry these parts of one kind, and the date until which the giver counts as active."""
    if not parts:
        return
    account = giver.accounts[parts[0][0].point_kind]
    account.floor = min(account.floor, account.available - sum(part for _, part in parts))
    carry(giver, taker, parts, **about)
    if any(lot.expires_at is None for lot, _ in parts):  # a date that is past has no lot left to say anything of
        earn(taker, account.point_kind, account.inactive_expires_on)


def carry_all(giver: Page, taker: Page, transaction_id: UUID, authority: Authority) -> None:
    """Carry all that is open, and all that is owed: the debt first, so that the points pay it."""
    about = about_merge(transaction_id, authority)
    for kind in kinds_of(giver):
        carry_debt(giver, taker, kind, **about)
        carry_parts(giver, taker, [(lot, lot.remaining) for lot in giver.open_lots(kind)], about)


def carry_missing(
    gone: Page, goes_on: Page, needed: Mapping[str, Minor], transaction_id: UUID, authority: Authority
) -> None:
    """Bring back what a register that was merged away lacks of these amounts, as far as spending may take it."""
    for kind, amount in needed.items():
        account = goes_on.account(kind)
        missing = amount - gone.account(kind).available
        free = max(0, account.available - account.floor)
        if min(missing, free) > 0:
            parts = choose(goes_on.open_lots(kind), min(missing, free))
            carry_parts(goes_on, gone, parts, about_merge(transaction_id, authority, PARTED))
