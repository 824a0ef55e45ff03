"""A session that answers the ledger's named statements from dictionaries: thousands of walks without a database.

The same walks run over real Postgres as well, which is what shows that these few lines say what the SQL says.
Knows no other statement. Must never repair: a write that a constraint would stop fails here too.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from json import loads
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause

from kernel.sql import statement
from points.ledger import posting
from points.ledger.periods import _CLOSED, _INSERT
from points.ledger.posting import _LOCK

Bind = Mapping[str, Any]
Policies = Mapping[str, tuple[int, int | None]]
"""By point kind: days of grace, and the cap of its debt."""
_SQL = Path(posting.__file__).parent / "sql"
_NAMES = {statement(path.read_text("utf-8"), distributed=False): path.stem for path in _SQL.glob("*.sql")}
_NAMES |= {_LOCK.text: "read_holders", _CLOSED.text: "closed", _INSERT.text: "close"}


class Row(tuple[Any, ...]):
    """A row read by place or by name."""

    names: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        return self[self.names.index(name)]


def _kind_of_row(*names: str) -> Callable[..., Row]:
    kind = type("NamedRow", (Row,), {"names": names})
    return lambda *values: kind(values)


_holder = _kind_of_row("holder_id", "version", "last_recorded_at", "subject_handle", "kind")
_lot = _kind_of_row("holder_id", "point_kind", "seq", "remaining", "expires_at", "grace_days", "extended")
_use = _kind_of_row(
    "holder_id", "hold_id", "point_kind", "amount", "purpose", "held_at", "expires_at", "ending", "ended_at",
    "lot_seq", "taken", "remaining", "lot_expires_at", "grace_days", "extended",
)  # fmt: skip
_line = _kind_of_row(
    "holder_id", "transaction_id", "point_kind", "seq", "amount", "contra", "reason", "effective_at", "about_on",
    "title", "event_id", "hold_id", "corrected", "lapsed", "taken",
)  # fmt: skip
_due = _kind_of_row("holder_id", "due_id")
_owner = _kind_of_row("holder_id")
_period = _kind_of_row("programme", "open_from")
_waiting = _kind_of_row("holder_id", "pending_id", "what", "due_at", "event_id", "data", "outcome")


class Rows(list[Any]):
    """What a statement gives."""

    @property
    def rowcount(self) -> int:
        return len(self)

    def all(self) -> "Rows":
        return self


def _pairwise(bind: Bind, *names: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(bind[name] for name in names), strict=True)


class Tables:
    """Accounts, postings, lots and their uses; rows of `postings` in their account's order, from seq 1."""

    def __init__(self, holder_ids: Iterable[UUID], began: datetime, policies: Policies) -> None:
        self.policies = policies
        self.holders = {holder_id: SimpleNamespace(version=0, at=began) for holder_id in holder_ids}
        self.accounts: dict[UUID, dict[str, Any]] = defaultdict(dict)
        self.postings: dict[tuple[UUID, str], list[Any]] = defaultdict(list)
        self.lots: dict[tuple[UUID, str, int], Any] = {}
        self.uses: dict[UUID, list[Any]] = defaultdict(list)

    async def execute(self, query: TextClause, bind: Bind | None = None) -> Rows:
        """Run one of the ledger's statements."""
        answer = getattr(self, f"_{_NAMES[query.text]}")(bind or {})
        return Rows(answer if answer is not None else ())

    def _read_holders(self, bind: Bind) -> Rows:
        found = [(holder_id, self.holders[holder_id]) for holder_id in bind["holder_ids"]]
        return Rows(_holder(holder_id, one.version, one.at, b"", "resident") for holder_id, one in found)

    def _claim_now(self, bind: Bind) -> Rows:
        for holder_id in bind["holder_ids"]:
            one = self.holders[holder_id]
            one.version, one.at = one.version + 1, max(bind["now"], one.at + timedelta(microseconds=1))
        return self._read_holders(bind)

    def _read_accounts(self, bind: Bind) -> Rows:
        return Rows(
            (holder_id, kind, one.posted, one.held, one.floor, one.seq, one.suspended_at, one.inactive_on,
             one.expires_next_at, one.lots_from, *self.policies.get(kind, (0, None)))
            for holder_id in bind["holder_ids"] for kind, one in self.accounts[holder_id].items()
        )  # fmt: skip

    def _open_accounts(self, bind: Bind) -> None:
        for holder_id, kind in _pairwise(bind, "holder_ids", "point_kinds"):
            self.accounts[holder_id].setdefault(kind, SimpleNamespace(posted=0, held=0, seq=0))

    def _move_accounts(self, bind: Bind) -> Rows:
        moved = Rows()
        for holder_id, kind, posted, held, floor, before, seq, suspended, inactive, next_at, lots_from in _pairwise(
            bind, "holder_ids", "point_kinds", "posted", "held", "floors", "seqs_before", "seqs", "suspended_ats",
            "inactive_ons", "expires_next_ats", "lots_froms",
        ):  # fmt: skip
            one = self.accounts[holder_id][kind]
            if one.seq != before:
                continue
            one.posted, one.held, one.floor, one.seq = one.posted + posted, one.held + held, floor, seq
            one.suspended_at, one.inactive_on, one.expires_next_at, one.lots_from = (
                suspended, inactive, next_at, lots_from,
            )  # fmt: skip
            assert one.floor >= 0 <= one.held, "accounts_held"
            assert one.posted - one.held >= one.floor, "accounts_floor"
            moved.append(one)
        return moved

    def _insert_postings(self, bind: Bind) -> None:
        for (
            holder_id, kind, seq, transaction_id, contra, amount, balance, effective_at, about_on, expires_at, reason,
            event_id, hold_id,
        ) in _pairwise(
            bind, "holder_ids", "point_kinds", "seqs", "transaction_ids", "contras", "amounts", "balances_after",
            "effective_ats", "about_ons", "lots_expire_at", "reasons", "event_ids", "hold_ids",
        ):  # fmt: skip
            rows = self.postings[holder_id, kind]
            assert seq == len(rows) + 1, "postings_pkey"
            assert amount, "postings_amount_check"
            rows.append(
                SimpleNamespace(
                    seq=seq, transaction_id=transaction_id, contra=contra, amount=amount, balance_after=balance,
                    effective_at=effective_at, about_on=about_on, expires_at=expires_at, reason=reason,
                    event_id=event_id, hold_id=hold_id,
                )
            )  # fmt: skip

    def lot_of(self, holder_id: UUID, kind: str, seq: int) -> tuple[int, datetime | None, int | None, bool]:
        """What remains of a lot, until when, its grace (none: never touched), and whether grace extended it."""
        granted = self.postings[holder_id, kind][seq - 1]
        lot = self.lots.get((holder_id, kind, seq))
        if lot is None:
            return granted.amount, granted.expires_at, None, False
        return lot.remaining, lot.extended_to or granted.expires_at, lot.grace_days, lot.extended_to is not None

    def _open_lots(self, bind: Bind) -> Rows:
        return Rows(
            _lot(holder_id, kind, row.seq, *self.lot_of(holder_id, kind, row.seq))
            for holder_id, kind, lots_from in _pairwise(bind, "holder_ids", "point_kinds", "froms")
            for row in self.postings[holder_id, kind][lots_from - 1 :]
            if row.amount > 0 and self.lot_of(holder_id, kind, row.seq)[0] > 0
        )

    def _move_lots(self, bind: Bind) -> None:
        for holder_id, kind, seq, remaining, grace_days, extended_to in _pairwise(
            bind, "holder_ids", "point_kinds", "seqs", "remainings", "grace_days", "extended_tos"
        ):
            assert remaining >= 0, "lots_remaining_check"
            assert self.postings[holder_id, kind][seq - 1].amount > 0
            lot = self.lots.setdefault((holder_id, kind, seq), SimpleNamespace(grace_days=grace_days))
            lot.remaining, lot.extended_to = remaining, extended_to

    def _insert_lot_uses(self, bind: Bind) -> None:
        for holder_id, kind, lot_seq, posting_seq, hold_id, amount in _pairwise(
            bind, "holder_ids", "point_kinds", "lot_seqs", "posting_seqs", "hold_ids", "amounts"
        ):
            assert posting_seq or hold_id, "lot_uses_reason"
            use = SimpleNamespace(
                point_kind=kind, lot_seq=lot_seq, posting_seq=posting_seq, hold_id=hold_id, amount=amount
            )
            self.uses[holder_id].append(use)


class Memory(Tables):
    """All of the ledger's tables: holds, what undoes, what waits and what is due beside the accounts and lots."""

    def __init__(self, holder_ids: Iterable[UUID], began: datetime, policies: Policies) -> None:
        super().__init__(holder_ids, began, policies)
        self.holds: dict[UUID, Any] = {}
        self.hold_ends: dict[UUID, Any] = {}
        self.corrections: dict[UUID, UUID] = {}
        self.pending: dict[UUID, Any] = {}
        self.pending_ends: dict[UUID, str] = {}
        self.closed: dict[str, date] = {}

    def _taken(self, uses: Iterable[Any]) -> dict[int, int]:
        """By lot, in the order taken: how much these uses took and did not return."""
        taken: dict[int, int] = {}
        for use in uses:
            taken[use.lot_seq] = taken.get(use.lot_seq, 0) - use.amount
        return {seq: amount for seq, amount in taken.items() if amount}

    def _insert_holds(self, bind: Bind) -> None:
        names = ("holder_ids", "hold_ids", "point_kinds", "amounts", "purposes", "held_ats", "expires_ats")
        for row in _pairwise(bind, *names):
            self.holds[row[1]] = row

    def _end_holds(self, bind: Bind) -> None:
        for hold_id, ending, at in _pairwise(bind, "hold_ids", "endings", "ended_ats"):
            assert hold_id not in self.hold_ends, "hold_ends_pkey"
            self.hold_ends[hold_id] = (ending, at)

    def _uses_of_holds(self, bind: Bind) -> Iterator[Row]:
        for holder_id, hold_id in _pairwise(bind, "holder_ids", "hold_ids"):
            kind = self.holds[hold_id][2]
            uses = [use for use in self.uses[holder_id] if use.hold_id == hold_id]
            ended = self.hold_ends.get(hold_id, (None, None))
            if hold_id in self.hold_ends:
                yield _use(*self.holds[hold_id], *ended, *[None] * 6)
            for seq, amount in self._taken(uses).items():
                remaining, expires_at, grace_days, extended = self.lot_of(holder_id, kind, seq)
                yield _use(
                    *self.holds[hold_id], *ended, seq, amount, remaining,
                    expires_at, grace_days, extended,
                )  # fmt: skip

    def _insert_corrections(self, bind: Bind) -> None:
        for corrected_id, transaction_id in _pairwise(bind, "corrected_ids", "transaction_ids"):
            assert corrected_id not in self.corrections, "corrections_pkey"
            self.corrections[corrected_id] = transaction_id

    def _undo_lines(self, bind: Bind) -> Iterator[Row]:
        for holder_id, transaction_id in _pairwise(bind, "holder_ids", "transaction_ids"):
            for kind in sorted(self.accounts[holder_id]):
                for row in self.postings[holder_id, kind]:
                    if row.transaction_id == transaction_id:
                        yield self._undo_line(holder_id, kind, row)

    def _undo_line(self, holder_id: UUID, kind: str, row: Any) -> Row:
        rows, uses = self.postings[holder_id, kind], [use for use in self.uses[holder_id] if use.point_kind == kind]
        own = [use for use in uses if use.lot_seq == row.seq and use.posting_seq]
        lapsed = -sum(use.amount for use in own if rows[use.posting_seq - 1].contra == "expiry")
        by_this = [u for u in uses if u.posting_seq == row.seq or (row.hold_id and u.hold_id == row.hold_id)]
        taken: list[Any] = []
        for seq, amount in self._taken(by_this).items() if row.amount < 0 else ():
            remaining, expires_at, grace_days, extended = self.lot_of(holder_id, kind, seq)
            taken.append((seq, amount, remaining, expires_at and expires_at.isoformat(), grace_days, extended))
        return _line(
            holder_id, row.transaction_id, kind, row.seq, row.amount, row.contra, row.reason, row.effective_at,
            row.about_on, {"zh": "", "en": ""}, row.event_id, row.hold_id, row.transaction_id in self.corrections,
            lapsed if row.amount > 0 else 0, taken,
        )  # fmt: skip

    def _insert_pending(self, bind: Bind) -> None:
        for holder_id, pending_id, due_at, what, data, event_id in _pairwise(
            bind, "holder_ids", "pending_ids", "due_ats", "whats", "datas", "event_ids"
        ):
            self.pending[pending_id] = (holder_id, pending_id, what, due_at, event_id, loads(data))

    def _end_pending(self, bind: Bind) -> None:
        for pending_id, outcome in _pairwise(bind, "pending_ids", "outcomes"):
            assert pending_id not in self.pending_ends, "pending_ends_pkey"
            self.pending_ends[pending_id] = outcome

    def _read_pending(self, bind: Bind) -> Rows:
        return Rows(_waiting(*self.pending[one], self.pending_ends.get(one)) for one in bind["pending_ids"])

    def _open_dues(self, now: datetime) -> Iterator[tuple[str, UUID, UUID]]:
        for holder_id, hold_id, *_, due_at in self.holds.values():
            if hold_id not in self.hold_ends and due_at <= now:
                yield "hold", holder_id, hold_id
        for holder_id, pending_id, _, due_at, *_ in self.pending.values():
            if pending_id not in self.pending_ends and due_at <= now:
                yield "pending", holder_id, pending_id

    def _due(self, bind: Bind) -> Rows:
        return Rows(_due(*one) for what, *one in self._open_dues(bind["now"]) if what == bind["what"])

    def _still_due(self, bind: Bind) -> Rows:
        still = {due_id for _, _, due_id in self._open_dues(bind["now"])}
        return Rows(_due(*one) for one in _pairwise(bind, "holder_ids", "due_ids") if one[1] in still)

    def _due_accounts(self, bind: Bind) -> Iterator[Row]:
        for holder_id, accounts in self.accounts.items():
            if any(one.expires_next_at and one.expires_next_at <= bind["now"] for one in accounts.values()):
                yield _owner(holder_id)

    def _closed(self, _: Bind) -> Rows:
        return Rows(_period(*one) for one in self.closed.items())

    def _close(self, bind: Bind) -> None:
        self.closed[bind["programme"]] = bind["to_on"]
