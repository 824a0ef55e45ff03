"""Canonical JSON has one byte form, whichever of the two writers made it."""

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as some

from kernel.canonical import MOST, canonical_json

TEXTS = some.text(some.characters(exclude_categories=["Cs"]))
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers(-MOST, MOST) | TEXTS,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.thorough
@given(VALUES)
def test_the_fast_writer_and_the_library_write_the_same_bytes(value: object) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


def test_keys_beyond_ascii_are_sorted_as_the_standard_says() -> None:
    assert canonical_json({"\ufb33": 1, "\U0001f600": 2}) == '{"😀":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize("value", [MOST + 1, float("nan"), object(), {1: 2}, "\ud800"])
def test_what_has_no_one_form_is_refused(value: object) -> None:
    with pytest.raises((ValueError, TypeError, rfc8785.CanonicalizationError)):
        canonical_json(value)
