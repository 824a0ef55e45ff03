"""Walks over values of the language: a pack, an item, a condition, and all that they are made of. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any


def nodes(value: object) -> Iterator[Any]:
    """A value and every value inside it, the outer ones first; texts, numbers and dates are no nodes."""
    left = [value]
    while left:
        one = left.pop()
        if _names(type(one)) is not None:
            yield one
        left.extend(reversed(parts(one)))


def parts(value: object) -> Sequence[Any]:
    """What stands directly inside a value, in the order in which it is declared."""
    names = _names(type(value))
    if names is not None:
        return [getattr(value, name) for name in names]
    if isinstance(value, tuple):
        return value
    return list(value.values()) if isinstance(value, Mapping) else ()


_KNOWN: dict[type, tuple[str, ...] | None] = {}


def _names(kind: type) -> tuple[str, ...] | None:
    """The fields of a kind of node, looked up once; none where it is no node."""
    if kind not in _KNOWN:
        _KNOWN[kind] = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None
    return _KNOWN[kind]
