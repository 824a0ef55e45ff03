"""Undo a transaction under an approval: of an award all that its event gave, the household's share included.

What was earned at a register that was merged away is taken where its points are now. Must never undo twice:
`points.ledger.reversal` refuses it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kernel.db import Session
from points.changes.carry import carry_all, carry_missing
from points.changes.model import Authority, Done, Part
from points.changes.refusals import NothingToReverse, RegisterMerged
from points.changes.terms import Reversal
from points.events.model import StoredEvent
from points.events.record import find_by_keys, find_event
from points.ledger.book import Book
from points.ledger.model import DEBT
from points.ledger.page import Correction, Page
from points.ledger.pending import Waiting, lapse, waiting_of_events
from points.ledger.periods import Closed, read_closed
from points.ledger.refusals import AlreadyCorrected, TransactionUnknown
from points.ledger.reversal import Undone, read_transactions, reverse, transactions_of_events
from points.ledger.statement import transaction
from points.people.aliases import canonical
from points.people.households import memberships_of


@dataclass(frozen=True, slots=True)
class _Whole:
    """What one reversal undoes: an event with its shares, or one transaction that no event made."""

    events: tuple[StoredEvent, ...] = ()
    transaction: tuple[UUID, UUID] | None = None

    @property
    def holder_ids(self) -> set[UUID]:
        return {event.holder_id for event in self.events} | ({self.transaction[0]} if self.transaction else set())


async def concerns(session: Session, change: Reversal) -> set[UUID]:
    """Whose pages it needs: the holder's, the household's, and where a merge led. Refuses with TransactionUnknown."""
    holder_ids = (await _whole(session, change)).holder_ids
    return holder_ids | set((await canonical(session, holder_ids)).values())


async def _whole(session: Session, change: Reversal) -> _Whole:
    event_id = change.event_id
    if change.transaction_id is not None:
        lines = await transaction(session, holder_id=change.holder_id, transaction_id=change.transaction_id)
        if not lines:
            raise TransactionUnknown()
        earned = [one for one in lines if one.contra.startswith("issuance:") and not one.reason.startswith("reversal:")]
        event_id = next((one.event_id for one in earned if one.event_id), None)
        if event_id is None:
            return _Whole(transaction=(change.holder_id, change.transaction_id))
    event = await find_event(session, holder_id=change.holder_id, event_id=event_id) if event_id else None
    if event is None:
        raise TransactionUnknown()
    return _Whole(tuple(await _shares(session, event)))


async def _shares(session: Session, event: StoredEvent) -> list[StoredEvent]:
    """The member's event and the household's share of it, from either of the two."""
    member, _, key = event.business_key.partition("/")
    if event.derived_from is not None and member != str(event.holder_id) and key:
        origin = await _origin(session, member, event.derived_from)
        if origin is not None:
            return [origin, event]
    homes = sorted({one.household_id for one in await memberships_of(session, event.holder_id)})
    share = (event.kind, f"{event.holder_id}/{event.business_key}", event.correction_no)
    keys = [(household_id, *share) for household_id in homes]
    found = await find_by_keys(session, keys) if keys else {}
    return [event, *(one for one in found.values() if one.derived_from == event.event_id)]


async def _origin(session: Session, member: str, event_id: UUID) -> StoredEvent | None:
    try:
        return await find_event(session, holder_id=UUID(member), event_id=event_id)
    except ValueError:  # its key does not begin with a member: it is nobody's share
        return None


async def enact(session: Session, change: Reversal, book: Book, authority: Authority) -> Done:
    """Undo it on the pages of all whom it concerns.

    Refuses with TransactionUnknown, AlreadyCorrected, NotReversible, NothingToReverse, RegisterMerged.
    """
    whole = await _whole(session, change)
    leads = await canonical(session, whole.holder_ids)
    if not set(leads.values()) <= set(book):  # it was merged between reading and claiming
        raise RegisterMerged()
    if whole.events and whole.events[0].corrected:
        raise AlreadyCorrected()
    standing = [event for event in whole.events if not event.corrected]
    asked = [(event.holder_id, event.event_id) for event in standing]
    made = await transactions_of_events(session, asked) if asked else {}
    holder_of = {event.event_id: event.holder_id for event in standing}
    wanted = [(holder_of[event_id], one) for event_id, ids in made.items() for one in sorted(ids)]
    wanted += [whole.transaction] if whole.transaction else []
    waiting = await waiting_of_events(session, asked) if asked else []
    if not wanted and not waiting:
        raise NothingToReverse()
    lines = await read_transactions(session, book, wanted) if wanted else {}
    undoing = _Undoing(book, leads, await read_closed(session), authority)
    for holder_id, transaction_id in wanted:
        undoing.undo(holder_id, transaction_id, lines[transaction_id])
    undoing.end(waiting, made)
    undoing.lead_on()
    return Done(
        tuple(undoing.forgiven),
        tuple(Part(one.holder_id, one.data["point_kind"], one.data["amount"]) for one in waiting),
        next(iter(undoing.ids.values()), None),
    )


class _Undoing:
    """One reversal going on over several pages; each holder's side has one transaction. Pure."""

    def __init__(self, book: Book, leads: dict[UUID, UUID], closed: Closed, authority: Authority) -> None:
        self.book, self.leads, self.closed, self.authority = book, leads, closed, authority
        self.ids: dict[UUID, UUID] = {}
        self.forgiven: list[Part] = []

    def _id(self, holder_id: UUID) -> UUID:
        return self.ids.setdefault(holder_id, self.book[holder_id].mint())

    def undo(self, holder_id: UUID, corrected_id: UUID, lines: list[Undone]) -> None:
        page, own_id = self.book[holder_id], self._id(holder_id)
        if holder_id in self.leads:
            carry_missing(page, self.book[self.leads[holder_id]], _needed(lines), own_id, self.authority)
        before = len(page.postings)
        done = reverse(
            page,
            corrected_id,
            lines,
            closed=self.closed,
            transaction_id=own_id,
            approval_id=self.authority.approval_id,
            decided_by=self.authority.decided_by,
        )
        if done.forgiven:
            self.forgiven += _forgiven(page, lines, before)

    def end(self, waiting: Sequence[Waiting], made: dict[UUID, list[UUID]]) -> None:
        """End what still waits; an event that has posted nothing is written down as undone by its own id."""
        for one in waiting:
            page = self.book[one.holder_id]
            lapse(page, one, "undone")
            if one.event_id not in made and not any(one.event_id == fix.event_id for fix in page.corrections):
                own_id, approval_id = self._id(one.holder_id), self.authority.approval_id
                page.corrections.append(
                    Correction(one.event_id, own_id, "reversal", one.event_id, approval_id=approval_id)
                )

    def lead_on(self) -> None:
        """What came back to a register that was merged away goes where its points are."""
        for gone, goes_on in self.leads.items():
            carry_all(self.book[gone], self.book[goes_on], self._id(gone), self.authority)


def _needed(lines: Sequence[Undone]) -> dict[str, int]:
    """How much of each kind a reversal takes on balance."""
    needed: dict[str, int] = {}
    for line in lines:
        if not line.point_kind.startswith(DEBT):
            needed[line.point_kind] = needed.get(line.point_kind, 0) + line.amount - line.lapsed
    return needed


def _forgiven(page: Page, lines: Sequence[Undone], before: int) -> list[Part]:
    """By kind, what was neither taken nor is owed."""
    found = []
    new = [posting.draft for posting in page.postings[before:] if posting.draft.contra != "expiry"]
    for kind in sorted({line.point_kind for line in lines if line.amount > 0}):
        wanted = sum(line.amount - line.lapsed for line in lines if line.point_kind == kind and line.amount > 0)
        taken = -sum(one.amount for one in new if one.point_kind == kind and one.amount < 0)
        owed = sum(one.amount for one in new if one.point_kind == DEBT + kind and one.contra != "debt")
        if wanted > taken + owed:
            found.append(Part(page.holder_id, kind, wanted - taken - owed))
    return found
