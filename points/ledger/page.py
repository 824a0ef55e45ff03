"""One holder's page of the ledger: accounts and lots in memory, and the acts that move them. Pure.

A page is opened for a holder whose version is known, acted upon, and written with others in one statement
a table (`points.ledger.book`). Acts of more than a posting live beside it: holds, reversal, pending, transfer.
Must never read the clock or the database, and never let an account below its floor.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.ids import mint_beside
from points.ledger.model import (
    DEBT,
    Account,
    Hold,
    HoldEnd,
    HolderState,
    Lot,
    LotUse,
    Minor,
    Posting,
    PostingDraft,
)
from points.ledger.refusals import PointsInsufficient

EXPIRED = {"zh": "积分到期", "en": "Points expired"}
DEBT_PAID = {"zh": "抵还欠分", "en": "What was owed, paid back"}


@dataclass(frozen=True, slots=True)
class Correction:
    """That one transaction was undone: by an event that corrects, or under an approval."""

    corrected_transaction_id: UUID
    transaction_id: UUID
    kind: str
    event_id: UUID | None = None
    by_event_id: UUID | None = None
    approval_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """Points that wait: `matures` at its due time, or `lapses` then unless it was confirmed before."""

    pending_id: UUID
    what: str
    due_at: datetime
    event_id: UUID
    data: dict[str, Any]


@dataclass(slots=True)
class Page:
    """A holder's accounts by kind, and their lots by kind and seq: all open ones of the kinds in `whole`."""

    holder: HolderState
    recorded_at: datetime
    now: datetime
    accounts: dict[str, Account] = field(default_factory=dict)
    lots: dict[str, dict[int, Lot]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    read: dict[str, tuple[Minor, Minor, int]] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    postings: list[Posting] = field(default_factory=list)
    uses: list[LotUse] = field(default_factory=list)
    touched: dict[tuple[str, int], Lot] = field(default_factory=dict)
    held: list[Hold] = field(default_factory=list)
    ended: list[HoldEnd] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    deferred: list[Pending] = field(default_factory=list)
    settled: list[tuple[UUID, str]] = field(default_factory=list)

    @property
    def holder_id(self) -> UUID:
        return self.holder.holder_id

    def account(self, point_kind: str) -> Account:
        """The account of a kind, opened empty where there is none."""
        found = self.accounts.get(point_kind)
        if found is None:
            found = self.accounts[point_kind] = Account(self.holder_id, point_kind)
            self.lots[point_kind] = {}
            self.whole.add(point_kind)
        return found

    def mint(self) -> UUID:
        """A new id for a row of this holder."""
        return mint_beside(self.holder_id, self.now)

    def post(
        self,
        point_kind: str,
        amount: Minor,
        *,
        transaction_id: UUID,
        contra: str,
        title: dict[str, str],
        reason: str,
        effective_at: datetime | None = None,
        about_on: date | None = None,
        lot_expires_at: datetime | None = None,
        event_id: UUID | None = None,
        hold_id: UUID | None = None,
        case_id: UUID | None = None,
        decided_by: UUID | None = None,
    ) -> Posting:
        """Add one posting at its place in the account. Lots are the caller's."""
        account = self.account(point_kind)
        account.seq += 1
        account.posted += amount
        self.moved.add(point_kind)
        draft = PostingDraft(
            self.holder_id,
            point_kind,
            transaction_id,
            contra,
            amount,
            effective_at or self.recorded_at,
            self.recorded_at,
            reason,
            title,
            about_on,
            lot_expires_at,
            event_id,
            hold_id,
            case_id,
            decided_by,
        )
        posting = Posting(draft, account.seq, account.posted)
        self.postings.append(posting)
        return posting

    def credit(self, point_kind: str, amount: Minor, *, lot_expires_at: datetime | None, **about: Any) -> Posting:
        """Grant points as a new lot; what the holder owes of this kind is paid from it first.

        Inactivity that is past has taken what it takes: a new lot is none of its business.
        """
        account = self.account(point_kind)
        if lot_expires_at is None and account.inactive_at is not None and account.inactive_at <= self.now:
            account.inactive_expires_on = None
        posting = self.post(point_kind, amount, lot_expires_at=lot_expires_at, **about)
        lot = Lot(point_kind, posting.seq, amount, lot_expires_at, account.grace_days)
        if point_kind in self.whole:
            self.lots[point_kind][lot.seq] = lot
        self.lapses_by(account, account.lapses_at(lot))
        if (owed := self.accounts.get(DEBT + point_kind)) is not None and owed.posted:
            self._pay(lot, min(amount, owed.posted), posting.draft)
        return posting

    def _pay(self, lot: Lot, amount: Minor, award: PostingDraft) -> None:
        about: dict[str, Any] = {
            "transaction_id": award.transaction_id,
            "contra": "debt",
            "title": DEBT_PAID,
            "reason": "debt",
            "effective_at": award.effective_at,
            "event_id": award.event_id,
            "case_id": award.case_id,
            "decided_by": award.decided_by,
        }
        self.debit([(lot, amount)], **about)
        self.post(DEBT + lot.point_kind, -amount, **about)

    def debit(self, parts: Sequence[tuple[Lot, Minor]], **about: Any) -> Posting:
        """Take these parts of lots of one kind, as one posting."""
        point_kind = parts[0][0].point_kind
        posting = self.post(point_kind, -sum(part for _, part in parts), **about)
        for lot, part in parts:
            self.move(lot, -part, posting_seq=posting.seq)
        return posting

    def move(self, lot: Lot, amount: Minor, *, posting_seq: int | None = None, hold_id: UUID | None = None) -> None:
        """Take from a lot (negative) or return to it, and write down by what."""
        lot.remaining += amount
        self.touched[(lot.point_kind, lot.seq)] = lot
        self.moved.add(lot.point_kind)
        self.uses.append(LotUse(lot.point_kind, lot.seq, amount, posting_seq, hold_id))
        if amount > 0:
            lot.came_back = True
            account = self.accounts[lot.point_kind]
            account.lots_from = min(account.lots_from, lot.seq)
            self.lapses_by(account, account.lapses_at(lot))

    def lapses_by(self, account: Account, instant: datetime | None) -> None:
        """Look at the account's lots by this instant at the latest."""
        if instant is not None and (account.expires_next_at is None or instant < account.expires_next_at):
            account.expires_next_at = instant

    def open_lots(self, point_kind: str) -> list[Lot]:
        """Lots that still hold something, in the order they are spent: oldest expiry first, then oldest."""
        account = self.account(point_kind)
        if point_kind not in self.whole:
            raise ValueError(f"the lots of {point_kind} were not read")
        found = [(account.lapses_at(lot), lot) for lot in self.lots[point_kind].values() if lot.remaining]
        return [lot for _, lot in sorted(found, key=lambda pair: (pair[0] is None, pair[0] or self.now, pair[1].seq))]


def choose(lots: Sequence[Lot], amount: Minor) -> list[tuple[Lot, Minor]]:
    """Which lots give how much, in the order given; less than `amount` where they fall short."""
    chosen: list[tuple[Lot, Minor]] = []
    for lot in lots:
        part = min(lot.remaining, amount)
        if part > 0:
            chosen.append((lot, part))
            amount -= part
    return chosen


def spend(page: Page, point_kind: str, amount: Minor) -> list[tuple[Lot, Minor]]:
    """The lots that a spending of `amount` takes from. Refuses with PointsInsufficient below the floor."""
    lots = page.open_lots(point_kind)
    spendable = max(0, page.account(point_kind).available - page.account(point_kind).floor)
    if amount > spendable:
        raise PointsInsufficient(available=spendable, needed=amount)
    chosen = choose(lots, amount)
    if sum(part for _, part in chosen) != amount:
        raise ValueError(f"the lots of {point_kind} do not add up to what is available")
    return chosen


def due_kinds(page: Page) -> list[str]:
    """The kinds of which something may have lapsed: their lots must be read before anything is written."""
    return [
        kind
        for kind, account in page.accounts.items()
        if account.expires_next_at is not None and account.expires_next_at <= page.now
    ]


def expire_due(page: Page) -> None:
    """Post what is left of each lot past its date: never a point that was spent or is held.

    A floor that this would break comes down to what is left: it bounds spending, not the calendar.
    """
    for kind in due_kinds(page):
        account = page.accounts[kind]
        for lot in page.open_lots(kind):
            lapsed_at = account.lapses_at(lot)
            if lapsed_at is None or lapsed_at > page.now:
                continue
            page.debit(
                [(lot, lot.remaining)],
                transaction_id=page.mint(),
                contra="expiry",
                title=EXPIRED,
                reason=f"lot:{lot.seq}",
                effective_at=page.recorded_at if lot.came_back else lapsed_at,
            )
        account.floor = min(account.floor, account.available)
        tighten(page, kind)
        page.moved.add(kind)


def tighten(page: Page, point_kind: str) -> None:
    """Make an account's bounds exact again, where all its open lots are known."""
    if point_kind not in page.whole:
        return
    account = page.accounts[point_kind]
    open_lots = [lot for lot in page.lots[point_kind].values() if lot.remaining]
    account.expires_next_at = min((at for lot in open_lots if (at := account.lapses_at(lot))), default=None)
    account.lots_from = min((lot.seq for lot in open_lots), default=account.seq + 1)
