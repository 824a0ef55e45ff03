"""What staff may set on an account at run time: a floor, a suspension. Pure, on a page; each is audited by its caller.

A floor is what spending must leave; a suspension stops spending, while earning, expiry and the ends of holds go on.
"""

from points.ledger.model import Minor
from points.ledger.page import Page
from points.ledger.refusals import FloorTooHigh


def set_floor(page: Page, point_kind: str, floor: Minor) -> None:
    """Let spending leave at least so much. Refuses with FloorTooHigh what is not there today."""
    account = page.account(point_kind)
    if floor > account.available:
        raise FloorTooHigh(available=account.available, floor=floor)
    account.floor = floor
    page.moved.add(point_kind)


def suspend(page: Page, point_kind: str) -> None:
    """Stop spending from this account; again changes nothing."""
    account = page.account(point_kind)
    account.suspended_at = account.suspended_at or page.recorded_at
    page.moved.add(point_kind)


def lift(page: Page, point_kind: str) -> None:
    """Let the holder spend again; again changes nothing."""
    page.account(point_kind).suspended_at = None
    page.moved.add(point_kind)
