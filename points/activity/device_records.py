"""What an offline device signs for one attendance, and whether the signature and the chain hold. Pure.

    record = {v, ref, device_id, number, shift_id, in_at, out_at, device_at, counter, prev}

signed with the device's Ed25519 key over its canonical JSON (RFC 8785); `prev` is the SHA-256 of the record
before it, so that a record can be neither changed nor left out unseen. Must never hold a name.
"""

import re
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kernel.calendar import instant
from kernel.canonical import canonical_json, sha256

FIRST_PREV = "0" * 64
"""What the first record of a device names as its predecessor."""

_FIELDS = {"v", "ref", "device_id", "number", "shift_id", "in_at", "out_at", "device_at", "counter", "prev"}
_HEX = re.compile(r"^[0-9a-f]{64}$")


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """One attendance as a device logged it; times are the device's own."""

    ref: str
    device_id: UUID
    number: str
    shift_id: UUID
    in_at: datetime
    out_at: datetime
    counter: int
    prev: str
    sha256: bytes


def read_record(raw: dict[str, Any]) -> DeviceRecord | None:
    """The record, or None when it is not of the shape above."""
    try:
        if set(raw) != _FIELDS or raw["v"] != 1 or type(raw["counter"]) is not int or not _HEX.match(raw["prev"]):
            return None
        ref = UUID(raw["ref"])
        if ref.version != 7 or not 0 < raw["counter"] < 1 << 53:
            return None
        times = {name: instant(raw[name]) for name in ("device_at", "in_at", "out_at")}
        if not all(1900 <= at.year < 2200 for at in times.values()):
            return None
        return DeviceRecord(
            ref=str(ref),
            device_id=UUID(raw["device_id"]),
            number=str(raw["number"]),
            shift_id=UUID(raw["shift_id"]),
            in_at=times["in_at"],
            out_at=times["out_at"],
            counter=raw["counter"],
            prev=raw["prev"],
            sha256=sha256(raw),
        )
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None


def signed_by(public_key: bytes, raw: dict[str, Any], signature: str) -> bool:
    """Whether this key (32 bytes) made this signature (base64url) over the record's canonical bytes."""
    try:
        decoded = urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        Ed25519PublicKey.from_public_bytes(public_key).verify(decoded, canonical_json(raw))
    except (InvalidSignature, NotBase64, ValueError):
        return False
    return True
