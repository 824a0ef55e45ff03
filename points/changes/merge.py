"""Two registers of one person made one, under an approval: an alias, and all points and debts carried over.

Refused while anything of the register that ends is still open. Must never change what was earned: events stay
where they were recorded, and are read through the alias.
"""

from datetime import timedelta
from uuid import UUID

from kernel.calendar import day_of
from kernel.db import Session
from points.changes.carry import carry_all, kinds_of
from points.changes.model import Authority, Done
from points.changes.refusals import MergeHoldsOpen, MergePointsWait
from points.changes.terms import Merge
from points.ledger.book import Book
from points.ledger.outlook import awaited
from points.ledger.page import Page
from points.ledger.standing import suspend
from points.people.aliases import add_alias, refuse_unfit
from points.people.households import BACK_MOST, join, leave, memberships_of


async def concerns(_: Session, change: Merge) -> set[UUID]:
    """Whose pages it needs."""
    return {change.holder_id, change.into_id}


async def enact(session: Session, change: Merge, book: Book, authority: Authority) -> Done:
    """Carry all lots and debts; a suspension and a floor go along.

    Refuses with MergedIntoItself, NotTwoResidents, AlreadyMerged, OthersMergedInto, MergeHoldsOpen, MergePointsWait.
    """
    await refuse_unfit(session, change.holder_id, change.into_id)
    gone, goes_on = book[change.holder_id], book[change.into_id]
    await _refuse_open(session, gone)
    transaction_id = gone.mint()
    floors = {kind: gone.accounts[kind].floor for kind in kinds_of(gone)}
    carry_all(gone, goes_on, transaction_id, authority)
    for kind, floor in floors.items():
        _stands_as(gone, goes_on, kind, floor)
    return Done(transaction_id=transaction_id)


async def _refuse_open(session: Session, gone: Page) -> None:
    held = {kind: gone.accounts[kind].held for kind in kinds_of(gone) if gone.accounts[kind].held}
    if held:
        raise MergeHoldsOpen(amount=sum(held.values()), point_kinds=", ".join(held))
    if waiting := await awaited(session, holder_id=gone.holder_id):
        raise MergePointsWait(
            amount=sum(one.amount for one in waiting),
            point_kinds=", ".join(sorted({one.point_kind for one in waiting})),
            until=day_of(max(one.due_at for one in waiting)).isoformat(),
        )


def _stands_as(gone: Page, goes_on: Page, kind: str, floor: int) -> None:
    """What held for the spending of one register holds for the one that goes on."""
    if gone.accounts[kind].suspended_at is not None:
        suspend(goes_on, kind)
    if floor:
        account = goes_on.account(kind)
        account.floor = max(account.floor, min(floor, account.available))
        goes_on.moved.add(kind)


async def settle(session: Session, change: Merge, authority: Authority, transaction_id: UUID) -> None:
    """Write the alias, and lead the membership on."""
    assert authority.approval_id is not None
    await add_alias(
        session,
        holder_id=change.holder_id,
        alias_of=change.into_id,
        since=authority.now,
        approval_id=authority.approval_id,
        transaction_id=transaction_id,
    )
    await _lead_membership_on(session, change, authority)


async def _lead_membership_on(session: Session, change: Merge, authority: Authority) -> None:
    """An open membership ends; whoever goes on takes it over, unless they belong to a household already.

    It is taken over from its own first day, at most sixty days back, so that late events find the household.
    """
    today = day_of(authority.now)
    own = await memberships_of(session, change.into_id)
    for one in [one for one in await memberships_of(session, change.holder_id) if one.to_on is None]:
        to_on = max(today, one.from_on + timedelta(days=1))
        await leave(session, household_id=one.household_id, member_id=change.holder_id, to_on=to_on, now=authority.now)
        if any(other.open_on(max(today, one.from_on)) for other in own):
            continue
        from_on = max([one.from_on, today - BACK_MOST, *(other.to_on for other in own if other.to_on)])
        await join(
            session,
            household_id=one.household_id,
            member_id=change.into_id,
            from_on=from_on,
            may_spend=one.may_spend,
            now=authority.now,
        )
