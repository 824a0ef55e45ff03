"""Undo one transaction, once: an award, a spending, an adjustment. What was taken goes back, what was given is taken.

A spending's points return to the very lots they came from. An award's are taken from its own lots first, then
from others of the kind; held points stay held; what is missing is owed (`debt:<kind>`), up to the kind's cap.
What has lapsed meanwhile is not taken again. Must never undo a transaction twice (`corrections`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.calendar import day_of
from kernel.db import Session
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger.book import Book, read_lots
from points.ledger.holds import give_back
from points.ledger.model import DEBT, Lot, Minor
from points.ledger.page import Correction, Page, choose, expire_due
from points.ledger.periods import Closed, counts_from
from points.ledger.refusals import AlreadyCorrected, NotReversible, TransactionUnknown

OWED = {"zh": "冲正后欠还", "en": "Owed after a reversal"}


@dataclass(frozen=True, slots=True)
class Undone:
    """One posting of the transaction to undo. `lapsed`: how much of its own lot has expired; `taken`: its lots."""

    point_kind: str
    seq: int
    amount: Minor
    contra: str
    effective_at: datetime
    about_on: date | None
    title: Mapping[str, str]
    event_id: UUID | None
    hold_id: UUID | None
    lapsed: Minor
    taken: tuple[tuple[Lot, Minor], ...]


@dataclass(frozen=True, slots=True)
class Reversed:
    """What a reversal did: the transaction, what could be taken or given back, what is owed, what was forgiven."""

    transaction_id: UUID
    owed: Minor
    forgiven: Minor


async def transactions_of_events(session: Session, events: Iterable[tuple[UUID, UUID]]) -> dict[UUID, list[UUID]]:
    """By event of a holder: the transactions that its awards made, at once or when they matured."""
    asked = list(events)
    bind = {
        "slices": [slice_of(holder_id) for holder_id, _ in asked],
        "holder_ids": [holder_id for holder_id, _ in asked],
        "event_ids": [event_id for _, event_id in asked],
    }
    found: dict[UUID, list[UUID]] = {}
    for row in await session.execute(named(__file__, "transactions_of_events"), bind):
        found.setdefault(row.event_id, []).append(row.transaction_id)
    return found


async def read_transactions(
    session: Session, pages: Book, asked: Iterable[tuple[UUID, UUID]]
) -> dict[UUID, list[Undone]]:
    """The transactions to undo, with all that is needed for it, by (holder, transaction) -> transaction id.

    Opens all lots of the kinds they moved. Refuses with TransactionUnknown, AlreadyCorrected, NotReversible.
    """
    wanted = list(asked)
    bind = {
        "slices": [slice_of(holder_id) for holder_id, _ in wanted],
        "holder_ids": [holder_id for holder_id, _ in wanted],
        "transaction_ids": [transaction_id for _, transaction_id in wanted],
    }
    rows = (await session.execute(named(__file__, "undo_lines"), bind)).all()
    accounts = {
        (row.holder_id, row.point_kind): pages[row.holder_id].accounts[row.point_kind]
        for row in rows
        if not row.point_kind.startswith(DEBT)
    }
    unread = [account for (holder_id, kind), account in accounts.items() if kind not in pages[holder_id].whole]
    await read_lots(session, pages, unread)
    if {transaction_id for _, transaction_id in wanted} - {row.transaction_id for row in rows}:
        raise TransactionUnknown()
    found: dict[UUID, list[Undone]] = {transaction_id: [] for _, transaction_id in wanted}
    for row in rows:
        if row.corrected:
            raise AlreadyCorrected()
        # A correction's own transaction begins with the undoing of what it corrects: that half stays.
        if not row.reason.startswith("reversal:"):
            if row.contra.partition(":")[0] not in ("issuance", "redemption", "adjustment", "debt"):
                raise NotReversible()
            found[row.transaction_id].append(_undone(pages[row.holder_id], row))
    if not all(found.values()):
        raise NotReversible()
    return found


def _undone(page: Page, row: Any) -> Undone:
    known = page.lots.setdefault(row.point_kind, {})
    taken = []
    for seq, amount, remaining, expires_at, grace_days, extended in row.taken:
        expiry = datetime.fromisoformat(expires_at) if expires_at else None
        lot = known.setdefault(seq, Lot(row.point_kind, seq, remaining, expiry, grace_days, extended))
        taken.append((lot, amount))
    return Undone(
        row.point_kind,
        row.seq,
        row.amount,
        row.contra,
        row.effective_at,
        row.about_on,
        row.title,
        row.event_id,
        row.hold_id,
        row.lapsed + _lapsing(page, row.point_kind, row.seq),
        tuple(taken),
    )


def _lapsing(page: Page, point_kind: str, lot_seq: int) -> Minor:
    """How much of a lot lapsed when this page was opened: the database does not know of it yet."""
    expiries = {one.seq for one in page.postings if one.draft.point_kind == point_kind and one.draft.contra == "expiry"}
    uses = (use for use in page.uses if (use.point_kind, use.lot_seq) == (point_kind, lot_seq))
    return -sum(use.amount for use in uses if use.posting_seq in expiries)


def reverse(
    page: Page,
    corrected_id: UUID,
    lines: list[Undone],
    *,
    closed: Closed,
    transaction_id: UUID | None = None,
    by_event_id: UUID | None = None,
    approval_id: UUID | None = None,
    decided_by: UUID | None = None,
    kind: str = "reversal",
) -> Reversed:
    """Undo all postings of one transaction on its holder's page: what was spent first, then what was given.

    Each counts when the undone one did, unless a programme closed that period.
    """
    own_id = transaction_id or page.mint()
    owed = forgiven = 0
    for line in sorted(lines, key=lambda line: (not line.point_kind.startswith(DEBT), line.amount > 0, line.seq)):
        about = {
            "transaction_id": own_id,
            "effective_at": _counts(line, lines, closed),
            "case_id": approval_id or by_event_id,
            "decided_by": decided_by,
            **_about(line, corrected_id),
        }
        if line.point_kind.startswith(DEBT):
            page.post(line.point_kind, -line.amount, **about)
        elif line.amount < 0:
            _return(page, line, about)
        else:
            missing, beyond = take_back(page, line, about)
            owed, forgiven = owed + missing, forgiven + beyond
    event_id = next((line.event_id for line in lines if line.event_id), None)
    page.corrections.append(Correction(corrected_id, own_id, kind, event_id, by_event_id, approval_id))
    expire_due(page)
    return Reversed(own_id, owed, forgiven)


def _counts(line: Undone, lines: list[Undone], closed: Closed) -> datetime:
    """From when undoing a line counts: a debt that was paid goes by the programmes whose awards of its kind paid it."""
    kind = line.point_kind.removeprefix(DEBT)
    awards = [line] if line.contra != "debt" else [one for one in lines if one.point_kind == kind]
    programmes = [one.contra.partition(":")[2] for one in awards if one.contra.startswith("issuance:")]
    about_on = line.about_on or day_of(line.effective_at)
    return max([counts_from(closed, one, about_on, line.effective_at) for one in programmes], default=line.effective_at)


def _about(line: Undone, corrected_id: UUID) -> dict[str, Any]:
    """What the undoing posting says of the one it undoes."""
    return {
        "contra": line.contra,
        "title": {"zh": f"冲正:{line.title['zh']}", "en": f"Reversed: {line.title['en']}"},
        "reason": f"reversal:{corrected_id}",
        "about_on": line.about_on,
        "event_id": line.event_id,
        "hold_id": line.hold_id,
    }


def _return(page: Page, line: Undone, about: dict[str, Any]) -> None:
    """Give back what a spending took, to its own lots: the posting's own lot is emptied into them."""
    posting = page.post(line.point_kind, -line.amount, **about)
    own = Lot(line.point_kind, posting.seq, -line.amount, None)
    page.lots[line.point_kind][own.seq] = own
    page.move(own, line.amount, posting_seq=posting.seq)
    give_back(page, line.taken, -line.amount, posting_seq=posting.seq)


def take_back(page: Page, line: Undone, about: dict[str, Any]) -> tuple[Minor, Minor]:
    """Take back what was given, less what has lapsed; gives what is owed for the rest, and what is forgiven."""
    account = page.accounts[line.point_kind]
    wanted = line.amount - line.lapsed
    takeable = min(wanted, max(0, account.available - account.floor))
    own = page.lots[line.point_kind].get(line.seq)
    others = [lot for lot in page.open_lots(line.point_kind) if lot is not own]
    chosen = choose([*([own] if own is not None and own.remaining else []), *others], takeable)
    taken = sum(part for _, part in chosen)
    if chosen:
        page.debit(chosen, **about)
    rest = wanted - taken
    debt = page.account(DEBT + line.point_kind)
    owed = rest if account.debt_cap is None else min(rest, max(0, account.debt_cap - debt.posted))
    if owed:
        page.post(DEBT + line.point_kind, owed, **{**about, "title": OWED})
    return owed, rest - owed
