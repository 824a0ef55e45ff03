"""A merge undone, under an approval: the register comes back with what is left of the lots it had brought.

What was spent stays spent; what is still owed of its debt goes back too. Memberships stay as they are: which household
each of the two belongs to is for an official to say.
"""

from uuid import UUID

from sqlalchemy import text

from kernel.db import Session
from kernel.ids import slice_of
from points.changes.carry import PARTED, about_merge, carry_parts, kinds_of
from points.changes.model import Authority, Done
from points.changes.terms import Unmerge
from points.ledger.book import Book
from points.ledger.model import DEBT, Minor
from points.ledger.page import Page
from points.people.aliases import Alias, NotMerged, end_alias, merged_into
from points.people.aliases import canonical as leads_to

_CARRIED = text("""
    select point_kind, seq, amount from postings
    where slice = :slice and holder_id = :holder_id and transaction_id = :transaction_id and contra = 'clearing'
""")


async def concerns(session: Session, change: Unmerge) -> set[UUID]:
    """Whose pages it needs. Refuses with NotMerged."""
    alias = await _open_alias(session, change.holder_id)
    return {alias.holder_id, alias.alias_of}


async def _open_alias(session: Session, holder_id: UUID) -> Alias:
    goes_on = (await leads_to(session, [holder_id])).get(holder_id)
    into = (await merged_into(session, [goes_on])).get(goes_on, []) if goes_on else []
    found = next((one for one in into if one.holder_id == holder_id and one.ended_at is None), None)
    if found is None:
        raise NotMerged()
    return found


async def enact(session: Session, change: Unmerge, book: Book, authority: Authority) -> Done:
    """Carry back what is left. Refuses with NotMerged."""
    alias = await _open_alias(session, change.holder_id)
    gone, goes_on = book[alias.holder_id], book[alias.alias_of]
    bind = {
        "slice": slice_of(alias.alias_of),
        "holder_id": alias.alias_of,
        "transaction_id": alias.transaction_id,
    }
    carried = (await session.execute(_CARRIED, bind)).all()
    owed = {row.point_kind: row.amount for row in carried if row.point_kind.startswith(DEBT)}
    lots = {(row.point_kind, row.seq) for row in carried if not row.point_kind.startswith(DEBT)}
    transaction_id = gone.mint()
    about = about_merge(transaction_id, authority, PARTED)
    for kind in kinds_of(goes_on):
        left = [(lot, lot.remaining) for lot in goes_on.open_lots(kind) if (kind, lot.seq) in lots]
        carry_parts(goes_on, gone, left, about)
    for kind, amount in owed.items():
        _owe_again(goes_on, gone, kind, amount, about)
    return Done(transaction_id=transaction_id)


def _owe_again(goes_on: Page, gone: Page, debt_kind: str, amount: Minor, about: dict[str, object]) -> None:
    """What was brought as a debt and is still owed."""
    back = min(amount, goes_on.account(debt_kind).posted)
    if back > 0:
        for page, signed in ((goes_on, -back), (gone, back)):
            page.post(debt_kind, signed, contra="clearing", **about)  # type: ignore[arg-type]


async def settle(session: Session, change: Unmerge, authority: Authority, _: UUID) -> None:
    """End the alias."""
    await end_alias(session, holder_id=change.holder_id, ended_at=authority.now)
