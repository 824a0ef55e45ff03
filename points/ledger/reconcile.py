"""Prove the ledger from its own rows: every sum, chain, lot, hold and leaf. Finds and names; repairs nothing.

Every invariant is also a constraint where one can hold it; this is the second, independent look. What
only the rules can tell (does a decision evaluate the same again?) is `points.verify`'s.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from kernel.db import Session
from kernel.errors import Finding
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger.leaf import leaf, leaf_hash
from points.ledger.model import PostingDraft

_SAYS = {
    "SEQ_GAP": "The posting stands at {found}, and {expected} was due: a row is missing or was added.",
    "BALANCE_AFTER": "The balance after this posting says {found}; its postings add up to {expected}.",
    "RECORDED_ORDER": "This posting was recorded at {found}, before the one it follows ({expected}).",
    "NO_REASON": "This posting names no {expected}.",
    "ACCOUNT_POSTED": "The account says {found} posted; its postings add up to {expected}.",
    "ACCOUNT_HELD": "The account says {found} held; its open holds add up to {expected}.",
    "ACCOUNT_SEQ": "The account counts {found} postings; the last one is {expected}.",
    "FLOOR_BROKEN": "What is available is {found}, below the floor of {expected}.",
    "LOT_REMAINING": "The lot says {found} remain; its uses leave {expected}.",
    "USE_WITHOUT_LOT": "{found} were taken from a lot that is not there.",
    "LOTS_SUM": "Lots and open holds add up to {found}; {expected} is posted.",
    "HOLD_LOTS": "The hold is of {expected}; it took {found} from lots.",
    "HOLD_END_LOTS": "The hold captured {expected}; its lots gave {found}.",
    "HOLD_CAPTURE": "The hold captured {expected}; {found} were posted for it.",
    "LEAF_HASH": "The posting's hash is not that of its content: the row was changed after it was written.",
}
"""What each kind of damage is called, in English; the Chinese stands in the locale."""

_QUERIES = ("verify_postings", "verify_accounts", "verify_lots", "verify_holds")


def damage(code: str, path: Iterable[object], **values: object) -> Finding:
    """A finding that names the row: holder, point kind and seq, or what else identifies it."""
    return Finding(code, "/".join(str(part) for part in path if part is not None), _SAYS[code], values)


async def reconcile(session: Session, *, holder_id: UUID | None = None) -> tuple[int, list[Finding]]:
    """How many postings were looked at, and every fault; one holder, or everyone."""
    bind: dict[str, object] = {"slice": slice_of(holder_id) if holder_id else None, "holder_id": holder_id}
    findings = []
    for name in _QUERIES:
        for row in await session.execute(named(__file__, name), bind):
            findings.append(_named_row(row))
    count, leaves = await _leaves(session, bind)
    return count, findings + leaves


def _named_row(row: Row[tuple[Any, ...]]) -> Finding:
    columns = row._mapping
    path = [columns["holder_id"], *(columns[name] for name in ("point_kind", "seq", "hold_id") if name in columns)]
    return damage(row.code, path, expected=row.expected, found=row.found)


async def _leaves(session: Session, bind: dict[str, object]) -> tuple[int, list[Finding]]:
    """Recompute every leaf from its row, as a stream."""
    findings, count = [], 0
    async for row in await session.stream(named(__file__, "verify_leaves"), bind):
        count += 1
        draft = draft_of(row)
        fresh = leaf(
            draft,
            seq=row.seq,
            balance_after=row.balance_after,
            subject_handle=bytes(row.subject_handle),
            nonce=bytes(row.leaf_nonce),
        )
        if leaf_hash(fresh) != bytes(row.leaf_hash):
            findings.append(damage("LEAF_HASH", (row.holder_id, row.point_kind, row.seq)))
    return count, findings


def draft_of(row: Row[tuple[Any, ...]]) -> PostingDraft:
    """A stored posting as the draft it was written from."""
    return PostingDraft(
        holder_id=row.holder_id,
        point_kind=row.point_kind,
        transaction_id=row.transaction_id,
        contra=row.contra,
        amount=row.amount,
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
        reason=row.reason,
        title=row.title,
        about_on=row.about_on,
        lot_expires_at=row.lot_expires_at,
        event_id=row.event_id,
        hold_id=row.hold_id,
        case_id=row.case_id,
        decided_by=row.decided_by,
    )
