"""Identifiers: UUIDv7 (RFC 9562) whose last ten bits name the slice of the holder they belong to.

So any id of a holder's row finds its slice, in SQL and in Python alike. Ids are sortable by time and
are no secrets. Must never be minted from anything a client sends: a client's id is a ref.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from uuid import UUID

SLICES = 1024
"""How many slices there are, for ever."""

_random_bytes: ContextVar[Callable[[int], bytes]] = ContextVar("random_bytes", default=secrets.token_bytes)


def slice_of(any_id: UUID) -> int:
    """The slice an id belongs to: its last ten bits."""
    return any_id.int & (SLICES - 1)


def mint(at: datetime, slice: int | None = None) -> UUID:
    """A new UUIDv7 for the instant `at`, in `slice` (0..1023), or in one drawn at random."""
    random = int.from_bytes(_random_bytes.get()(10))
    milliseconds = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    low = (random >> 12) & ((1 << 62) - 1)
    if slice is not None:
        low = (low & ~(SLICES - 1)) | slice
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | ((random & 0xFFF) << 64) | (0b10 << 62) | low)


def mint_beside(holder_id: UUID, at: datetime) -> UUID:
    """A new id for a row of this holder, in the holder's slice."""
    return mint(at, slice_of(holder_id))


def random_bytes(count: int) -> bytes:
    """Random bytes for codes and nonces, drawn from the same source as ids (so that a seed can fix them)."""
    return _random_bytes.get()(count)


@contextmanager
def seeded(source: Callable[[int], bytes]) -> Iterator[None]:
    """Draw ids from `source` inside this block: only the made-up city does, to give the same bytes again."""
    token = _random_bytes.set(source)
    try:
        yield
    finally:
        _random_bytes.reset(token)
