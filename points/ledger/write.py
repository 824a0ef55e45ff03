"""Write pages: all that many holders' pages did, each table in one statement. The one road into the ledger.

Must never decide: amounts, lots and places arrive finished, and a constraint is the last word on each.
"""

from collections.abc import Collection, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult

from kernel.canonical import dumps
from kernel.db import Session, constraint_error
from kernel.ids import random_bytes, slice_of
from kernel.sql import named
from points.ledger.leaf import leaf, leaf_hash
from points.ledger.model import Account, Lot, Posting
from points.ledger.page import Page, tighten
from points.ledger.refusals import AlreadyCorrected, HoldEnded, PendingEnded, PointsInsufficient

constraint_error("accounts_floor", PointsInsufficient)
constraint_error("hold_ends_pkey", HoldEnded)
constraint_error("pending_ends_pkey", PendingEnded)
constraint_error("corrections_pkey", AlreadyCorrected)


async def write(session: Session, pages: Collection[Page]) -> None:
    """Write all that these pages did, each table in one statement. The holders are claimed.

    Refuses with PointsInsufficient, HoldEnded, PendingEnded or AlreadyCorrected where a constraint stops it.
    """
    for page in pages:
        for kind in page.moved:
            tighten(page, kind)
    await _move_accounts(session, [(page, page.accounts[kind]) for page in pages for kind in sorted(page.moved)])
    await _run(session, "insert_postings", _postings([(page, one) for page in pages for one in page.postings]))
    await _run(session, "move_lots", _lots([(page, lot) for page in pages for lot in page.touched.values()]))
    uses = [(page, use) for page in pages for use in page.uses]
    await _run(
        session,
        "insert_lot_uses",
        {
            **_of([page for page, _ in uses]),
            "point_kinds": [use.point_kind for _, use in uses],
            "lot_seqs": [use.lot_seq for _, use in uses],
            "posting_seqs": [use.posting_seq for _, use in uses],
            "hold_ids": [use.hold_id for _, use in uses],
            "amounts": [use.amount for _, use in uses],
            "recorded_ats": [page.recorded_at for page, _ in uses],
        },
    )
    await _holds(session, pages)
    await _corrections(session, pages)
    await _pending(session, pages)


async def _run(session: Session, name: str, bind: dict[str, list[Any]]) -> None:
    """One statement over many rows; nothing where there are none."""
    if bind["slices"]:
        await session.execute(named(__file__, name), bind)


def _of(pages: Sequence[Page]) -> dict[str, list[Any]]:
    return {
        "slices": [slice_of(page.holder_id) for page in pages],
        "holder_ids": [page.holder_id for page in pages],
    }


async def _move_accounts(session: Session, moved: Sequence[tuple[Page, Account]]) -> None:
    if not moved:
        return
    missing = [(page, account) for page, account in moved if account.point_kind not in page.read]
    await _run(
        session,
        "open_accounts",
        {
            **_of([page for page, _ in missing]),
            "point_kinds": [account.point_kind for _, account in missing],
        },
    )
    before = [page.read.get(account.point_kind, (0, 0, 0)) for page, account in moved]
    accounts = [account for _, account in moved]
    result = await session.execute(
        named(__file__, "move_accounts"),
        {
            **_of([page for page, _ in moved]),
            "point_kinds": [account.point_kind for account in accounts],
            "posted": [account.posted - old[0] for account, old in zip(accounts, before, strict=True)],
            "held": [account.held - old[1] for account, old in zip(accounts, before, strict=True)],
            "floors": [account.floor for account in accounts],
            "seqs_before": [old[2] for old in before],
            "seqs": [account.seq for account in accounts],
            "suspended_ats": [account.suspended_at for account in accounts],
            "inactive_ons": [account.inactive_expires_on for account in accounts],
            "expires_next_ats": [account.expires_next_at for account in accounts],
            "lots_froms": [account.lots_from for account in accounts],
        },
    )
    if cast(CursorResult[Any], result).rowcount != len(moved):
        raise RuntimeError("an account moved although its holder was claimed")


def _postings(placed: Sequence[tuple[Page, Posting]]) -> dict[str, list[Any]]:
    drafts = [posting.draft for _, posting in placed]
    titles = {id(draft.title): draft.title for draft in drafts}
    title_texts = {key: dumps(title) for key, title in titles.items()}
    nonces = [random_bytes(16) for _ in placed]
    return {
        **_of([page for page, _ in placed]),
        "point_kinds": [draft.point_kind for draft in drafts],
        "seqs": [posting.seq for _, posting in placed],
        "transaction_ids": [draft.transaction_id for draft in drafts],
        "contras": [draft.contra for draft in drafts],
        "amounts": [draft.amount for draft in drafts],
        "balances_after": [posting.balance_after for _, posting in placed],
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
        "leaf_nonces": nonces,
        "leaf_hashes": [
            leaf_hash(
                leaf(
                    posting.draft,
                    seq=posting.seq,
                    balance_after=posting.balance_after,
                    subject_handle=page.holder.subject_handle,
                    nonce=nonce,
                )
            )
            for (page, posting), nonce in zip(placed, nonces, strict=True)
        ],
    }


def _lots(touched: Sequence[tuple[Page, Lot]]) -> dict[str, list[Any]]:
    lots = [lot for _, lot in touched]
    return {
        **_of([page for page, _ in touched]),
        "point_kinds": [lot.point_kind for lot in lots],
        "seqs": [lot.seq for lot in lots],
        "remainings": [lot.remaining for lot in lots],
        "grace_days": [lot.grace_days for lot in lots],
        "extended_tos": [lot.expires_at if lot.extended else None for lot in lots],
    }


async def _holds(session: Session, pages: Collection[Page]) -> None:
    held = [(page, hold) for page in pages for hold in page.held]
    await _run(
        session,
        "insert_holds",
        {
            **_of([page for page, _ in held]),
            "hold_ids": [hold.hold_id for _, hold in held],
            "point_kinds": [hold.point_kind for _, hold in held],
            "amounts": [hold.amount for _, hold in held],
            "purposes": [hold.purpose for _, hold in held],
            "held_ats": [hold.held_at for _, hold in held],
            "expires_ats": [hold.expires_at for _, hold in held],
        },
    )
    ended = [(page, end) for page in pages for end in page.ended]
    await _run(
        session,
        "end_holds",
        {
            **_of([page for page, _ in ended]),
            "hold_ids": [end.hold.hold_id for _, end in ended],
            "endings": [end.ending for _, end in ended],
            "captured": [end.captured for _, end in ended],
            "ended_ats": [page.recorded_at for page, _ in ended],
            "ended_bys": [end.by for _, end in ended],
        },
    )


async def _corrections(session: Session, pages: Collection[Page]) -> None:
    found = [(page, one) for page in pages for one in page.corrections]
    await _run(
        session,
        "insert_corrections",
        {
            **_of([page for page, _ in found]),
            "corrected_ids": [one.corrected_transaction_id for _, one in found],
            "transaction_ids": [one.transaction_id for _, one in found],
            "kinds": [one.kind for _, one in found],
            "recorded_ats": [page.recorded_at for page, _ in found],
            "event_ids": [one.event_id for _, one in found],
            "by_event_ids": [one.by_event_id for _, one in found],
            "approval_ids": [one.approval_id for _, one in found],
        },
    )


async def _pending(session: Session, pages: Collection[Page]) -> None:
    deferred = [(page, one) for page in pages for one in page.deferred]
    await _run(
        session,
        "insert_pending",
        {
            **_of([page for page, _ in deferred]),
            "pending_ids": [one.pending_id for _, one in deferred],
            "due_ats": [one.due_at for _, one in deferred],
            "whats": [one.what for _, one in deferred],
            "datas": [dumps(one.data) for _, one in deferred],
            "event_ids": [one.event_id for _, one in deferred],
            "recorded_ats": [page.recorded_at for page, _ in deferred],
        },
    )
    settled = [(page, *one) for page in pages for one in page.settled]
    await _run(
        session,
        "end_pending",
        {
            **_of([page for page, _, _ in settled]),
            "pending_ids": [pending_id for _, pending_id, _ in settled],
            "outcomes": [outcome for _, _, outcome in settled],
            "ended_ats": [page.recorded_at for page, _, _ in settled],
        },
    )
