"""Look at a change without writing, propose it, read it back for the second official, and carry it out once approved.

Looking and carrying out are the same act: on pages that were only read, and on pages that are claimed and written.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from access import approvals
from access.approvals import Approval
from kernel.audit import audit
from kernel.canonical import sha256
from kernel.db import Session
from kernel.errors import DomainError
from kernel.ids import mint
from points.changes import adjust, close, merge, reverse, transfer, unmerge
from points.changes.model import Authority, Done, Figures, figures_of
from points.changes.refusals import AlreadyProposed, ChangeBroken, ChangeMissing, ChangeReasonNeeded
from points.changes.terms import (
    Adjustment,
    Merge,
    PeriodClose,
    Reversal,
    Terms,
    Transfer,
    Unmerge,
    as_json,
    holders_in,
    terms_of,
)
from points.ledger.book import ALL_KINDS, Book, open_book, read_lots, read_pages
from points.ledger.posting import read_holders
from points.ledger.refusals import UnknownHolder
from points.ledger.write import write

PREFIX: Final = "ledger_"
LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class _Sort:
    """One sort's own road: whose pages, what is done on them, and what is written beside them."""

    concerns: Callable[[Session, Any], Awaitable[set[UUID]]]
    enact: Callable[[Session, Any, Book, Authority], Awaitable[Done]]
    settle: Callable[[Session, Any, Authority, Any], Awaitable[None]] | None = None


_SORTS: Final[Mapping[type[Terms], _Sort]] = {
    Reversal: _Sort(reverse.concerns, reverse.enact),
    Adjustment: _Sort(adjust.concerns, adjust.enact),
    Transfer: _Sort(transfer.concerns, transfer.enact),
    Merge: _Sort(merge.concerns, merge.enact, merge.settle),
    Unmerge: _Sort(unmerge.concerns, unmerge.enact, unmerge.settle),
    PeriodClose: _Sort(close.concerns, close.enact, close.settle),
}
KINDS: Final = tuple(PREFIX + one.sort for one in _SORTS)
"""The kinds of approval that change the ledger."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """One change as its author proposed it, and what it would do by now: none when that is refused, or decided."""

    approval: Approval
    terms: Terms
    reason: str
    figures: Figures
    author_label: str
    now: Figures | None = None
    refusal: DomainError | None = None

    @property
    def moved_on(self) -> bool:
        """Whether it would do something else by now than its author saw."""
        return self.now is not None and self.now != self.figures


async def look(session: Session, terms: Terms, *, now: datetime) -> Figures:
    """What a change would do now; nothing is written or claimed. Refuses with all that its sort refuses."""
    sort = _SORTS[type(terms)]
    holder_ids = await sort.concerns(session, terms)
    states = await read_holders(session, holder_ids) if holder_ids else {}
    if len(states) != len(holder_ids):
        raise UnknownHolder()
    book = await read_pages(session, states, now=now)
    unread = [account for page in book.values() for kind, account in page.accounts.items() if kind not in page.whole]
    await read_lots(session, book, unread)
    return figures_of(book, await sort.enact(session, terms, book, Authority(now)))


async def propose(session: Session, terms: Terms, *, reason: str, author_id: UUID, now: datetime) -> UUID:
    """Hand a change to another official, bound to its terms, its reason and its figures; gives the approval's id.

    Refuses with ChangeReasonNeeded, AlreadyProposed, and with all that its sort refuses.
    """
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise ChangeReasonNeeded()
    figures = await look(session, terms, now=now)
    kind = PREFIX + terms.sort
    if any(one.data["terms"] == as_json(terms) for one in await approvals.waiting(session, [kind], now=now)):
        raise AlreadyProposed()
    content = {
        "change": terms.sort,
        "terms": as_json(terms),
        "reason": reason.strip(),
        "figures": figures.as_json(),
    }
    return await approvals.submit(
        session,
        kind=kind,
        object_id=next(iter(holders_in(terms)), None) or mint(now),
        content=content,
        author_id=author_id,
        now=now,
        data=content,
    )


_LABEL = text("select label from actors where actor_id = :actor_id")


async def review(session: Session, *, approval_id: UUID, now: datetime) -> Proposed:
    """One change, checked against its digest, with what it would do now while it waits.

    Refuses with ChangeMissing, ChangeBroken.
    """
    approval = await approvals.get(session, approval_id)
    if approval is None or approval.kind not in KINDS:
        raise ChangeMissing()
    if sha256(approval.data) != approval.sha256:
        raise ChangeBroken()
    terms = terms_of(approval.data["change"], approval.data["terms"])
    label = (await session.execute(_LABEL, {"actor_id": approval.author_id})).scalar_one()
    seen = Proposed(approval, terms, approval.data["reason"], Figures.of(approval.data["figures"]), label)
    if approval.state(now) != "waiting":
        return seen
    try:
        by_now, refusal = await look(session, terms, now=now), None
    except DomainError as error:
        by_now, refusal = None, error
    return Proposed(approval, terms, seen.reason, seen.figures, label, by_now, refusal)


async def carry_out(session: Session, approval: Approval, now: datetime) -> Figures:
    """What another official approved: on claimed pages, written with its approval. Once: an approval is decided once.

    Refuses with all that its sort refuses; the decision then stays open.
    """
    terms = terms_of(approval.data["change"], approval.data["terms"])
    sort = _SORTS[type(terms)]
    authority = Authority(now, approval.approval_id, approval.decided_by)
    holder_ids = await sort.concerns(session, terms)
    book = await open_book(session, holder_ids, now=now, kinds=[ALL_KINDS]) if holder_ids else {}
    done = await sort.enact(session, terms, book, authority)
    await write(session, list(book.values()))
    if sort.settle is not None:
        await sort.settle(session, terms, authority, done.transaction_id)
    figures = figures_of(book, done)
    await audit(
        session,
        at=now,
        action=approval.kind,
        object_kind="approval",
        object_id=approval.approval_id,
        data={
            "author": str(approval.author_id),
            **{name: value for name, value in as_json(terms).items() if value is not None},
            "transaction_id": str(done.transaction_id) if done.transaction_id else None,
            "figures": figures.as_json(),
        },
    )
    return figures
