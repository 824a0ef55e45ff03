"""Prove the ledger from its own rows: every sum, chain, lot, hold, debt, reversal and leaf. Finds and names only.

Every invariant is also a constraint where one can hold it; this is the second, independent look, in SQL over whole
sets, a span of holders at a time. What only the rules can tell (does a decision evaluate the same again?) is
`points.verify`'s. Must never repair anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import RowMapping, text

from kernel.db import Session
from kernel.errors import Finding
from kernel.ids import SLICES, slice_of
from kernel.sql import named

_SAYS = {
    "SEQ_GAP": "The posting stands at {found}, and {expected} was due: a row is missing or was added.",
    "BALANCE_AFTER": "The balance after this posting says {found}; its postings add up to {expected}.",
    "RECORDED_ORDER": "This posting was recorded at {found}, before the one it follows ({expected}).",
    "NO_REASON": "This posting ({found}) names neither its event nor its lot, hold or case.",
    "ACCOUNT_POSTED": "The account says {found} posted; its postings add up to {expected}.",
    "ACCOUNT_HELD": "The account says {found} held; its open holds add up to {expected}.",
    "ACCOUNT_SEQ": "The account counts {found} postings; the last one is {expected}.",
    "FLOOR_BROKEN": "What is available is {found}, below the floor of {expected}.",
    "LOTS_SUM": "Lots and open holds add up to {found}; {expected} is posted.",
    "LOTS_FROM": "The account looks for open lots from {found} on; {expected} is open.",
    "EXPIRES_NEXT": "The account expects nothing to lapse before {found}; a lot lapses at {expected}.",
    "LOT_REMAINING": "The lot says {found} remain; its uses leave {expected}.",
    "LOT_WITHOUT_POSTING": "This lot ({found} remain) belongs to no posting that gave points.",
    "USE_WITHOUT_LOT": "{found} were taken from a lot that is not there.",
    "USE_WITHOUT_CAUSE": "{found} of a lot were moved by a posting or hold that is not there.",
    "SPENT_LOTS": "The posting moves {expected}; its lots gave {found}.",
    "HOLD_MISSING": "Something names a hold that is not there.",
    "HOLD_ENDED_TWICE": "The hold ended {found} times.",
    "HOLD_LOTS": "The hold is of {expected}; it took {found} from lots.",
    "HOLD_END_LOTS": "The hold captured {expected}; its lots gave {found}.",
    "HOLD_CAPTURE": "The hold captured {expected}; {found} were posted for it.",
    "HOLD_DUE": "The hold should be looked at {expected}; the list of what is due says {found}.",
    "PENDING_MISSING": "Something names waiting points that are not there.",
    "PENDING_ENDED_TWICE": "The waiting points ended {found} times.",
    "PENDING_POSTED": "What waited should have posted “{expected}”; it posted “{found}”.",
    "PENDING_DUE": "The waiting points should be looked at {expected}; the list of what is due says {found}.",
    "UNDONE_OTHERWISE": "Undoing this transaction should have covered {expected}; it covered {found}.",
    "UNDONE_TWICE": "This transaction was undone {found} times.",
    "REVERSAL_UNNAMED": "A reversal of this transaction ({found}) is not written down as its correction ({expected}).",
    "DEBT_ONE_SIDED": "A debt was paid with {expected} from the points and {found} of what is owed.",
    "CLOSED_PERIOD": "This posting counts at {found}, in days closed up to {expected} before it was recorded.",
    "CONTRA_DAY": "The day's sum says {found}; its postings add up to {expected}.",
    "CLEARING_OPEN": "What left one holder and reached another differ by {found}.",
    "LEAF_HASH": "The posting's hash is not that of its content: the row was changed after it was written.",
}
"""What each kind of damage is called, in English; the Chinese stands in the locale."""

CHECKS = {
    "leaves": "verify_leaves",
    "chain": "verify_chain",
    "accounts": "verify_accounts",
    "lots": "verify_lots",
    "holds": "verify_holds",
    "pending": "verify_pending",
    "reversals": "verify_reversals",
    "debts": "verify_debts",
    "periods": "verify_periods",
}
"""What is looked at within a span, each in one statement."""
_PATH = ("day", "holder_id", "point_kind", "contra", "seq", "hold_id", "pending_id", "transaction_id")
_COUNT = text("""
    select count(*) from postings p
    where p.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or p.holder_id = cast(:holder_id as uuid))
""")


@dataclass(frozen=True, slots=True)
class Span:
    """Holders that are looked at together: all of these slices, both included, or one of them."""

    from_slice: int = 0
    to_slice: int = SLICES - 1
    holder_id: UUID | None = None

    @classmethod
    def one(cls, holder_id: UUID) -> "Span":
        return cls(slice_of(holder_id), slice_of(holder_id), holder_id)

    @property
    def bind(self) -> dict[str, object]:
        return {"from_slice": self.from_slice, "to_slice": self.to_slice, "holder_id": self.holder_id}


EVERYONE = Span()


async def reconcile(session: Session, *, holder_id: UUID | None = None) -> tuple[int, list[Finding]]:
    """How many postings were looked at, and every fault; one holder, or everyone."""
    span = Span.one(holder_id) if holder_id else EVERYONE
    findings = [finding for check in CHECKS for finding in await reconcile_one(session, check, span)]
    return await count_postings(session, span), findings


async def reconcile_one(session: Session, check: str, span: Span = EVERYONE) -> list[Finding]:
    """The faults that one of CHECKS finds."""
    return [_finding(row._mapping) for row in await session.execute(named(__file__, CHECKS[check]), span.bind)]


async def reconcile_days(session: Session) -> list[Finding]:
    """What no holder alone can tell: stored sums of days, and what moved between holders."""
    return [_finding(row._mapping) for row in await session.execute(named(__file__, "verify_days"))]


async def count_postings(session: Session, span: Span = EVERYONE) -> int:
    return int(await session.scalar(_COUNT, span.bind) or 0)


def _finding(row: RowMapping) -> Finding:
    path = [row[name] for name in _PATH if name in row]
    return damage(row["code"], path, _SAYS, expected=row["expected"], found=row["found"])


def damage(code: str, path: Iterable[object], says: Mapping[str, str], **values: object) -> Finding:
    """A finding that names the row: holder, point kind and seq, or what else identifies it."""
    return Finding(code, "/".join(str(part) for part in path if part is not None), says[code], values)
