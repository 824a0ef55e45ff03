"""Whether a decision can be told to a person: it has sentences in Chinese, none longer than the charter allows (CH-14).

The same pack and trace give the same sentences, so each pair is told once, however many entries rest on it. Pure; must
never judge a decision.
"""

import json
from collections.abc import Iterator
from hashlib import blake2b
from typing import Final

from kernel.errors import Finding
from rules.catalogue.charter_register import charter
from rules.engine.explain import explain
from rules.engine.model import Trace
from rules.governance.registry import Published

MOST: Final = charter().number("letters")
"""Letters of one sentence."""
SAYS: Final = "No sentences of at most {most} letters explain what {programme} decided."
MOST_KEPT: Final = 500_000
"""So many pairs are remembered, in some 50 MB; where decisions differ more than that, some are told twice."""
_bytes = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_told: set[bytes] = set()
"""The pairs that were told well, by digest: what a trace of a published pack says never changes."""


def unexplained(path: str, programme: str, published: Published, trace: Trace) -> Iterator[Finding]:
    """A finding where a decision has no sentence of its own, or one that can't be made or is too long."""
    pair = blake2b(_bytes(trace).encode(), key=published.sha256, digest_size=16).digest()
    if pair in _told:
        return
    if not _well(published, trace):
        yield Finding("UNEXPLAINED", path, SAYS, {"programme": programme, "most": MOST})
        return
    if len(_told) >= MOST_KEPT:
        _told.clear()
    _told.add(pair)


def _well(published: Published, trace: Trace) -> bool:
    try:
        *own, rules = explain(published.pack, trace, "zh")
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return False
    return bool(own) and all(0 < len(line.text) <= MOST for line in (*own, rules))
