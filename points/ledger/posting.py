"""Claim holders, then post: the one road into the ledger, for a batch of one as for five thousand.

`read` before deciding, `claim` what was read, `post` what was decided, all in the caller's transaction.
Must never decide anything itself: amounts arrive finished.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from kernel.canonical import dumps
from kernel.db import Session, constraint_error
from kernel.ids import random_bytes, slice_of
from kernel.sql import named
from points.ledger.leaf import leaf, leaf_hash
from points.ledger.model import Account, HolderState, Pairs, PointsInsufficient, Posting, PostingDraft, UnknownHolder

constraint_error("accounts_floor", PointsInsufficient)

Accounts = dict[tuple[UUID, str], Account]

_LOCK = text("""
    select h.holder_id, h.version, h.last_recorded_at, h.subject_handle from holders h
    where (h.slice, h.holder_id) in (select * from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])))
    order by h.slice, h.holder_id for update
""")


async def read_holders(session: Session, holder_ids: Iterable[UUID], *, lock: bool = False) -> dict[UUID, HolderState]:
    """The holders with their versions; an id that no register knows is missing.

    `lock` makes rivals wait: for holders that moved away twice from an optimistic writer.
    """
    pairs = Pairs.of(list(holder_ids))
    query = _LOCK if lock else named(__file__, "read_holders")
    rows = await session.execute(query, {"slices": pairs.slices, "holder_ids": pairs.holder_ids})
    return {row.holder_id: HolderState(*row) for row in rows}


async def read_accounts(session: Session, holder_ids: Iterable[UUID]) -> Accounts:
    """All accounts of these holders, by holder and point kind."""
    pairs = Pairs.of(list(holder_ids))
    rows = await session.execute(
        named(__file__, "read_accounts"), {"slices": pairs.slices, "holder_ids": pairs.holder_ids}
    )
    return {(row.holder_id, row.point_kind): Account(*row) for row in rows}


def recorded_at_of(holder: HolderState, now: datetime) -> datetime:
    """When a write to this holder counts as learnt: strictly after its last one."""
    return max(now, holder.last_recorded_at + timedelta(microseconds=1))


async def claim(session: Session, holders: Sequence[HolderState], now: datetime) -> set[UUID]:
    """Move on the versions of all holders that still stand where they were read; gives the ids of those."""
    ordered = sorted(holders, key=lambda holder: (slice_of(holder.holder_id), holder.holder_id))
    rows = await session.execute(
        named(__file__, "claim"),
        {
            "slices": [slice_of(holder.holder_id) for holder in ordered],
            "holder_ids": [holder.holder_id for holder in ordered],
            "versions": [holder.version for holder in ordered],
            "recorded_ats": [recorded_at_of(holder, now) for holder in ordered],
        },
    )
    return {row.holder_id for row in rows}


async def claim_now(session: Session, holder_id: UUID, now: datetime) -> HolderState:
    """Claim one holder whatever its version: rivals wait. `last_recorded_at` is this write's recorded_at.

    Refuses with UnknownHolder.
    """
    pairs = Pairs.of([holder_id])
    bind = {"slices": pairs.slices, "holder_ids": pairs.holder_ids, "now": now}
    row = (await session.execute(named(__file__, "claim_now"), bind)).one_or_none()
    if row is None:
        raise UnknownHolder()
    return HolderState(*row)


def place(drafts: Iterable[PostingDraft], accounts: Accounts, handles: Mapping[UUID, bytes]) -> list[Posting]:
    """Give each posting its seq, its running balance and its leaf, in the order given. Pure but for the nonces."""
    moved: dict[tuple[UUID, str], tuple[int, int]] = {}
    placed = []
    for draft in drafts:
        key = (draft.holder_id, draft.point_kind)
        before = accounts.get(key) or Account(*key)
        seq, balance = moved.get(key, (before.seq, before.posted))
        seq, balance = seq + 1, balance + draft.amount
        moved[key] = (seq, balance)
        nonce = random_bytes(16)
        leaf_bytes = leaf(draft, seq=seq, balance_after=balance, subject_handle=handles[draft.holder_id], nonce=nonce)
        placed.append(Posting(draft, seq, balance, nonce, leaf_hash(leaf_bytes)))
    return placed


async def post(
    session: Session,
    drafts: Sequence[PostingDraft],
    *,
    accounts: Accounts,
    handles: Mapping[UUID, bytes],
    held: Mapping[tuple[UUID, str], int] | None = None,
) -> list[Posting]:
    """Write postings and move their accounts; `held` is what to add to the held sums (minor units, signed).

    `accounts` and `handles` are as read under the versions that were claimed. Refuses with
    PointsInsufficient where posted minus held would fall below the floor; nothing is written then.
    """
    postings = place(drafts, accounts, handles)
    held = held or {}
    touched = sorted({(d.holder_id, d.point_kind) for d in drafts} | set(held), key=lambda k: (slice_of(k[0]), *k))
    await _open_missing(session, [key for key in touched if key not in accounts])
    amounts: Counter[tuple[UUID, str]] = Counter()
    counts: Counter[tuple[UUID, str]] = Counter()
    for draft in drafts:
        amounts[(draft.holder_id, draft.point_kind)] += draft.amount
        counts[(draft.holder_id, draft.point_kind)] += 1
    if touched:
        await session.execute(
            named(__file__, "move_accounts"),
            {
                **_keys(touched),
                "posted": [amounts[key] for key in touched],
                "held": [held.get(key, 0) for key in touched],
                "seqs": [counts[key] for key in touched],
            },
        )
    if postings:
        await session.execute(named(__file__, "insert_postings"), _columns(postings))
    return postings


async def _open_missing(session: Session, keys: Sequence[tuple[UUID, str]]) -> None:
    if keys:
        await session.execute(named(__file__, "open_accounts"), _keys(keys))


def _keys(keys: Sequence[tuple[UUID, str]]) -> dict[str, list[object]]:
    return {
        "slices": [slice_of(holder_id) for holder_id, _ in keys],
        "holder_ids": [holder_id for holder_id, _ in keys],
        "point_kinds": [point_kind for _, point_kind in keys],
    }


def _columns(postings: Sequence[Posting]) -> dict[str, list[object]]:
    drafts = [posting.draft for posting in postings]
    titles = {id(draft.title): draft.title for draft in drafts}
    title_texts = {key: dumps(title) for key, title in titles.items()}
    return {
        **_keys([(draft.holder_id, draft.point_kind) for draft in drafts]),
        "seqs": [posting.seq for posting in postings],
        "transaction_ids": [draft.transaction_id for draft in drafts],
        "contras": [draft.contra for draft in drafts],
        "amounts": [draft.amount for draft in drafts],
        "balances_after": [posting.balance_after for posting in postings],
        "effective_ats": [draft.effective_at for draft in drafts],
        "about_ons": [draft.about_on for draft in drafts],
        "recorded_ats": [draft.recorded_at for draft in drafts],
        "lots_expire_at": [draft.lot_expires_at for draft in drafts],
        "reasons": [draft.reason for draft in drafts],
        "event_ids": [draft.event_id for draft in drafts],
        "hold_ids": [draft.hold_id for draft in drafts],
        "case_ids": [draft.case_id for draft in drafts],
        "decided_bys": [draft.decided_by for draft in drafts],
        "titles": [title_texts[id(draft.title)] for draft in drafts],
        "leaf_nonces": [posting.leaf_nonce for posting in postings],
        "leaf_hashes": [posting.leaf_hash for posting in postings],
    }
