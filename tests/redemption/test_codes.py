"""Voucher codes: readable, checked, and the same however they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redemption.rewards.codes import ALPHABET, BYTES, LENGTH, code_of, grouped, read_code

random_bytes = st.binary(min_size=BYTES, max_size=BYTES)


@given(random_bytes)
def test_a_code_is_read_back_however_it_is_typed(random: bytes) -> None:
    code = code_of(random)
    assert len(code) == LENGTH
    address = f"https://points.example/V/{code}"
    grouped_code = grouped(code)
    typings = (code, code.lower(), grouped_code, f" {grouped_code} \n", address, address.upper(), address + "?lang=en")
    assert {read_code(typed) for typed in typings} == {code}


@given(random_bytes, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(random: bytes, position: int, other: str) -> None:
    code = code_of(random)
    typed = code[:position] + other + code[position + 1 :]
    assert read_code(typed) == (code if typed == code else None)


@given(random_bytes, random_bytes)
def test_different_bytes_give_different_codes(one: bytes, two: bytes) -> None:
    assert (code_of(one) == code_of(two)) == (one == two)


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    code = code_of(bytes(BYTES))
    assert code == "0" * LENGTH
    assert read_code("OOOO-oooo-0000-OOOO-O") == code


@pytest.mark.parametrize(
    "typed", ["", "rice", "0" * 16, "0" * 18, "U" * 17, "https://points.example/C/ABCDEFGH", "0" * 16 + "1"]
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert read_code(typed) is None
