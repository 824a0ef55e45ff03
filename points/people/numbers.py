"""The volunteer number: what people show instead of an identity number (MZ/T 061-2015). Pure.

`V-` and eight characters of Crockford's base 32, the last a check character: one wrong character or
two swapped neighbours never give another person's number. A household's number is made alike, with `H-`.
"""

from typing import Literal

Letter = Literal["V", "H"]
"""What a number stands for: a volunteer, or a household."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PLACES = 32**7
"""How many numbers there are of each letter."""
_LOOKALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
_WEIGHTS = (3, 5, 7, 9, 11, 13, 15)


def new_number(letter: Letter, random: bytes) -> str:
    """A number from five random bytes."""
    value = int.from_bytes(random[:5])
    body = "".join(ALPHABET[(value >> (5 * place)) & 31] for place in range(7))
    return f"{letter}-{body}{_check(body)}"


def read_number(typed: str, letter: Letter = "V") -> str | None:
    """The number as we store it, forgiving case, spaces and look-alikes; none where the check fails."""
    plain = typed.upper().replace(" ", "").replace("-", "")
    body = plain[1:].translate(_LOOKALIKE)
    if plain[:1] != letter or len(body) != 8 or any(character not in ALPHABET for character in body):
        return None
    return f"{letter}-{body}" if _check(body[:7]) == body[7] else None


def _check(body: str) -> str:
    # Odd weights are units modulo 32, so one wrong character always shows. The weights of neighbours
    # differ by 2, so a swap shows unless the two differ by 16.
    return ALPHABET[sum(weight * ALPHABET.index(c) for weight, c in zip(_WEIGHTS, body, strict=True)) % 32]
