"""The canonical bytes of a posting, and their hash: what a receipt will prove (RFC 6962 leaf). Pure.

Holds no name and no number of a person: the subject is a keyed handle that dies with the person's key.
The bytes are pinned by a golden test; a change needs a new `v`.
"""

import hashlib

from kernel.calendar import rfc3339
from kernel.canonical import canonical_json
from points.ledger.model import Minor, PostingDraft

LEAF_VERSION = 1


def leaf(draft: PostingDraft, *, seq: int, balance_after: Minor, subject_handle: bytes, nonce: bytes) -> bytes:
    """The posting as canonical JSON; amounts are integers in minor units, instants UTC with six decimals."""
    return canonical_json(
        {
            "v": LEAF_VERSION,
            "subject": subject_handle.hex(),
            "nonce": nonce.hex(),
            "kind": draft.point_kind,
            "seq": seq,
            "transaction": str(draft.transaction_id),
            "contra": draft.contra,
            "amount": draft.amount,
            "balance_after": balance_after,
            "effective_at": rfc3339(draft.effective_at),
            "recorded_at": rfc3339(draft.recorded_at),
            "about_on": draft.about_on.isoformat() if draft.about_on else None,
            "lot_expires_at": rfc3339(draft.lot_expires_at) if draft.lot_expires_at else None,
            "reason": draft.reason,
            "event": str(draft.event_id) if draft.event_id else None,
            "hold": str(draft.hold_id) if draft.hold_id else None,
            "case": str(draft.case_id) if draft.case_id else None,
            "decided_by": str(draft.decided_by) if draft.decided_by else None,
            "title": draft.title,
        }
    )


def leaf_hash(leaf_bytes: bytes) -> bytes:
    """SHA-256 of a leaf in a Merkle tree: the byte 0x00, then the leaf (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + leaf_bytes).digest()
