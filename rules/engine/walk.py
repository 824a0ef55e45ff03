"""Walks over values of the language: a pack, an item, a condition, and all that they are made of. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def nodes(value: object) -> Iterator[Any]:
    """A value and every value inside it, the outer ones first; texts, numbers and dates are no nodes."""
    if is_dataclass(value):
        yield value
    for part in parts(value):
        yield from nodes(part)


def parts(value: object) -> Iterator[Any]:
    """What stands directly inside a value, in the order in which it is declared."""
    if is_dataclass(value):
        for field in fields(value):
            yield getattr(value, field.name)
    elif isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, tuple):
        yield from value
