"""The base of every JSON body that we read: exact fields, no NUL, no half characters, no number past bigint.

Postgres can store none of these, and would answer with an error of its own where the sender deserves ours.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

_BIGINT = 1 << 63
_DEEPEST = 20


def _look_through(value: Any, depth: int = 0) -> None:
    if depth > _DEEPEST:
        raise PydanticCustomError("too_deep", "This is nested too deeply.")
    match value:
        case str():
            if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
                raise PydanticCustomError("bad_characters", "A text holds characters that can't be stored.")
        case bool():
            return
        case int():
            if not -_BIGINT <= value < _BIGINT:
                raise PydanticCustomError("number_too_large", "A number is too large.")
        case float():
            if value != value or value in (float("inf"), float("-inf")):
                raise PydanticCustomError("not_a_number", "A number is not finite.")
        case dict():
            for key, inner in value.items():
                _look_through(key, depth + 1)
                _look_through(inner, depth + 1)
        case list() | tuple():
            for inner in value:
                _look_through(inner, depth + 1)


class Shape(BaseModel):
    """Unknown fields are refused, texts lose their outer blanks, instances don't change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        _look_through(value)
        return value
