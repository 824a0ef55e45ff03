"""Voucher codes: sixteen Crockford base32 characters, eighty random bits, and one that checks them.

Pure; must never be guessable, so the bytes come from `kernel.ids.random_bytes` and from nowhere else.
The check character is Luhn's over the same 32 letters: it finds every single wrong character and
nearly every swap of two neighbours, so a typing slip is told from a code that does not exist.
"""

import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BYTES = 10
LENGTH = 17

_CONFUSED = str.maketrans({"O": "0", "I": "1", "L": "1"})
_BESIDE_CODE = re.compile(r"[\s\-\u2010-\u2015_.]+")
_IN_ADDRESS = re.compile(r".*/V/|.*/VOUCHERS/|[?#].*", re.DOTALL)


def code_of(random: bytes) -> str:
    """The code for ten random bytes."""
    assert len(random) == BYTES
    number = int.from_bytes(random)
    body = "".join(ALPHABET[(number >> shift) & 31] for shift in range(75, -5, -5))
    return body + _check(body)


def read_code(typed: str) -> str | None:
    """The code in what was typed, pasted or scanned (also a whole address); None when it cannot be one.

    Case, spaces and dashes do not matter; O reads as 0, I and L as 1.
    """
    bare = _BESIDE_CODE.sub("", _IN_ADDRESS.sub("", typed.strip().upper()).rstrip("/")).translate(_CONFUSED)
    if len(bare) != LENGTH or any(character not in ALPHABET for character in bare):
        return None
    return bare if _check(bare[:-1]) == bare[-1] else None


def grouped(code: str) -> str:
    """The code in groups of four, for reading aloud: `7Q2K-9XAB-3CDE-4FGH-5`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _check(body: str) -> str:
    total = 0
    for position, character in enumerate(reversed(body)):
        weighed = ALPHABET.index(character) * (2 - position % 2)
        total += weighed // 32 + weighed % 32
    return ALPHABET[-total % 32]
