"""The canonical bytes of a posting, and their hash: what a receipt will prove (RFC 6962 leaf). Pure.

Holds no name and no number of a person: the subject is a keyed handle that dies with the person's key.
The bytes are pinned by a golden test; a change needs a new `v`. They are written here key by key, since every
award pays for it: a property holds them equal to `canonical_json`, and `verify_leaves.sql` to what is stored.
"""

import hashlib
import json
from datetime import datetime
from uuid import UUID

from kernel.calendar import rfc3339
from kernel.canonical import MOST
from points.ledger.model import Minor, PostingDraft

LEAF_VERSION = 1
_quoted = json.JSONEncoder(ensure_ascii=False).encode
_LANGUAGES = {"zh", "en"}


def leaf(draft: PostingDraft, *, seq: int, balance_after: Minor, subject_handle: bytes, nonce: bytes) -> bytes:
    """The posting as canonical JSON; amounts are integers in minor units, instants UTC with six decimals.

    Refuses with ValueError what not every reader of JSON could hold exactly, and a title not in just two languages.
    """
    if not -MOST <= draft.amount <= MOST or not -MOST <= balance_after <= MOST:
        raise ValueError("more than a reader of JSON can hold")
    title = draft.title
    if title.keys() != _LANGUAGES:
        raise ValueError("a title is in Chinese and in English")
    about_on = f'"{draft.about_on.isoformat()}"' if draft.about_on else "null"
    return (
        f'{{"about_on":{about_on},"amount":{draft.amount},"balance_after":{balance_after},"case":{_id(draft.case_id)},'
        f'"contra":{_quoted(draft.contra)},"decided_by":{_id(draft.decided_by)},'
        f'"effective_at":{_at(draft.effective_at)},"event":{_id(draft.event_id)},"hold":{_id(draft.hold_id)},'
        f'"kind":{_quoted(draft.point_kind)},"lot_expires_at":{_at(draft.lot_expires_at)},"nonce":"{nonce.hex()}",'
        f'"reason":{_quoted(draft.reason)},"recorded_at":{_at(draft.recorded_at)},"seq":{seq},'
        f'"subject":"{subject_handle.hex()}","title":{{"en":{_quoted(title["en"])},"zh":{_quoted(title["zh"])}}},'
        f'"transaction":{_id(draft.transaction_id)},"v":{LEAF_VERSION}}}'
    ).encode()


def leaf_hash(leaf_bytes: bytes) -> bytes:
    """SHA-256 of a leaf in a Merkle tree: the byte 0x00, then the leaf (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + leaf_bytes).digest()


def _id(value: UUID | None) -> str:
    return f'"{value}"' if value else "null"


def _at(value: datetime | None) -> str:
    return f'"{rfc3339(value)}"' if value else "null"
