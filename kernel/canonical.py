"""The bytes that are hashed: canonical JSON (RFC 8785) and SHA-256 over them.

Must never see a float: points are integers, scores travel as decimal strings.
"""

import hashlib
import json
from typing import Any

import rfc8785


def canonical_json(value: Any) -> bytes:
    """The one byte form of a JSON value; integers up to 2^53 only."""
    return rfc8785.dumps(value)


def sha256(value: Any) -> bytes:
    """SHA-256 of a JSON value's canonical bytes: 32 bytes."""
    return hashlib.sha256(canonical_json(value)).digest()


def dumps(value: Any) -> str:
    """Compact JSON text for a jsonb column."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
